"""The parts around a place in a document, the smallest first, as a person extends a selection."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.folds import extents
from orch_lsp.document.items import items_of
from orch_lsp.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk, Tree

_WORD = re.compile(r"\w+")
_COMPOUND = re.compile(r"\w+(?:[-./:~]\w+)*")
_LONGEST_LINE = 10_000
"""Characters of a line around a place in which words are looked for."""


def selections(document: SpecDocument, offset: int) -> tuple[Span, ...]:
    """Word, id, inline, block, item, node, sections, document: each holds the one before it, and more.

    A place at the end of a part belongs to it, too. Pure; never raises.
    """
    offset = max(0, min(offset, len(document.text)))
    whole = Span(0, len(document.text))
    around = {span for span in _around(document, offset) if span.start <= offset <= span.end and span.start < span.end}
    found: list[Span] = []
    for span in sorted(around - {whole}, key=lambda span: (span.end - span.start, span)):
        if not found or (span.start <= found[-1].start and found[-1].end <= span.end):
            found.append(span)
    return (*found, whole)


def _around(document: SpecDocument, offset: int) -> Iterator[Span]:
    text, tree = document.text, document.tree
    yield from _words(text, offset)
    if document.front_matter is not None:
        yield document.front_matter.span
        if offset < document.front_matter.span.end:
            yield _line(text, offset)
    citation = document.nodes.citation_at(offset)
    if citation is not None:
        yield citation.span
    for node in document.nodes.around(offset):
        yield node.head
        yield _trimmed(text, node.span)
    yield from _sections(tree, offset)
    yield from _elements(tree, offset)


def _words(text: str, offset: int) -> Iterator[Span]:
    low = max(start_of_line(text, offset), offset - _LONGEST_LINE)
    high = min(end_of_line(text, offset), offset + _LONGEST_LINE)
    for pattern in (_WORD, _COMPOUND):
        touching = [found for found in pattern.finditer(text, low, high) if found.start() <= offset <= found.end()]
        # Of two that touch, the one that begins here.
        for found in touching[-1:]:
            yield Span(*found.span())


def _sections(tree: Tree, offset: int) -> Iterator[Span]:
    headings, around = tree.headings, extents(tree)
    number = bisect_right(headings, offset, key=lambda heading: heading.span.start)
    level = 7
    for at in range(number - 1, -1, -1):
        if headings[at].level < level:
            level = headings[at].level
            yield headings[at].span
            yield _trimmed(tree.text, around[at])
        if level == 1:
            return


def _elements(tree: Tree, offset: int) -> Iterator[Span]:
    number = tree.chunk_at(offset)
    chunk, base = tree.chunks[number], tree.starts[number]
    at = bisect_right(chunk.elements, offset - base, key=lambda element: element.start) - 1
    while at >= 0:
        element = chunk.elements[at]
        yield _trimmed(tree.text, Span(base + element.start, base + element.end))
        if element.kind == "code_block":
            yield _line(tree.text, offset)
        if element.kind == "item" and (content := _content(chunk, at)) is not None:
            yield Span(base + content.start, base + content.end)
        if element.kind in {"code", "emphasis", "strong", "strikethrough"}:
            source = chunk.source(element)
            marks = len(source) - len(source.lstrip(source[:1]))
            yield Span(base + element.start + marks, base + element.end - marks)
        at = element.parent


def _content(chunk: Chunk, number: int) -> Span | None:
    """The own words of an item, without marker and box."""
    items = items_of(chunk)
    # The parser may begin an item in the blanks in front of its marker.
    at = bisect_left(items, chunk.elements[number].start, key=lambda item: item.span.start)
    return items[at].content if at < len(items) else None


def _line(text: str, offset: int) -> Span:
    return Span(start_of_line(text, offset), end_of_line(text, offset))


def _trimmed(text: str, span: Span) -> Span:
    """Without the blank lines at its end."""
    end = span.end
    while end > span.start and text[end - 1] in " \t\r\n":
        end -= 1
    return Span(span.start, end)
