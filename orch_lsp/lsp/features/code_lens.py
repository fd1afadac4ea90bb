"""textDocument/codeLens: generate, and what can be done with the run or the draft that is there."""

from __future__ import annotations

from lsprotocol import types

from orch_lsp.lsp.offers import offers
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.review import is_spec


async def code_lens(snapshot: Snapshot, params: types.CodeLensParams) -> list[types.CodeLens]:  # noqa: ARG001
    """Lenses above the title: the commands that fit the document now."""
    reading = await snapshot.reading()
    if not is_spec(reading):
        return []
    positions = snapshot.positions()
    place = positions.line_range(positions.range(reading.document.title).start.line if reading.document.title else 0)
    return [
        types.CodeLens(place, types.Command(offer.title, offer.command, arguments=[offer.argument]))
        for offer in await offers(snapshot.session, reading)
    ]
