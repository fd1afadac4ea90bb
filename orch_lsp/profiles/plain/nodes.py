"""The nodes of a plain document: its sections, tasks, criteria and other boxes, and the ids that they name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.items import Item, items_of, matches_in
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk

_ID = r"[A-Z][A-Z0-9]{0,7}-?\d{1,6}(?:\.\d{1,4})*[a-z]?"
_LEADING_ID = re.compile(rf"\*{{0,2}}({_ID})\*{{0,2}}(?=[\s:：.,)\]*–—-])\*{{0,2}}[:：.)]?\*{{0,2}}\s*")
_CITED = re.compile(rf"(?<![\w./#-]){_ID}(?![\w/-]|\.\w)")


def plain_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a document read as `plain`; a citation is an id that a node of the document has."""
    skeleton = document.skeleton
    around = [
        skeleton.around_chunk(skeleton.sections_in_force, number, None) for number in range(len(document.tree.chunks))
    ]
    found = [_of_items(chunk, keys) for chunk, keys in zip(document.tree.chunks, around, strict=True)]
    # All keys but ids begin in lower case; looking for ids is what costs most.
    ids = frozenset(node.key for nodes in found for node in nodes if node.name is not None)
    chunks = zip(document.tree.chunks, around, found, strict=True)
    return assembled(document, [_piece(chunk, keys, nodes, ids) for chunk, keys, nodes in chunks])


def _piece(chunk: Chunk, keys: tuple[str | None, ...], nodes: tuple[Node, ...], ids: frozenset[str]) -> Piece:
    def make(chunk: Chunk) -> Piece:
        citations = tuple(
            Citation("cites", Span(*found.span()), found[0])
            for found in (matches_in(chunk, _CITED) if ids else ())
            if found[0] in ids
        )
        return Piece(tuple(map(head_of, chunk.headings)), nodes, citations)

    return chunk.once("plain", make, (keys, ids))


def _of_items(chunk: Chunk, keys: tuple[str | None, ...]) -> tuple[Node, ...]:
    """Args: keys: The profile's section in which the chunk begins, then the one below each of its headings."""
    return chunk.once("plain items", lambda chunk: tuple(_item_nodes(chunk, keys)), keys)


def _item_nodes(chunk: Chunk, keys: tuple[str | None, ...]) -> Iterator[Node]:
    starts = [heading.span.start for heading in chunk.headings]
    for item in items_of(chunk):
        key = keys[bisect_right(starts, item.span.start)]
        if (kind := _kind(key, item)) is not None:
            yield _node(chunk.text, item, kind, key or "checklist")


def _kind(section: str | None, item: Item) -> NodeKind | None:
    if section == "tasks" and (item.box is not None or item.parent < 0):
        return "task"
    if section == "acceptance-criteria" and (item.box is not None or item.parent < 0):
        return "criterion"
    return None if item.box is None else "checklist_item"


def _node(text: str, item: Item, kind: NodeKind, prefix: str) -> Node:
    start, end = item.content.start, item.content.end
    named = _LEADING_ID.match(text, start, end)
    title = shortened(text[start if named is None else named.end() : end])
    if named is not None:
        key, name = named[1], Span(*named.span(1))
    else:
        key, name = f"{prefix}/{slug(title) or 'item'}", None
    state = item.state
    return Node(kind, key, title, item.span, "optional" if item.starred and state == "open" else state, name)
