"""One path on which everything that is shown in a document is brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.lsp import publishing
from orch_lsp.lsp.lenses import refresh_lenses

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


def refresh(server: OrchServer, uri: str) -> None:
    """Diagnostics, hints and lenses of a document may have changed; tell the client in the way that it can be told."""
    server.shared.histories.forget()
    publishing.schedule(server, uri)
    publishing.schedule_hints(server)
    refresh_lenses(server)


def refresh_all(server: OrchServer) -> None:
    """The same for everything that is open, as after a change of the settings."""
    for uri in server.documents.open_uris():
        publishing.schedule(server, uri)
    publishing.schedule_hints(server)
    refresh_lenses(server)
