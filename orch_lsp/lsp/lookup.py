"""Finding a run and its store from what a command names."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.document.written import written_parts
from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import read, take
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.whereabouts import Place, locate, root_of_folder
from orch_lsp.runs.origins import taken_back
from orch_lsp.runs.owner import is_gone
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import LIVE
from orch_lsp.runs.store import RunStore
from orch_lsp.uri import path_of
from orch_lsp.workspace import relative_path

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run with the store that holds it."""

    record: RunRecord
    store: RunStore


async def stores(server: OrchServer) -> list[RunStore]:
    """Every store that is open, and those of the open documents and workspace folders.

    One that cannot be used hides nothing that another holds.

    Raises:
        StoreError: There is one that cannot be used, and no other.
    """
    session = server.shared
    found: list[RunStore] = []
    unusable: StoreError | None = None
    # By where the documents are: none of them is read, and those of one root have one store.
    by_store = {(place.root, place.document): place for place in await _places(server)}
    opening = [
        *(functools.partial(session.store_in, place) for place in by_store.values()),
        *(functools.partial(_store_of_folder, session, folder) for folder in server.folders()),
    ]
    for one in opening:
        try:
            store = await one()
        except StoreError as error:
            logger.warning("a record of runs is passed over: %s", error.message)
            unusable = error
        else:
            if store not in found:
                found.append(store)
    found += [store for store in await session.open_stores() if store not in found]
    if unusable is not None and not found:
        raise unusable
    return found


async def _places(server: OrchServer) -> list[Place]:
    """Where the open documents are."""
    sources = [server.source(uri) for uri in server.documents.open_uris()]
    return await asyncio.to_thread(lambda: [locate(source) for source in sources])


async def _place(server: OrchServer, uri: str) -> Place:
    return await asyncio.to_thread(locate, server.source(uri))


async def find_run(server: OrchServer, run_id: str) -> FoundRun:
    """A run by its id or an unambiguous beginning of it: of what is open, else of a document without a root.

    Raises:
        RunError: `unknown_run`.
    """
    supervisor = server.shared.supervisor
    for live in supervisor.live:
        if live.record.run_id == run_id:
            return FoundRun(live.committed, live.store)
    async for store in _stores_in_turn(server):
        try:
            return FoundRun(await store.get(run_id), store)
        except RunError:
            continue
    raise RunError(ErrorCode.UNKNOWN_RUN, f"There is no run {run_id} in this workspace.")


async def _stores_in_turn(server: OrchServer) -> AsyncGenerator[RunStore, None]:
    """Stores as they are needed, the open ones first: one that cannot be opened hides nothing that another holds."""
    session = server.shared
    seen: list[RunStore] = []
    for store in await session.open_stores():
        seen.append(store)
        yield store
    for store in await stores(server):
        if store not in seen:
            yield store
    yield await session.stores.store_at(None, None, (await session.settings_of(None)).runs)


async def draft_text(server: OrchServer, found: FoundRun) -> str:
    """A run's draft, or what has arrived of it so far."""
    live = next((run for run in server.shared.supervisor.live if run.record.run_id == found.record.run_id), None)
    if live is not None and live.committed.status in LIVE:
        return live.text
    draft = found.record.draft
    text = await found.store.text(draft.sha256) if draft else None
    return text if text is not None else await found.store.partial_text(found.record.run_id)


async def newest_run(server: OrchServer, uri: str | None, *, with_draft: bool = False) -> FoundRun:
    """The newest run of a document (by default the one last worked on), or the one whose draft waits.

    Raises:
        RunError: `unknown_run`: there is none.
    """
    uri = uri or server.last_document
    if uri is not None and server.documents.is_open(uri):
        place = await _place(server, uri)
        store = await server.shared.store_in(place)
        record = await (store.ready_draft_for(place.spec_path) if with_draft else store.newest_for(place.spec_path))
        if record is not None:
            return FoundRun(record, store)
    elif not with_draft:
        newest = [
            FoundRun(record, store) for store in await stores(server) for record in await store.list(limit=1)
        ]  # fmt: skip
        if newest:
            return max(newest, key=lambda found: found.record.timing.started_at)
    raise RunError(ErrorCode.UNKNOWN_RUN, "No draft is waiting." if with_draft else "There are no runs yet.")


async def history(server: OrchServer, uri: str | None, limit: int, search: str | None = None) -> list[FoundRun]:
    """Runs, newest first: of a document, of a workspace folder, or of all that is open; `search` as in a store."""
    session = server.shared
    if uri is not None and server.documents.is_open(uri):
        place = await _place(server, uri)
        return await _listed(await session.store_in(place), limit, place.spec_path, search=search)
    path = path_of(uri) if uri is not None else None
    if path is not None and await asyncio.to_thread(path.is_dir):
        return await _listed(await _store_of_folder(session, path), limit, search=search)
    if path is not None:
        store = await _store_of_folder(session, path.parent)
        if store.root is not None:
            named = await asyncio.to_thread(relative_path, path, store.root)
            return await _listed(store, limit, named, search=search)
    found = [run for store in await stores(server) for run in await _listed(store, limit, search=search)]
    return sorted(found, key=lambda run: run.record.run_id, reverse=True)[:limit]


async def _listed(store: RunStore, limit: int, spec_path: str | None = None, *, search: str | None) -> list[FoundRun]:
    found = await store.list(limit=limit, spec_path=spec_path, search=search)
    return [FoundRun(record, store) for record in found]


async def taken_back_of(server: OrchServer, runs: Sequence[FoundRun]) -> set[str]:
    """Ids of the runs whose applied draft is no longer in its document, as after an undo; of open documents only.

    `runs` has the newest ones of each document, newest first.

    A run of another server that still runs is left out: its editor has a text of its own of the same document.
    """
    session = server.shared
    applied = [run for run in runs if run.record.applied is not None]
    paths = {run.record.spec.path for run in applied}
    found: set[str] = set()
    for place in await _places(server) if paths else ():
        if place.spec_path in paths:
            store = await session.store_in(place)
            of_it = [run.record for run in applied if run.store is store and run.record.spec.path == place.spec_path]
            if of_it:
                reading = await take(server, place.source).reading()
                found |= await asyncio.to_thread(taken_back, written_parts(reading.document), of_it)
    owners = {run.record.run_id: run.record.owner for run in applied if run.record.run_id in found}
    others = set(owners.values()) - {session.owner}
    living = [owner for owner in others if not await asyncio.to_thread(is_gone, owner, None, 0)]
    return {run_id for run_id, owner in owners.items() if owner not in living}


async def _store_of_folder(session: Session, folder: Path) -> RunStore:
    root = await asyncio.to_thread(root_of_folder, folder)
    return await session.stores.store_at(root, None, (await session.settings_of(root)).runs)


async def document_of(server: OrchServer, found: FoundRun) -> tuple[str, Reading] | None:
    """The open document that a run is about; None if it is closed."""
    session = server.shared
    for place in await _places(server):
        uri = place.source.uri
        if place.spec_path != found.record.spec.path or await session.store_in(place) is not found.store:
            continue
        if server.documents.is_open(uri):
            return uri, await read(server, uri)
    return None
