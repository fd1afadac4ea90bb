"""Going on with a run that came to no end of its own: a new run that asks only for what was not answered."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.orchestration.drafts.rewrite_plan import planned_rewrite
from orch_lsp.orchestration.planning.batching import is_left_in_batch, sent_by
from orch_lsp.orchestration.planning.plan import DraftPlan, plan_draft
from orch_lsp.orchestration.planning.rewrite import asked_in
from orch_lsp.orchestration.planning.targets import asked_again
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import LIVE, RunStatus


def require_resumable(record: RunRecord) -> None:
    """Refuse a run that is live or that completed.

    Raises:
        RunError: It is live (`run_in_progress`), or completed (`invalid_request`).
    """
    if record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    if record.status is RunStatus.COMPLETED:
        raise RunError(
            ErrorCode.INVALID_REQUEST,
            f"Run {record.run_id} completed: there is nothing to resume.",
            remediation="For other words run it again: `orch-lsp replay`, or `orch.retryRun` in an editor.",
        )


async def planned_resume(session: Session, reading: Reading, record: RunRecord) -> DraftPlan:
    """The plan of a run that goes on with an earlier one, on the document as it is now.

    Raises:
        OrchError: It is refused, as a draft would be.
    """
    only = await asyncio.to_thread(asked_again, reading, record)
    plan = await planned_again(session, reading, record, command=record.command, only=only)
    # A request that is in a batch is waited for there: anywhere else it would be paid for again.
    sent = sent_by(record, reading.document.text)
    return replace(plan, by_batch=is_left_in_batch(record), sent_before=sent)


async def planned_again(
    session: Session, reading: Reading, record: RunRecord, *, command: str, only: Sequence[str]
) -> DraftPlan:
    """The plan of a run that follows another one: in its steps, of what it wrote anew, else of what is told.

    Raises:
        OrchError: It is refused, as a draft would be.
    """
    ask = asked_in(record)
    if ask is not None:
        return await planned_rewrite(session, reading, ask, command=command, parent_run_id=record.run_id)
    return await asyncio.to_thread(
        plan_draft, reading, command=command, parent_run_id=record.run_id, only=only, workflow=record.workflow
    )
