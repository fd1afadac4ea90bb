"""Nodes that are written already, as they can be written anew: a heading's section, a requirement, a scenario, a task.

Only a node's own text is replaced. Its heading stays, and so does the id of an item; the document around it is read
afterwards as it was read before, or the new text does not fit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from orch_lsp.document.compose import below, closed
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import PlacedItem, items_around
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.document.parse import parse
from orch_lsp.document.place_fill import PlacesPlan, regions_of
from orch_lsp.document.profile import Profile, SectionSpec
from orch_lsp.late import late
from orch_lsp.markdown.reader import read
from orch_lsp.text import Edit, Span, apply_edits, normalised, split_lines, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document import three_way
    from orch_lsp.document.answer.reading import AnswerSection
else:
    three_way = late("orch_lsp.document.three_way")

_EMPHASIS = re.compile(r"[*_`]{0,4}")
_BEHIND_NAME = re.compile(r"[*_`\])]{0,4}[ \t]?[.:：)、]?[*_`]{0,4}[ \t]*")
_INDENT = re.compile(r"[ \t]*")
_NUMBERED = re.compile(r"~\d+\Z")
_TOP = 1
"""Level of a document's title, whose section is all of the document."""


@dataclass(frozen=True, slots=True)
class Rewritable:
    """A node with the text of it that can be replaced."""

    node: Node
    label: str
    """Names it for people and heads its part of an answer; no other one of those that are asked for has it."""
    span: Span
    """The text that is replaced: below a heading, or a whole item from its marker on."""
    text: str
    """The same as it is shown: LF line ends, an item without the indentation around it."""
    section: Section | None
    """The section, if the node has a heading."""

    @property
    def key(self) -> str:
        """The node's key."""
        return self.node.key


def rewritable(document: SpecDocument, key: str) -> Rewritable | None:
    """The node with a key, if its text stands for itself; None for a document's title, and for what nobody wrote.

    Pure; never raises.
    """
    node = document.nodes.by_key.get(key)
    if node is None:
        return None
    section = next((one for one in document.sections_of((node,)) if one.heading.start == node.span.start), None)
    if section is None:
        return _item(document, node)
    if section.level == _TOP or section.within_html:
        return None
    span = Layout(document).own_content(Span(section.body.start, max(node.span.end, section.body.start)))
    if span is None:
        return None
    return Rewritable(node, section.title or node.key, span, normalised(document.text[span.start : span.end]), section)


def _item(document: SpecDocument, node: Node) -> Rewritable | None:
    text = document.text
    before = text[start_of_line(text, node.span.start) : node.span.start]
    end = node.span.start + len(text[node.span.start : node.span.end].rstrip())
    if before.strip() or end == node.span.start:
        return None
    indent = before + _indent_of(text[node.span.start : end])
    start = node.span.start + len(indent) - len(before)
    lines = split_lines(text[start:end])
    shown = "\n".join((lines[0], *(_without(line, len(indent)) for line in lines[1:])))
    return Rewritable(node, node.key, Span(start, end), shown, None)


def _indent_of(text: str) -> str:
    found = _INDENT.match(text)
    return found[0] if found else ""


def _without(line: str, width: int) -> str:
    """A line without as many blanks at its beginning as an item is indented by."""
    return line[min(width, len(_indent_of(line))) :]


def labelled(nodes: Iterable[Rewritable]) -> tuple[Rewritable, ...]:
    """The nodes, so that no two have one label: those that would are named by their keys."""
    found = list(nodes)
    counts: dict[str, int] = {}
    for one in found:
        counts[heading_name(one.label)] = counts.get(heading_name(one.label), 0) + 1
    return tuple(replace(one, label=one.key) if counts[heading_name(one.label)] > 1 else one for one in found)


def rewritables(document: SpecDocument, keys: Sequence[str]) -> tuple[Rewritable, ...]:
    """The nodes of these keys that can be rewritten, each with a label of its own, in document order."""
    found = (rewritable(document, key) for key in dict.fromkeys(keys))
    return labelled(sorted((one for one in found if one is not None), key=lambda one: one.span))


