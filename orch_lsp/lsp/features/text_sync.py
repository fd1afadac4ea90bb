"""Open, change, close: what the server remembers of a document. All of it at once, in the order in which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.late import late
from orch_lsp.lsp import publishing
from orch_lsp.lsp.server import OrchServer

if TYPE_CHECKING:
    from orch_lsp.lsp import indexing, opening
else:
    indexing = late("orch_lsp.lsp.indexing")
    opening = late("orch_lsp.lsp.opening")


def register(server: OrchServer) -> None:
    """Register the notifications; what follows from one is done in the background."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: OrchServer, params: types.DidOpenTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.focus(uri)
        ls.documents.note_change(uri)
        identities = ls.documents.untitled_with(params.text_document.text)
        ls.run_task(_opened(ls, uri, identities), f"opening of {uri}")

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: OrchServer, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.focus(uri)
        ls.documents.note_change(uri)
        ls.failures.note_change(uri)
        publishing.text_changed(ls, uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: OrchServer, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        ls.forget_document(uri)
        text = ls.documents.forget(uri)
        for other in ls.documents.open_uris() if text is not None else ():
            if text is not None and ls.documents.text(other) == text:
                ls.run_task(_became_file(ls, other, ls.documents.untitled_with(text)), f"history of {other}")
        ls.failures.close(uri)
        ls.estimates.forget(uri)
        publishing.clear(ls, uri)
        ls.run_task(_release_stores(ls), "stores that nobody uses")


async def _opened(ls: OrchServer, uri: str, identities: list[str]) -> None:
    await ls.ready()
    await opening.follow_to_file(ls, uri, identities)
    await opening.show_last_failure(ls, uri)
    await indexing.begin(ls, uri)


async def _became_file(ls: OrchServer, uri: str, identities: list[str]) -> None:
    await ls.ready()
    await opening.follow_to_file(ls, uri, identities)


async def _release_stores(ls: OrchServer) -> None:
    session = await ls.session()
    busy = {live.store for live in session.supervisor.live}
    await session.indexes.let_go_closed()
    await session.stores.release_stores(map(ls.source, ls.documents.open_uris()), ls.folders(), busy)
