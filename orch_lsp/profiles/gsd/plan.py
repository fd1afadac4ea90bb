"""The nodes of a plan: the plan itself, what must be true (`must_haves`), and its tasks, which stand in tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.node import Node, Nodes, gathered, shortened
from orch_lsp.document.section_nodes import heading_nodes
from orch_lsp.profiles.gsd.references import PLAN, citations_in_tags, fields_of, phase_number, tagged
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

_TAG = re.compile(r"<task\b[^<>]{0,400}>|</task>|<name>(?P<name>[^<>]{0,400})</name>")
_TYPE = re.compile(r"type=[\"']([^\"'<>]{1,80})[\"']")
_NUMBERED = re.compile(r"\s*Task[ \t]+(?P<number>\d{1,3})[ \t]*[:.–—-]*\s*")
_OBJECTIVE = re.compile(r"<objective>\s*(?P<text>[^<>]{1,400})")
_TRUTHS = re.compile(r"(?<![^\r\n])[ \t]+truths[ \t]*:[ \t]*(?=[\r\n])")
_ENTRY = re.compile(r"(?:\r\n|\n|\r)[ \t]*-[ \t]+(?P<text>[^\r\n]+)|(?:\r\n|\n|\r)[ \t]*(?=[\r\n])")
_PLAN = re.compile(r"[ \t]*[\"']?(?P<id>[\d.-]{1,10})")
_WHOLE_ID = re.compile(PLAN)


def plan_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `01-02-PLAN.md`."""
    key = _key(document)
    nodes = [*heading_nodes(document), *_tasks(document, key), *_truths(document, key)]
    if key is not None:
        nodes.append(_whole(document, key))
    return gathered(document.text, nodes, citations_in_tags(document))


def _key(document: SpecDocument) -> str | None:
    if document.front_matter is None:
        return None
    values = document.front_matter.values
    whole = _WHOLE_ID.fullmatch(str(values.get("plan_id", "")))
    if whole is not None:
        return whole[0]
    phase, plan = phase_number(values.get("phase")), phase_number(values.get("plan"))
    return None if phase is None or plan is None else f"{phase}-{plan}"


def _whole(document: SpecDocument, key: str) -> Node:
    """The plan, which other plans name and which all else is part of."""
    value = next((span for name, span in fields_of(document) if name in {"plan", "plan_id"}), None)
    found = None if value is None else _PLAN.match(document.text, value.start, value.end)
    objective = _OBJECTIVE.search(document.text, document.tree.starts[0])
    title = "" if objective is None else shortened(objective["text"])
    name = None if found is None else Span(*found.span("id"))
    return Node("task", key, title or document.title_text or key, Span(0, len(document.text)), name=name)


def _tasks(document: SpecDocument, plan: str | None) -> Iterator[Node]:
    opened: re.Match[str] | None = None
    name: re.Match[str] | None = None
    count = 0
    for tag in tagged(document, _TAG):
        if tag["name"] is not None:
            name = tag if opened is not None and name is None else name
        elif not tag[0].startswith("</"):
            opened, name = tag, None
        elif opened is not None:
            count += 1
            yield _task(opened, name, tag.end(), count, plan)
            opened = name = None


def _task(opened: re.Match[str], name: re.Match[str] | None, end: int, count: int, plan: str | None) -> Node:
    numbered = None if name is None else _NUMBERED.match(name["name"])
    number = count if numbered is None else int(numbered["number"])
    kind = _TYPE.search(opened[0])
    if name is not None:
        title = shortened(name["name"][0 if numbered is None else numbered.end() :])
    else:
        title = "" if kind is None else kind[1]
    key = f"{plan}/Task {number}" if plan is not None else f"Task {number}"
    span = None if name is None else Span(*name.span("name"))
    return Node("task", key, title, Span(opened.start(), end), name=span)


def _truths(document: SpecDocument, plan: str | None) -> Iterator[Node]:
    """The truths that must hold at the end, one criterion each."""
    value = next((span for name, span in fields_of(document) if name == "must_haves"), None)
    found = None if value is None else _TRUTHS.search(document.text, value.start, value.end)
    if value is None or found is None:
        return
    at, number = found.end(), 0
    while (entry := _ENTRY.match(document.text, at, value.end)) is not None:
        at = entry.end()
        if entry["text"] is not None:
            number += 1
            key = f"{plan}/truth {number}" if plan is not None else f"truth {number}"
            yield Node("criterion", key, shortened(entry["text"].strip(" \t\"'")), Span(*entry.span("text")))
