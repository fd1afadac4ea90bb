"""`orch-lsp trace PATH…`: what can be cited in specs, and who cites it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.options import chosen_form
from orch_lsp.cli.output import EXIT_FAILED, say, write_json, write_page, write_result
from orch_lsp.cli.runs import workspace_option
from orch_lsp.late import late
from orch_lsp.orchestration.specs.review import findings_of_rules
from orch_lsp.reports import trace_report
from orch_lsp.reports.spec_files import ReadSpec, SpecFiles
from orch_lsp.reports.tracing import Found, find, root_of, trace_of
from orch_lsp.workspace import relative_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import trace_page
    from orch_lsp.language import coverage
    from orch_lsp.language.coverage import Mark
else:
    sessions = late("orch_lsp.app.session")
    trace_page = late("orch_lsp.cli.trace_page")
    coverage = late("orch_lsp.language.coverage")

FORMATS = ("text", "json", "csv", "html")


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="How to print the trace (default: text).")
@click.option("--json", "as_json", is_flag=True, help="As `--format json`.")
@click.option("--no-code", is_flag=True, help="Leave out who cites it in code and tests, which are not read then.")
@workspace_option
def trace(*, paths: tuple[Path, ...], form: str | None, as_json: bool, no_code: bool, workspace: Path | None) -> None:
    """Show what can be cited in the specs at or below PATH, who cites it, and what is cited that there is not.

    As `html` it is a page for a browser: requirements with the tasks, code and tests that cite them, to be filtered.

    Of specs only what stands in these is known: name the folder that holds all documents of a spec. Code and tests are
    those of the workspace that git would track, but for generated and vendored ones.

    Exit codes: 0 all specs were read, 1 one could not be, 2 wrong arguments.
    """
    form = chosen_form(form, as_json=as_json)
    found = asyncio.run(_find(paths, workspace, with_code=not no_code, with_others=form == "html"))
    traced = trace_of(found)
    if form == "json":
        write_json(trace_report.as_json(traced))
    elif form == "csv":
        write_page(trace_report.as_csv(traced))
    elif form == "html":
        marks = _marks(found.specs)
        rows = coverage.coverage(traced.index, traced.edges, marks, code=traced.code)
        write_result(trace_page.page(traced, rows, root_of(found.specs).name))
    else:
        write_page("".join(f"{line}\n" for line in trace_report.as_lines(traced)))
        if not traced.documents:
            say("No specs were found.")
    sys.exit(0 if found.is_whole else EXIT_FAILED)


async def _find(paths: Sequence[Path], workspace: Path | None, *, with_code: bool, with_others: bool) -> Found:
    session = sessions.build_session()
    try:
        files = SpecFiles(paths, session, workspace, _warn, with_others=with_others)
        return await find(files, session, _warn, lambda message: say(f"error: {message}"), with_code=with_code)
    finally:
        await session.aclose()


def _warn(message: str) -> None:
    say(f"warning: {message}")


def _marks(specs: Sequence[ReadSpec]) -> dict[tuple[str, str], frozenset[Mark]]:
    """Marks of nodes by rules: reworded since their tasks were written, and done without a file."""
    root = root_of(specs)
    found: dict[tuple[str, str], set[Mark]] = {}
    for spec in specs:
        for one in findings_of_rules(spec.reading):
            if one.rule == "done_without_evidence" and one.key is not None:
                found.setdefault((relative_path(spec.file.path, root), one.key), set()).add("unproven")
            elif one.rule == "stale_downstream" and one.related:
                citation = spec.reading.document.nodes.citation_at(one.span.start)
                path = relative_path(spec.root / (one.related[0].path or ""), root)
                found.setdefault((path, "" if citation is None else citation.key), set()).add("stale")
    return {at: frozenset(marks) for at, marks in found.items()}
