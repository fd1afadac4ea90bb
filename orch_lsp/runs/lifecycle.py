"""The life of a run: the one table of transitions, and the one function that makes them.

queued -> running -> completed | failed | cancelled | interrupted
queued -> cancelled | interrupted

Terminal states are final; a retry is a new run that names its parent.

A draft: ready -> applied | discarded | superseded.
"""

from __future__ import annotations

from dataclasses import replace

from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.runs.record import RunRecord, StatusChange, timestamp
from orch_lsp.runs.status import TERMINAL, DraftState, RunStatus, StepStatus

TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.INTERRUPTED}),
    RunStatus.RUNNING: frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED}),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
    RunStatus.INTERRUPTED: frozenset(),
}


_STEP_AT_END = {
    RunStatus.COMPLETED: StepStatus.COMPLETED,
    RunStatus.FAILED: StepStatus.FAILED,
    RunStatus.CANCELLED: StepStatus.CANCELLED,
    RunStatus.INTERRUPTED: StepStatus.INTERRUPTED,
}


class IllegalTransitionError(RunError):
    """A transition that the table does not hold. Nothing was changed."""

    def __init__(self, run_id: str, current: RunStatus, wanted: RunStatus) -> None:
        super().__init__(ErrorCode.UNEXPECTED_ERROR, f"run {run_id} is {current} and cannot become {wanted}")


class IllegalDraftStateError(RunError):
    """A draft that was dealt with already. Nothing was changed."""

    def __init__(self, run_id: str, current: DraftState, wanted: DraftState | None) -> None:
        super().__init__(
            ErrorCode.UNEXPECTED_ERROR, f"the draft of run {run_id} is {current} and cannot become {wanted}"
        )


def refuse_draft_change(record: RunRecord, stored: DraftState | None) -> None:
    """Check that the draft of `record` may follow the one in state `stored`: only a draft that is ready may change.

    Raises:
        IllegalDraftStateError: It may not.
    """
    wanted = record.draft.state if record.draft else None
    if stored is None or wanted is stored or (stored is DraftState.READY and wanted is not None):
        return
    raise IllegalDraftStateError(record.run_id, stored, wanted)


def transition(record: RunRecord, status: RunStatus, at: str | None = None) -> RunRecord:
    """Return `record` in its new status; a terminal one ends the run and its steps that are still running.

    Args:
        record: The run as it is.
        status: What it becomes.
        at: Time of the transition; now if left out. Never earlier than the last one on the record.

    Raises:
        IllegalTransitionError: The table does not allow it; `record` is unchanged.
    """
    if status not in TRANSITIONS[record.status]:
        raise IllegalTransitionError(record.run_id, record.status, status)
    moment = max(at or timestamp(), record.status_timeline[-1].at)
    changed = replace(record, status=status, status_timeline=(*record.status_timeline, StatusChange(status, moment)))
    if status not in TERMINAL:
        return changed
    steps = tuple(
        replace(step, status=_STEP_AT_END[status], ended_at=moment) if step.status is StepStatus.RUNNING else step
        for step in record.steps
    )
    return replace(changed, steps=steps, timing=replace(record.timing, ended_at=moment))
