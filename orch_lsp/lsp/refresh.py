"""One path on which everything that is shown in a document is brought up to date."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException

from orch_lsp.lsp import publishing

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


def refresh(server: OrchServer, uri: str) -> None:
    """Diagnostics, hints and lenses of a document may have changed; tell the client in the way that it can be told."""
    publishing.schedule(server, uri)
    publishing.schedule_hints(server)
    _refresh_lenses(server)


def refresh_all(server: OrchServer) -> None:
    """The same for everything that is open, as after a change of the settings."""
    for uri in server.documents.open_uris():
        publishing.schedule(server, uri)
    publishing.schedule_hints(server)
    _refresh_lenses(server)


def _refresh_lenses(server: OrchServer) -> None:
    if server.client.code_lens_refresh:
        server.run_task(_ask_for_lenses(server), "refresh code lenses")


async def _ask_for_lenses(server: OrchServer) -> None:
    try:
        async with asyncio.timeout(10.0):
            await server.workspace_code_lens_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # A client that does not answer asks again by itself at the next change.
