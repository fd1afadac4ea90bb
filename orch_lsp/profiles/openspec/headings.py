"""What a heading says: which requirement or scenario it is, and which part of a delta."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from orch_lsp.document.heading_name import heading_name
from orch_lsp.profiles.openspec.words import OPERATION_HEADINGS, REQUIREMENT_WORDS, SCENARIO_WORDS, Operation

_BEFORE = r"[^\w\r\n]{0,12}(?:\d{1,4}(?:\.\d{1,4}){0,3}[.):、]?[ \t]+)?[*_`~]{0,3}"
_BEHIND = r"(?:[ \t]?[\d０-９]{1,4}(?:[.\-][\d０-９]{1,4}){0,3})?[*_`~]{0,3}[ \t]*[:：][*_`~]{0,3}[ \t]*"
_ENDING = re.compile(r"(?:[ \t]*(?:\{[#.:][^{}\r\n]*\}|<!--[^\r\n]*?-->)|[ \t]+#+)*[ \t]*\Z")
_EMPHASIS = "*`~"


def _heading(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, words))}){_BEHIND}", re.IGNORECASE)


REQUIREMENT = _heading(REQUIREMENT_WORDS)
"""The beginning of a requirement's heading, up to its name."""
SCENARIO = _heading(SCENARIO_WORDS)
"""The beginning of a scenario's heading, up to its name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared, and where it stands in the text that was looked at."""

    text: str
    start: int
    end: int


def name_after(text: str, start: int, end: int) -> Name:
    """The name that stands between two offsets: without emphasis, id and comments around it. Empty if none does."""
    tail = _ENDING.search(text, start, end)
    end = end if tail is None else tail.start()
    while start < end and text[start] in _EMPHASIS + " \t":
        start += 1
    while end > start and text[end - 1] in _EMPHASIS + " \t":
        end -= 1
    return Name(" ".join(text[start:end].split()), start, end)


def operation_of(title: str) -> Operation | None:
    """Which part of a delta a heading begins; None if none."""
    return _operations().get(heading_name(title))


@cache
def _operations() -> dict[str, Operation]:
    return {heading_name(form): operation for operation, forms in OPERATION_HEADINGS.items() for form in forms}
