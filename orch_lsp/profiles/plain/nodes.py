"""The nodes of a plain document: its sections, tasks, criteria and other boxes, and the ids that they name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.items import Item, items_of, visible_matches
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

_ID = r"[A-Z][A-Z0-9]{0,7}-?\d{1,6}(?:\.\d{1,4})*[a-z]?"
_LEADING_ID = re.compile(rf"\*{{0,2}}({_ID})\*{{0,2}}(?=[\s:：.,)\]*–—-])\*{{0,2}}[:：.)]?\*{{0,2}}\s*")
_CITED = re.compile(rf"(?<![\w./#-]){_ID}(?![\w/-]|\.\w)")


def plain_nodes(document: SpecDocument) -> Nodes:
    """The nodes of a document read as `plain`; a citation is an id that a node of the document has."""
    nodes = [*heading_nodes(document), *_item_nodes(document)]
    # All keys but ids begin in lower case; looking for ids is what costs most.
    ids = {node.key for node in nodes if node.key[:1].isupper()}
    citations = [
        Citation("cites", Span(*found.span()), found[0])
        for found in (visible_matches(document.tree, _CITED) if ids else ())
        if found[0] in ids
    ]
    return gathered(document.text, nodes, citations)


def _item_nodes(document: SpecDocument) -> Iterator[Node]:
    sections = [section for section in document.sections if section.profile_key is not None]
    starts = [section.heading.start for section in sections]
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            at = base + item.span.start
            number = bisect_right(starts, at) - 1
            key = sections[number].profile_key if number >= 0 and at < sections[number].body.end else None
            if (kind := _kind(key, item)) is not None:
                yield _node(document.text, base, item, kind, key or "checklist")


def _kind(section: str | None, item: Item) -> NodeKind | None:
    if section == "tasks" and (item.box is not None or item.parent < 0):
        return "task"
    if section == "acceptance-criteria" and (item.box is not None or item.parent < 0):
        return "criterion"
    return None if item.box is None else "checklist_item"


def _node(text: str, base: int, item: Item, kind: NodeKind, prefix: str) -> Node:
    start, end = base + item.content.start, base + item.content.end
    named = _LEADING_ID.match(text, start, end)
    title = shortened(text[start if named is None else named.end() : end])
    if named is not None:
        key, name = named[1], Span(*named.span(1))
    else:
        key, name = f"{prefix}/{slug(title) or 'item'}", None
    state = item.state
    span = item.placed(base)
    return Node(kind, key, title, span, "optional" if item.starred and state == "open" else state, name)
