"""orch.markReviewed: somebody has looked at what was reworded since a document was made of it, or a run wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import snapshot
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.unreviewed import unreviewed_parts
from orch_lsp.orchestration.specs.upstream import nodes_then, write_reviewed


async def mark_reviewed(ls: OrchServer, given: CommandArgument) -> dict[str, list[str]]:
    """orch.markReviewed: note the wording of what the document cites and of what a run wrote in it.

    With `key` one node that the document cites, with `keys` parts of it that a run wrote; without both all of them.
    """
    uri = ls.target_uri(given.uri)
    here = snapshot(ls, uri)
    reading, index = await here.reading(), await here.index()
    seen: list[tuple[str, str, str]] = []
    if given.keys is None:
        reworded = await asyncio.to_thread(nodes_then, reading, index)
        seen += (
            (one.path, one.key, index.documents[one.path].nodes.by_key[one.key].sha256)
            for one in sorted(reworded)
            if given.key is None or one.key == given.key
        )
    if given.key is None:
        written = await asyncio.to_thread(unreviewed_parts, reading)
        seen += (
            (reading.spec_path, key, text)
            for key, text in written.items()
            if given.keys is None or key in _with_parts(reading, given.keys)
        )
    if seen and reading.root is not None:
        await asyncio.to_thread(write_reviewed, reading.root, seen)
        refresh(ls, uri)
    return {"keys": [key for _, key, _ in seen]}


def _with_parts(reading: Reading, keys: Collection[str]) -> frozenset[str]:
    """The keys with those of the nodes in them: whoever has read a requirement has read its criteria."""
    nodes = reading.document.nodes
    spans = [nodes.by_key[key].span for key in keys if key in nodes.by_key]
    inner = (one.key for one in nodes.nodes if any(span.start <= one.span.start < span.end for span in spans))
    return frozenset((*keys, *inner))
