"""textDocument/definition: from a citation to what it names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.occurrences import meant_at
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.review import is_spec

if TYPE_CHECKING:
    from orch_lsp.orchestration.plan import Reading


async def definition(
    snapshot: Snapshot, params: types.DefinitionParams
) -> list[types.LocationLink] | list[types.Location] | None:
    """The node that is meant under the cursor, with all of its text where the client takes that."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_found, snapshot, reading, params) if is_spec(reading) else None


def _found(
    snapshot: Snapshot, reading: Reading, params: types.DefinitionParams
) -> list[types.LocationLink] | list[types.Location] | None:
    positions = snapshot.positions()
    meant = meant_at(reading.index, reading.spec_path, positions.offset(params.position))
    nodes = [found.node for found in meant.definitions if found.path == reading.spec_path] if meant else []
    if meant is None or not nodes:
        return None
    if not snapshot.client.definition_links:
        return [types.Location(snapshot.uri, positions.range(node.head)) for node in nodes]
    origin = positions.range(meant.span)
    return [
        types.LocationLink(snapshot.uri, positions.range(node.span), positions.range(node.head), origin)
        for node in nodes
    ]
