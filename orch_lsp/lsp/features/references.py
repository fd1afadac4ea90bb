"""textDocument/references: who cites what is meant under the cursor, in all specs of the workspace."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from orch_lsp.language.index import Index
from orch_lsp.language.occurrences import Occurrence, meant_at, occurrences
from orch_lsp.lsp.locations import places
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.plan import Reading
from orch_lsp.orchestration.review import is_spec


async def references(snapshot: Snapshot, params: types.ReferenceParams) -> list[types.Location] | None:
    """The citations, and the node itself if that is asked for."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return None
    index = await snapshot.index()
    found = await asyncio.to_thread(_found, snapshot, reading, index, params)
    if found is None:
        return None
    there = await places(snapshot, reading, index, (one.path for one in found))
    located = [there.location(one.path, one.span) for one in found]
    return [one for one in located if one is not None]


def _found(
    snapshot: Snapshot, reading: Reading, index: Index, params: types.ReferenceParams
) -> list[Occurrence] | None:
    meant = meant_at(index, reading.spec_path, snapshot.positions().offset(params.position))
    if meant is None:
        return None
    return [one for one in occurrences(index, meant) if params.context.include_declaration or not one.declares]
