"""One path on which everything that is shown in a document is brought up to date."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcException

from orch_lsp.lsp import diagnostics

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer


def refresh(server: OrchServer, uri: str) -> None:
    """Diagnostics and lenses of a document may have changed; tell the client in the way that it can be told."""
    diagnostics.schedule(server, uri)
    if server.client.code_lens_refresh:
        server.run_task(_refresh_lenses(server), "refresh code lenses")


async def _refresh_lenses(server: OrchServer) -> None:
    try:
        async with asyncio.timeout(10.0):
            await server.workspace_code_lens_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # A client that does not answer asks again by itself at the next change.
