"""The workspace's index and the client: which documents are open, and whom a change of another file concerns."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.lsp import publishing, snapshot
from orch_lsp.orchestration.index.spec_indexes import Client
from orch_lsp.orchestration.specs.whereabouts import locate

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer

LENS_SECONDS = 1.0
"""How long files wait for the client to ask for the lenses of the first document."""


def client_of(server: OrchServer) -> Client:
    """The server's client, as the indexes ask about it."""

    def affected(uris: Sequence[str] | None) -> None:
        if uris is None:
            for uri in server.documents.open_uris():
                publishing.schedule(server, uri)
        else:
            publishing.schedule_others(server, {uri for uri in uris if server.documents.is_open(uri)})
        publishing.schedule_hints(server)

    def fell_short(sentence: str) -> None:
        server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"Orch: {sentence}"))

    return Client(
        altered=server.documents.take_altered,
        editor=lambda: snapshot.editor_layer(server),
        affected=affected,
        fell_short=fell_short,
        tells_changes=lambda: server.told_of_files,
    )


async def begin(server: OrchServer, uri: str) -> None:
    """Look at the files around a document that was opened, once its lenses are shown, or nobody asks for them."""
    try:
        async with asyncio.timeout(LENS_SECONDS):
            await server.lenses_shown.wait()
    except TimeoutError:
        server.lenses_shown.set()
    if server.documents.is_open(uri):
        place = await asyncio.to_thread(locate, server.source(uri))
        await server.shared.indexes.begin(place.source, place.root)
