"""`orch-lsp trace PATH…`: what can be cited in specs, and who cites it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli import trace_report
from orch_lsp.cli.output import EXIT_FAILED, say, write_json, write_page, write_result
from orch_lsp.cli.runs import workspace_option
from orch_lsp.cli.spec_files import ReadSpec, SpecFiles, Unreadable, common_root
from orch_lsp.cli.trace_report import Trace, TracedDocument
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.late import late
from orch_lsp.orchestration.review import findings_of_rules, is_spec
from orch_lsp.workspace import relative_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.cli import trace_page, traced_code
    from orch_lsp.language import coverage
    from orch_lsp.language.code.links import CodeCitation
    from orch_lsp.language.coverage import Mark
else:
    sessions = late("orch_lsp.app.session")
    trace_page = late("orch_lsp.cli.trace_page")
    traced_code = late("orch_lsp.cli.traced_code")
    coverage = late("orch_lsp.language.coverage")

FORMATS = ("text", "json", "csv", "html")


@dataclass(frozen=True, slots=True)
class _Found:
    specs: list[ReadSpec]
    is_whole: bool
    """False if one of the specs could not be read."""
    code: tuple[CodeCitation, ...]
    """Places in code that name nodes of the specs, with paths relative to the folder that holds all of these."""


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
    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} exclude one another")
    form = "json" if as_json else form or "text"
    found = asyncio.run(_find(paths, workspace, with_code=not no_code, with_others=form == "html"))
    traced = _trace(found)
    if form == "json":
        write_json(trace_report.as_json(traced))
    elif form == "csv":
        write_page(trace_report.as_csv(traced))
    elif form == "html":
        marks = _marks(found.specs)
        rows = coverage.coverage(traced.index, traced.edges, marks, code=traced.code)
        write_result(trace_page.page(traced, rows, _root_of(found.specs).name))
    else:
        write_page("".join(f"{line}\n" for line in trace_report.as_lines(traced)))
        if not traced.documents:
            say("No specs were found.")
    sys.exit(0 if found.is_whole else EXIT_FAILED)


async def _find(paths: Sequence[Path], workspace: Path | None, *, with_code: bool, with_others: bool) -> _Found:
    session = sessions.build_session()
    specs: list[ReadSpec] = []
    is_whole = True
    code: tuple[CodeCitation, ...] = ()
    try:
        files = SpecFiles(
            paths, session, workspace, lambda message: say(f"warning: {message}"), with_others=with_others
        )
        async for found in files.read():
            if isinstance(found, Unreadable):
                is_whole = False
                say(f"error: {found.message}")
            elif is_spec(found.reading):
                specs.append(found)
            else:
                say(f"warning: {found.reading.spec_path} is left out: it is no spec whose format is known.")
        if with_code:
            code = await traced_code.code_naming(
                session, specs, _root_of(specs), lambda message: say(f"warning: {message}")
            )
    finally:
        await session.aclose()
    return _Found(specs, is_whole, code)


def _trace(found: _Found) -> Trace:
    specs = found.specs
    root = _root_of(specs)
    by_path = {relative_path(spec.file.path, root): spec for spec in specs}
    documents = {
        path: TracedDocument(
            spec.reading.profile.format,
            spec.reading.profile.kind,
            spec.reading.document.title_text,
            spec.reading.document.text,
        )
        for path, spec in sorted(by_path.items())
    }
    index = Index.of(_indexed(path, spec, root) for path, spec in by_path.items())
    return Trace(documents, index, found.code)


def _marks(specs: Sequence[ReadSpec]) -> dict[tuple[str, str], frozenset[Mark]]:
    """Marks of nodes by rules: reworded since their tasks were written, and done without a file."""
    root = _root_of(specs)
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


def _root_of(specs: Sequence[ReadSpec]) -> Path:
    """The folder that all specs lie in."""
    return common_root((spec.root for spec in specs), of_checkout=False)


def _indexed(path: str, spec: ReadSpec, root: Path) -> IndexedDocument:
    """The document as the index knows it, its scopes told apart from those of other workspaces."""
    nodes, known = spec.reading.document.nodes, spec.reading.recognition
    if known is None:
        return IndexedDocument(path, nodes)
    before = "" if spec.root == root or not spec.root.is_relative_to(root) else relative_path(spec.root, root) + "/"
    scope = None if known.scope is None else before + known.scope
    places = {name: before + place for name, place in known.places.items()}
    return IndexedDocument(path, nodes, scope, places, known.frozen)
