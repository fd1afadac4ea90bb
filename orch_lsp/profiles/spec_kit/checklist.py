"""The open places of a checklist: items without words, groups without items, and a list that has none yet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.items import Item, PlacedItem, leads_in, placed_items
from orch_lsp.document.open_sections import content_in, is_open
from orch_lsp.document.placeholder import is_placeholder_line, is_placeholder_title, link_labels
from orch_lsp.document.shapes import behind, one_line
from orch_lsp.document.template_notes import note_places
from orch_lsp.text import Span, end_of_line, split_lines

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_GUIDANCE = (
    "Questions about the words of the spec, not about its code: whether they are complete, clear, measurable and do "
    "not contradict each other. Each is a box with the next free number, and ends with its aspect in brackets, and "
    "with the section or the id that it is about."
)
_ITEMS = (
    "- [ ] CHK001 Is the age of a link given in minutes? [Clarity, Spec §FR-002]\n"
    "- [ ] CHK002 Does the spec say what a link does that was used? [Completeness, Spec §FR-001]"
)
_GROUPS = f"## Requirement Clarity\n\n{_ITEMS}"
_SAMPLE = re.compile(
    r"(?:first|second|third|another|final)\b.{0,20}\bitem\b.{0,40}|item with specific criteria", re.IGNORECASE
)
"""The items that the tool's template shows, and asks to be replaced."""
_ID = re.compile(r"(?:\*\*|__)?CHK(?P<number>\d{3,5})(?!\w)(?:\*\*|__)?[.:：]?[ \t]*(?:[-–—][ \t]+)?")
_BOX = re.compile(r"[ \t]*[-*+][ \t]+\[[ ]\][ \t]+(?P<words>\S.*)")
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_NOTES = frozenset(
    {"notes", "note", "备注", "備註", "備考", "비고", "notas", "hinweise", "remarques", "note di revisione"}
)


def _places(document: SpecDocument) -> Iterator[OpenPlace]:
    items = [one for one in placed_items(document.tree) if one.item.box is not None]
    samples = [one for one in items if _is_sample(document, *one)]
    named = {number for item in items for number in _number_of(document, *item)}
    groups = [section for section in document.sections if section.heading != document.title]
    numbered = bool(named) or not items
    if len(samples) == len(items) and not any(_is_written(section) for section in groups):
        yield _all_items(document, groups, numbered=numbered)
    else:
        for number, section in enumerate(groups):
            deeper = number + 1 < len(groups) and groups[number + 1].level > section.level
            own = heading_name(section.title) in _NOTES or ":" in section.title
            if not deeper and not own and is_open(document, section):
                fit = _listed(named, numbered=numbered)
                span = content_in(document, Span(section.heading.end, section.body.end))
                fit = fit if span.start < span.end else behind("\n\n", fit)
                example = _ITEMS if numbered else _ID.sub("", _ITEMS)
                title = f"Items of “{section.title}”"
                yield OpenPlace(section.key, title, _GUIDANCE, example, span, section.heading, fit)
        yield from _lines(document, items)
    yield from note_places(document)


def _words(document: SpecDocument, item: Item, base: int) -> Span:
    """The words of an item behind its id."""
    start, end = base + item.content.start, base + item.content.end
    found = _ID.match(document.text, start, end)
    return Span(start if found is None else found.end(), end)


def _number_of(document: SpecDocument, item: Item, base: int) -> Iterator[int]:
    found = _ID.match(document.text, base + item.content.start, base + item.content.end)
    if found is not None:
        yield int(found["number"])


def _is_sample(document: SpecDocument, item: Item, base: int) -> bool:
    words = _words(document, item, base)
    return _SAMPLE.fullmatch(document.text[words.start : words.end].strip()) is not None


def _is_written(section: Section) -> bool:
    """Whether somebody has written a group: it has a name, or words that are no sample."""
    if heading_name(section.title) in _NOTES:
        return False
    return not is_placeholder_title(section.title) and not _is_unnamed(section.title)


def _is_unnamed(title: str) -> bool:
    return re.fullmatch(r"\[[^\[\]]{1,60}\]", title.strip()) is not None


def _all_items(document: SpecDocument, groups: list[Section], *, numbered: bool) -> OpenPlace:
    """The place where the groups of the template stand, else the end of the text in front of the notes."""
    start = document.preamble.start if document.title is None else document.title.end
    unnamed = [section for section in groups if _is_unnamed(section.title) or is_placeholder_title(section.title)]
    others = [section for section in groups if section not in unnamed]
    fit: Fit = _grouped(numbered=numbered)
    if unnamed:
        after = [section.heading.start for section in others if section.heading.start > unnamed[0].heading.start]
        end = min(after, default=len(document.text))
        span = content_in(document, Span(unnamed[0].heading.start, end))
    else:
        end = min((section.heading.start for section in others), default=len(document.text))
        at = content_in(document, Span(start, end)).end
        span, fit = Span(at, at), behind("\n\n", fit)
    head = document.title or Span(start, start)
    return OpenPlace("items", "Checklist items", f"Groups with headings. {_GUIDANCE}", _GROUPS, span, head, fit)


def _lines(document: SpecDocument, items: list[PlacedItem]) -> Iterator[OpenPlace]:
    links = link_labels(document.tree)
    for item, base in items:
        words = _words(document, item, base)
        said = document.text[words.start : words.end]
        node = document.nodes.at(base + item.span.start)
        empty = is_placeholder_line(said or "TODO", links)
        if node is None or not empty or said.lstrip().startswith("[") or leads_in(document.text, item, base):
            continue
        guidance = "The question in one line, without its box and id."
        example = "Is the age of a link given in minutes? [Clarity, Spec §FR-002]"
        head = Span(base + item.span.start, end_of_line(document.text, words.start))
        yield OpenPlace(node.key, node.key, guidance, example, words, head, _question)


def _question(body: str) -> str | None:
    line = one_line(body)
    return None if line is None else _ID.sub("", line, count=1) or None


def _listed(taken: Collection[int], *, numbered: bool) -> Fit:
    """A list of boxes; with ids that are free where the document has ids, else without."""

    def fit(body: str) -> str | None:
        lines: list[str] = []
        seen = set(taken)
        for line in filter(str.strip, split_lines(body)):
            found = _BOX.fullmatch(line)
            if found is None:
                return None
            words = found["words"]
            named = _ID.match(words)
            if numbered:
                if named is None or int(named["number"]) in seen:
                    return None
                seen.add(int(named["number"]))
            else:
                words = words if named is None else words[named.end() :]
            lines.append(f"- [ ] {words.strip()}")
        return "\n".join(lines) or None

    return fit


def _grouped(*, numbered: bool) -> Fit:
    """Headings of the second level, a list of boxes below each; no id twice."""

    def fit(body: str) -> str | None:
        pieces: list[str] = []
        boxes: list[str] = []
        whole = _listed((), numbered=numbered)
        for line in filter(str.strip, split_lines(body)):
            if _HEADING.match(line):
                pieces.append(f"\n## {line.lstrip('# ').rstrip('# ')}\n")
            elif _BOX.fullmatch(line):
                boxes.append(line)
                pieces.append(line.strip())
            else:
                return None
        return "\n".join(pieces).strip("\n") if boxes and whole("\n".join(boxes)) else None

    return fit


DRAFTING = Drafting(
    asking(__package__, "spec-kit.checklist", "2", "a checklist on the quality of a specification"), _places
)
