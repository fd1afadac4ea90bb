"""When a document's diagnostics reach the client: pushed a moment after the last change.

A client that pulls them is told to ask again instead, for all documents at once.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp.lsp import diagnostics, snapshot
    from orch_lsp.lsp.server import OrchServer
else:
    diagnostics = late("orch_lsp.lsp.diagnostics")
    snapshot = late("orch_lsp.lsp.snapshot")

QUIET_SECONDS = 0.15
_ALL = ""
"""In the place of a URI: a client that pulls asks again for every document."""


def schedule(ls: OrchServer, uri: str) -> None:
    """Bring the document's diagnostics up to date once it is quiet."""
    uri = _ALL if ls.client.pull_diagnostics else ls.workspace.spelling(uri)
    if (waiting := ls.publishing.get(uri)) is not None:
        waiting.cancel()
    work = _ask_to_pull(ls) if uri == _ALL else _publish(ls, uri)
    ls.publishing[uri] = ls.run_task(work, f"diagnostics of {uri or 'all documents'}")


def clear(ls: OrchServer, uri: str) -> None:
    """The document was closed: it shows nothing any more."""
    if (waiting := ls.publishing.pop(uri, None)) is not None:
        waiting.cancel()
    if not ls.client.pull_diagnostics:
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


async def _publish(ls: OrchServer, uri: str) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    await ls.ready()
    if not ls.documents.is_open(uri):
        return
    looked_at = snapshot.snapshot(ls, uri)
    found = await diagnostics.diagnostics_of(looked_at)
    if ls.documents.is_open(uri):
        version = looked_at.source.version
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))


async def _ask_to_pull(ls: OrchServer) -> None:
    await asyncio.sleep(QUIET_SECONDS)
    try:
        async with asyncio.timeout(10.0):
            await ls.workspace_diagnostic_refresh_async(None)
    except (TimeoutError, JsonRpcException):
        return  # The client pulls again by itself at the next change.
