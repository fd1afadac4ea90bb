"""The states of a run, of its steps and of its draft. Light: the server knows them before it loads anything else."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run is in its life; see `lifecycle`."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class StepStatus(StrEnum):
    """Where a part of a run is. `pending` is planned and not begun; `skipped` is not done, and the step says why."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    INTERRUPTED = "interrupted"


class DraftState(StrEnum):
    """The state of a draft."""

    READY = "ready"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


LIVE = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
TERMINAL = frozenset(RunStatus) - LIVE
