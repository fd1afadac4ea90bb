"""The life of a run: the one table of transitions, and the one function that makes them.

queued -> running -> completed | failed | cancelled | interrupted
queued -> cancelled | interrupted

Terminal states are final; a retry is a new run that names its parent.

A step: pending -> running -> completed | failed | cancelled | skipped | interrupted, and pending -> skipped. A run
completes only if every step that had to succeed did. One that ends otherwise ends its running steps as itself, and
skips those that had not begun.

A draft: ready -> applied | discarded | superseded. One that was dealt with changes by a word on one of its sections
alone (`drafts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.late import late
from orch_lsp.runs.status import TERMINAL, DraftState, RunStatus, StepStatus

if TYPE_CHECKING:
    from orch_lsp.runs import record as records
    from orch_lsp.runs.record import RunRecord, Step
else:
    records = late("orch_lsp.runs.record")

TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.INTERRUPTED}),
    RunStatus.RUNNING: frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED}),
    RunStatus.COMPLETED: frozenset(),
    RunStatus.FAILED: frozenset(),
    RunStatus.CANCELLED: frozenset(),
    RunStatus.INTERRUPTED: frozenset(),
}


_STEP_AT_END = {
    RunStatus.FAILED: StepStatus.FAILED,
    RunStatus.CANCELLED: StepStatus.CANCELLED,
    RunStatus.INTERRUPTED: StepStatus.INTERRUPTED,
}

_WHY_SKIPPED = {
    RunStatus.FAILED: "the run had failed",
    RunStatus.CANCELLED: "the run had been cancelled",
    RunStatus.INTERRUPTED: "the run had been interrupted",
}


class IllegalTransitionError(RunError):
    """A transition that the table does not hold. Nothing was changed."""

    def __init__(self, run_id: str, current: RunStatus, wanted: RunStatus) -> None:
        super().__init__(ErrorCode.UNEXPECTED_ERROR, f"run {run_id} is {current} and cannot become {wanted}")


class UnfinishedStepsError(RunError):
    """A run was to be completed of which a step did not succeed. Nothing was changed."""

    def __init__(self, run_id: str, steps: Iterable[Step]) -> None:
        listed = ", ".join(f"{step.id} ({step.status})" for step in steps)
        super().__init__(ErrorCode.UNEXPECTED_ERROR, f"run {run_id} cannot be completed with its steps {listed}")


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
    """Return `record` in its new status; a terminal one ends the run, and with it the steps that had not ended.

    Args:
        record: The run as it is.
        status: What it becomes.
        at: Time of the transition; now if left out. Never earlier than the last one on the record.

    Raises:
        IllegalTransitionError: The table does not allow it; `record` is unchanged.
        UnfinishedStepsError: The run would be completed, and its steps say that it is not; `record` is unchanged.
    """
    if status not in TRANSITIONS[record.status]:
        raise IllegalTransitionError(record.run_id, record.status, status)
    if status is RunStatus.COMPLETED and status_of(record.steps) is not RunStatus.COMPLETED:
        raise UnfinishedStepsError(record.run_id, record.steps)
    moment = max(at or records.timestamp(), record.status_timeline[-1].at)
    changed = replace(
        record, status=status, status_timeline=(*record.status_timeline, records.StatusChange(status, moment))
    )
    if status not in TERMINAL:
        return changed
    steps = tuple(_ended(step, status, moment) for step in record.steps)
    return replace(changed, steps=steps, timing=replace(record.timing, ended_at=moment))


def status_of(steps: Sequence[Step]) -> RunStatus:
    """The status that follows from the steps of a run: `completed` only if each that had to succeed did.

    One that failed outweighs others that were interrupted or cancelled because of it.
    """
    statuses = {step.status for step in steps if not (step.optional and step.status is StepStatus.FAILED)}
    if statuses <= {StepStatus.COMPLETED, StepStatus.SKIPPED}:
        return RunStatus.COMPLETED
    for run_status, step_status in _STEP_AT_END.items():
        if step_status in statuses:
            return run_status
    return RunStatus.RUNNING


def _ended(step: Step, status: RunStatus, moment: str) -> Step:
    match step.status:
        case StepStatus.RUNNING:
            return replace(step, status=_STEP_AT_END[status], ended_at=moment)
        case StepStatus.PENDING:
            return replace(step, status=StepStatus.SKIPPED, skip_reason=_WHY_SKIPPED[status])
        case _:
            return step
