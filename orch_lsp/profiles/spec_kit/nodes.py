"""The nodes of spec-kit's documents: stories with their scenarios, requirements, tasks, open questions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from orch_lsp.document.beside import is_beside_requirements
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of, matches_in
from orch_lsp.document.node import Node, NodeKind, Nodes, Relation, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.document.profile import NodeReader
from orch_lsp.profiles.spec_kit.citations import ID, TASK_ID, Prefixes, citations_of, prefix_of
from orch_lsp.profiles.spec_kit.words import ACCEPTANCE, CLARIFY, ENTITIES, QUESTIONS, SESSIONS, STORY
from orch_lsp.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.skeleton import Skeleton
    from orch_lsp.markdown.tree import Chunk, Heading

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
    r"(?:[^\w\s*_\[\](){}<>`\"'#|~-]{1,4}[ \t]+)?"
    rf"(?:~~)?(?:\*\*|__)?(?:~~)?(?P<id>{ID})(?:~~)?(?:\*\*|__)?(?:~~)?[ \t]*"
    r"(?:[:：]|[(（][^()（）\r\n]{0,60}[)）]|\[[^\[\]\r\n]{0,60}\](?![(\[])|[-—–]*[ \t]*(?=(?:SUPERSEDED|RETIRED)\b))"
    r"[*_]*[:：]?[ \t]*"
)
"""An emoji or the like may stand in front; one that was given up may be struck through."""
_TASK = re.compile(rf"(?:~~)?(?:\*\*|__)?(?P<id>{TASK_ID})(?!\w)(?:\*\*|__)?[.:：]?[ \t]*")
_CHECK = re.compile(r"(?:\*\*|__)?(?P<id>CHK\d{3,5})(?!\w)(?:\*\*|__)?[.:：]?[ \t]*")
_LABELS = re.compile(r"(?:[\[【［](?:[PＰ]|US\d{1,3}|[A-Za-z0-9_-]{1,20})[\]】］][ \t]*)+")
_ENTITY = re.compile(r"\*\*(?P<name>[^*\r\n]{1,80})\*\*")
_QUESTION = re.compile(
    rf"[\[【［](?:NEEDS CLARIFICATION|{CLARIFY})(?:[:：][ \t]*(?P<words>[^\[\]【】［］]*))?[\]】］]", re.IGNORECASE
)
_HEADED_ENTITY = re.compile(
    r"#+[ \t]+(?:\W|_)*(?i:entity|实体|實體|エンティティ|엔티티|entidade?|entität|entité)[ \t]*\d{0,3}[:：][ \t]*"
)
_NO_QUESTION = re.compile(
    r"\s*(?:[-*+][ \t]*(?:\[[ xX]\][ \t]*)?)?(?:→|if any|mark\b|use \[|no \[|all\b.*\bresolved|max(?:imum)?\b|limit\b)",
    re.IGNORECASE,
)
_TEMPLATE_QUESTION = re.compile(r"(?:specific question|…|\.\.\.)?\s*\Z", re.IGNORECASE)
_ANSWERED = re.compile(r"(?:\*\*)?Q[:：](?:\*\*)?[ \t]*(?P<words>[^→\r\n]*)", re.IGNORECASE)
_ID_CELL = re.compile(rf"[\s*_`]*(?P<id>{ID})[\s*_`]*")
_LONGEST_LOOK = 500
_ALONE = "\0"
"""In the place of a story's key, for scenarios of none."""

