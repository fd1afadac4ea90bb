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
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.asking.shielding import to_the_end
from orch_lsp.orchestration.requests.budget import Spending, spent_by, spent_today
from orch_lsp.orchestration.running.derived import with_steps
from orch_lsp.orchestration.running.observer import DraftDelta, Progress, RunObserver
from orch_lsp.runs.interruption import text_of_steps
from orch_lsp.runs.lifecycle import IllegalTransitionError, transition
from orch_lsp.runs.record import RunRecord, timestamp
from orch_lsp.runs.status import TERMINAL, RunStatus
from orch_lsp.runs.usage import total

if TYPE_CHECKING:
    from orch_lsp.runs.store import RunStore

_NEWEST = 100
"""Of how many runs of a day the reservations are looked at."""

logger = logging.getLogger(__name__)


class LiveRun:
    """Holds a run's record, and the scopes of its steps, whose port (`scope.StepPort`) it is."""

    def __init__(self, record: RunRecord, store: RunStore, observer: RunObserver) -> None:
        self.record = record
        self.committed = record
        """The record as it was last committed: what others may be told."""
        self.store = store
        self.observer = observer
        self.stop_if_not_recorded = True
        """Whether a store failure stops the run: true until something was paid for."""
        self.unrecorded: StoreError | None = None
        """Why the store does not hold this run as it is, if it does not."""
        self.rescued: Path | None = None
        """The file that keeps a run which has ended and is unrecorded, if one could be written."""
        self.cancelled_by: str | None = None
        """The canceller, as words that complete "The run was cancelled …"."""
        self._scopes = {step.id: StepScope(step, self) for step in record.steps}
        self._unstored_texts: list[str] = []

    @property
    def scopes(self) -> Sequence[StepScope]:
        """Those of all steps, in the order on the record."""
        return tuple(self._scopes.values())

    def scope(self, step: str) -> StepScope:
        """That of the step with this id."""
        return self._scopes[step]

    @property
    def text(self) -> str:
        """The draft so far, of all steps that write it."""
        return text_of_steps({scope.entry.id: scope.text for scope in self.scopes})

    @property
    def texts(self) -> Sequence[str]:
        """The raw text of each step that has one."""
        return [text for scope in self.scopes if (text := scope.text)]

    @property
    def is_recorded(self) -> bool:
        """Whether the store holds the run as it was last saved."""
        return self.unrecorded is None

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

    def step_changed(self) -> None:
        """Derive the record anew from the steps; kept in memory until the next commit."""
        self.record = with_steps(self.record, [scope.state for scope in self.scopes])

    async def transition(self, status: RunStatus, texts: Iterable[str] = (), **changes: Any) -> None:
        """Commit a transition together with `changes`, then tell the observer.

        Raises:
            StoreError: It could not be written and the run must be recorded.
            UnfinishedStepsError: The run would be completed, and its steps say that it is not.
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
        if self.stop_if_not_recorded and self.record.status not in TERMINAL:
            raise error
        if self.unrecorded is None:
            logger.error("run %s is not recorded: %s", self.record.run_id, error.message)
            self.observer.warned(f"This run is not recorded: {error.detail.text}")
        self.unrecorded = error
        self.rescued = await self.store.hold(self.record, self._unstored_texts)

    async def keep_text(self, step: str, offset: int, text: str) -> bool:
        """Write a piece of a step's text; whether the store has it.

        Raises:
            StoreError: It could not be written and the run must be recorded.
        """
        try:
            await to_the_end(self.store.checkpoint(self.record.run_id, step, offset, text))
        except StoreError as error:
            await to_the_end(self._store_failed(error))
            return False
        except RunError:
            # The record of a live run was removed, as `git clean` does. The next commit writes it anew, and whole.
            logger.warning("run %s is not in the record any more", self.record.run_id)
        return True

    async def spending(self, step: str) -> Spending:
        """The sums of what the run, and the day in its workspace, have spent and reserved; of this step only spent."""
        today = timestamp()[:10]
        of_day = (await self.store.usage(("day",), today))["day"]
        newest = await self.store.list(_NEWEST)
        records = [one for one in newest if one.timing.started_at >= today and one.run_id != self.record.run_id]
        day = spent_today(total(of_day), (*records, self.record), self.record.run_id, step)
        return Spending(spent_by(self.record.steps, step), day)

    def may_be_charged(self) -> None:
        """From now on something may have been paid for: a store that fails does not end the run any more."""
        self.stop_if_not_recorded = False

    def progressed(self, message: str, step: str | None = None) -> None:
        """Tell the observer what a step does now."""
        self.observer.progressed(Progress(message, step))

    def text_received(self, step: str, section: str | None, offset: int, text: str) -> None:
        """Pass a piece of a step's text on to the observer."""
        self.observer.text_received(DraftDelta(self.record.run_id, step, section, offset, text))

    def warned(self, message: str) -> None:
        """Warn the observer."""
        self.observer.warned(message)
