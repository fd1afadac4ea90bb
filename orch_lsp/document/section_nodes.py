"""Nodes of headings, for all profiles: each heading is a section unless its profile says that it is more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.node import Node, Nodes, gathered
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

Classify = Callable[["Section", Node], Node | None]
"""Gives the node of a section's heading: the given one, changed or not; None for no node at all."""


def heading_nodes(document: SpecDocument, classify: Classify | None = None) -> Iterator[Node]:
    """A node for each heading, with all that stands below it to the next heading of its level."""
    sections = document.sections
    waiting: list[int] = []
    ends = [len(document.text)] * len(sections)
    for number, section in enumerate(sections):
        while waiting and sections[waiting[-1]].level >= section.level:
            ends[waiting.pop()] = section.heading.start
        waiting.append(number)
    for section, end in zip(sections, ends, strict=True):
        span = Span(section.heading.start, end)
        node: Node | None = Node("section", section.key, section.title, span, name=section.heading)
        if classify is not None:
            node = classify(section, node)
        if node is not None:
            yield node


def sections_alone(document: SpecDocument) -> Nodes:
    """The nodes of a profile that has only sections."""
    return gathered(document.text, heading_nodes(document))
