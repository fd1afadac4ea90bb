"""Remembering that the user allows a provider in a workspace."""

from __future__ import annotations

from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.specs.reading import Reading


async def allow(ls: OrchServer, reading: Reading, provider: str) -> None:
    """Remember, at user level, that a provider may be used in a document's workspace."""
    await ls.shared.consent.allow(reading, provider)
    uri = reading.source.uri
    ls.failures.clear(uri)
    refresh(ls, uri)
