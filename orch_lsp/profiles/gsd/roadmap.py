"""The nodes of a roadmap: phases by their headings, what must be true at the end of each, and boxes for plans."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.items import items_of
from orch_lsp.document.node import Node, Nodes, gathered, shortened
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.gsd.references import citations_of, phase_key
from orch_lsp.profiles.gsd.requirements import checklist_item
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_PHASE = re.compile(r"(?:\W|_)*Phase[ \t]+(?P<id>\d{1,3}(?:\.\d{1,2})?)(?![\w.]*\w)[ \t]*[:–—-]*[ \t]*(?P<title>.*)")


def roadmap_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `ROADMAP.md`."""
    text = document.text

    def classify(section: Section, node: Node) -> Node:
        found = _PHASE.match(text, section.heading.start, end_of_line(text, section.heading.start))
        if found is None:
            return node
        title = found["title"].strip(" \t*_#")
        return replace(node, kind="task", key=phase_key(found["id"]), title=title, name=Span(*found.span("id")))

    headings = [*heading_nodes(document, classify)]
    return gathered(text, [*headings, *_items(document, headings)], citations_of(document))


def _items(document: SpecDocument, headings: list[Node]) -> Iterator[Node]:
    starts = [node.span.start for node in headings]
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            number = bisect_right(starts, base + item.span.start) - 1
            phase = headings[number] if number >= 0 and headings[number].kind == "task" else None
            if item.box is not None:
                yield checklist_item(document.text, item, base)
            elif phase is not None and item.ordinal is not None and item.parent < 0:
                title = shortened(document.text[base + item.content.start : base + item.content.end])
                yield Node("success_criterion", f"{phase.key}/{item.ordinal}", title, item.placed(base))
