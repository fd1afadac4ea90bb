"""Pieces of the request that an answer repeats, and characters that nobody sees: neither is part of a draft.

A request shows the brief with a number before each line (`L3: …`); a model that repeats it repeats the number, too.
"""

from __future__ import annotations

import re

from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.hidden import strip_hidden
from orch_lsp.text import counted, split_lines

_NUMBERED = re.compile(r"[>\s]{0,8}L(\d{1,6}):(?: (.*))?\Z")
_AROUND = re.compile(r" {0,3}(?:`{3,}[a-z]{0,12}|~{3,}[a-z]{0,12}|#{1,6} Brief|</?[a-z_-]{2,20}>)?[ \t]*\Z")
"""Lines that frame a repeated brief, and empty ones."""


def without_echoes(text: str, about: str, notes: list[AnswerNote]) -> str:
    """The answer without lines of the brief behind their numbers, and without hidden characters. Linear.

    Args:
        text: The answer, with LF line ends.
        about: The brief.
        notes: Where it is said what was left out.
    """
    text, hidden = strip_hidden(text)
    if hidden:
        notes.append(AnswerNote("answer_mended", f"left out {counted(hidden, 'character')} that nobody sees"))
    if not about or "L" not in text:
        return text
    lines, brief = split_lines(text), split_lines(about)
    repeated = {number for number, line in enumerate(lines) if len(line) < 10_000 and _repeats(line, brief)}
    if not repeated:
        return text
    gone = _with_frames(lines, repeated)
    left = "\n".join(line for number, line in enumerate(lines) if number in gone and line.strip())
    notes.append(AnswerNote("text_left_out", "left out lines of the brief that the answer repeats", left))
    return "\n".join(line for number, line in enumerate(lines) if number not in gone)


def _repeats(line: str, brief: list[str]) -> bool:
    """Whether a line is that of the brief whose number it has."""
    found = _NUMBERED.match(line)
    if found is None or not 0 < int(found[1]) <= len(brief):
        return False
    return (found[2] or "").strip() == brief[int(found[1]) - 1].strip()


def _with_frames(lines: list[str], repeated: set[int]) -> set[int]:
    """The lines that are repeated, with the fences, tags and empty lines around each run of them."""
    gone = set(repeated)
    for number in sorted(repeated):
        if number - 1 in repeated:
            continue
        last = number
        while last + 1 in repeated:
            last += 1
        before, after = _framing(lines, number - 1, -1), _framing(lines, last + 1, 1)
        # A frame has two sides; a fence that is there on one side alone is another's.
        if any(lines[one].strip() for one in before) and any(lines[one].strip() for one in after):
            gone.update(before, after)
    return gone


def _framing(lines: list[str], start: int, step: int) -> list[int]:
    found: list[int] = []
    number = start
    while 0 <= number < len(lines) and len(found) < 6 and _AROUND.match(lines[number][:60]):
        found.append(number)
        number += step
    return found
