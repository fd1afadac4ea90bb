"""The nodes of a plan: tasks by their boxes, with numbers and states, and headings that gather tasks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Node, Nodes, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.kiro.references import citations_of, key_of
from orch_lsp.profiles.kiro.words import CHECKLISTS, TASK, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_NUMBER = r"\d{1,4}(?:[.-]\d{1,4}){0,4}|[A-Z]{1,6}-?\d{1,6}"
_NAME = rf"(?:{either(TASK)}[ \t]*#?)?(?P<id>{_NUMBER})(?![A-Za-z0-9])[*_]*"
_ID = re.compile(rf"[*_~]*{_NAME}[.．、:：)）]{{0,2}}[*_]*(?:[ \t]+|(?=[^\s\d])|\Z)")
_GROUP = re.compile(rf"(?:\W|_)*{_NAME}[ \t]*[.．、:：)）–—-]*[ \t]*[*_]*(?P<title>.*)")
_PARALLEL = re.compile(r"[(（][PＰ][)）][ \t]*")
_STATUS_MARKERS = "status markers"


def tasks_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `tasks.md`."""
    items = [*_items(document)]
    groups = {node.key.partition(".")[0] for node in items if node.kind == "task" and "." in node.key}
    text = document.text

    def classify(section: Section, node: Node) -> Node:
        """A heading with the number of tasks below it is the task that they are part of."""
        found = _GROUP.match(text, section.heading.start, end_of_line(text, section.heading.start))
        if section.level == 1 or found is None or key_of(found["id"]) not in groups:
            return node
        title = found["title"].strip(" \t*_#")
        return replace(node, kind="task", key=key_of(found["id"]), title=title, name=Span(*found.span("id")))

    return gathered(
        text, [*heading_nodes(document, classify), *items], citations_of(document, prose="covers", properties="covers")
    )


def _items(document: SpecDocument) -> Iterator[Node]:
    names = [heading_name(section.title) for section in document.sections]
    starts = [section.heading.start for section in document.sections]
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            if item.box is not None:
                number = bisect_right(starts, base + item.span.start) - 1
                yield _node(document.text, base, item, names[number] if number >= 0 else "")


def _node(text: str, base: int, item: Item, section: str) -> Node:
    start, end = base + item.content.start, base + item.content.end
    found = _ID.match(text, start, end)
    title = shortened(_PARALLEL.sub("", text[start if found is None else found.end() : end]))
    state = item.state
    state = "optional" if item.starred and state == "open" else state
    span = item.placed(base)
    if section.endswith(_STATUS_MARKERS) or (found is None and section in CHECKLISTS):
        return Node("checklist_item", f"checklist/{slug(title) or 'item'}", title, span, state)
    if found is None and item.ordinal is not None:
        return Node("task", str(item.ordinal), title, span, state)
    if found is None:
        return Node("task", f"tasks/{slug(title) or 'item'}", title, span, state)
    return Node("task", key_of(found["id"]), title, span, state, Span(*found.span("id")))