_HeadReader = Callable[[str, "Heading"], Node]
"""The node of a heading in its chunk's text."""
_ItemReader = Callable[[str, Item, str], "Node | None"]
"""The node of an item in its chunk's text, by the name of the heading above it."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a kind of document is read, chunk by chunk."""

    usual: Relation
    """The relation to an id of another document that is named."""
    head: _HeadReader
    item: _ItemReader | None = None
    rows: bool = False
    """Whether rows of tables are nodes."""
    questions: bool = False
    stories: bool = False
    """Whether numbered items below a story are its scenarios."""
    entities: bool = False
    """Whether headings right below one above entities are those."""

    def nodes(self, document: SpecDocument) -> Nodes:
        """The nodes of a document."""
        skeleton, chunks = document.skeleton, document.tree.chunks
        firsts, titles = skeleton.in_chunks, skeleton.titles
        heads = skeleton.by_chunk("spec-kit heads", None, chunks, lambda number: self._heads(chunks[number]))
        if self.entities:
            listing = skeleton.once("spec-kit entities", None, lambda: _below_entities(skeleton))
            heads = [
                _with_entities(chunk, own, listing[first : first + len(own)])
                for chunk, own, first in zip(chunks, heads, firsts, strict=False)
            ]
        found = skeleton.by_chunk(
            "spec-kit nodes", None, chunks,
            lambda number: self._found(chunks[number], titles[firsts[number] - 1] if firsts[number] else None),
        )  # fmt: skip
        if self.rows:
            declared = frozenset(node.key for some in (*heads, *found) for node in some if node.name is not None)
            beside = skeleton.once("spec-kit beside", None, lambda: _beside(skeleton))
            found = [
                _with_rows(chunk, nodes, declared, skeleton.around_chunk(beside, number, before=False))
                for number, (chunk, nodes) in enumerate(zip(chunks, found, strict=True))
            ]
        if self.stories:
            scenarios = _scenarios(document, heads)
            found = [_joined(chunk, *both) for chunk, *both in zip(chunks, found, scenarios, strict=True)]
        read = list(zip(chunks, heads, found, strict=True))
        named = skeleton.by_chunk("spec-kit prefixes", None, read, lambda number: Prefixes.of(chain(*read[number][1:])))
        prefixes = Prefixes.usual_and(named)
        pieces = skeleton.by_chunk(
            "spec-kit pieces", prefixes, read, lambda number: self._piece(*read[number], prefixes)
        )
        return assembled(document, pieces)

    def _piece(self, chunk: Chunk, heads: tuple[Node, ...], nodes: tuple[Node, ...], prefixes: Prefixes) -> Piece:
        cited = citations_of(chunk, prefixes, self.usual)
        return chunk.once("spec-kit piece", lambda _: Piece(heads, nodes, cited), (heads, nodes, cited))

    def _heads(self, chunk: Chunk) -> tuple[Node, ...]:
        return chunk.once("spec-kit heads", lambda chunk: tuple(self.head(chunk.text, one) for one in chunk.headings))

    def _found(self, chunk: Chunk, above: str | None) -> tuple[Node, ...]:
        """Args: above: The title of the last heading in front of the chunk."""
        return chunk.once("spec-kit nodes", lambda chunk: tuple(self._read(chunk, above)), above)

    def _read(self, chunk: Chunk, above: str | None) -> Iterator[Node]:
        if self.item is not None:
            names = ["" if above is None else heading_name(above), *(heading_name(one.text) for one in chunk.headings)]
            starts = [heading.span.start for heading in chunk.headings]
            for item in items_of(chunk):
                if (node := self.item(chunk.text, item, names[bisect_right(starts, item.span.start)])) is not None:
                    yield node
        if self.questions:
            yield from _questions(chunk)


def _below_entities(skeleton: Skeleton) -> tuple[bool, ...]:
    """For each heading whether it stands right below one above entities."""
    listing = [heading_name(title) in ENTITIES for title in skeleton.titles]
    return tuple(parent >= 0 and listing[parent] for parent in skeleton.parents)


def _with_entities(chunk: Chunk, heads: tuple[Node, ...], listing: tuple[bool, ...]) -> tuple[Node, ...]:
    """The headings of a chunk, those of entities as such."""

    def make(chunk: Chunk) -> tuple[Node, ...]:
        return tuple(
            _entity(chunk.text, head, heading) if is_listed else _headed_entity(chunk.text, head, heading)
            for head, heading, is_listed in zip(heads, chunk.headings, listing, strict=True)
        )

    return chunk.once("spec-kit entity heads", make, (heads, listing))


def _entity(text: str, head: Node, heading: Heading, start: int = 0) -> Node:
    title = text[start : heading.span.end].strip(" \t#*") if start else head.title
    name = heading_name(title)
    return replace(head, kind="entity", key=f"entity/{slug(name)}", title=title) if slug(name) else head


def _headed_entity(text: str, head: Node, heading: Heading) -> Node:
    found = _HEADED_ENTITY.match(text, heading.span.start, heading.span.end)
    return head if found is None else _entity(text, head, heading, found.end())


def _section(_text: str, heading: Heading) -> Node:
    return head_of(heading)


