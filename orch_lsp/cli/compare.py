"""`orch-lsp compare RUN RUN…`: runs beside each other. No provider is asked."""

from __future__ import annotations

from pathlib import Path

import click

from orch_lsp.cli.layout import wrapped
from orch_lsp.cli.output import reporting_errors, terminal_width, write_json, write_page
from orch_lsp.cli.runs import find_run, with_store, workspace_option
from orch_lsp.orchestration.drafts.comparing import compared
from orch_lsp.orchestration.running.session import Session
from orch_lsp.runs.comparison import Comparison, comparison_value, parts_of
from orch_lsp.runs.escape import visible
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings

_INDENT = "  "


@click.command()
@click.argument("run_ids", metavar="RUN RUN...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print `orch.compare/1`.")
@workspace_option
def compare(run_ids: tuple[str, ...], as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Compare runs with the first of them: what each was given, its tokens, cost and findings, and their texts.

    Each RUN may be shortened to the first 8 characters of its id. Nothing is sent.
    """
    if len(run_ids) < 2:
        raise click.UsageError("name two runs, or more")

    async def load(session: Session, store: RunStore, settings: RunSettings) -> Comparison:
        return await compared([await find_run(session, store, settings, run_id) for run_id in run_ids])

    with reporting_errors(as_json=as_json):
        made = with_store(workspace, load)
    if as_json:
        write_json(comparison_value(made))
    else:
        write_page(_page_of(made, terminal_width()))


def _page_of(made: Comparison, width: int | None) -> str:
    blocks: list[str] = []
    for part in parts_of(made):
        lines = [part.heading]
        for line, diff in part.lines:
            inner = None if width is None else width - len(_INDENT)
            lines += (f"{_INDENT}{one}" for one in wrapped(line, inner))
            lines += (f"{_INDENT * 2}{visible(one, keep=chr(9))}" for one in diff)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
