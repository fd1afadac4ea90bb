"""Who watches a run in a test: notes what it is told, and may act on it."""

from __future__ import annotations

from collections.abc import Callable

from orch_lsp.orchestration.running.observer import DraftDelta, Progress
from orch_lsp.runs.record import RunRecord


class Watcher:
    """Notes records, progress, pieces of text and warnings; `on_step` is called at each step's first progress."""

    def __init__(self, on_step: Callable[[str], None] | None = None) -> None:
        self.records: list[RunRecord] = []
        self.progress: list[Progress] = []
        self.deltas: list[DraftDelta] = []
        self.warnings: list[str] = []
        self._on_step = on_step

    def run_changed(self, record: RunRecord) -> None:
        self.records.append(record)

    def progressed(self, progress: Progress) -> None:
        known = {one.step for one in self.progress}
        self.progress.append(progress)
        if progress.step is not None and progress.step not in known and self._on_step is not None:
            self._on_step(progress.step)

    def text_received(self, delta: DraftDelta) -> None:
        self.deltas.append(delta)

    def warned(self, message: str) -> None:
        self.warnings.append(message)
