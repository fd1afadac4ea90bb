"""Runs on their way into the database: one that cannot be written is held, and written as soon as that can be done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import RunError, StoreError
from orch_lsp.runs.held import HeldRuns
from orch_lsp.runs.interruption import unfinished_text
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import TERMINAL, RunStatus
from orch_lsp.runs.thread import StoreThread

if TYPE_CHECKING:
    from orch_lsp.runs.history import RunHistory

logger = logging.getLogger(__name__)


class Saving:
    """Saves runs; `RunStore` documents each call for its users.

    Args:
        thread: Where the work is done.
        history: What is open there; called on that thread.
        held: The runs that are only held.
    """

    def __init__(self, thread: StoreThread, history: Callable[[], RunHistory], held: HeldRuns) -> None:
        self._thread = thread
        self._history = history
        self._held = held

    async def save(self, record: RunRecord, expected: RunStatus, texts: Iterable[str]) -> bool:
        """Replace a record; whether it is in the database now, or only held."""
        try:
            saved = await self._saved(record, expected, texts)
        except RunError:
            # The database knows better by now.
            await self._release(record.run_id)
            raise
        if saved:
            await self._release(record.run_id)
        return saved

    async def hold(self, record: RunRecord, texts: Iterable[str]) -> Path | None:
        """Keep a run in memory and, if it has ended, as a file; that file, if there is one."""
        kept = tuple(dict.fromkeys(texts))
        self._held.hold(record, kept)
        if record.status not in TERMINAL:
            return None
        return await self._thread.read(lambda: self._history().rescue(record, kept))

    async def write_held(self) -> None:
        """Try again to write the runs that are only held."""
        for run_id in self._held.ids:
            # A run may have gone on, or been written, while the ones before it were.
            record = self._held.find(run_id)
            if record is None:
                continue
            try:
                if not await self._saved(record, record.status, ()):
                    continue
            except RunError as error:
                logger.warning("run %s stays as it was recorded: %s", run_id, error.message)
                if not await self._late_text_added(run_id, unfinished_text(record, self._held.texts_of(run_id))):
                    continue
            await self._release(run_id)

    async def add_late_text(self, run_id: str, text: str) -> RunRecord:
        """Give an interrupted run the text that its owner still held."""
        return await self._thread.write(lambda: self._history().add_late_text(run_id, text))

    async def _saved(self, record: RunRecord, expected: RunStatus, texts: Iterable[str]) -> bool:
        kept = tuple(dict.fromkeys((*self._held.texts_of(record.run_id), *texts)))
        try:
            await self._thread.write(lambda: self._history().save(record, expected, kept))
        except StoreError:
            if record.run_id not in self._held:
                raise
            await self.hold(record, kept)
            return False
        return True

    async def _release(self, run_id: str) -> None:
        if run_id in self._held:
            self._held.release(run_id)
            await self._thread.read(lambda: self._history().forget_rescued(run_id))

    async def _late_text_added(self, run_id: str, text: str) -> bool:
        """Whether a run that others ended has this text now, or needs none."""
        try:
            await self.add_late_text(run_id, text)
        except StoreError:
            return False
        except RunError as error:
            logger.warning("run %s gets no text: %s", run_id, error.message)
        return True
