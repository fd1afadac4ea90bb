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
    """The state of a draft; it follows from those of its sections, see `drafts`."""

    READY = "ready"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class SectionState(StrEnum):
    """The state of a section of a draft.

    `accepted` is wanted and not in the document yet; `edited` is in the document together with a person's own words.
    `superseded` is in a newer draft as well, while others of its draft wait on. `discarded` stands in records of
    earlier versions alone.
    """

    READY = "ready"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EDITED = "edited"
    APPLIED = "applied"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


WRITTEN = frozenset({SectionState.APPLIED, SectionState.EDITED})
"""The states of a section that the document has."""
WAITING = frozenset({SectionState.READY, SectionState.ACCEPTED})
"""The states of a section of which something is still to become."""
LIVE = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
TERMINAL = frozenset(RunStatus) - LIVE
