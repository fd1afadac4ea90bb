"""When a document is opened: its history is found again, and so is the failure that it showed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lsprotocol import types

from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.specs.whereabouts import locate
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import TERMINAL, RunStatus
from orch_lsp.uri import path_of


async def follow_to_file(server: OrchServer, uri: str, identities: list[str]) -> None:
    """Copy the runs of untitled documents, which have the file's text, to the file's own history.

    No client says that a new file is what an untitled document became; the text does, at the moment of saving.
    """
    for identity in identities if path_of(uri) is not None else ():
        session = server.shared
        if not server.documents.is_open(uri):
            return
        place = await asyncio.to_thread(locate, server.source(uri))
        theirs = await session.stores.store_at(None, identity, (await session.settings_of(place.root)).runs)
        ours = await session.store_in(place)
        for record in await theirs.list(limit=None):
            if record.status in TERMINAL:
                texts = [await theirs.text(digest) for digest in _texts_of(record)]
                moved = replace(record, spec=replace(record.spec, path=place.spec_path))
                await ours.take_over(moved, [text for text in texts if text is not None])


def _texts_of(record: RunRecord) -> set[str]:
    digests = {record.spec.sha256_before, *(step.output_sha256 for step in record.steps)}
    digests.add(record.draft.sha256 if record.draft else None)
    return {digest for digest in digests if digest is not None}


async def show_last_failure(ls: OrchServer, uri: str) -> None:
    """After a restart, a document whose newest run failed still says so, unless that was dismissed."""
    if not ls.documents.is_open(uri):
        return
    session = ls.shared
    place = await asyncio.to_thread(locate, ls.source(uri))
    store = await session.store_in(place)
    for notice in session.stores.take_notices():
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"Orch: {notice}"))
    record = await store.newest_for(place.spec_path)
    if (
        record is not None
        and record.status in {RunStatus.FAILED, RunStatus.INTERRUPTED}
        and record.error is not None
        and ls.documents.is_open(uri)
        and ls.failures.get(uri) is None
        and not ls.failures.was_closed(record.run_id)
        and not await store.is_dismissed(record.run_id)
    ):
        failure = ShownFailure.of_run(record, record.error)
        ls.failures.set(uri, failure)
    refresh(ls, uri)