def parts_to_rewrite(document: SpecDocument) -> tuple[Rewritable, ...]:
    """All nodes by which a whole document can be amended, in document order; some stand in others."""
    found = (rewritable(document, node.key) for node in document.nodes.nodes)
    return labelled(one for one in found if one is not None)


def rewriting_profile(profile: Profile, nodes: Sequence[Rewritable]) -> Profile:
    """The profile by which an answer is read: one section for each node."""
    sections = tuple(SectionSpec(one.key, one.label) for one in nodes)
    return Profile(name=profile.name, sections=sections, prompt_name=profile.prompt_name, kind=profile.kind)


def fitted(document: SpecDocument, one: Rewritable, body: str) -> str | None:
    """The text that takes the node's place, in the document's manner; None if the document would be read otherwise.

    An item keeps its own marker, id and box, also where the answer has none or others. Linear, but for reading the
    document anew once or twice.

    Args:
        document: The document that holds the node.
        one: The node.
        body: The node's text as it was answered, with LF line ends.
    """
    return next((text for text in _forms(document, one, body) if _fit(document, ((one, text),))), None)


def fitted_together(document: SpecDocument, bodies: Sequence[tuple[Rewritable, str]]) -> list[str | None]:
    """As `fitted` for nodes that do not overlap, in document order: the document is read once for all that fit."""
    if len(bodies) < 2:
        return [fitted(document, one, body) for one, body in bodies]
    texts = [(one, next(_forms(document, one, body), "")) for one, body in bodies]
    if all(text for _, text in texts) and _fit(document, texts):
        return [text for _, text in texts]
    half = len(bodies) // 2
    return [*fitted_together(document, bodies[:half]), *fitted_together(document, bodies[half:])]


def _forms(document: SpecDocument, one: Rewritable, body: str) -> Iterator[str]:
    """The texts that an answer may be meant as, the likeliest first; none that is blank."""
    if one.section is not None:
        lone = Profile(name=document.profile.name, sections=(), prompt_name="")
        words = normalised(closed(below(body, one.section.level, lone)))
        if words.strip():
            yield _in_manner(document, words, "")
        return
    if read(body).headings and not read(one.text).headings:
        # Another part of a document, which an item would hold as well.
        return
    indent = document.text[start_of_line(document.text, one.span.start) : one.span.start]
    for words in _as_item(document, one, body, indent):
        yield _in_manner(document, words, indent)


def _in_manner(document: SpecDocument, text: str, indent: str) -> str:
    first, *rest = split_lines(text)
    return Layout(document).in_own_line_ends("\n".join((first, *(f"{indent}{line}" if line else "" for line in rest))))


def _as_item(document: SpecDocument, one: Rewritable, body: str, indent: str) -> Iterator[str]:
    """An answer as an item: as it is; with the item's own marker, id and box in front of its words."""
    words = normalised(closed(body)).strip()
    if not words:
        return
    yield words
    head = _head(one.node, one.text)
    if not head:
        return
    text = _in_manner(document, words, indent)
    after = parse(apply_edits(document.text, (Edit(one.span, text),)), document.profile)
    there = _node_at(after, one.node)
    found = "" if there is None else _head(there, words)
    if not found:
        found = _bare_head(one, words)
        item = _item_in(one.text)
        deep = " " * (0 if item is None else (item.box or item.content).start)
        first, *rest = split_lines(words)
        words = "\n".join((first, *(line if line[:1] in {"", " "} else f"{deep}{line}" for line in rest)))
    yield head + words[len(found) :]


def _bare_head(one: Rewritable, words: str) -> str:
    """The beginning of an answer that is no item of its own: a marker, and the item's name."""
    item = _item_in(words)
    start = 0 if item is None else item.content.start
    name = one.node.name
    typed = "" if name is None else one.node.source[name.start : name.end]
    bold = _EMPHASIS.match(words, start)
    at = start if bold is None else bold.end()
    if not typed or not words.startswith(typed, at):
        return words[:start]
    behind = _BEHIND_NAME.match(words, at + len(typed))
    return words[: at + len(typed) if behind is None else behind.end()]


def _item_in(shown: str) -> PlacedItem | None:
    """The item with which a text begins."""
    found = items_around(read(shown), 0)
    return found[-1] if found and found[-1].span.start == 0 else None


