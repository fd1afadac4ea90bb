"""The store of runs: an async port over SQLite on one thread of its own, so that the event loop never waits."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.late import late
from orch_lsp.runs.held import HeldRuns
from orch_lsp.runs.pages import forget_pages
from orch_lsp.runs.record import Owner, RunRecord
from orch_lsp.runs.saving import Saving
from orch_lsp.runs.status import DraftState, RunStatus
from orch_lsp.runs.thread import PAUSE_S, StoreThread
from orch_lsp.settings.run_settings import RunSettings

if TYPE_CHECKING:
    from orch_lsp.runs import history as histories
    from orch_lsp.runs import search as search_words
    from orch_lsp.runs.usage import Grouping, UsageTotal
else:
    histories = late("orch_lsp.runs.history")
    search_words = late("orch_lsp.runs.search")

logger = logging.getLogger(__name__)

_DROPPED_AT_ONCE = 100
"""Runs that one transaction drops, so that nobody waits long for it, in this process or another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How runs of a document stand."""

    elsewhere: RunRecord | None = None
    """See `RunStore.at_work_elsewhere`."""
    waiting: RunRecord | None = None
    """See `RunStore.ready_draft_for`."""
    newest: RunRecord | None = None
    """See `RunStore.newest_for`."""


class RunStore:
    """Every run of one workspace, as this process and others record it.

    Open it with `RunStore.open`. Calls are done one after the other in the order in which they were made. A call whose
    caller is cancelled is still done. Nothing is created on disk before the first write. Any call may raise
    `StoreError` (`store_error`, `store_newer`); a write that did has changed nothing, and the store goes on working.

    Attributes:
        root: The workspace's root, or None for documents that have none.
        owner: The process in whose name runs are created.
    """

    def __init__(self, root: Path | None, owner: Owner, settings: RunSettings, document: str | None = None) -> None:
        self.root = root
        self._document = document
        self.owner = owner
        self._settings = settings
        self._notices: list[str] = []
        self._taken = 0
        self._history: histories.RunHistory | None = None
        self._held = HeldRuns()
        self._thread = StoreThread(self._close)
        self._saving = Saving(self._thread, lambda: self._opened, self._held)

    @classmethod
    async def open(
        cls, root: Path | None, *, owner: Owner, settings: RunSettings, document: str | None = None
    ) -> RunStore:
        """Find the place of the record and look at what is there.

        Args:
            root: The workspace's root, symlinks resolved; None for documents without one.
            owner: This process.
            settings: Lease, retention and vacuum.
            document: Without a root, what tells this document from others: its absolute path or its URI. Calls that
                take a `spec_path` are about this document then. Left out, the runs of all documents without a root
                are seen.

        Raises:
            StoreError: `store_newer` if a newer version wrote it; `store_error` if no place can be used.
        """
        store = cls(root, owner, settings, document)
        try:
            await store._thread.read(store._open)
        except BaseException:
            await store.aclose()
            raise
        return store

    @property
    def location(self) -> Path:
        """Where the database is, or will be at the first write."""
        return self._opened.location

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences that the user should be told once, oldest first."""
        return tuple(self._notices)

    def take_notices(self) -> tuple[str, ...]:
        """The notices that were not taken before."""
        fresh = tuple(self._notices[self._taken :])
        self._taken += len(fresh)
        return fresh

    async def create(self, record: RunRecord, texts: Iterable[str] = ()) -> Sequence[RunRecord]:
        """Record a new run, durably.

        Args:
            record: A run in status `queued`.
            texts: Texts that the record names by hash.

        Returns:
            Runs on the same document that were found without an owner, and are now interrupted.

        Raises:
            RunError: `run_in_progress`: a live run of a live owner is at work on the same document.
            StoreError: It could not be recorded; no request may be sent.
        """
        kept = tuple(texts)
        return await self._thread.write(lambda: self._opened.create(record, kept))

    async def take_over(self, record: RunRecord, texts: Iterable[str]) -> None:
        """Record a run that another store holds and that has ended: its document has moved here."""
        kept = tuple(texts)
        await self._thread.write(lambda: self._opened.take_over(record, kept))

    async def save(self, record: RunRecord, *, expected: RunStatus, texts: Iterable[str] = ()) -> bool:
        """Replace a run's record, durably, if its stored status is still `expected`.

        Saving with an unchanged status is how steps, attempts and draft states are recorded.

        Returns:
            Whether the database has it now; False for a run that was held before and still is.

        Raises:
            IllegalTransitionError: Somebody else ended the run, or the status may not follow.
            IllegalDraftStateError: Somebody else dealt with the draft.
            RunError: `unknown_run`.
        """
        return await self._saving.save(record, expected, texts)

    async def amend(self, run_id: str, change: Callable[[RunRecord], RunRecord]) -> RunRecord:
        """Change what became of a draft: `change` is given the record as it is in the transaction that writes it.

        So that two who deal with different sections of a draft do not undo one another. `change` is called on the
        store's thread; if it raises, nothing is written.

        Returns:
            The record as it is now.

        Raises:
            RunError: `unknown_run`.
        """
        held = self._held.find(run_id)
        if held is None:
            return await self._thread.write(lambda: self._opened.amend(run_id, change))
        changed = change(held)
        await self._saving.save(changed, held.status, ())
        return changed

    async def hold(self, record: RunRecord, texts: Iterable[str]) -> Path | None:
        """Keep a run that could not be written, with the texts that could not: it is found as if it were stored.

        Returns:
            The file in the state folder in which a run that has ended outlives this process; None if it has not
            ended, or the file cannot be written.
        """
        return await self._saving.hold(record, texts)

    async def write_held(self) -> None:
        """Try again to write the runs that are only held."""
        await self._saving.write_held()

    async def checkpoint(self, run_id: str, step: str, offset: int, text: str) -> None:
        """Keep a streamed piece of a step's raw text, durably; `offset` is its place in that, in code points.

        Raises:
            RunError: `unknown_run`.
        """
        await self._thread.write(lambda: self._opened.checkpoint(run_id, step, offset, text))

    async def partial_text(self, run_id: str) -> str:
        """The raw text of a run that did not complete, as far as it was kept; else an empty string.

        Raises:
            RunError: `unknown_run`.
        """
        held = self._held.find(run_id)
        if held is not None and held.draft is not None and held.draft.partial:
            return self._held.text(held.draft.sha256) or ""
        return await self._thread.read(lambda: self._opened.partial_text(run_id))

    async def add_late_text(self, run_id: str, text: str) -> RunRecord:
        """Give a run that was interrupted under its living owner the raw text that the owner still held.

        Returns:
            The run as it is now; unchanged if it already had as much, or its draft was dealt with.

        Raises:
            RunError: `unknown_run`.
        """
        return await self._saving.add_late_text(run_id, text)

    async def get(self, identifier: str) -> RunRecord:
        """The run with this id, or the only one whose id begins with these eight or more characters.

        Raises:
            RunError: `unknown_run`.
            StoreError: Its record cannot be read.
        """
        if (held := self._held.find(identifier)) is not None:
            return held
        # The database knows every id, and so whether a beginning of one is only one's.
        found = await self._thread.read(lambda: self._opened.get(identifier))
        return self._held.find(found.run_id) or found

    async def list(
        self,
        limit: int | None = 50,
        spec_path: str | None = None,
        statuses: Iterable[RunStatus] | None = None,
        search: str | None = None,
    ) -> Sequence[RunRecord]:
        """Runs, newest first; a record that cannot be read is left out, with a notice.

        Args:
            limit: How many; None is all.
            spec_path: Only those of this document.
            statuses: Only those with one of these.
            search: Only those that have all these words, or words that begin so: in names, paths and messages of the
                record, or in the draft; blank is as None. Runs that only memory holds, or that have not ended, are not
                searched.
        """
        wanted = None if statuses is None else tuple(statuses)
        if search is not None and search.strip():
            return await self._search(limit, spec_path, wanted, search)
        stored = await self._thread.read(lambda: self._opened.list(limit, spec_path, wanted))
        return self._listed(stored, limit, spec_path, wanted)

    def _listed(
        self,
        stored: Iterable[RunRecord],
        limit: int | None,
        spec_path: str | None,
        statuses: Collection[RunStatus] | None = None,
    ) -> Sequence[RunRecord]:
        found = self._held.over(
            stored,
            lambda record: (
                (spec_path is None or self._is_about(record, spec_path))
                and (statuses is None or record.status in statuses)
            ),
        )
        return sorted(found, key=lambda record: record.run_id, reverse=True)[:limit]

    async def _search(
        self, limit: int | None, spec_path: str | None, statuses: tuple[RunStatus, ...] | None, query: str
    ) -> Sequence[RunRecord]:
        words = search_words.words_in(query)
        if not words:
            return ()
        while await self._thread.write(self._opened.index_words):
            pass
        return await self._thread.read(lambda: self._opened.list(limit, spec_path, statuses, words))

    async def newest_for(self, spec_path: str) -> RunRecord | None:
        """The last run on a document."""
        return next(iter(await self.list(1, spec_path)), None)

    async def applied_for(
        self, spec_path: str, sections: Iterable[tuple[str, str]], named: Iterable[str] = ()
    ) -> Sequence[RunRecord]:
        """The runs that say where sections of a document come from, newest first.

        Only runs whose draft was applied to it: for each section the newest one that drafted its text, for this key
        and for any, and the newest one whose text was put into it.

        Args:
            spec_path: The document.
            sections: Key and hash of the normalised text of each section.
            named: Ids of further runs, such as provenance files name.
        """
        wanted, others = tuple(sections), tuple(named)

        def look() -> Sequence[RunRecord] | None:
            return None if self._is_behind(spec_path) else self._opened.applied_for(spec_path, wanted, others)

        # A hover waits for it: one way to the thread and back is enough if nothing is behind.
        while (stored := await self._thread.read(look)) is None:
            """Others are let through in between."""
        found = self._held.over(stored, lambda record: record.applied is not None and self._is_about(record, spec_path))
        return sorted(found, key=lambda record: record.run_id, reverse=True)

    async def completed_without_draft(self, spec_path: str) -> Sequence[RunRecord]:
        """The last ten completed runs of a document that wrote nothing, newest first."""
        stored = await self._thread.read(lambda: self._opened.completed_without_draft(spec_path))
        found = self._held.over(stored, lambda record: _wrote_nothing(record) and self._is_about(record, spec_path))
        return sorted(found, key=lambda record: record.run_id, reverse=True)

    async def ready_drafts(self, spec_path: str) -> Sequence[RunRecord]:
        """All runs of a document whose drafts wait, the complete ones first, newest first."""
        return self._ready(await self._thread.read(lambda: self._opened.ready_drafts(spec_path)), spec_path)

    def _ready(self, stored: Iterable[RunRecord], spec_path: str) -> Sequence[RunRecord]:
        found = self._held.over(stored, lambda record: _draft_waits(record) and self._is_about(record, spec_path))
        newest_first = sorted(found, key=lambda record: record.run_id, reverse=True)
        return sorted(newest_first, key=_is_partial)

    async def ready_draft_for(self, spec_path: str) -> RunRecord | None:
        """The run whose draft waits for a document: the newest complete draft, else the newest partial one."""
        return next(iter(await self.ready_drafts(spec_path)), None)

    async def at_work_elsewhere(self, spec_path: str) -> RunRecord | None:
        """The live run of another process on a document, as far as the record tells; it ends no run."""
        return await self._thread.read(lambda: self._opened.at_work_elsewhere(spec_path))

    async def standing(self, spec_path: str) -> Standing:
        """How runs of a document stand; one look at the database, for each key asks for it."""
        elsewhere, ready, listed = await self._thread.read(
            lambda: (
                self._opened.at_work_elsewhere(spec_path),
                self._opened.ready_drafts(spec_path),
                self._opened.list(1, spec_path, None),
            )
        )
        waiting, newest = self._ready(ready, spec_path), self._listed(listed, 1, spec_path)
        return Standing(elsewhere, next(iter(waiting), None), next(iter(newest), None))

    async def usage(
        self, groupings: Sequence[Grouping], since: str | None = None
    ) -> Mapping[Grouping, Sequence[UsageTotal]]:
        """Tokens and cost of the runs, added up by day (newest first), and by model or spec (in alphabetical order).

        Args:
            groupings: What the groups of each table have in common.
            since: Only the runs of this day (UTC, `2026-01-31`) and later ones.
        """
        try:
            while await self._thread.write(self._opened.catch_up):
                """Others are let through in between."""
        except StoreError as error:
            _stay_behind(error)
        return await self._thread.read(lambda: self._opened.usage(groupings, since))

    async def text(self, sha256: str) -> str | None:
        """A text that some record names by its hash; None if it is not kept."""
        return self._held.text(sha256) or await self._thread.read(lambda: self._opened.text(sha256))

    async def dismiss(self, run_id: str) -> None:
        """Remember that the user has seen a run's failure.

        Raises:
            RunError: `unknown_run`.
        """
        await self._thread.write(lambda: self._opened.dismiss(run_id))

    async def is_dismissed(self, run_id: str) -> bool:
        """Whether the user has seen a run's failure."""
        return await self._thread.read(lambda: self._opened.is_dismissed(run_id))

    async def reconcile(self) -> Sequence[RunRecord]:
        """Mark as interrupted every live run whose owner is gone; their text so far becomes a partial draft.

        Returns:
            The runs that were marked, as they are now.
        """
        return await self._thread.write(self._opened.reconcile)

    async def heartbeat(self, run_ids: Iterable[str]) -> None:
        """Say that the owner of these live runs is alive; to be called each `settings.heartbeat_s` seconds."""
        alive = tuple(run_ids)
        await self._thread.read(lambda: self._opened.heartbeat(alive))

    async def relink(self, old: str, new: str) -> int:
        """Follow a document to its new path below the root; the number of runs that it has.

        Without a root, `old` and `new` are what `document` was and is; the records themselves stay as they are.
        """
        return await self._thread.write(lambda: self._opened.relink(old, new))

    async def prune(
        self, keep_runs: int | None = None, keep_days: int | None = None, now: datetime | None = None
    ) -> int:
        """Drop runs beyond a number or an age, and the texts that only they named; how many runs were dropped.

        Live runs, and runs whose draft still waits, are never dropped. Both limits left out: nothing is.
        """
        found = await self._thread.read(lambda: self._opened.droppable(keep_runs, keep_days, now))
        dropped = 0
        for first in range(0, len(found), _DROPPED_AT_ONCE):
            some = found[first : first + _DROPPED_AT_ONCE]
            dropped += await self._thread.write(functools.partial(self._opened.drop, some))
            await asyncio.sleep(PAUSE_S)
        if found:
            await self._thread.read(lambda: forget_pages(found))
        while dropped:
            if not await self._thread.write(self._opened.give_back_room):
                break
            await asyncio.sleep(PAUSE_S)
        return dropped

    async def catch_up(self) -> None:
        """Bring up to date what was derived from the records of an earlier version; others can write in between."""
        more = True
        while more:
            more = await self._thread.write(self._opened.catch_up)
            # Others that wait for the lock look for it now and then only.
            await asyncio.sleep(PAUSE_S if more else 0)

    def _is_behind(self, spec_path: str) -> bool:
        """Bring some more runs of a document up to date; whether there may be further ones. On the store's thread."""
        # Not tried for long: a hover does not wait for another process.
        try:
            return self._opened.catch_up(spec_path)
        except StoreError as error:
            _stay_behind(error)
            return False

    async def check(self) -> str | None:
        """The fault of the database as SQLite sees it; None if it is sound, or not there yet."""
        return await self._thread.read(self._opened.check)

    @property
    def holds(self) -> bool:
        """Whether it has runs that could not be written, which would be lost with it."""
        return bool(self._held.ids)

    async def aclose(self) -> None:
        """Finish what was asked, then give back the thread and the connection."""
        await self._thread.aclose()

    async def rest(self) -> None:
        """Finish what was asked, then give back the thread and the connection until the next call."""
        await self._thread.rest()

    def _open(self) -> None:
        # Loaded on the store's thread: SQLite and pydantic must not hold up the event loop.

        self._history = histories.RunHistory(self.root, self._settings, self._notices.append, self._document)
        self._history.open()
        for run in self._history.rescued():
            self._held.hold(run.record, run.texts)

    def _close(self) -> None:
        if self._history is not None:
            self._history.close()

    @property
    def _opened(self) -> histories.RunHistory:
        if self._history is None:
            raise StoreError(ErrorCode.STORE_ERROR, "The record of runs is not open.")
        return self._history

    def _is_about(self, record: RunRecord, spec_path: str) -> bool:
        return self._document is not None or record.spec.path == spec_path


def _draft_waits(record: RunRecord) -> bool:
    return record.draft is not None and record.draft.state is DraftState.READY


def _stay_behind(error: StoreError) -> None:
    """Go on with less: what was derived from records of an earlier version could not be brought up to date."""
    if error.code is ErrorCode.STORE_NEWER:
        raise error
    logger.warning("runs of an earlier version stay as they are: %s", error.message)


def _wrote_nothing(record: RunRecord) -> bool:
    return record.status is RunStatus.COMPLETED and record.draft is None


def _is_partial(record: RunRecord) -> bool:
    return record.draft is not None and record.draft.partial
