"""The nodes of a plan: tasks by their boxes, with numbers and states, and headings that gather tasks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, items_of
from orch_lsp.document.node import Node, Nodes, shortened, slug
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.kiro.references import Relations, citations_of, key_of
from orch_lsp.profiles.kiro.words import CHECKLISTS, TASK, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.markdown.tree import Chunk, Heading

_NUMBER = r"\d{1,4}(?:[.-]\d{1,4}){0,4}|[A-Z]{1,6}-?\d{1,6}"
_NAME = rf"(?:{either(TASK)}[ \t]*#?)?(?P<id>{_NUMBER})(?![A-Za-z0-9])[*_]*"
_ID = re.compile(rf"[*_~]*{_NAME}[.．、:：)）]{{0,2}}[*_]*(?:[ \t]+|(?=[^\s\d])|\Z)")
_GROUP = re.compile(rf"(?:\W|_)*{_NAME}[ \t]*[.．、:：)）–—-]*[ \t]*[*_]*(?P<title>.*)")
_PARALLEL = re.compile(r"[(（][PＰ][)）][ \t]*")
_STATUS_MARKERS = "status markers"
_RELATIONS = Relations(prose="covers", properties="covers")


def tasks_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `tasks.md`."""
    skeleton, chunks = document.skeleton, document.tree.chunks
    firsts, titles = skeleton.in_chunks, skeleton.titles
    items = skeleton.by_chunk(
        "kiro tasks' items", None, chunks,
        lambda number: _items(chunks[number], titles[firsts[number] - 1] if firsts[number] else None),
    )  # fmt: skip
    groups = frozenset[str]().union(*(_groups_in(*one) for one in zip(chunks, items, strict=True)))
    pieces = skeleton.by_chunk(
        "kiro tasks", groups, chunks, lambda number: _piece(chunks[number], items[number], groups)
    )
    return assembled(document, pieces)


def _groups_in(chunk: Chunk, nodes: tuple[Node, ...]) -> frozenset[str]:
    """The numbers with which those of a chunk's tasks begin."""
    return chunk.once(
        "kiro groups in",
        lambda _: frozenset(node.key.partition(".")[0] for node in nodes if node.kind == "task" and "." in node.key),
        nodes,
    )


def _piece(chunk: Chunk, nodes: tuple[Node, ...], groups: frozenset[str]) -> Piece:
    """Args: groups: The numbers that begin those of tasks."""
    named = _named_groups(chunk)
    gather = tuple(found is not None and found.key in groups for found in named)

    def make(chunk: Chunk) -> Piece:
        heads = (
            found if found is not None and gathers else head_of(heading)
            for heading, found, gathers in zip(chunk.headings, named, gather, strict=True)
        )
        return Piece(tuple(heads), nodes, citations_of(chunk, _RELATIONS))

    return chunk.once("kiro tasks", make, (gather, nodes))


def _named_groups(chunk: Chunk) -> tuple[Node | None, ...]:
    """For each heading the task that it is if parts of it stand below: their numbers begin with its."""
    return chunk.once("kiro groups", lambda chunk: tuple(_group(chunk.text, heading) for heading in chunk.headings))


def _group(text: str, heading: Heading) -> Node | None:
    start = heading.span.start
    found = _GROUP.match(text, start, end_of_line(text, start))
    if heading.level == 1 or found is None:
        return None
    title = found["title"].strip(" \t*_#")
    return replace(head_of(heading), kind="task", key=key_of(found["id"]), title=title, name=Span(*found.span("id")))


def _items(chunk: Chunk, above: str | None) -> tuple[Node, ...]:
    """Args: above: The title of the last heading in front of the chunk."""
    return chunk.once("kiro tasks' items", lambda chunk: tuple(_read_items(chunk, above)), above)


def _read_items(chunk: Chunk, above: str | None) -> Iterator[Node]:
    names = ["" if above is None else heading_name(above), *(heading_name(one.text) for one in chunk.headings)]
    starts = [heading.span.start for heading in chunk.headings]
    for item in items_of(chunk):
        if item.box is not None:
            yield _node(chunk.text, item, names[bisect_right(starts, item.span.start)])


def _node(text: str, item: Item, section: str) -> Node:
    start, end = item.content.start, item.content.end
    found = _ID.match(text, start, end)
    title = shortened(_PARALLEL.sub("", text[start if found is None else found.end() : end]))
    state = item.state
    state = "optional" if item.starred and state == "open" else state
    span = item.span
    if section.endswith(_STATUS_MARKERS) or (found is None and section in CHECKLISTS):
        return Node("checklist_item", f"checklist/{slug(title) or 'item'}", title, span, state)
    if found is None and item.ordinal is not None:
        return Node("task", str(item.ordinal), title, span, state)
    if found is None:
        return Node("task", f"tasks/{slug(title) or 'item'}", title, span, state)
    return Node("task", key_of(found["id"]), title, span, state, Span(*found.span("id")))
