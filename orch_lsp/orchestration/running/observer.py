"""The port through which a run is watched; an editor and a terminal implement it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orch_lsp.runs.record import RunRecord


@dataclass(frozen=True, slots=True)
class DraftDelta:
    """A piece of a step's raw answer; `offset` in code points from its start, `section` the one being written."""

    run_id: str
    step: str
    section: str | None
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The present activity, in a few words; `step` is the id of the step that does it, None for the run itself."""

    message: str
    step: str | None = None


class RunObserver(Protocol):
    """The watcher of a run. None of these may raise or take long."""

    def run_changed(self, record: RunRecord) -> None:
        """The record after a commit: each transition and each draft state, in order."""
        ...

    def progressed(self, progress: Progress) -> None:
        """Tell the present activity; called as often as it changes."""
        ...

    def text_received(self, delta: DraftDelta) -> None:
        """Text has arrived."""
        ...

    def warned(self, message: str) -> None:
        """Something the user should know that does not stop the run."""
        ...
