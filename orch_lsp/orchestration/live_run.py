"""The record of one run while it lives, and its only writer.

Every change is committed before anybody hears of it. If the store fails after the request was sent, the run goes on
in memory, and its watchers are told that it is not recorded.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.orchestration.observer import RunObserver
from orch_lsp.orchestration.shielding import to_the_end
from orch_lsp.runs.lifecycle import IllegalTransitionError, transition
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import TERMINAL, RunStatus

if TYPE_CHECKING:
    from orch_lsp.runs.store import RunStore

logger = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 1.0
CHECKPOINT_CHARACTERS = 16 * 1024
AGAIN_SECONDS = 15.0
"""Retry interval after a failed checkpoint: one that fails may hold up others' calls for a second."""


class LiveRun:
    """Holds a run's record, and the raw text that has arrived but is not yet in the store."""

    def __init__(self, record: RunRecord, store: RunStore, observer: RunObserver) -> None:
        self.record = record
        self.committed = record
        """The record as it was last committed: what others may be told."""
        self.store = store
        self.observer = observer
        self.must_record = True
        """Whether a store failure stops the run: true until something was paid for."""
        self.unrecorded: StoreError | None = None
        """Why the store does not hold this run as it is, if it does not."""
        self.rescued: Path | None = None
        """The file that keeps a run which has ended and is unrecorded, if one could be written."""
        self.cancelled_by: str | None = None
        """Who or what cancelled the run, as it completes "The run was cancelled …"."""
        self._unstored_texts: list[str] = []
        self._pieces: list[str] = []
        self._stored_pieces = 0
        self._stored_characters = 0
        self._unstored_characters = 0
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()

    @property
    def text(self) -> str:
        """The raw text so far."""
        return "".join(self._pieces)

    @property
    def characters(self) -> int:
        """Code points of raw text so far."""
        return self._stored_characters + self._unstored_characters

    async def create(self, texts: Iterable[str]) -> Sequence[RunRecord]:
        """Make the run durable as `queued`.

        Returns:
            Runs on the same document that were found without an owner, and are `interrupted` now.

        Raises:
            RunError: The document has a live run already.
            StoreError: It could not be written.
            asyncio.CancelledError: It is durable, and its creator was cancelled meanwhile.
        """
        try:
            orphans = await to_the_end(self.store.create(self.record, tuple(texts)))
        except asyncio.CancelledError:
            self.observer.run_changed(self.record)
            raise
        self.observer.run_changed(self.record)
        return orphans

    def change(self, **changes: Any) -> None:
        """Change the record without a transition; kept in memory until the next commit."""
        self.record = replace(self.record, **changes)

    async def transition(self, status: RunStatus, texts: Iterable[str] = (), **changes: Any) -> None:
        """Commit a transition together with `changes`, then tell the observer.

        Raises:
            StoreError: It could not be written and the run must be recorded.
        """
        before = self.record.status
        self.record = transition(replace(self.record, **changes), status)
        await self._commit(before, texts)
        self.observer.run_changed(self.record)

    async def save(self, texts: Iterable[str] = (), *, tell: bool = True, **changes: Any) -> None:
        """Commit `changes` without a transition, such as a draft's state."""
        self.record = replace(self.record, **changes)
        await self._commit(self.record.status, texts)
        if tell:
            self.observer.run_changed(self.record)

    async def _commit(self, expected: RunStatus, texts: Iterable[str]) -> None:
        """Write the record, and the texts that earlier commits could not write."""
        self._unstored_texts += texts
        try:
            await to_the_end(self._written(expected))
        except IllegalTransitionError:
            # Another process took this run for dead and ended it: its status stays, the text is added.
            logger.warning("run %s was ended by another process", self.record.run_id)
            await to_the_end(self.store.add_late_text(self.record.run_id, self.text))
            raise
        except StoreError as error:
            await to_the_end(self._store_failed(error))
        self.committed = self.record

    async def _written(self, expected: RunStatus) -> None:
        if not await self.store.save(self.record, expected=expected, texts=tuple(self._unstored_texts)):
            raise self.unrecorded or StoreError(ErrorCode.STORE_ERROR, "The record of runs cannot be written.")
        self._unstored_texts.clear()
        self.unrecorded = self.rescued = None

    async def _store_failed(self, error: StoreError) -> None:
        if self.must_record and self.record.status not in TERMINAL:
            raise error
        if self.unrecorded is None:
            logger.error("run %s is not recorded: %s", self.record.run_id, error.message)
            self.observer.warned(f"This run is not recorded: {error.detail.text}")
        self.unrecorded = error
        self.rescued = await self.store.hold(self.record, self._unstored_texts)

    def receive(self, text: str) -> None:
        """Take in a piece of raw text; it is durable within a second or 16 K characters."""
        self._pieces.append(text)
        self._unstored_characters += len(text)
        self._arrived.set()
        if self._unstored_characters >= CHECKPOINT_CHARACTERS and self.unrecorded is None:
            self._enough.set()

    async def keep_checkpoints(self) -> None:
        """Write arrived text to the store until cancelled."""
        while True:
            await self._arrived.wait()
            try:
                async with asyncio.timeout(CHECKPOINT_SECONDS if self.unrecorded is None else AGAIN_SECONDS):
                    await self._enough.wait()
            except TimeoutError:
                pass
            await self.checkpoint()

    async def checkpoint(self) -> None:
        """Write what has arrived since the last checkpoint."""
        self._arrived.clear()
        self._enough.clear()
        pieces = self._pieces[self._stored_pieces :]
        if not pieces:
            return
        text = "".join(pieces)
        try:
            await to_the_end(self.store.checkpoint(self.record.run_id, self._stored_characters, text))
        except StoreError as error:
            # The next checkpoint writes it as well, words or none: what had arrived must have no hole.
            self._arrived.set()
            await to_the_end(self._store_failed(error))
            return
        except RunError:
            # Somebody removed the record of a live run, as `git clean` does. The next commit writes it anew, and whole.
            logger.warning("run %s is not in the record any more", self.record.run_id)
        self._stored_pieces += len(pieces)
        self._stored_characters += len(text)
        self._unstored_characters -= len(text)
