"""The nodes of the documents of a change beside its deltas: proposal, design and tasks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.openspec.words import SECTION_HEADINGS
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk

_NUMBER = re.compile(
    r"\*{0,2}(\d{1,6}(?:[.．]\d{1,6}){0,8})(?![A-Za-z\d_]|[.．]\d|-\w)[.．:：)）、]?\*{0,2}[.．:：)）、]?[ \t]*"
)
_CAPABILITY = re.compile(
    r"[*_]{0,2}`([\w.\-]+(?:/[\w.\-]+)*)`|[*_]{0,2}([a-z0-9][\w.\-]*(?:/[\w.\-]+)*)[*_]{0,2}[ \t]*[:：]"
)
_NEW = frozenset(map(heading_name, SECTION_HEADINGS["new-capabilities"]))
_MODIFIED = frozenset(map(heading_name, SECTION_HEADINGS["modified-capabilities"]))


def tasks_nodes(document: SpecDocument) -> Nodes:
    """Tasks by their numbers, in groups by their headings."""
    return assembled(document, [_piece(chunk, (_boxes(chunk, "task"),)) for chunk in document.tree.chunks])


def design_nodes(document: SpecDocument) -> Nodes:
    """Sections; what stands open is a list of questions."""
    skeleton = document.skeleton
    asking = skeleton.within("open-questions")
    pieces: list[Piece] = []
    for number, chunk in enumerate(document.tree.chunks):
        questions = _questions(chunk, skeleton.around_chunk(asking, number, before=False))
        pieces.append(_piece(chunk, (_boxes(chunk, "checklist_item"), questions)))
    return assembled(document, pieces)


def proposal_nodes(document: SpecDocument) -> Nodes:
    """Sections; the capabilities that are new are cited among the deltas, those that change among the specs."""
    skeleton = document.skeleton
    listing = skeleton.once("capabilities", None, lambda: tuple(map(_is_new, skeleton.titles)))
    pieces = [
        _piece(
            chunk,
            (_boxes(chunk, "checklist_item"),),
            _capabilities(chunk, skeleton.around_chunk(listing, number, None)),
        )
        for number, chunk in enumerate(document.tree.chunks)
    ]
    return assembled(document, pieces)


def notes_nodes(document: SpecDocument) -> Nodes:
    """Sections and boxes."""
    return assembled(document, [_piece(chunk, (_boxes(chunk, "checklist_item"),)) for chunk in document.tree.chunks])


def _piece(chunk: Chunk, nodes: tuple[tuple[Node, ...], ...], citations: tuple[Citation, ...] = ()) -> Piece:
    def make(chunk: Chunk) -> Piece:
        return Piece(tuple(map(head_of, chunk.headings)), tuple(chain.from_iterable(nodes)), citations)

    return chunk.once("openspec piece", make, (nodes, citations))


def _boxes(chunk: Chunk, kind: NodeKind) -> tuple[Node, ...]:
    def make(chunk: Chunk) -> tuple[Node, ...]:
        return tuple(_box(chunk.text, item, kind) for item in items_of(chunk) if item.box is not None)

    return chunk.once("openspec boxes", make, kind)


def _box(text: str, item: Item, kind: NodeKind) -> Node:
    start, end = item.content.start, item.content.end
    number = _NUMBER.match(text, start, end)
    title = _title(text[start if number is None else number.end() : end])
    key, name = (
        (f"{kind}/{slug(title) or 'item'}", None) if number is None else (_folded(number[1]), Span(*number.span(1)))
    )
    state = item.state or "open"
    if item.starred and state == "open":
        state = "optional"
    return Node(kind, key, title, item.span, state, name)


def _folded(number: str) -> str:
    return number if number.isascii() else unicodedata.normalize("NFKC", number)


def _title(words: str) -> str:
    return shortened(words.strip().strip("*"))


def _questions(chunk: Chunk, asking: tuple[bool, ...]) -> tuple[Node, ...]:
    """Args: asking: Whether the chunk begins in the section of questions, then the same below each heading."""
    return chunk.once("openspec questions", lambda chunk: tuple(_read_questions(chunk, asking)), asking)


def _read_questions(chunk: Chunk, asking: tuple[bool, ...]) -> Iterator[Node]:
    starts = [heading.span.start for heading in chunk.headings]
    for item in items_of(chunk):
        if asking[bisect_right(starts, item.span.start)] and item.parent < 0 and item.box is None:
            title = _title(chunk.text[item.content.start : item.content.end])
            yield Node("question", f"question/{slug(title) or 'item'}", title, item.span, "open")


def _capabilities(chunk: Chunk, listing: tuple[bool | None, ...]) -> tuple[Citation, ...]:
    """Args: listing: What the heading in front of the chunk lists (`_is_new`), then its own headings."""
    return chunk.once("openspec capabilities", lambda chunk: tuple(_read_capabilities(chunk, listing)), listing)


def _read_capabilities(chunk: Chunk, listing: tuple[bool | None, ...]) -> Iterator[Citation]:
    starts = [heading.span.start for heading in chunk.headings]
    for item in items_of(chunk):
        new = listing[bisect_right(starts, item.span.start)]
        if new is None or item.parent >= 0:
            continue
        found = _CAPABILITY.match(chunk.text, item.content.start, item.content.end)
        if found is not None:
            group = 1 if found[1] else 2
            relation, place = ("cites", "deltas") if new else ("modifies", "specs")
            yield Citation(relation, Span(*found.span(group)), "", f"{place}/{found[group]}")


def _is_new(title: str) -> bool | None:
    """Whether a heading lists capabilities that are new, or ones that change; None if neither."""
    name = heading_name(title)
    return True if name in _NEW else False if name in _MODIFIED else None
