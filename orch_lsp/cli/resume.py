"""`orch-lsp resume RUN`: go on with a run that failed, was cancelled or was killed."""

from __future__ import annotations

from pathlib import Path

import click

from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.output import reporting_errors
from orch_lsp.cli.runs import find_run, with_store, workspace_option
from orch_lsp.orchestration.drafts.replaying import same_choice
from orch_lsp.orchestration.drafts.resuming import planned_resume, require_resumable
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.run_settings import RunSettings


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--provider", metavar="NAME", help="Ask this provider instead of the run's.")
@click.option("--model", metavar="ID", help="Ask for this model instead of the run's.")
@click.option("--write", is_flag=True, help="Replace the file instead of printing its document.")
@click.option("--json", "as_json", is_flag=True, help="Print the new run's record instead of the document.")
@workspace_option
def resume(
    run_id: str,
    provider: str | None,
    model: str | None,
    write: bool,  # noqa: FBT001 -- click passes flags by name
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """Go on with RUN, which failed, was cancelled or was killed, as a new run that names it.

    Answers that came whole are taken from the record, where the request is the same byte for byte; the rest is asked
    for: in the same steps, on the document as it is now.

    Exit codes: 0 completed, 1 the run failed, 2 refused before a run, 130 cancelled.
    """

    async def load(session: Session, store: RunStore, settings: RunSettings) -> tuple[RunRecord, Path]:
        found, record = await find_run(session, store, settings, run_id)
        require_resumable(record)
        return record, (found.root or Path.cwd()) / record.spec.path

    with reporting_errors(as_json=as_json):
        record, path = with_store(workspace, load)
    choice = same_choice(record, CommandChoice(provider, model))

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await planned_resume(session, reading, record)

    run_on((path,), Options(choice, write, as_json, workspace, plan))
