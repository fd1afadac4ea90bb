"""Headings of OpenSpec: requirements, scenarios, and the parts of a delta."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from orch_lsp.document.heading_name import heading_name
from orch_lsp.profiles.openspec.words import OPERATION_HEADINGS, REQUIREMENT_WORDS, SCENARIO_WORDS, Operation
from orch_lsp.text import Span

_BEFORE = r"[^\w\r\n]{0,12}(?:\d{1,4}(?:\.\d{1,4}){0,3}[.):、]?[ \t]+)?[*_`~]{0,3}"
_BEHIND = r"(?:[ \t]?[\d０-９]{1,4}(?:[.\-][\d０-９]{1,4}){0,3})?[*_`~]{0,3}[ \t]*[:：][*_`~]{0,3}[ \t]*"
_ENDING = re.compile(r"(?:\{[#.:][^{}\r\n]{0,200}\}|<!--[^\r\n]{0,400}?-->)[ \t]*\Z")
_LONGEST_ENDING = 500
_AROUND = "*`~ \t"


def _heading(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, words))}){_BEHIND}", re.IGNORECASE)


REQUIREMENT = _heading(REQUIREMENT_WORDS)
"""The beginning of a requirement's heading, up to its name."""
SCENARIO = _heading(SCENARIO_WORDS)
"""The beginning of a scenario's heading, up to its name."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name as it is compared, and where it stands."""

    name: str
    span: Span


def named(text: str, span: Span) -> Named:
    """The name that stands in a span, without emphasis, id and comment around it; empty if none does."""
    start, end = span.start, span.end
    while start < end and text[start] in _AROUND:
        start += 1
    while end > start:
        if text[end - 1] in _AROUND:
            end -= 1
        elif text[end - 1] in "}>" and (tail := _ENDING.search(text, max(start, end - _LONGEST_ENDING), end)):
            end = tail.start()
        else:
            break
    return Named(text[start:end], Span(start, end))


def named_by(pattern: re.Pattern[str], text: str, words: Span) -> Named | None:
    """The name in the words of a heading that begin like `pattern`; None if they do not."""
    found = pattern.match(text, words.start, words.end)
    return None if found is None else named(text, Span(found.end(), words.end))


def words_of(text: str, heading: Span, title: str) -> Span:
    """Where a heading's words stand, without its markers."""
    start = text.find(title, heading.start, heading.end)
    return heading if start < 0 else Span(start, start + len(title))


def operation_of(title: str) -> Operation | None:
    """Which part of a delta a heading begins; None if none."""
    return _operations().get(heading_name(title))


@cache
def _operations() -> dict[str, Operation]:
    return {heading_name(form): operation for operation, forms in OPERATION_HEADINGS.items() for form in forms}
