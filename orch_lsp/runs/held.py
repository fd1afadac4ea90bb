"""Runs that could not be written: kept in memory with their texts, and found as if they were in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orch_lsp.runs.record import RunRecord
from orch_lsp.text import sha256


class HeldRuns:
    """The newest state of each run that the database does not hold as it is."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[RunRecord, tuple[str, ...]]] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._runs

    @property
    def ids(self) -> list[str]:
        """The ids of the runs, oldest first."""
        return list(self._runs)

    @property
    def records(self) -> list[RunRecord]:
        """The runs, oldest first."""
        return [record for record, _ in self._runs.values()]

    def hold(self, record: RunRecord, texts: Iterable[str]) -> None:
        """Keep a run as it is now, with the texts that the database does not have."""
        self._runs[record.run_id] = (record, tuple(texts))

    def release(self, run_id: str) -> None:
        """The database has it now."""
        self._runs.pop(run_id, None)

    def texts_of(self, run_id: str) -> tuple[str, ...]:
        """The texts to be written with the run."""
        return self._runs[run_id][1] if run_id in self._runs else ()

    def text(self, digest: str) -> str | None:
        """A text by its hash."""
        texts = (text for _, texts in self._runs.values() for text in texts)
        return next((text for text in texts if sha256(text) == digest), None)

    def find(self, run_id: str) -> RunRecord | None:
        """The run with this id."""
        return self._runs[run_id][0] if run_id in self._runs else None

    def over(self, stored: Iterable[RunRecord], wanted: Callable[[RunRecord], bool]) -> list[RunRecord]:
        """The database's result, with the runs that are held in place of their older states."""
        held = [record for record in self.records if wanted(record)]
        return [*(record for record in stored if record.run_id not in self), *held]
