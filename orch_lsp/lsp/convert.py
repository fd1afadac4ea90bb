"""Domain values to LSP values and back: the only place where offsets become positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import cast

from lsprotocol import types

from orch_lsp.text import Edit, LineIndex, PositionEncoding, Span


@lru_cache(maxsize=8)
def _index_of(text: str, encoding: PositionEncoding) -> LineIndex:
    """Several requests are about one version of a document, one after the other."""
    return LineIndex(text, encoding)


Place = tuple[int, int, int, int]
"""A client's range by its numbers, to compare and to keep: line and column of its start, then those of its end."""


def range_at(place: Place) -> types.Range:
    """The range of a place."""
    return types.Range(types.Position(*place[:2]), types.Position(*place[2:]))


class Positions:
    """Offsets and positions of one text in one client's encoding."""

    def __init__(self, text: str, encoding: str, line_starts: Sequence[int] | None = None) -> None:
        unit = cast("PositionEncoding", encoding)
        self._index = _index_of(text, unit) if line_starts is None else LineIndex(text, unit, line_starts)

    def offset(self, position: types.Position) -> int:
        """The offset of a client's position."""
        return self._index.offset(position.line, position.character)

    def position(self, offset: int) -> types.Position:
        """The client's position of an offset."""
        return types.Position(*self._index.position(offset))

    def range(self, span: Span) -> types.Range:
        """The client's range of a span."""
        return types.Range(self.position(span.start), self.position(span.end))

    def place(self, span: Span) -> Place:
        """A span as `range_at` takes it."""
        return self._index.place(span.start, span.end)

    def span(self, range_: types.Range) -> Span:
        """The span of a client's range."""
        return Span(self.offset(range_.start), self.offset(range_.end))

    def line_range(self, line: int) -> types.Range:
        """The whole of a line, without its end."""
        line = min(line, self._index.line_count - 1)
        start = self._index.offset(line, 0)
        return self.range(Span(start, start + len(self._index.line(line))))

    def text_edits(self, edits: Iterable[Edit]) -> list[types.TextEdit]:
        """Edits as the client takes them."""
        return [types.TextEdit(self.range(edit.span), edit.new_text) for edit in edits]


def workspace_edit(
    uri: str, version: int | None, edits: list[types.TextEdit], *, document_changes: bool
) -> types.WorkspaceEdit:
    """One document's edits; versioned where the client can take that."""
    if not document_changes:
        return types.WorkspaceEdit(changes={uri: edits})
    target = types.OptionalVersionedTextDocumentIdentifier(uri, version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(target, list(edits))])


SOURCE = "orch"
"""The source of our diagnostics, as clients show it."""

SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}
"""Our words for severities; `off` is not among them."""
