"""Saved and renamed files: the provenance beside them, and the history that follows them."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from orch_lsp.document.written import hashes_of, written_parts
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import read
from orch_lsp.orchestration.specs.whereabouts import root_of_folder
from orch_lsp.runs.provenance import move, update
from orch_lsp.uri import path_of
from orch_lsp.workspace import relative_path

logger = logging.getLogger(__name__)


async def did_save(ls: OrchServer, params: types.DidSaveTextDocumentParams) -> None:
    """Write beside a saved spec which of its sections come from which run, matched by the text itself."""
    session, uri = ls.shared, params.text_document.uri
    if not ls.documents.is_open(uri):
        return
    ls.documents.note_change(uri)
    if (path := path_of(uri)) is not None:
        await session.indexes.look_at([path])
    reading = await read(ls, uri)
    if reading.root is None:
        return
    store = await session.store(reading)
    written = await asyncio.to_thread(hashes_of, reading.document)
    applied = await store.applied_for(reading.spec_path, written)
    problems = await asyncio.to_thread(
        update, reading.root, reading.spec_path, written_parts(reading.document), applied
    )
    for problem in problems:
        logger.warning("provenance of %s: %s", reading.spec_path, problem)
    refresh(ls, uri)


async def did_rename_files(ls: OrchServer, params: types.RenameFilesParams) -> None:
    """The history and the provenance of a spec follow it to its new name; the index knows it there."""
    moved = [path_of(uri) for file in params.files for uri in (file.old_uri, file.new_uri)]
    await ls.shared.indexes.look_at([path for path in moved if path is not None])
    for file in params.files:
        await _follow_rename(ls, file.old_uri, file.new_uri)


async def _follow_rename(ls: OrchServer, old_uri: str, new_uri: str) -> None:
    ls.failures.move(old_uri, new_uri)
    old, new = path_of(old_uri), path_of(new_uri)
    if old is None or new is None:
        return
    session = ls.shared
    for folder in {old.parent, new.parent}:
        root = await asyncio.to_thread(root_of_folder, folder)
        if root is None:
            continue
        settings = await session.settings_of(root)
        store = await session.stores.store_at(root, None, settings.runs)
        before, after = [await asyncio.to_thread(relative_path, path, root) for path in (old, new)]
        await store.relink(before, after)
        await asyncio.to_thread(move, root, before, after)
        return
