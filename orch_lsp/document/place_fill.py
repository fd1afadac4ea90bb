"""Edits that write a draft into the open places of a document, and touch nothing else.

A place is written only if it was open when the run began and is open now: where a person has written, or what is gone
or has another name, is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.compose import below, closed
from orch_lsp.document.drafting import OpenPlace, open_places
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.parse import parse
from orch_lsp.document.placement import Placement
from orch_lsp.text import Edit, Span, apply_edits, normalised

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import AnswerSection


@dataclass(frozen=True, slots=True)
class PlacesPlan:
    """The edits of a draft to a document."""

    edits: tuple[Edit, ...]
    """Against the current text, sorted, not overlapping and not touching."""
    filled: tuple[str, ...]
    """Keys of the places that hold the draft once the edits are made."""
    conflicts: tuple[str, ...]
    """Keys of places that are not open any more."""
    regions: tuple[Span, ...]
    """The new text of each edit, in the document that they make."""


def plan_places(
    snapshot: SpecDocument, current: SpecDocument, sections: Sequence[AnswerSection], *, insist: bool = False
) -> PlacesPlan:
    """Plan how a draft gets into the places of the current document.

    Args:
        snapshot: The document as it was when the run began; it says which places may be written.
        current: The document as it is now.
        sections: The draft, by keys of places.
        insist: A person asked for it: places that are not open any more are left out, the others are written. Without
            it, one of them means no edit at all.
    """
    drafted = {section.key: section.body for section in sections if section.body.strip()}
    now = {place.key: place for place in open_places(current)}
    wanted = [place.key for place in open_places(snapshot) if place.key in drafted]
    conflicts = tuple(key for key in wanted if key not in now)
    if conflicts and not insist:
        return PlacesPlan((), (), conflicts, ())
    layout = Layout(current)
    placement = Placement(layout, current.profile)
    by_key = {section.key: section for section in current.sections}
    filled: list[str] = []
    edits: list[Edit] = []
    for place in (now[key] for key in wanted if key in now):
        body = normalised(drafted[place.key])
        if place.section is not None:
            section = by_key.get(place.section)
            if section is None:
                level = placement.level_for(place.section)
                text = closed(below(body, level, current.profile))
                placement.insert_section(place.section, f"{'#' * level} {place.title}", text)
            else:
                placement.replace_body(section, closed(below(body, section.level, current.profile)))
        else:
            text = body if place.fit is None else place.fit(body)
            if text is None:
                continue
            edits.append(_edit(layout, place, text))
        filled.append(place.key)
    # Text for a place comes before a section that is put behind it.
    joined = _joined(sorted((*edits, *placement.edits()), key=lambda edit: edit.span))
    return PlacesPlan(joined, tuple(filled), conflicts, regions_of(joined))


def _edit(layout: Layout, place: OpenPlace, text: str) -> Edit:
    new_text = layout.in_own_line_ends(text)
    if place.span.start == place.span.end and "\n" in text:
        after = layout.blank_lines_after(place.span.end)
        if after is not None:
            new_text += layout.line_end * (2 - min(2, after))
    return Edit(place.span, new_text)


def _joined(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits, those that touch as one."""
    joined: list[Edit] = []
    for edit in edits:
        if joined and joined[-1].span.end >= edit.span.start:
            last = joined.pop()
            edit = Edit(Span(last.span.start, max(last.span.end, edit.span.end)), last.new_text + edit.new_text)  # noqa: PLW2901 -- the edit grows
        joined.append(edit)
    return tuple(joined)


def regions_of(edits: Sequence[Edit]) -> tuple[Span, ...]:
    """Where the new text of each of some sorted edits stands once all are made."""
    regions: list[Span] = []
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        regions.append(Span(start, start + len(edit.new_text)))
        shift += len(edit.new_text) - (edit.span.end - edit.span.start)
    return tuple(regions)


def written_nodes(document: SpecDocument, regions: Sequence[Span]) -> tuple[Node, ...]:
    """The nodes that hold what stands in some parts of a document: the outermost in them, else the one around."""
    nodes = document.nodes
    found: dict[str, Node] = {}
    for region in regions:
        text = document.text[region.start : region.end]
        start = region.start + len(text) - len(text.lstrip())
        end = region.start + len(text.rstrip())
        within: list[Node] = []
        for node in nodes.nodes:
            if node.span.start >= end:
                break
            if start <= node.span.start and not any(one.span.end >= node.span.end for one in within):
                within.append(node)
        around = nodes.at(start)
        for node in within or ([] if around is None else [around]):
            found[node.key] = node
    return tuple(found.values())


def with_draft(document: SpecDocument, sections: Sequence[AnswerSection]) -> tuple[SpecDocument, PlacesPlan]:
    """A document as it would be with a draft in its places."""
    plan = plan_places(document, document, sections, insist=True)
    return parse(apply_edits(document.text, plan.edits), document.profile), plan
