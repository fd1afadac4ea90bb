"""The nodes of requirements (`- [ ] **AUTH-01**: …`, `### AUTH-01: …`) and of notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Node, Nodes, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.gsd.references import REQUIREMENT, citations_of
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_NAMED = re.compile(rf"(?:~~)?(?:\*\*|__)(?P<id>{REQUIREMENT})(?:\*\*|__)?[:：]?(?:\*\*|__)?[:：]?\s*")
_HEADING = re.compile(rf"[#\s*_~]*+(?P<id>{REQUIREMENT})(?![\w-])[*_~]*[ \t]*[:：.–—-]*[ \t]*(?P<title>[^\r\n#]*)")


def requirements_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `REQUIREMENTS.md`."""

    def classify(section: Section, node: Node) -> Node:
        found = _HEADING.match(document.text, section.heading.start, section.heading.end)
        if found is None:
            return node
        title, id_span = shortened(found["title"]), Span(*found.span("id"))
        return replace(node, kind="requirement", key=found["id"], title=title or node.title, name=id_span)

    nodes = [*heading_nodes(document, classify), *_items(document)]
    return gathered(document.text, nodes, citations_of(document))


def notes_nodes(document: SpecDocument) -> Nodes:
    """The nodes of other files: sections and boxes."""
    nodes = [*heading_nodes(document), *(node for node in _items(document) if node.kind == "checklist_item")]
    return gathered(document.text, nodes, citations_of(document))


def _items(document: SpecDocument) -> Iterator[Node]:
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            found = _NAMED.match(document.text, base + item.content.start, base + item.content.end)
            if found is not None:
                title = shortened(document.text[found.end() : base + item.content.end])
                state = item.state
                yield Node("requirement", found["id"], title, item.placed(base), state, Span(*found.span("id")))
            elif item.box is not None:
                yield checklist_item(document.text, item, base)


def checklist_item(text: str, item: Item, base: int) -> Node:
    """A box that is nothing else."""
    title = shortened(text[base + item.content.start : base + item.content.end])
    return Node("checklist_item", f"checklist/{slug(title) or 'item'}", title, item.placed(base), item.state)
