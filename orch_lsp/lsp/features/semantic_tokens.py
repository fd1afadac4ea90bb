"""textDocument/semanticTokens: ids, states and the words that oblige, in types that every theme colours."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

from orch_lsp.document.terms import Term, TermKind, terms
from orch_lsp.lsp.snapshot import Snapshot
from orch_lsp.lsp.token_legend import LEGEND
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from orch_lsp.document.model import SpecDocument
    from orch_lsp.lsp.convert import Positions
    from orch_lsp.orchestration.specs.reading import Reading

_DECLARATION = 1 << LEGEND.token_modifiers.index("declaration")
_KINDS: Mapping[TermKind, tuple[int, int]] = {
    "declaration": (LEGEND.token_types.index("class"), _DECLARATION),
    "citation": (LEGEND.token_types.index("class"), 0),
    "state": (LEGEND.token_types.index("enumMember"), 0),
    "duty": (LEGEND.token_types.index("keyword"), 0),
    "step": (LEGEND.token_types.index("keyword"), 0),
}


async def full(snapshot: Snapshot, params: types.SemanticTokensParams) -> types.SemanticTokens:  # noqa: ARG001 -- the signature of the handler
    """The tokens of the whole document."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_tokens, reading, snapshot.positions(), None)


async def within(snapshot: Snapshot, params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
    """The tokens of the part that is seen."""
    reading = await snapshot.reading()
    return await asyncio.to_thread(_tokens, reading, snapshot.positions(), params.range)


def _tokens(reading: Reading, positions: Positions, part: types.Range | None) -> types.SemanticTokens:
    if not (reading.settings.semantic_tokens and is_spec(reading)):
        return types.SemanticTokens([])
    shown = _terms(reading.document, None if part is None else positions.span(part))
    return types.SemanticTokens(list(_encoded(shown, positions)))


def _terms(document: SpecDocument, part: Span | None) -> list[Term]:
    return [
        term for term in terms(document) if part is None or (term.span.start < part.end and part.start < term.span.end)
    ]


def _encoded(shown: Iterable[Term], positions: Positions) -> Iterable[int]:
    """Five numbers for each: lines and columns behind the one before it, its length, its type, its modifiers."""
    line = column = 0
    for term in shown:
        start, end = positions.position(term.span.start), positions.position(term.span.end)
        if start.line != line:
            column = 0
        yield from (start.line - line, start.character - column, end.character - start.character, *_KINDS[term.kind])
        line, column = start.line, start.character
