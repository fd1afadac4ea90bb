"""`orch-lsp doctor`: what is set up, what is wrong, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from orch_lsp.cli.output import EXIT_FAILED, reporting_errors, write_json, write_result
from orch_lsp.cli.runs import workspace_option
from orch_lsp.orchestration.doctor import Finding, examine, has_problem, report_lines, report_value
from orch_lsp.orchestration.source import Source
from orch_lsp.settings.load import ProjectLayer


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@workspace_option
def doctor(as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Check versions, settings, keys, providers and the record of runs. Exit code 1 if something is wrong."""
    with reporting_errors(as_json=as_json):
        findings = asyncio.run(_examine(workspace))
        if as_json:
            write_json(report_value(findings))
        else:
            write_result("\n".join(report_lines(findings)) + "\n")
        sys.exit(EXIT_FAILED if has_problem(findings) else 0)


async def _examine(workspace: Path | None) -> list[Finding]:
    from orch_lsp.app import build_session

    session = build_session()
    folder = workspace or Path.cwd()
    path = folder / "spec.md"
    source = Source(
        path.as_uri() if path.is_absolute() else path.absolute().as_uri(), path, None, "", (Path.cwd(),), workspace
    )
    try:
        return await examine(session, source, editor=ProjectLayer(), folders=(folder,))
    finally:
        await session.aclose()
