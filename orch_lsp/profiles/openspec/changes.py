"""The nodes of the documents of a change beside its deltas: proposal, design and tasks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Citation, Node, NodeKind, Nodes, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.openspec.words import SECTION_HEADINGS
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

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
    return gathered(document.text, [*heading_nodes(document), *_boxes(document, "task")])


def design_nodes(document: SpecDocument) -> Nodes:
    """Sections; what stands open is a list of questions."""
    return gathered(
        document.text, [*heading_nodes(document), *_boxes(document, "checklist_item"), *_questions(document)]
    )


def proposal_nodes(document: SpecDocument) -> Nodes:
    """Sections; the capabilities that are new are cited among the deltas, those that change among the specs."""
    nodes = [*heading_nodes(document), *_boxes(document, "checklist_item")]
    return gathered(document.text, nodes, _capabilities(document))


def notes_nodes(document: SpecDocument) -> Nodes:
    """Sections and boxes."""
    return gathered(document.text, [*heading_nodes(document), *_boxes(document, "checklist_item")])


def _items(document: SpecDocument) -> Iterator[tuple[Item, int]]:
    """All list items, each with the offset from which it counts."""
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            yield item, base


def _boxes(document: SpecDocument, kind: NodeKind) -> Iterator[Node]:
    for item, base in _items(document):
        if item.box is not None:
            yield _box(document.text, item, base, kind)


def _box(text: str, item: Item, base: int, kind: NodeKind) -> Node:
    start, end = base + item.content.start, base + item.content.end
    number = _NUMBER.match(text, start, end)
    title = _title(text[start if number is None else number.end() : end])
    key, name = (
        (f"{kind}/{slug(title) or 'item'}", None) if number is None else (_folded(number[1]), Span(*number.span(1)))
    )
    state = item.state or "open"
    if item.starred and state == "open":
        state = "optional"
    return Node(kind, key, title, item.placed(base), state, name)


def _folded(number: str) -> str:
    return number if number.isascii() else unicodedata.normalize("NFKC", number)


def _title(words: str) -> str:
    return shortened(words).strip("*")


def _questions(document: SpecDocument) -> Iterator[Node]:
    section = document.profile_sections.get("open-questions")
    if section is None:
        return
    for item, base in _items(document):
        start = base + item.span.start
        if start in section.body and item.parent < 0 and item.box is None:
            title = _title(document.text[base + item.content.start : base + item.content.end])
            yield Node(
                "question", f"question/{slug(title) or 'item'}", title, Span(start, base + item.span.end), "open"
            )


def _capabilities(document: SpecDocument) -> Iterator[Citation]:
    starts = [section.heading.start for section in document.sections]
    for item, base in _items(document):
        number = bisect_right(starts, base + item.span.start) - 1
        new = None if number < 0 else _is_new(document.sections[number])
        if new is None or item.parent >= 0:
            continue
        found = _CAPABILITY.match(document.text, base + item.content.start, base + item.content.end)
        if found is not None:
            group = 1 if found[1] else 2
            relation, place = ("cites", "deltas") if new else ("modifies", "specs")
            yield Citation(relation, Span(*found.span(group)), "", f"{place}/{found[group]}")


def _is_new(section: Section) -> bool | None:
    """Whether a section lists capabilities that are new, or ones that change; None if neither."""
    name = heading_name(section.title)
    return True if name in _NEW else False if name in _MODIFIED else None
