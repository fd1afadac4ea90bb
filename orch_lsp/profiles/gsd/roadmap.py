"""The nodes of a roadmap: phases by their headings, what must be true at the end of each, and boxes for plans."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.items import items_of
from orch_lsp.document.node import Node, Nodes, shortened
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.gsd.references import citations_of, citations_of_front_matter, phase_key
from orch_lsp.profiles.gsd.requirements import checklist_item
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk, Heading

_PHASE = re.compile(r"(?:\W|_)*Phase[ \t]+(?P<id>\d{1,3}(?:\.\d{1,2})?)(?![\w.]*\w)[ \t]*[:–—-]*[ \t]*(?P<title>.*)")
_NEXT_LABEL = re.compile(r"[\r\n]+[ \t]*(?:\*\*|__)[^*_\r\n]{1,40}(?:(?:\*\*|__)[ \t]*[:：]|[:：](?:\*\*|__))")


def roadmap_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `ROADMAP.md`."""
    skeleton, chunks = document.skeleton, document.tree.chunks
    heads = tuple(chunk.once("gsd phases", _heads) for chunk in chunks)
    phases = tuple(head.key if head.kind == "task" else "" for own in heads for head in own)
    around = [skeleton.around_chunk(phases, number, "") for number in range(len(chunks))]
    pieces = [_piece(*one) for one in zip(chunks, heads, around, strict=True)]
    return assembled(document, pieces, citations_of_front_matter(document))


def _heads(chunk: Chunk) -> tuple[Node, ...]:
    return tuple(_head(chunk.text, heading) for heading in chunk.headings)


def _head(text: str, heading: Heading) -> Node:
    found = _PHASE.match(text, heading.span.start, end_of_line(text, heading.span.start))
    if found is None:
        return head_of(heading)
    title = found["title"].strip(" \t*_#")
    return replace(head_of(heading), kind="task", key=phase_key(found["id"]), title=title, name=Span(*found.span("id")))


def _piece(chunk: Chunk, heads: tuple[Node, ...], around: tuple[str, ...]) -> Piece:
    """Args: around: The phase that is the last heading in front of the chunk, empty for another one; then its own."""

    def make(chunk: Chunk) -> Piece:
        return Piece(heads, tuple(_items(chunk, around)), citations_of(chunk))

    return chunk.once("gsd roadmap", make, (heads, around))


def _items(chunk: Chunk, around: tuple[str, ...]) -> Iterator[Node]:
    starts = [heading.span.start for heading in chunk.headings]
    for item in items_of(chunk):
        phase = around[bisect_right(starts, item.span.start)]
        if item.box is not None:
            yield checklist_item(chunk.text, item)
        elif phase and item.ordinal is not None and item.parent < 0:
            # The template has the next label right below the list, which Markdown takes for the last item's words.
            end = _NEXT_LABEL.search(chunk.text, item.content.start, item.content.end)
            title = shortened(chunk.text[item.content.start : end.start() if end else item.content.end])
            yield Node("success_criterion", f"{phase}/{item.ordinal}", title, item.span)