def _node_at(document: SpecDocument, node: Node) -> Node | None:
    """The node of the same kind that begins where one does in another document."""
    start = node.span.start
    return next((one for one in document.nodes.nodes if one.span.start == start and one.kind == node.kind), None)


def _has_id(one: Rewritable) -> bool:
    """Whether a node is known by an id or a number, and not by its words."""
    if one.section is not None or one.node.name is not None:
        return True
    item = _item_in(one.text)
    return item is not None and item.item.ordinal is not None


def _head(node: Node, shown: str) -> str:
    """The beginning of an item up to its own words: `- [ ] T001 `, `- **FR-001**: `; empty for what is no item."""
    if node.name is None:
        item = _item_in(shown)
        return "" if item is None else shown[: item.content.start]
    at = node.name.end - node.span.start - len(_indent_of(node.source[node.span.start : node.span.end]))
    behind = _BEHIND_NAME.match(shown, min(at, len(shown)))
    end = at if behind is None else behind.end()
    head = shown[:end]
    return "" if "\n" in head else head if head[-1:] in {" ", "\t"} else f"{head} "


def _fit(document: SpecDocument, texts: Sequence[tuple[Rewritable, str]]) -> bool:
    """Whether the document with these texts in the places of nodes has the nodes, and all around them as it was."""
    edits = tuple(Edit(one.span, text) for one, text in texts)
    after = parse(apply_edits(document.text, edits), document.profile)
    if document.unbalanced_fence is None and after.unbalanced_fence is not None:
        return False
    shifts = [0, *accumulate(len(text) - (one.span.end - one.span.start) for one, text in texts)]
    there = {(node.span.start, node.kind): node for node in after.nodes.nodes}
    regions: list[Span] = []
    for (one, text), shift in zip(texts, shifts, strict=False):
        node = there.get((one.node.span.start + shift, one.node.kind))
        if node is None or node.state != one.node.state or (node.key != one.key and _has_id(one)):
            return False
        region = Span(one.span.start + shift, one.span.start + shift + len(text))
        if one.section is None and node.span.end < region.end:
            return False
        regions.append(region)
    were = [one.span for one, _ in texts]
    return list(_around(document, were, shifts)) == list(_around(after, regions, [0] * len(shifts)))