def _principle(text: str, heading: Heading) -> Node:
    found = _PRINCIPLE.match(text, heading.span.start, heading.span.end)
    if found is None:
        return head_of(heading)
    title = text[found.end() : end_of_line(text, found.end())].strip()
    return replace(head_of(heading), kind="requirement", key=found["id"], title=title, name=Span(*found.span("id")))


def _story_or_requirement(text: str, heading: Heading) -> Node:
    node, start, end = head_of(heading), heading.span.start, heading.span.end
    if (story := _STORY.match(text, start, end)) is not None:
        title = _PRIORITY.sub("", text[story.end() : end]).strip(" \t#*")
        name = Span(story.start("words"), story.end("number"))
        return replace(node, kind="story", key=f"US{int(story['number'])}", title=title, name=name)
    if (headed := _HEADED.match(text, start, end)) is not None:
        title = text[headed.end() : end].strip(" \t#*")
        return replace(node, kind=_kind(headed["id"]), key=headed["id"], title=title, name=Span(*headed.span("id")))
    return replace(node, name=None)


def _kind(key: str) -> NodeKind:
    return "success_criterion" if prefix_of(key) == "SC" else "requirement"


def _title(words: str) -> str:
    """Words for a list, without the marks of what was struck through."""
    return shortened(words.replace("~~", "") if "~~" in words else words)


def _spec_item(text: str, item: Item, heading: str) -> Node | None:
    start, end = item.content.start, item.content.end
    if (found := _DEFINED.match(text, start, end)) is not None:
        key = found["id"]
        return Node(_kind(key), key, _title(text[found.end() : end]), item.span, name=Span(*found.span("id")))
    if heading in ENTITIES and item.parent < 0 and (found := _ENTITY.match(text, start, end)) is not None:
        return Node("entity", f"entity/{slug(found['name'])}", found["name"].strip(": "), item.span)
    if heading.startswith(SESSIONS) or any(word in heading for word in QUESTIONS):
        answered = _ANSWERED.match(text, start, end)
        words = "" if answered is None else answered["words"].strip()
        if words:
            return Node("question", f"question/{slug(words)}", shortened(words), item.span, "done")
    return _checklist_item(text, item, heading)


def _task_item(text: str, item: Item, _heading: str) -> Node | None:
    return _boxed(text, item, _TASK, "task", "tasks")


def _checklist_item(text: str, item: Item, _heading: str) -> Node | None:
    return _boxed(text, item, _CHECK, "checklist_item", "checklist")


def _boxed(text: str, item: Item, pattern: re.Pattern[str], kind: NodeKind, folder: str) -> Node | None:
    if item.box is None:
        return None
    start, end = item.content.start, item.content.end
    found = pattern.match(text, start, end)
    words = start if found is None else found.end()
    labels = _LABELS.match(text, words, end)
    title = _title(text[words if labels is None else labels.end() : end])
    if found is None:
        return Node(kind, f"{folder}/{slug(title) or 'item'}", title, item.span, item.state)
    return Node(kind, found["id"], title, item.span, item.state, Span(*found.span("id")))


def _scenarios(document: SpecDocument, heads: Sequence[tuple[Node, ...]]) -> Iterator[tuple[Node, ...]]:
    """For each chunk the numbered items in a story, counted as a reader counts them."""
    skeleton = document.skeleton
    keys = tuple(head.key if head.kind == "story" else "" for own in heads for head in own)
    if not any(keys):
        # The first templates have one story without a number, and its scenarios below a heading of their own.
        titles = (heading_name(title) in ACCEPTANCE for title in skeleton.titles)
        keys = tuple(_ALONE if is_scenarios else "" for is_scenarios in titles)
    stories = skeleton.once("spec-kit stories", keys, lambda: _stories(skeleton, keys))
    counts: dict[str, int] = {}
    for number, chunk in enumerate(document.tree.chunks):
        around = skeleton.around_chunk(stories, number, "")
        before = tuple(counts.get(story, 0) for story in around)
        nodes, after = chunk.once("spec-kit scenarios", partial(_numbered, around, counts), (around, before))
        counts |= after
        yield nodes


def _stories(skeleton: Skeleton, keys: Sequence[str]) -> tuple[str, ...]:
    """For each heading the story that it begins or stands in; the innermost, as far as that reaches."""
    found: list[str] = []
    story, end = "", len(keys)
    for number, key in enumerate(keys):
        if key:
            closer = skeleton.closers[number]
            story, end = key, len(keys) if closer is None else closer
        elif number >= end:
            story = ""
        found.append(story)
    return tuple(found)


