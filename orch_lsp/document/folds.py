"""Parts of a document that can be folded away: each is whole lines, and two of them nest or lie apart."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orch_lsp.text import Span, line_spans, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Tree

FoldKind = Literal["part", "comment"]

_BLOCKS = ("item", "code_block", "quote", "table", "html_block", "footnote")


@dataclass(frozen=True, slots=True)
class Fold:
    """From the line that stays to the last one with text that goes."""

    span: Span
    """From the start of its first line to the end of its last one; of two lines at least."""
    kind: FoldKind


def folds(document: SpecDocument) -> tuple[Fold, ...]:
    """Front matter, sections, nodes, items, fences, comments and other blocks of several lines, in document order.

    One for each line: where two begin, the longer one. Pure; never raises.
    """
    lines = line_spans(document.text)
    written = [line for line in lines if document.text[line.start : line.end].strip()]
    starts = [line.start for line in written]
    found: dict[int, Fold] = {}
    for span, kind in _parts(document):
        number = bisect_left(starts, span.end) - 1
        start = start_of_line(document.text, span.start)
        if number < 0 or written[number].start <= start:
            continue
        fold = Fold(Span(start, written[number].end), kind)
        if start not in found or found[start].span.end < fold.span.end:
            found[start] = fold
    return tuple(_nested(found[start] for start in sorted(found)))


def _parts(document: SpecDocument) -> Iterator[tuple[Span, FoldKind]]:
    tree = document.tree
    # Before the block of HTML that each of them is, too.
    for span in tree.comments():
        yield span, "comment"
    if document.front_matter is not None:
        yield document.front_matter.span, "part"
    for span in extents(tree):
        yield span, "part"
    for node in document.nodes.nodes:
        yield node.span, "part"
    for _, span in tree.elements(*_BLOCKS):
        yield span, "part"


def extents(tree: Tree) -> tuple[Span, ...]:
    """For each heading of the document itself: from it to the next one of its level or a higher one."""
    ends = [len(tree.text)] * len(tree.headings)
    still_open: list[int] = []
    for number, heading in enumerate(tree.headings):
        while still_open and tree.headings[still_open[-1]].level >= heading.level:
            ends[still_open.pop()] = heading.span.start
        still_open.append(number)
    return tuple(Span(heading.span.start, end) for heading, end in zip(tree.headings, ends, strict=True))


def _nested(folds: Iterable[Fold]) -> Iterator[Fold]:
    """Those that cross no fold before them."""
    around: list[int] = []
    for fold in folds:
        while around and around[-1] <= fold.span.start:
            around.pop()
        if not around or fold.span.end <= around[-1]:
            around.append(fold.span.end)
            yield fold
