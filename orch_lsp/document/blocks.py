"""The block structure of a piece of Markdown by lines, for what works on lines: answers and their repair."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.markdown.html import is_comment
from orch_lsp.markdown.reader import read


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the document. Lines are zero-based; `last_line` is the underline of a setext heading."""

    level: int
    text: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """A block that nothing closes before the text ends: `line` opened it, a line `closer` would close it."""

    kind: Literal["fence", "html"]
    line: int
    closer: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """What `scan_blocks` found, in document order. `comments` and `fences` are (first, last) lines, both included."""

    headings: tuple[Heading, ...]
    comments: tuple[tuple[int, int], ...]
    fences: tuple[tuple[int, int], ...]
    open_block: OpenBlock | None


def scan_blocks(lines: Sequence[str], first_line: int = 0) -> Blocks:
    """The block structure of `lines`, which carry no line ends, from `first_line` on. Never raises."""
    tree = read("\n".join(lines[first_line:]))
    starts: list[int] = []
    position = 0
    for line in lines[first_line:]:
        starts.append(position)
        position += len(line) + 1

    def line_of(offset: int) -> int:
        return first_line + bisect_right(starts, offset) - 1

    headings = tuple(
        Heading(found.level, found.text, line_of(found.span.start), line_of(found.span.end)) for found in tree.headings
    )
    comments: list[tuple[int, int]] = []
    fences: list[tuple[int, int]] = []
    for element, span in tree.elements("code_block", "html_block"):
        place = (line_of(span.start), line_of(span.end))
        if element.parent >= 0:
            continue
        if element.kind == "code_block" and element.level:
            fences.append(place)
        elif element.kind == "html_block" and is_comment(tree.text[span.start : span.end]):
            comments.append(place)
    open_block = tree.open_block
    if open_block is None:
        return Blocks(headings, tuple(comments), tuple(fences), None)
    line = line_of(open_block.start)
    # What is left open reaches to the last line, blank or not.
    for found in (comments, fences):
        if found and found[-1][0] == line:
            found[-1] = (line, len(lines) - 1)
    return Blocks(headings, tuple(comments), tuple(fences), OpenBlock(open_block.kind, line, open_block.closer))
