"""A text that a client changes by ranges: kept as its lines, so that a change costs what it touches.

Lines end at LF, CRLF and CR alone, as the protocol says. Nothing raises on a range: one that cannot be meant as it
stands is brought to the nearest place that there is, and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from orch_lsp.text import PositionEncoding, index_of_column

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """An index into a line; `inside` it are the code units of its character that stand before the place."""

    line: int
    index: int
    inside: int = 0


class SyncedText:
    """One document's text, changed in place."""

    def __init__(self, text: str, encoding: PositionEncoding) -> None:
        self._encoding: PositionEncoding = encoding
        self._lines = _lines_of(text)
        self._joined: str | None = text
        self._starts: Sequence[int] | None = None

    @property
    def text(self) -> str:
        """The whole text; put together when it is asked for after a change."""
        if self._joined is None:
            self._joined = "".join(self._lines)
        return self._joined

    @property
    def line_starts(self) -> Sequence[int]:
        """The offsets at which its lines begin; looked up when they are asked for after a change."""
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._lines[:-1]), initial=0))
        return self._starts

    def replace(self, start: tuple[int, int], end: tuple[int, int], new_text: str) -> list[str]:
        """Put `new_text` in the place of a range of (line, column), in the client's code units.

        A range that starts after its end is taken the other way round; a column beyond its line's end is that end, as
        the protocol says, and a line beyond the text's end is the text's end. In UTF-16 a surrogate pair is cut in two
        where a position stands inside it, as an editor does whose texts are UTF-16; in UTF-8 the position moves behind
        the character.

        Returns:
            What was wrong with the range, in words; empty as a rule.
        """
        wrong: list[str] = []
        first, last = self._place(start, wrong), self._place(end, wrong)
        if last < first:
            wrong.append("it starts after its end")
            first, last = last, first
        lines = self._lines
        before, after = self._cut(first)[0], self._cut(last)[1]
        at = first.line
        # An LF that comes to stand behind a CR ends the same line.
        if at and not before and lines[at - 1].endswith("\r"):
            at -= 1
            before = lines[at]
        fresh = _lines_of(self._join(before, new_text, after))
        if last.line < len(lines) - 1:
            fresh.pop()  # Empty: `after` has brought its line's end.
        lines[at : last.line + 1] = fresh
        self._joined = self._starts = None
        return wrong

    def _place(self, position: tuple[int, int], wrong: list[str]) -> _Place:
        number, column = position
        if number < 0 or column < 0:
            wrong.append(f"{number}:{column} is before the beginning")
            number, column = max(number, 0), max(column, 0) if number >= 0 else 0
        if number >= len(self._lines):
            # The whole of a text is often named by the line behind its last one.
            if (number, column) != (len(self._lines), 0):
                wrong.append(f"{number}:{column} is beyond the end")
            return _Place(len(self._lines) - 1, len(self._lines[-1]))
        content = self._lines[number].rstrip("\r\n")
        index, inside = index_of_column(content, column, self._encoding)
        if inside:
            wrong.append(f"{number}:{column} is inside a character")
            if self._encoding != "utf-16":
                index, inside = index + 1, 0
        return _Place(number, index, inside)

    def _cut(self, place: _Place) -> tuple[str, str]:
        line = self._lines[place.line]
        if not place.inside:
            return line[: place.index], line[place.index :]
        pair = line[place.index].encode("utf-16-le")
        high, low = (pair[unit : unit + 2].decode("utf-16-le", "surrogatepass") for unit in (0, 2))
        return line[: place.index] + high, low + line[place.index + 1 :]

    def _join(self, *parts: str) -> str:
        """The parts as one text; in UTF-16, two halves of a pair that meet are one character again."""
        text = ""
        for part in parts:
            if self._encoding == "utf-16" and "\ud800" <= text[-1:] <= "\udbff" and "\udc00" <= part[:1] <= "\udfff":
                pair = (text[-1] + part[0]).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
                text = text[:-1] + pair + part[1:]
            else:
                text += part
        return text


def _lines_of(text: str) -> list[str]:
    """The lines with their ends; the last one has none, and is empty where the text ends with a line end."""
    lines: list[str] = _LINE.findall(text)
    end = sum(map(len, lines))
    return [*lines, text[end:]]
