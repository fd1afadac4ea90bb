"""The stores of one process, by root: opened when they are first needed, and given back when nothing needs them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import document_id, root_of, root_of_folder
from orch_lsp.runs.record import Owner, RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings

logger = logging.getLogger(__name__)

STORES_KEPT = 16
"""Stores of roots in which nothing is open any more that are kept open all the same."""
_TENDING_AT_END_S = 1.0
"""Seconds that the end waits for old runs to be dropped."""


class RunStores:
    """Opens each store once; runs that it finds without their owner are marked interrupted."""

    def __init__(self, owner: Owner) -> None:
        self.on_interrupted: Callable[[RunRecord], None] | None = None
        """Called with each run that this process found without its owner, and ended."""
        self._owner = owner
        self._stores: dict[tuple[Path | None, str | None], asyncio.Task[RunStore]] = {}
        self._tending: set[asyncio.Task[None]] = set()

    async def store(self, reading: Reading) -> RunStore:
        """The store that holds the document's runs.

        Raises:
            StoreError: No place to keep records can be written.
        """
        return await self.store_at(reading.root, document_id(reading.source, reading.root), reading.settings.runs)

    async def store_at(self, root: Path | None, document: str | None, settings: RunSettings) -> RunStore:
        """The store of a root or of a document without one; opened once, its orphaned runs marked interrupted."""
        key = (root, document)
        task = self._stores.get(key)
        if task is None:
            task = asyncio.create_task(self._open_store(root, document, settings), name=f"open store {key}")
            self._stores[key] = task
        try:
            return await asyncio.shield(task)
        except BaseException:
            if task.done() and self._stores.get(key) is task:
                del self._stores[key]
            raise

    async def release_stores(
        self, sources: Iterable[Source], folders: Iterable[Path], busy: Collection[RunStore]
    ) -> None:
        """Give back the stores that none of these documents and folders uses, and that are not `busy` with a live run.

        Those of the roots opened last are kept: a person may ask for a run there. The runs of documents without a root
        are all found in one place.
        """
        keep = await asyncio.to_thread(self._store_keys, list(sources), list(folders))
        roots = [key for key in self._stores if key[0] is not None and key not in keep]
        keep |= set(roots[-STORES_KEPT:])
        for key, task in list(self._stores.items()):
            if key in keep or not task.done() or task.cancelled() or task.exception() is not None:
                continue
            store = task.result()
            if store not in busy and not store.holds and self._stores.get(key) is task:
                del self._stores[key]
                await store.rest()

    def _store_keys(self, sources: Iterable[Source], folders: Iterable[Path]) -> set[tuple[Path | None, str | None]]:
        keys: set[tuple[Path | None, str | None]] = {(None, None)}
        keys |= {(root, document_id(source, root)) for source in sources for root in (root_of(source),)}
        return keys | {(root_of_folder(folder), None) for folder in folders}

    async def _open_store(self, root: Path | None, document: str | None, settings: RunSettings) -> RunStore:
        store = await RunStore.open(root, document=document, owner=self._owner, settings=settings)
        try:
            # First what earlier processes could not write: their runs would be taken for interrupted ones.
            await store.write_held()
            self.tell_interrupted(await store.reconcile())
        except StoreError as error:
            if error.code is ErrorCode.STORE_NEWER:
                raise
            # A disk that is full, or a lock that another program holds, is no reason to show nothing.
            logger.warning("runs without an owner stay as they are: %s", error.message)
        task = asyncio.create_task(self._tend(store, settings), name=f"tend {store.location}")
        self._tending.add(task)
        task.add_done_callback(self._tending.discard)
        return store

    async def _tend(self, store: RunStore, settings: RunSettings) -> None:
        """Bring runs of earlier versions up to date and drop old ones while others go on; no failure is a concern."""
        try:
            await store.catch_up()
            if settings.keep_runs is not None or settings.keep_days is not None:
                await store.prune(settings.keep_runs, settings.keep_days)
        except StoreError as error:
            logger.warning("old runs stay as they are for now: %s", error.message)

    def tell_interrupted(self, records: Iterable[RunRecord]) -> None:
        """Pass on runs that were found without their owner and are `interrupted` now."""
        if self.on_interrupted is not None:
            for record in records:
                self.on_interrupted(record)

    def take_notices(self) -> list[str]:
        """Notices of the stores for the user; each is given once."""
        stores = [task.result() for task in self._stores.values() if task.done() and not task.exception()]
        return [notice for store in stores for notice in store.take_notices()]

    async def open_stores(self) -> list[RunStore]:
        """The stores that are open now."""
        return [task.result() for task in self._stores.values() if task.done() and not task.exception()]

    async def aclose(self) -> None:
        """Close them all."""
        if self._tending:
            # A short command gets on with it, too; what is left over is for the next one.
            _, late = await asyncio.wait(self._tending, timeout=_TENDING_AT_END_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        stores = await self.open_stores()
        self._stores.clear()
        await asyncio.gather(*(store.aclose() for store in stores), return_exceptions=True)
