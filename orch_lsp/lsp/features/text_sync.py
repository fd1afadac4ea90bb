"""Open, change, save, close, rename: what the server remembers of a document."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from orch_lsp.lsp import diagnostics
from orch_lsp.lsp.failures import Failure, severity_of
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.untitled import follow_to_file
from orch_lsp.runs.status import RunStatus
from orch_lsp.uri import path_of

logger = logging.getLogger(__name__)

_SPECS = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*.md"), scheme="file")]
)


def register(server: OrchServer) -> None:
    """Register the notifications. All but save and rename are synchronous: they must be seen in their order."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: OrchServer, params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.focus(uri)
        ls.documents.note_change(uri)
        ls.run_task(_opened(ls, uri), f"opening of {uri}")

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: OrchServer, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.focus(uri)
        ls.documents.note_change(uri)
        ls.failures.note_change(uri)
        diagnostics.schedule(ls, uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: OrchServer, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.forget_document(uri)
        text = ls.documents.forget(uri)
        for other in ls.documents.open_uris() if text is not None else ():
            if ls.documents.text(other) == text:
                ls.run_task(follow_to_file(ls, other), f"history of {other}")
        ls.failures.close(uri)
        diagnostics.clear(ls, uri)
        ls.run_task(_release_stores(ls), "stores that nobody uses")

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=True))
    async def did_save(ls: OrchServer, params: types.DidSaveTextDocumentParams) -> None:
        uri = params.text_document.uri
        if ls.documents.is_open(uri):
            ls.documents.note_change(uri)
            await _write_provenance(ls, uri)

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, _SPECS)
    async def did_rename_files(ls: OrchServer, params: types.RenameFilesParams) -> None:
        for file in params.files:
            await _follow_rename(ls, file.old_uri, file.new_uri)


async def _release_stores(ls: OrchServer) -> None:
    session = await ls.session()
    await session.release_stores(map(ls.source, ls.documents.open_uris()), ls.folders())


async def _opened(ls: OrchServer, uri: str) -> None:
    await follow_to_file(ls, uri)
    await _show_last_failure(ls, uri)


async def _show_last_failure(ls: OrchServer, uri: str) -> None:
    """After a restart, a document whose newest run failed still says so, unless that was dismissed."""
    session = await ls.ready()
    if not ls.documents.is_open(uri):
        return
    reading = await ls.read(ls.source(uri))
    store = await session.store(reading)
    for notice in session.take_notices():
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"Orch: {notice}"))
    record = await store.newest_for(reading.spec_path)
    if (
        record is not None
        and record.status in {RunStatus.FAILED, RunStatus.INTERRUPTED}
        and record.error is not None
        and ls.documents.is_open(uri)
        and ls.failures.get(uri) is None
        and not ls.failures.was_closed(record.run_id)
        and not await store.is_dismissed(record.run_id)
    ):
        failure = Failure(record.error, record.run_id, severity=severity_of(record.error.code))
        ls.failures.set(uri, failure)
    refresh(ls, uri)


async def _write_provenance(ls: OrchServer, uri: str) -> None:
    """Beside a saved spec: which of its sections come from which run, matched by the text itself."""
    from orch_lsp.runs.provenance import update

    session = await ls.ready()
    if not ls.documents.is_open(uri):
        return  # It was closed meanwhile.
    reading = await ls.read(ls.source(uri))
    if reading.root is None:
        return
    store = await session.store(reading)
    written = [(section.key, section.sha256) for section in reading.document.sections]
    applied = await store.applied_for(reading.spec_path, written)
    problems = await asyncio.to_thread(update, reading.root, reading.spec_path, reading.document.sections, applied)
    for problem in problems:
        logger.warning("provenance of %s: %s", reading.spec_path, problem)
    refresh(ls, uri)


async def _follow_rename(ls: OrchServer, old_uri: str, new_uri: str) -> None:
    from orch_lsp.runs.provenance import move
    from orch_lsp.workspace import relative_path

    ls.failures.move(old_uri, new_uri)
    old, new = path_of(old_uri), path_of(new_uri)
    if old is None or new is None:
        return
    session = await ls.ready()
    for folder in {old.parent, new.parent}:
        root = await asyncio.to_thread(session.root_of_folder, folder)
        if root is None:
            continue
        settings = await session.settings_of(root)
        store = await session.store_at(root, None, settings.runs)
        before, after = [await asyncio.to_thread(relative_path, path, root) for path in (old, new)]
        await store.relink(before, after)
        await asyncio.to_thread(move, root, before, after)
        return
