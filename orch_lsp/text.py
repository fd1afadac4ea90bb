"""Offsets, lines, spans and edits.

The core counts code points from the start of the text. Lines and client code units exist only where text
meets a client or a terminal, through `LineIndex`.
"""

from __future__ import annotations

import bisect
import hashlib
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, NamedTuple

from typing_extensions import override

PositionEncoding = Literal["utf-8", "utf-16", "utf-32"]

# LSP knows three line terminators; str.splitlines() knows eleven.
_LINE_END = re.compile(r"\r\n|\n|\r")

# Two code units in UTF-16.
_PAIR = re.compile("[\U00010000-\U0010ffff]")

LETTER = r"[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
"""In a pattern: a character with which a word goes on. Some scripts have no blanks between words: `实现FR-001`."""


class Span(NamedTuple):
    """A half-open range of code points, `start` to `end`."""

    # A tuple: spans are made, hashed and compared by the thousand at each key.
    start: int
    end: int

    @override
    def __contains__(self, offset: object) -> bool:
        return isinstance(offset, int) and self.start <= offset < self.end


new_span: Callable[[type[Span], tuple[int, int]], Span] = vars(tuple)["__new__"]
"""`new_span(Span, (start, end))` is `Span(start, end)` in half the time, for those that make thousands."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what `span` covers in the old text by `new_text`; an empty span inserts."""

    span: Span
    new_text: str


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with non-overlapping edits applied; edits at one offset keep their order.

    Raises:
        ValueError: Two edits overlap, or one lies outside the text.
    """
    pieces: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        if edit.span.start < position or not edit.span.start <= edit.span.end <= len(text):
            msg = f"edit {edit.span} overlaps another or lies outside the text"
            raise ValueError(msg)
        pieces += (text[position : edit.span.start], edit.new_text)
        position = edit.span.end
    return "".join((*pieces, text[position:]))


def sha256(text: str | bytes) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in lower-case hex; lone surrogates are kept as they are."""
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")).hexdigest()


def normalised(text: str) -> str:
    """Text as it is hashed: LF line ends, no trailing blanks on lines, no blank lines around it."""
    lines = (line.rstrip(" \t") for line in _LINE_END.sub("\n", text).split("\n"))
    return "\n".join(lines).strip("\n")


def line_end_of(text: str) -> str:
    """The line end that `text` uses: that of its first line, LF for a single line."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def line_spans(text: str) -> list[Span]:
    """The lines of `text` without their ends, by LSP's three terminators; an empty text has one."""
    spans: list[Span] = []
    start = 0
    for end in _LINE_END.finditer(text):
        spans.append(Span(start, end.start()))
        start = end.end()
    spans.append(Span(start, len(text)))
    return spans


def after_line(text: str, offset: int) -> int:
    """The start of the line after the one that ends at `offset`; the text's end if there is none."""
    end = _LINE_END.match(text, offset)
    return len(text) if end is None else end.end()


def start_of_line(text: str, offset: int, lowest: int = 0) -> int:
    """The start of the line that holds `offset`; `lowest` if the line begins before it."""
    return max(text.rfind("\n", lowest, offset), text.rfind("\r", lowest, offset), lowest - 1) + 1


def line_above(text: str, start: int) -> int:
    """The start of the line above the one that begins at `start`; `start` itself if that is the text's."""
    end = start - 1 if text[start - 1 : start] == "\n" and start else start
    end = end - 1 if text[end - 1 : end] == "\r" and end else end
    return start_of_line(text, end) if end < start else start


def end_of_line(text: str, offset: int) -> int:
    """The end of the line that holds `offset`, before its line end."""
    end = _LINE_END.search(text, offset)
    return len(text) if end is None else end.start()


def split_lines(text: str) -> list[str]:
    """The lines of `text` without their ends, by LSP's three terminators only."""
    return _LINE_END.split(text)


