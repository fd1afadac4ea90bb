"""orch.markReviewed: what a document is made of was reworded, and somebody has seen that the document still fits."""

from __future__ import annotations

import asyncio

from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import snapshot
from orch_lsp.orchestration.upstream import nodes_then, write_reviewed


async def mark_reviewed(ls: OrchServer, given: CommandArgument) -> dict[str, list[str]]:
    """orch.markReviewed: note the wording of one node that the document cites, or of all that were reworded."""
    uri = ls.target_uri(given.uri)
    here = snapshot(ls, uri)
    reading, index = await here.reading(), await here.index()
    reworded = await asyncio.to_thread(nodes_then, reading, index)
    seen = [
        (one.path, one.key, index.documents[one.path].nodes.by_key[one.key].sha256)
        for one in sorted(reworded)
        if given.key is None or one.key == given.key
    ]
    if seen and reading.root is not None:
        await asyncio.to_thread(write_reviewed, reading.root, seen)
        refresh(ls, uri)
    return {"keys": [key for _, key, _ in seen]}
