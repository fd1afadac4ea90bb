"""`orch-lsp replay RUN`: ask again what a run asked, on the document that it was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.output import reporting_errors, say
from orch_lsp.cli.runs import find_run, with_store, workspace_option
from orch_lsp.orchestration.drafts.replaying import Earlier, changed_since_run, earlier_run, planned_replay, same_choice
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
@click.option("--json", "as_json", is_flag=True, help="Print the new run's record instead of the document.")
@workspace_option
def replay(run_id: str, provider: str | None, model: str | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Ask again what RUN asked, as a new run that names it: the same provider and model, unless others are named.

    The request is made anew of the document that RUN was given and of the workspace's files as they are now; what of
    it is other than then is said before it is sent. No file is written: the draft waits, and `orch-lsp compare` shows
    both beside each other.

    Exit codes: 0 completed, 1 the run failed, 2 refused before a run, 130 cancelled.
    """

    async def load(session: Session, store: RunStore, settings: RunSettings) -> Earlier:
        return await earlier_run(*await find_run(session, store, settings, run_id))

    with reporting_errors(as_json=as_json):
        earlier = with_store(workspace, load)
    choice = same_choice(earlier.record, CommandChoice(provider, model))

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await planned_replay(session, reading, earlier.record)

    async def tell(session: Session, plan: DraftPlan) -> None:
        say(_told(earlier.record, await changed_since_run(session, plan, earlier.record)))

    options = Options(
        choice, write=False, as_json=as_json, workspace=workspace, plan=plan, given={earlier.path: earlier.text},
        before_sending=tell,
    )  # fmt: skip
    run_on((earlier.path,), options)


def _told(record: RunRecord, changed: Sequence[str]) -> str:
    if not changed:
        return f"The request is the one of run {record.run_id}, byte for byte."
    return f"Different from run {record.run_id}: {'; '.join(changed)}."