def _around(document: SpecDocument, regions: Sequence[Span], shifts: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """All that is read outside of some regions, with the places that it has once what is before it is longer.

    Args:
        document: Where.
        regions: Sorted, none overlapping another.
        shifts: By how much all moves behind as many of them as the place in this list says.
    """
    starts, ends = [region.start for region in regions], [region.end for region in regions]

    def moved(offset: int) -> int:
        return offset + shifts[bisect_right(ends, offset)]

    def is_outside(offset: int) -> bool:
        number = bisect_right(starts, offset) - 1
        return number < 0 or offset >= ends[number]

    for node in document.nodes.nodes:
        if is_outside(node.span.start):
            yield _NUMBERED.sub("", node.key), node.kind, node.state, moved(node.span.start), moved(node.span.end)
    for heading in document.tree.headings:
        if is_outside(heading.span.start):
            yield heading.level, heading.text, moved(heading.span.start)


def plan_rewriting(
    snapshot: SpecDocument, current: SpecDocument, sections: Sequence[AnswerSection], *, insist: bool = False
) -> PlacesPlan:
    """Plan how rewritten nodes get into the current document, in which nothing else changes.

    A node is replaced only if its text, and what it stands in, are what they were when the run began. Where a person
    asked for it, a node that was changed meanwhile gets the changes of both (`three_way`), if they are in different
    places: its key is among those that are filled and those that conflict.

    Args:
        snapshot: The document as it was then.
        current: The document as it is now.
        sections: The new texts, by keys of nodes.
        insist: A person asked for it: nodes that are others now are left out. Without it, one of them means no edit.
    """
    edits: list[Edit] = []
    filled: list[str] = []
    conflicts: list[str] = []
    merged: list[Span] = []
    pairs = [(section, rewritable(snapshot, section.key), rewritable(current, section.key)) for section in sections]
    same = [(now, section.body) for section, was, now in pairs if was is not None and now and _is_same(was, now)]
    apart = _apart(sorted(same, key=lambda one: one[0].span))
    texts = {one.key: text for (one, _), text in zip(apart, fitted_together(current, apart), strict=True)}
    for section, was, now in pairs:
        if was is None or now is None:
            conflicts.append(section.key)
            continue
        is_same = _is_same(was, now)
        text = texts.get(section.key)
        if not is_same:
            there = fitted(snapshot, was, section.body)
            if there is not None and normalised(there) == normalised(now.text):
                filled.append(section.key)
                continue
            conflicts.append(section.key)
            if insist and there is not None:
                text = _with_both(snapshot, was, there, current, now)
        if text is None or any(edit.span.start < now.span.end and now.span.start < edit.span.end for edit in edits):
            if is_same:
                conflicts.append(section.key)
            continue
        filled.append(section.key)
        if not is_same:
            merged.append(now.span)
        if text != current.text[now.span.start : now.span.end]:
            edits.append(Edit(now.span, text))
    if conflicts and not insist:
        return PlacesPlan((), (), tuple(conflicts), ())
    ordered = tuple(sorted(edits, key=lambda edit: edit.span))
    # A merged text is no run's alone.
    regions = [
        region for edit, region in zip(ordered, regions_of(ordered), strict=True) if edit.span not in merged
    ]  # fmt: skip
    return PlacesPlan(ordered, tuple(filled), tuple(conflicts), tuple(regions))


def _with_both(
    snapshot: SpecDocument, was: Rewritable, there: str, current: SpecDocument, now: Rewritable
) -> str | None:
    """A node's text with the changes of a run and those of a person; None if they changed the same place of it.

    Args:
        snapshot: The document when the run began.
        was: The node in it.
        there: The run's text for the node, as it would stand there.
        current: The document as it is now.
        now: The node in it.
    """
    if (was.node.kind, was.node.parent) != (now.node.kind, now.node.parent):
        return None
    drafted = _shown_with(snapshot, was, there)
    text = None if drafted is None else three_way.merged(was.text, now.text, drafted)
    if text is None or (placed := fitted(current, now, text)) is None:
        return None
    # Nothing of it may have been lost on the way into the document.
    return placed if _shown_with(current, now, placed) == text else None


def _shown_with(document: SpecDocument, one: Rewritable, text: str) -> str | None:
    """The text of a node as it is shown, if `text` stood in its place."""
    if one.section is not None:
        return normalised(text)
    after = parse(apply_edits(document.text, (Edit(one.span, text),)), document.profile)
    node = _node_at(after, one.node)
    there = None if node is None else rewritable(after, node.key)
    return None if there is None else there.text


def _apart(nodes: Sequence[tuple[Rewritable, str]]) -> list[tuple[Rewritable, str]]:
    """Those of some nodes, in document order, that do not stand in one before them."""
    kept: list[tuple[Rewritable, str]] = []
    for one in nodes:
        if not kept or one[0].span.start >= kept[-1][0].span.end:
            kept.append(one)
    return kept


def _is_same(was: Rewritable, now: Rewritable) -> bool:
    """Whether a node is what it was: its text, its kind, and what it stands in."""
    return (was.text, was.node.kind, was.node.parent) == (now.text, now.node.kind, now.node.parent)


def with_rewritten(document: SpecDocument, sections: Sequence[AnswerSection]) -> tuple[SpecDocument, PlacesPlan]:
    """A document as it would be with nodes rewritten."""
    plan = plan_rewriting(document, document, sections, insist=True)
    return parse(apply_edits(document.text, plan.edits), document.profile), plan


def rewritten_parts(document: SpecDocument, keys: Sequence[str], regions: Sequence[Span]) -> dict[str, str]:
    """Key and hash of the nodes that hold rewritten text: those that were rewritten, and what stands in them.

    Where drafts are whole sections, those are known by the hashes of their bodies.
    """
    nodes = document.nodes
    found = {key: nodes.by_key[key].sha256 for key in keys if key in nodes.by_key}
    for region in regions:
        found |= {node.key: node.sha256 for node in nodes.nodes if region.start <= node.span.start < region.end}
    if document.profile.drafting is None:
        found |= {section.key: section.sha256 for section in document.sections if section.key in found}
    return found
