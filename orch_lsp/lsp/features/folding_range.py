"""textDocument/foldingRange: front matter, sections, requirements, tasks, fences and comments."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.folds import folds
from orch_lsp.lsp.snapshot import Snapshot

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.lsp.convert import Positions


async def folding_range(
    snapshot: Snapshot,
    params: types.FoldingRangeParams,  # noqa: ARG001 -- the signature of the handler
) -> list[types.FoldingRange]:
    """Whole lines, which every client can fold; the largest ones, if the client takes no more."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_found, reading.document, snapshot.positions(), snapshot.client.fold_limit)


def _found(document: SpecDocument, positions: Positions, limit: int | None) -> list[types.FoldingRange]:
    found = folds(document)
    if limit is not None and len(found) > limit:
        largest = sorted(found, key=lambda fold: (fold.span.start - fold.span.end, fold.span.start))[:limit]
        found = sorted(largest, key=lambda fold: fold.span)
    return [
        types.FoldingRange(
            positions.position(fold.span.start).line,
            positions.position(fold.span.end).line,
            kind=types.FoldingRangeKind.Comment if fold.kind == "comment" else None,
        )
        for fold in found
    ]
