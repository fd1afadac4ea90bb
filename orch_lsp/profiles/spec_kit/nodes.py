"""The nodes of spec-kit's documents: stories with their scenarios, requirements, tasks, open questions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of, visible_matches
from orch_lsp.document.node import Node, NodeKind, NodeReader, Nodes, Relation, gathered, shortened, slug
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.spec_kit.citations import ID, TASK_ID, citations_of, prefix_of
from orch_lsp.profiles.spec_kit.words import ENTITIES, QUESTION_SESSIONS, STORY
from orch_lsp.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_STORY = re.compile(
    rf"#+[ \t]+(?:\W|_)*(?i:(?P<words>{STORY})[ \t]*(?P<number>\d{{1,3}}))(?!\w)[ \t]*[-–—:：.)]*[ \t]*"
)
_PRIORITY = re.compile(
    r"[ \t]{0,9}[(（](?:priority|优先级|優先度|우선순위|prioridad|prioridade|priorität|priorité)[^()（）]*[)）].*",
    re.IGNORECASE,
)
_HEADED = re.compile(rf"#+[ \t]+[*_]*(?P<id>{ID})[*_]*[ \t]*[:：.)–—-]+[*_]*[ \t]*")
_PRINCIPLE = re.compile(r"#+[ \t]+(?:principle[ \t]+)?(?P<id>[IVX]{1,6}|\d{1,2})[.:：)][ \t]+", re.IGNORECASE)
_DEFINED = re.compile(
    rf"(?:\*\*|__)?(?P<id>{ID})(?:\*\*|__)?[ \t]*(?:[:：]|[(（][^()（）\r\n]{{0,60}}[)）])[*_]*[:：]?[ \t]*"
)
_TASK = re.compile(rf"(?:\*\*|__)?(?P<id>{TASK_ID})(?!\w)(?:\*\*|__)?[.:：]?[ \t]*")
_CHECK = re.compile(r"(?:\*\*|__)?(?P<id>CHK\d{3,5})(?!\w)(?:\*\*|__)?[.:：]?[ \t]*")
_LABELS = re.compile(r"(?:\[(?:[PＰ]|US\d{1,3}|[A-Za-z0-9_-]{1,20})\][ \t]*)+")
_ENTITY = re.compile(r"\*\*(?P<name>[^*\r\n]{1,80})\*\*")
_QUESTION = re.compile(r"\[NEEDS CLARIFICATION(?:[:：][ \t]*(?P<words>[^\[\]]*))?\]", re.IGNORECASE)
_NO_QUESTION = re.compile(
    r"\s*(?:[-*+][ \t]*(?:\[[ xX]\][ \t]*)?)?(?:→|if any|mark\b|use \[|no \[|all\b.*\bresolved|max(?:imum)?\b|limit\b)",
    re.IGNORECASE,
)
_TEMPLATE_QUESTION = re.compile(r"(?:specific question|…|\.\.\.)?\s*\Z", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:\*\*)?Q[:：](?:\*\*)?[ \t]*(?P<words>[^→\r\n]*)", re.IGNORECASE)
_LONGEST_LOOK = 500

_ItemNode = Callable[[str, Item, int, str], "Node | None"]
"""The node of an item, by the text, the item, its chunk's offset, and the name of the heading above it."""


def spec_nodes(document: SpecDocument) -> Nodes:
    """Stories, scenarios, requirements, success criteria, entities and questions."""
    nodes = [*heading_nodes(document, _heading(document.text)), *_items(document, _spec_item), *_rows(document)]
    nodes += _scenarios(document, [node for node in nodes if node.kind == "story"])
    return _gathered(document, [*nodes, *_questions(document)], "cites")


def tasks_nodes(document: SpecDocument) -> Nodes:
    """Tasks by their boxes; what they name they cover."""
    return _gathered(document, [*heading_nodes(document), *_items(document, _task_item)], "covers")


def checklist_nodes(document: SpecDocument) -> Nodes:
    """Items of a checklist by their boxes; what they name they check."""
    return _gathered(document, [*heading_nodes(document), *_items(document, _checklist_item)], "validates")


def other_nodes(document: SpecDocument) -> Nodes:
    """Sections and open questions, for plans and what lies beside them."""
    return _gathered(document, [*heading_nodes(document), *_questions(document)], "cites")


def roadmap_nodes(document: SpecDocument) -> Nodes:
    """Entries of a roadmap, by the rows of its tables."""
    return _gathered(document, [*heading_nodes(document), *_rows(document)], "cites")


def constitution_nodes(document: SpecDocument) -> Nodes:
    """Principles by their numbers."""
    text = document.text

    def principle(section: Section, node: Node) -> Node:
        found = _PRINCIPLE.match(text, section.heading.start, section.heading.end)
        if found is None:
            return node
        title = text[found.end() : end_of_line(text, found.end())].strip()
        return replace(node, kind="requirement", key=found["id"], title=title, name=Span(*found.span("id")))

    return _gathered(document, [*heading_nodes(document, principle)], "cites")


READERS: dict[str, NodeReader] = {
    "spec": spec_nodes,
    "tasks": tasks_nodes,
    "checklist": checklist_nodes,
    "roadmap": roadmap_nodes,
    "constitution": constitution_nodes,
}
"""By kind of document; `other_nodes` for the others."""