def diff_lines(before: Sequence[str], after: Sequence[str], *, around: int) -> list[str]:
    """The lines of a unified diff without its two lines of file names, with `around` unchanged lines about a change."""
    import difflib  # Few need it, and this module is loaded before `initialize` is answered.

    return list(difflib.unified_diff(before, after, lineterm="", n=around))[2:]


def counted(count: int, noun: str) -> str:
    """A number with its noun, which takes an s if there is not one of them: `1 file`, `2 files`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """A text for a message, cut with an ellipsis behind `most` characters."""
    return text if len(text) <= most else f"{text[:most]}…"


def at_most(text: str, most: int) -> str:
    """A text of no more than `most` characters; where it is cut, the last of them is an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def width(text: str, encoding: PositionEncoding) -> int:
    """The length of a text in code units."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text.encode("utf-8", "surrogatepass"))


def index_of_column(line: str, column: int, encoding: PositionEncoding) -> tuple[int, int]:
    """The character of a line that begins at a column in code units, or that the column is inside of.

    Returns:
        Its index (the line's length for a column beyond its end), and how many of its code units stand before the
        column.
    """
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line)), 0
    if encoding == "utf-16":
        pairs = 0
        for pair in _PAIR.finditer(line):
            if pair.start() + pairs >= column:
                break
            if pair.start() + pairs + 1 == column:
                return pair.start(), 1
            pairs += 1
        return min(column - pairs, len(line)), 0
    units = line.encode("utf-8", "surrogatepass")
    if column >= len(units):
        return len(line), 0
    start = column
    while start and units[start] & 0xC0 == 0x80:
        start -= 1
    return len(units[:start].decode("utf-8", "surrogatepass")), column - start


def _line_starts(text: str) -> list[int]:
    if "\r" in text:
        return [0, *(match.end() for match in _LINE_END.finditer(text))]
    # The same for LF alone, without a step of Python's for each line.
    return [0, *map(operator.add, accumulate(map(len, text.split("\n"))), range(1, text.count("\n") + 1))]


class LineIndex:
    """Translate between offsets and (line, column), both zero-based, the column in the client's code units."""

    def __init__(self, text: str, encoding: PositionEncoding = "utf-16", starts: Sequence[int] | None = None) -> None:
        """`starts` are the offsets at which lines begin, where they are known."""
        self._text = text
        self._encoding: PositionEncoding = encoding
        self._starts = _line_starts(text) if starts is None else starts
        self._is_ascii = text.isascii()

    @property
    def line_count(self) -> int:
        """Number of lines; an empty text has one."""
        return len(self._starts)

    def line(self, number: int) -> str:
        """The text of a line without its end."""
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        return self._text[start:end].rstrip("\r\n")

    def offset(self, line: int, column: int) -> int:
        """The offset of a position; one beyond a line's or the text's end is clamped to it."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        index, inside = index_of_column(self.line(line), max(0, column), self._encoding)
        # Behind a character that the position is inside of.
        return self._starts[line] + index + (inside > 0)

    def position(self, offset: int) -> tuple[int, int]:
        """The (line, column) of an offset; inside a line end it is the line's end."""
        offset = max(0, min(offset, len(self._text)))
        line = bisect.bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        if self._is_ascii:
            while offset > start and self._text[offset - 1] in "\r\n":
                offset -= 1
            return line, offset - start
        return line, width(self._text[start:offset].rstrip("\r\n"), self._encoding)

    def place(self, start: int, end: int) -> tuple[int, int, int, int]:
        """The positions of two offsets, the second of which is not in front of the first."""
        if self._is_ascii and 0 <= start <= end < self._starts[-1]:
            line = bisect.bisect_right(self._starts, start) - 1
            at, text = self._starts[line], self._text
            # In one line, as most are, and neither in its end: the second is not looked up.
            if end < self._starts[line + 1] and text[start] != "\n" and text[end - 1] not in "\r\n":
                return line, start - at, line, end - at
        return *self.position(start), *self.position(end)
