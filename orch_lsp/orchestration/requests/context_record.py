"""The context of a request as the record has it."""

from __future__ import annotations

from orch_lsp.context.item import ContextResult
from orch_lsp.runs.record import ContextItemRef, ContextRecord, LeftOut
from orch_lsp.text import shortened
from orch_lsp.workspace import in_unicode

_LONGEST_SYMBOL = 300


def context_record(result: ContextResult) -> ContextRecord:
    """Its items with their hashes, and what was left out."""
    return ContextRecord(
        items=tuple(
            ContextItemRef(
                path=in_unicode(item.path),
                range=item.lines,
                sha256=item.sha256,
                bytes=len(item.text.encode("utf-8", "surrogatepass")),
                score=item.score,
                source=item.source,
                redactions=item.redactions,
                role=item.role or None,
                symbol=shortened(item.symbol, _LONGEST_SYMBOL) or None,
            )
            for item in result.items
        ),
        left_out=tuple(LeftOut(in_unicode(exclusion.path), exclusion.reason) for exclusion in result.left_out),
        source=result.source,
        fallback_from=result.fallback_from,
        asked=result.asked,
    )
