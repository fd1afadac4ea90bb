"""Notes in brackets with which a template says what is to come: `[What this product does]`, over one line or more.

A note is a place only where nobody has written beside it: a paragraph that is one, an item that is, a heading, a cell
of a table, a line with nothing but a label in front of it. Text beside a note makes the line somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.drafting import Fit, OpenPlace
from orch_lsp.document.items import items_around, visible_matches
from orch_lsp.document.node import slug
from orch_lsp.document.placeholder import is_open_note, link_labels
from orch_lsp.document.shapes import blocks, cell, line_behind
from orch_lsp.text import Span, after_line, end_of_line, line_above, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import Section, SpecDocument

_BRACKET = re.compile(r"(?<![\[\w!\\])\[(?P<inner>[^\[\]|]{2,900})\](?![(:\[\]])")
_ID = re.compile(
    r"(?:\*\*|__)?(?:[A-Z]{1,12}(?:-[A-Z]{1,6}){0,3}-?\d{1,5}[a-z]?|\d{1,4}(?:\.\d{1,4})?-\d{1,4})(?:\*\*|__)?[ \t]*"
    r"(?:[:：–—-](?:\*\*|__)?[ \t]*)?"
)
_LABEL = re.compile(
    r"(?:\*\*[^*\r\n\[\]]{1,60}\*\*(?:[ \t]*\([^()\r\n]{1,60}\))?[ \t]*[:：]|\*\*[^*\r\n\[\]]{1,60}[:：]\*\*"
    r"|`[^`\r\n]{1,60}`[ \t]*[:：]|[A-Z][\w ]{0,24}:)[ \t]*"
)
_LETTER = re.compile(r"[^\W\d_]")
_AROUND_LABELS = " \t*_`:：–—-#"
_NO_BRACKETS = str.maketrans("", "", "[]")
_BAR = re.compile(r"(?<!\\)\|")


Kind = Literal["text", "item", "heading", "cell"]


@dataclass(frozen=True, slots=True)
class Noted:
    """A line, a few lines or a cell with notes, and nothing that anybody has said."""

    kind: Kind
    place: Span
    """From the first note to the last one, with the emphasis around them."""
    line: Span
    label: str
    """The words in front of the notes: a label or an id; for a cell the title of its column."""


def noted_in(document: SpecDocument) -> tuple[Noted, ...]:
    """All that only holds notes, in document order."""
    return document.once("noted", lambda: tuple(_noted(document)))


def _noted(document: SpecDocument) -> Iterator[Noted]:
    links = link_labels(document.tree)
    text = document.text
    headings = {section.heading.start: section.heading for section in document.sections}
    groups: list[tuple[Span, list[Span]]] = []
    for found in visible_matches(document.tree, _BRACKET):
        span = Span(*found.span())
        if groups and span.start < groups[-1][0].end:
            around, spans = groups[-1]
            spans.append(span)
            if span.end > around.end:
                groups[-1] = Span(around.start, end_of_line(text, span.end)), spans
        else:
            groups.append((Span(start_of_line(text, span.start), end_of_line(text, span.end)), [span]))
    for line, spans in groups:
        if len(spans) > _MOST_NOTES:
            continue
        words = text[line.start : line.end].lstrip()
        if words.startswith("|"):
            yield from _cells(text, line, spans, links)
            continue
        item = next(iter(items_around(document.tree, spans[0].start)), None)
        if line.start in headings:
            one = _line("heading", text, line, line.end - len(words.lstrip("# \t")), spans, links)
        elif item is not None and line.start <= item.span.start and item.content.start <= spans[0].start:
            one = _line("item", text, line, item.content.start, spans, links)
        else:
            one = _line("text", text, line, line.end - len(words), spans, links)
        if one is not None:
            yield one


def _line(kind: Kind, text: str, line: Span, start: int, spans: Sequence[Span], links: Collection[str]) -> Noted | None:
    """Args: start: Where the words of the line begin, behind its marks."""
    if not any(is_open_note(text[span.start + 1 : span.end - 1], links) for span in spans):
        return None
    label = start
    for pattern in (_ID, _LABEL):
        found = pattern.match(text, label, spans[0].start)
        label = label if found is None else found.end()
    outside = [text[label : spans[0].start], text[spans[-1].end : line.end]]
    outside += [text[one.end : other.start] for one, other in pairwise(spans)]
    if any(_LETTER.search(piece) for piece in outside):
        return None
    end = spans[-1].end + len(text[spans[-1].end : line.end].rstrip())
    return Noted(kind, Span(label, end), line, text[start:label].strip(_AROUND_LABELS))


def _cells(text: str, line: Span, spans: list[Span], links: Collection[str]) -> Iterator[Noted]:
    bars = [found.start() for found in _BAR.finditer(text, line.start, line.end)]
    header = _header(text, line.start)
    for column, (left, right) in enumerate(pairwise(bars)):
        inside = [span for span in spans if left < span.start < right]
        cell_text = text[left + 1 : right]
        if not any(is_open_note(text[span.start + 1 : span.end - 1], links) for span in inside):
            continue
        outside = _BRACKET.sub("", cell_text)
        if _LETTER.search(outside) or column >= len(header):
            continue
        start = inside[0].start if any(sign.isdigit() for sign in outside) else left + 1 + _blanks(cell_text)
        place = Span(start, left + 1 + len(cell_text.rstrip()))
        yield Noted("cell", place, line, header[column])


def _blanks(words: str) -> int:
    return len(words) - len(words.lstrip())


_MOST_ROWS_ABOVE = 200
_MOST_NOTES = 100
"""A line with more brackets is no template's."""


