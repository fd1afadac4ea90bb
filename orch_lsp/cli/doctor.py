"""`orch-lsp doctor`: what is set up, what is wrong, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.doctor_page import finding_lines
from orch_lsp.cli.output import EXIT_FAILED, reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import workspace_option
from orch_lsp.doctor.examine import Diagnosis, examine
from orch_lsp.doctor.findings import has_problem, report_value
from orch_lsp.doctor.support_bundle import RUNS, bundle_files, write_bundle
from orch_lsp.errors import StoreError
from orch_lsp.late import late
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.runs.record import RunRecord
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.workspace import state_home, user_config_path

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
else:
    sessions = late("orch_lsp.app.session")


@click.command()
@click.option("--offline", is_flag=True, help="Send nothing, run no key command and open no keyring.")
@click.option(
    "--bundle",
    metavar="FILE.zip",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a file for someone who helps you: no keys, texts or document names.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@workspace_option
def doctor(offline: bool, bundle: Path | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Check versions, settings, keys, providers and the record of runs. Exit code 1 if something is wrong."""
    with reporting_errors(as_json=as_json):
        findings = asyncio.run(_examine(workspace, bundle, offline=offline)).findings
        if as_json:
            write_json(report_value(findings))
        else:
            write_page("\n".join(finding_lines(findings)) + "\n")
        if bundle is not None:
            say(f"{bundle} was written; look through it before you send it.")
        sys.exit(EXIT_FAILED if has_problem(findings) else 0)


async def _examine(workspace: Path | None, bundle: Path | None, *, offline: bool) -> Diagnosis:
    session = sessions.build_session()
    here = Path.cwd()
    folder = (workspace or here).absolute()
    path = folder / "spec.md"
    source = Source(path.as_uri(), path, None, "", (here,), workspace)
    try:
        diagnosis = await examine(session, source, editor=ProjectLayer(), folders=(folder,), offline=offline)
        if bundle is not None:
            folders = {Path.home(): "~", user_config_path().parent: "<config>", state_home(): "<state>"}
            files = bundle_files(diagnosis, await _newest(session, diagnosis), session.redactor, folders)
            await asyncio.to_thread(write_bundle, bundle, files)
        return diagnosis
    finally:
        await session.aclose()


async def _newest(session: Session, diagnosis: Diagnosis) -> Sequence[RunRecord]:
    try:
        return await (await session.store(diagnosis.reading)).list(limit=RUNS)
    except StoreError:
        return ()  # The findings say so.
