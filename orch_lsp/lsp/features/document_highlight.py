"""textDocument/documentHighlight: where the document names what is meant under the cursor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.language.occurrences import behind_label, meant_at, occurrences
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.orchestration.specs.review import is_spec

if TYPE_CHECKING:
    from orch_lsp.orchestration.specs.reading import Reading


async def document_highlight(
    snapshot: Snapshot, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    """The node and its citations; None for what is cited nowhere, so that the editor marks words as it always does."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_found, snapshot, reading, params) if is_spec(reading) else None


def _found(
    snapshot: Snapshot, reading: Reading, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    positions = snapshot.positions()
    offset = behind_label(reading.document.text, reading.indexed, positions.offset(params.position))
    meant = meant_at(reading.index, reading.spec_path, offset)
    found = [] if meant is None else [o for o in occurrences(reading.index, meant) if o.path == reading.spec_path]
    if all(each.declares for each in found):
        return None
    return [
        types.DocumentHighlight(
            positions.range(each.span),
            types.DocumentHighlightKind.Write if each.declares else types.DocumentHighlightKind.Read,
        )
        for each in found
    ]