def _header(text: str, line: int) -> list[str]:
    """The titles of the columns of the table that a row stands in; none for a row without a header above it."""
    at = line
    for _ in range(_MOST_ROWS_ABOVE):
        above = line_above(text, at)
        row = text[above:at].strip()
        if not row.startswith("|"):
            return []
        if re.fullmatch(r"[|\s:-]+", row) and "-" in row and above:
            first = line_above(text, above)
            return [title.strip(_AROUND_LABELS) for title in _BAR.split(text[first:above].strip().strip("|"))]
        at = above
    return []


Knowing = Callable[[Noted, "Section | None"], "tuple[str, str, Fit | None] | None"]
"""Guidance, example and shape for a note (None for the usual shape), where a format knows more than the note says."""


def _nothing(noted: Noted, section: Section | None) -> None:
    del noted, section


def note_places(document: SpecDocument, knowing: Knowing = _nothing) -> Iterator[OpenPlace]:
    """A place for each line, heading and cell that only holds notes: the note says what belongs there.

    Args:
        document: Where to look.
        knowing: Asked for each of them.
    """
    sections = document.sections
    counts: dict[str, int] = {}
    number = -1
    for noted in noted_in(document):
        while number + 1 < len(sections) and sections[number + 1].heading.start <= noted.place.start:
            number += 1
        section = sections[number] if number >= 0 else None
        around, over = ("text", "") if section is None else (section.key, section.title.translate(_NO_BRACKETS).strip())
        label = noted.label or ("name" if noted.kind == "heading" else "")
        key = f"{around}/{slug(label) or 'text'}"
        title = ": ".join(filter(None, (over, label))) or "Text"
        for name in (key, title):
            counts[name] = counts.get(name, 0) + 1
        key += f"-{counts[key]}" if counts[key] > 1 else ""
        title += f", {counts[title]}" if counts[title] > 1 else ""
        said = " ".join(document.text[noted.place.start : noted.place.end].split())
        guidance, example, fit = knowing(noted, section) or (
            f"The template says: {said}", "Text that fits the note.", None,
        )  # fmt: skip
        yield OpenPlace(key, title, guidance, example, noted.place, noted.line, fit or _usual(document, noted, section))


def _usual(document: SpecDocument, noted: Noted, section: Section | None) -> Fit:
    if _is_paragraph(document.text, noted):
        return blocks(1 if section is None else section.level, document.profile)
    return cell if noted.kind == "cell" else line_behind(noted.label)


def _is_paragraph(text: str, noted: Noted) -> bool:
    """Whether it is a paragraph of its own, in whose place any text may stand."""
    if noted.kind != "text" or noted.label:
        return False
    above = text[line_above(text, noted.line.start) : noted.line.start].strip()
    next_line = after_line(text, noted.line.end)
    below = text[next_line : end_of_line(text, next_line)].strip()
    return all(not line or line.startswith(("#", "<", "---")) for line in (above, below))