def _numbered(
    around: Sequence[str], before: Mapping[str, int], chunk: Chunk
) -> tuple[tuple[Node, ...], dict[str, int]]:
    starts = [heading.span.start for heading in chunk.headings]
    counts: dict[str, int] = {}
    found: list[Node] = []
    for item in items_of(chunk):
        story = around[bisect_right(starts, item.span.start)]
        if item.ordinal is not None and item.parent < 0 and story:
            counts[story] = counts.get(story, before.get(story, 0)) + 1
            words = chunk.text[item.content.start : item.content.end].replace("*", "")
            key = f"AC{counts[story]}" if story == _ALONE else f"{story}/AC{counts[story]}"
            found.append(Node("criterion", key, shortened(words), item.span))
    return tuple(found), counts


def _joined(chunk: Chunk, nodes: tuple[Node, ...], scenarios: tuple[Node, ...]) -> tuple[Node, ...]:
    if not scenarios:
        return nodes
    return chunk.once("spec-kit nodes and scenarios", lambda _: (*nodes, *scenarios), (nodes, scenarios))


def _beside(skeleton: Skeleton) -> tuple[bool, ...]:
    """For each heading whether tables below it list something else than requirements."""
    found: list[bool] = []
    for title, parent in zip(skeleton.titles, skeleton.parents, strict=True):
        # The document's own title may speak of an audit, too.
        found.append((parent > 0 and found[parent]) or is_beside_requirements(title))
    return tuple(found)


def _with_rows(
    chunk: Chunk, nodes: tuple[Node, ...], declared: frozenset[str], beside: tuple[bool, ...]
) -> tuple[Node, ...]:
    """With the rows of tables; a row about what an item or a heading declares is a citation of it."""
    rows = chunk.once("spec-kit rows", lambda chunk: tuple(_rows(chunk, beside)), beside)
    kept = tuple(row for row in rows if row.key not in declared)
    return chunk.once("spec-kit nodes and rows", lambda _: (*nodes, *kept), (nodes, kept)) if kept else nodes


def _rows(chunk: Chunk, beside: tuple[bool, ...]) -> Iterator[Node]:
    """Rows of tables whose first cell is an id."""
    starts = [heading.span.start for heading in chunk.headings]
    for number, element in enumerate(chunk.elements):
        if element.kind != "row" or number + 1 >= len(chunk.elements) or beside[bisect_right(starts, element.start)]:
            continue
        cell = chunk.elements[number + 1]
        found = _ID_CELL.fullmatch(chunk.source(cell))
        if found is not None:
            name = Span(cell.start + found.start("id"), cell.start + found.end("id"))
            rest = chunk.text[cell.end : element.end].strip(" \t|")
            yield Node(_kind(found["id"]), found["id"], shortened(rest.partition("|")[0]), element.span, name=name)


def _questions(chunk: Chunk) -> Iterator[Node]:
    """Markers of what is to be clarified; not the ones in instructions, or in lines that say that there are none."""
    text, line_end, excluded = chunk.text, -1, False
    for found in matches_in(chunk, _QUESTION):
        if found.start() > line_end:
            line, line_end = start_of_line(text, found.start(), 0), end_of_line(text, found.start())
            excluded = _NO_QUESTION.match(text, line, min(line_end, line + _LONGEST_LOOK)) is not None
        words = (found["words"] or "").strip()
        if excluded or (found["words"] is not None and _TEMPLATE_QUESTION.match(words)):
            continue
        yield Node("question", f"question/{slug(words) or 'open'}", shortened(words), Span(*found.span()), "open")


READERS: dict[str, NodeReader] = {
    "spec": _Reader("cites", _story_or_requirement, _spec_item, rows=True, questions=True, stories=True).nodes,
    # Tasks cover the ids that they name, items of a checklist check them.
    "tasks": _Reader("covers", _section, _task_item).nodes,
    "checklist": _Reader("validates", _section, _checklist_item).nodes,
    "roadmap": _Reader("cites", _section, rows=True).nodes,
    "constitution": _Reader("cites", _principle).nodes,
    "data-model": _Reader("cites", _section, questions=True, entities=True).nodes,
}
"""By kind of document; `other_nodes` for the others."""

other_nodes: NodeReader = _Reader("cites", _section, questions=True).nodes
"""Sections and open questions, for plans and what lies beside them."""
