"""The runs of a document that had no file follow it when it is saved as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.runs.status import TERMINAL
from orch_lsp.uri import path_of

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer
    from orch_lsp.runs.record import RunRecord


async def follow_to_file(server: OrchServer, uri: str) -> None:
    """Copy the runs of an untitled document with the same text to the file's own history.

    No client says that a new file is what an untitled document became; the text does, at the moment of saving.
    """
    text = server.documents.text(uri)
    if text is None or path_of(uri) is None:
        return
    for identity in server.documents.untitled_with(text):
        session = await server.ready()
        if not server.documents.is_open(uri):
            return
        reading = await server.read(server.source(uri))
        theirs = await session.store_at(None, identity, reading.settings.runs)
        ours = await session.store(reading)
        for record in await theirs.list(limit=None):
            if record.status in TERMINAL:
                texts = [await theirs.text(digest) for digest in _texts_of(record)]
                moved = replace(record, spec=replace(record.spec, path=reading.spec_path))
                await ours.take_over(moved, [text for text in texts if text is not None])


def _texts_of(record: RunRecord) -> set[str]:
    digests = {record.spec.sha256_before, *(step.output_sha256 for step in record.steps)}
    digests.add(record.draft.sha256 if record.draft else None)
    return {digest for digest in digests if digest is not None}
