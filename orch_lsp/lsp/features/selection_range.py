"""textDocument/selectionRange: from the word to the document, step by step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.selections import selections
from orch_lsp.lsp.snapshot import Snapshot

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.lsp.convert import Positions

_DEEPEST = 64
"""Steps for one place: whoever writes or reads the answer makes a call for each."""


async def selection_range(snapshot: Snapshot, params: types.SelectionRangeParams) -> list[types.SelectionRange]:
    """For each place the parts around it."""
    reading = await snapshot.reading()
    positions = snapshot.positions()
    return await asyncio.to_thread(lambda: [_chain(reading.document, positions, place) for place in params.positions])


def _chain(document: SpecDocument, positions: Positions, place: types.Position) -> types.SelectionRange:
    spans = selections(document, positions.offset(place))
    ranges = list(
        dict.fromkeys(_bounds(positions, span.start, span.end) for span in (*spans[: _DEEPEST - 1], spans[-1]))
    )
    chain: types.SelectionRange | None = None
    for start, end in reversed(ranges):
        chain = types.SelectionRange(types.Range(types.Position(*start), types.Position(*end)), chain)
    return chain or types.SelectionRange(types.Range(place, place))


def _bounds(positions: Positions, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
    first, last = positions.position(start), positions.position(end)
    return (first.line, first.character), (last.line, last.character)