def _gathered(document: SpecDocument, nodes: list[Node], usual: Relation) -> Nodes:
    return gathered(document.text, nodes, citations_of(document, {node.key for node in nodes if node.name}, usual))


def _heading(text: str) -> Callable[[Section, Node], Node]:
    def classify(section: Section, node: Node) -> Node:
        end = section.heading.end
        if (story := _STORY.match(text, section.heading.start, end)) is not None:
            title = _PRIORITY.sub("", text[story.end() : end]).strip(" \t#*")
            name = Span(story.start("words"), story.end("number"))
            return replace(node, kind="story", key=f"US{int(story['number'])}", title=title, name=name)
        if (headed := _HEADED.match(text, section.heading.start, end)) is not None:
            title = text[headed.end() : end].strip(" \t#*")
            return replace(node, kind=_kind(headed["id"]), key=headed["id"], title=title, name=Span(*headed.span("id")))
        return replace(node, name=None)

    return classify


def _kind(key: str) -> NodeKind:
    return "success_criterion" if prefix_of(key) == "SC" else "requirement"


def _items(document: SpecDocument, read: _ItemNode) -> Iterator[Node]:
    names = [heading_name(section.title) for section in document.sections]
    starts = [section.heading.start for section in document.sections]
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            number = bisect_right(starts, base + item.span.start) - 1
            node = read(document.text, item, base, names[number] if number >= 0 else "")
            if node is not None:
                yield node


def _spec_item(text: str, item: Item, base: int, heading: str) -> Node | None:
    start, end = base + item.content.start, base + item.content.end
    if (found := _DEFINED.match(text, start, end)) is not None:
        key = found["id"]
        return Node(
            _kind(key), key, shortened(text[found.end() : end]), item.placed(base), name=Span(*found.span("id"))
        )
    if heading in ENTITIES and item.parent < 0 and (found := _ENTITY.match(text, start, end)) is not None:
        return Node("entity", f"entity/{slug(found['name'])}", found["name"].strip(": "), item.placed(base))
    if QUESTION_SESSIONS in heading or heading.startswith("session"):
        answered = _ANSWERED.match(text, start, end)
        words = "" if answered is None else answered["words"].strip()
        if words:
            return Node("question", f"question/{slug(words)}", shortened(words), item.placed(base), "done")
    return _checklist_item(text, item, base, heading)


def _task_item(text: str, item: Item, base: int, _heading: str) -> Node | None:
    return _boxed(text, item, base, _TASK, "task", "tasks")


def _checklist_item(text: str, item: Item, base: int, _heading: str) -> Node | None:
    return _boxed(text, item, base, _CHECK, "checklist_item", "checklist")


def _boxed(text: str, item: Item, base: int, pattern: re.Pattern[str], kind: NodeKind, folder: str) -> Node | None:
    if item.box is None:
        return None
    start, end = base + item.content.start, base + item.content.end
    found = pattern.match(text, start, end)
    words = start if found is None else found.end()
    labels = _LABELS.match(text, words, end)
    title = shortened(text[words if labels is None else labels.end() : end])
    state, span = item.state, item.placed(base)
    if found is None:
        return Node(kind, f"{folder}/{slug(title) or 'item'}", title, span, state)
    return Node(kind, found["id"], title, span, state, Span(*found.span("id")))


def _scenarios(document: SpecDocument, stories: list[Node]) -> Iterator[Node]:
    """Numbered items in a story, counted as a reader counts them."""
    starts = [story.span.start for story in stories]
    counts: dict[str, int] = {}
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            number = bisect_right(starts, base + item.span.start) - 1
            if item.ordinal is None or item.parent >= 0 or number < 0:
                continue
            story = stories[number]
            if base + item.span.start < story.span.end:
                counts[story.key] = counts.get(story.key, 0) + 1
                words = document.text[base + item.content.start : base + item.content.end].replace("*", "")
                yield Node("criterion", f"{story.key}/AC{counts[story.key]}", shortened(words), item.placed(base))


def _rows(document: SpecDocument) -> Iterator[Node]:
    """Rows of tables whose first cell is an id."""
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for number, element in enumerate(chunk.elements):
            if element.kind != "row" or number + 1 >= len(chunk.elements):
                continue
            cell = chunk.elements[number + 1]
            found = re.fullmatch(rf"[\s*_`]*(?P<id>{ID})[\s*_`]*", chunk.source(cell))
            if found is not None:
                at = base + cell.start
                name = Span(at + found.start("id"), at + found.end("id"))
                rest = chunk.text[cell.end : element.end].strip(" \t|")
                span = Span(base + element.start, base + element.end)
                yield Node(_kind(found["id"]), found["id"], shortened(rest.partition("|")[0]), span, name=name)


def _questions(document: SpecDocument) -> Iterator[Node]:
    """Markers of what is to be clarified; not the ones in instructions, or in lines that say that there are none."""
    text, line_end, excluded = document.text, -1, False
    for found in visible_matches(document.tree, _QUESTION):
        if found.start() > line_end:
            line, line_end = start_of_line(text, found.start(), 0), end_of_line(text, found.start())
            excluded = _NO_QUESTION.match(text, line, min(line_end, line + _LONGEST_LOOK)) is not None
        words = (found["words"] or "").strip()
        if excluded or (found["words"] is not None and _TEMPLATE_QUESTION.match(words)):
            continue
        yield Node("question", f"question/{slug(words) or 'open'}", shortened(words), Span(*found.span()), "open")
