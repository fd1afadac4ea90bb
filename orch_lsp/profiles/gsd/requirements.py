"""The nodes of requirements (`- [ ] **AUTH-01**: …`, `### AUTH-01: …`) and of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Node, Nodes, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.gsd.references import REQUIREMENT, citations_of, citations_of_front_matter
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk, Heading

_NAMED = re.compile(rf"(?:~~)?(?:\*\*|__)(?P<id>{REQUIREMENT})(?:\*\*|__)?[:：]?(?:\*\*|__)?[:：]?\s*")
_HEADING = re.compile(rf"[#\s*_~]*+(?P<id>{REQUIREMENT})(?![\w-])[*_~]*[ \t]*[:：.–—-]*[ \t]*(?P<title>[^\r\n#]*)")


def requirements_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `REQUIREMENTS.md`."""
    pieces = [chunk.once("gsd requirements", _piece) for chunk in document.tree.chunks]
    return assembled(document, pieces, citations_of_front_matter(document))


def notes_nodes(document: SpecDocument) -> Nodes:
    """The nodes of other files: sections and boxes."""
    pieces = [chunk.once("gsd notes", _piece_of_notes) for chunk in document.tree.chunks]
    return assembled(document, pieces, citations_of_front_matter(document))


def _piece(chunk: Chunk) -> Piece:
    return Piece(
        tuple(_head(chunk.text, heading) for heading in chunk.headings), tuple(_items(chunk)), citations_of(chunk)
    )


def _head(text: str, heading: Heading) -> Node:
    found = _HEADING.match(text, heading.span.start, heading.span.end)
    if found is None:
        return head_of(heading)
    title, id_span = shortened(found["title"]), Span(*found.span("id"))
    return replace(head_of(heading), kind="requirement", key=found["id"], title=title or heading.text, name=id_span)


def _piece_of_notes(chunk: Chunk) -> Piece:
    boxes = tuple(node for node in _items(chunk) if node.kind == "checklist_item")
    return Piece(tuple(map(head_of, chunk.headings)), boxes, citations_of(chunk))


def _items(chunk: Chunk) -> Iterator[Node]:
    text = chunk.text
    for item in items_of(chunk):
        found = _NAMED.match(text, item.content.start, item.content.end)
        if found is not None:
            title = shortened(text[found.end() : item.content.end])
            yield Node("requirement", found["id"], title, item.span, item.state, Span(*found.span("id")))
        elif item.box is not None:
            yield checklist_item(text, item)


def checklist_item(text: str, item: Item) -> Node:
    """A box that is nothing else."""
    title = shortened(text[item.content.start : item.content.end])
    return Node("checklist_item", f"checklist/{slug(title) or 'item'}", title, item.span, item.state)
