"""textDocument/references: who cites what is meant under the cursor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.occurrences import meant_at, occurrences
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.review import is_spec

if TYPE_CHECKING:
    from orch_lsp.orchestration.plan import Reading


async def references(snapshot: Snapshot, params: types.ReferenceParams) -> list[types.Location] | None:
    """The citations in the document, and the node itself if that is asked for."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_found, snapshot, reading, params) if is_spec(reading) else None


def _found(snapshot: Snapshot, reading: Reading, params: types.ReferenceParams) -> list[types.Location] | None:
    positions = snapshot.positions()
    meant = meant_at(reading.index, reading.spec_path, positions.offset(params.position))
    if meant is None:
        return None
    return [
        types.Location(snapshot.uri, positions.range(found.span))
        for found in occurrences(reading.index, meant)
        if found.path == reading.spec_path and (params.context.include_declaration or not found.declares)
    ]
