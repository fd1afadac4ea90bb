"""The workspace's index and the client: which documents are open, and whom a change of another file concerns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orch_lsp.lsp import snapshot
from orch_lsp.orchestration.source import Source
from orch_lsp.orchestration.spec_indexes import Client

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


def client_of(server: OrchServer) -> Client:
    """The server's client, as the indexes ask about it."""

    def documents() -> Sequence[Source]:
        return [server.source(uri) for uri in server.documents.open_uris()]

    return Client(documents, lambda: snapshot.editor_layer(server))
