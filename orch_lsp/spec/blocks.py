"""The top-level block structure of a Markdown document, by lines: headings, comments, and what is left open.

This is CommonMark's block pass reduced to what a spec needs to know: which lines are headings of the document itself,
and not of a code block, a comment, a list item or a quote; one written in HTML on a line of its own counts. It exists
because it runs on every keystroke: it is one pass, linear in the text, and it counts lines by LSP's terminators alone.
Tests compare it with markdown-it-py. Link definitions matter only above an underline, and are read only if they stand
on one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.spec.html import HtmlBlock, html_block_at, html_heading

# Deeper containers are read as text: they cannot hold a heading of the document, and each costs time on every line.
_MAX_DEPTH = 64

_ATX = re.compile(r"(#{1,6})(?:[ \t]|\Z)")
_ATX_TEXT = re.compile(r"[ \t]*(#{1,6})(.*)\Z", re.DOTALL)
_ATX_CLOSING = re.compile(r"(?:\A|[ \t])#+[ \t]*\Z")
_FENCE = re.compile(r"(`{3,})[^`]*\Z|(~{3,})")
_SETEXT = re.compile(r"(=+|-+)[ \t]*\Z")
_RULE = re.compile(r"(?:-[ \t]*){3,}\Z|(?:\*[ \t]*){3,}\Z|(?:_[ \t]*){3,}\Z")
_LIST_MARKER = re.compile(r"([-+*]|(\d{1,9})[.)])( +|\Z)")
_REFERENCE = re.compile(
    r""" {0,3}\[(?=[^\]]*[^\s\]])(?:[^\[\]\\]|\\.)+\]:[ \t]*(?:<[^<>]*>|[^\s<]\S*)"""
    r"""(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*\Z"""
)


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


@dataclass(slots=True)
class _Fence:
    marker: str
    line: int

    def closed_by(self, line: str, position: int) -> bool:
        run = line[position:].rstrip(" \t")
        return len(run) >= len(self.marker) and run == self.marker[0] * len(run)


@dataclass(slots=True)
class _Html:
    block: HtmlBlock
    line: int


@dataclass(slots=True)
class _Paragraph:
    line: int


@dataclass(slots=True)
class _Item:
    """A list item; `width` columns belong to its marker. One that began blank ends at the next blank line."""

    width: int
    blank: bool


_QUOTE = "quote"
_Container = _Item | Literal["quote"]
_Leaf = _Fence | _Html | _Paragraph | None


def _indent(line: str, position: int) -> int:
    return len(line) - position - len(line[position:].lstrip(" "))


def _heading_text(line: str) -> tuple[int, str]:
    found = _ATX_TEXT.match(line)
    if found is None:  # pragma: no cover - the caller has matched `_ATX` on the same line
        return 1, line
    return len(found[1]), _ATX_CLOSING.sub("", found[2].strip(" \t")).strip(" \t")


class _Scanner:
    """One pass over the lines; the stack holds the open containers, `leaf` the open block inside the innermost."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.stack: list[_Container] = []
        self.leaf: _Leaf = None
        self.headings: list[Heading] = []
        self.comments: list[tuple[int, int]] = []
        self.fences: list[tuple[int, int]] = []

    def scan(self, first_line: int) -> Blocks:
        for number in range(first_line, len(self.lines)):
            line = self.lines[number]
            if self.stack or not self._plain(number, line):
                self._line(number, line.expandtabs(4) if "\t" in line else line)
        open_block = self._open_block()
        self._close_leaf(len(self.lines) - 1)
        return Blocks(tuple(self.headings), tuple(self.comments), tuple(self.fences), open_block)

    def _plain(self, number: int, line: str) -> bool:
        """Whether the line was one of the common ones outside any container: blank, prose, or inside a fence."""
        if isinstance(self.leaf, _Fence):
            return bool(line) and line[0] not in "`~ \t"
        if isinstance(self.leaf, _Html):
            return False
        if not line:
            self.leaf = None
            return True
        if not line[0].isalpha():
            return False
        self.leaf = self.leaf or _Paragraph(number)
        return True

    def _open_block(self) -> OpenBlock | None:
        if self.stack:
            return None
        if isinstance(self.leaf, _Fence):
            return OpenBlock("fence", self.leaf.line, self.leaf.marker)
        if isinstance(self.leaf, _Html) and self.leaf.block.closer is not None:
            return OpenBlock("html", self.leaf.line, self.leaf.block.closer)
        return None

    def _close_leaf(self, last_line: int) -> None:
        leaf, self.leaf = self.leaf, None
        if self.stack:
            return
        if isinstance(leaf, _Fence):
            self.fences.append((leaf.line, last_line))
        elif isinstance(leaf, _Html) and leaf.block.comment:
            self.comments.append((leaf.line, last_line))

    def _line(self, number: int, line: str) -> None:
        blank = not line.strip(" ")
        matched, position = self._match_containers(line, blank=blank)
        whole = matched == len(self.stack)
        if not whole and not isinstance(self.leaf, _Paragraph):
            self._close_leaf(number - 1)
            del self.stack[matched:]
            whole = True
        if whole and self._continues_leaf(number, line, position, blank=blank):
            return
        if blank:
            self.leaf = None
            del self.stack[matched:]
            return
        self._open_blocks(number, line, position, matched)

    def _match_containers(self, line: str, *, blank: bool) -> tuple[int, int]:
        position = 0
        for depth, container in enumerate(self.stack):
            if isinstance(container, _Item):
                if not line[position:].strip(" "):
                    if container.blank:
                        return depth, position
                    continue
                if _indent(line, position) < container.width:
                    return depth, position
                position += container.width
                container.blank = False
                continue
            indent = _indent(line, position)
            if blank or indent > 3 or line[position + indent : position + indent + 1] != ">":
                return depth, position
            position += indent + 1
            if line[position : position + 1] == " ":
                position += 1
        return len(self.stack), position

    def _continues_leaf(self, number: int, line: str, position: int, *, blank: bool) -> bool:
        """Whether the line belongs to an open fence or HTML block, which no other block can interrupt."""
        leaf = self.leaf
        if isinstance(leaf, _Fence):
            indent = _indent(line, position)
            if indent < 4 and leaf.closed_by(line, position + indent):
                self._close_leaf(number)
            return True
        if isinstance(leaf, _Html):
            if leaf.block.closer is None:
                if blank or not line[position:].strip(" "):
                    self.leaf = None
                elif not self.stack:
                    self._take_html_heading(number)
            elif leaf.block.ends_in(line, position):
                self._close_leaf(number)
            return True
        return False

    def _start(self, depth: int) -> None:
        """Close what the line does not continue, so that a block can start at `depth` containers."""
        del self.stack[depth:]
        self.leaf = None

    def _open_blocks(self, number: int, line: str, position: int, matched: int) -> None:
        depth = matched
        while True:
            indent = _indent(line, position)
            start = position + indent
            if start >= len(line):
                # A container's marker stands alone on its line, or a lazy line turned out to be blank inside it.
                self._start(depth)
                return
            if indent >= 4:
                if not isinstance(self.leaf, _Paragraph):
                    self._start(depth)
                return
            in_paragraph = isinstance(self.leaf, _Paragraph) and depth == len(self.stack)
            if line[start] == ">" and depth < _MAX_DEPTH:
                self._start(depth)
                self.stack.append(_QUOTE)
                position = start + (2 if line[start + 1 : start + 2] == " " else 1)
                depth += 1
                continue
            if self._open_leaf(number, line, start, depth, in_paragraph=in_paragraph):
                return
            item = self._list_item(line, start, indent, in_paragraph=in_paragraph) if depth < _MAX_DEPTH else None
            if item is None:
                if not isinstance(self.leaf, _Paragraph):
                    self._start(depth)
                    self.leaf = _Paragraph(number)
                return
            self._start(depth)
            self.stack.append(item)
            position += item.width
            depth += 1

    def _list_item(self, line: str, start: int, indent: int, *, in_paragraph: bool) -> _Item | None:
        marker = _LIST_MARKER.match(line, start)
        if marker is None:
            return None
        blank = marker.end() == len(line)
        if in_paragraph and (blank or (marker[2] is not None and int(marker[2]) != 1)):
            return None
        spaces = len(marker[3])
        return _Item(indent + len(marker[1]) + (spaces if not blank and spaces <= 4 else 1), blank)

    def _open_leaf(self, number: int, line: str, start: int, depth: int, *, in_paragraph: bool) -> bool:
        """Whether the line is a heading, rule, fence or HTML block; if so it is taken in."""
        first = line[start]
        if first == "#" and _ATX.match(line, start):
            self._start(depth)
            if depth == 0:
                level, text = _heading_text(self.lines[number])
                self.headings.append(Heading(level, text, number, number))
            return True
        if first in "`~" and (fence := _FENCE.match(line, start)):
            self._start(depth)
            self.leaf = _Fence(fence[1] or fence[2], number)
            return True
        if first == "<" and (block := html_block_at(line, start, in_paragraph=isinstance(self.leaf, _Paragraph))):
            self._start(depth)
            self.leaf = _Html(block, number)
            if block.ends_in(line, start):
                self._close_leaf(number)
            elif depth == 0 and block.closer is None:
                self._take_html_heading(number)
            return True
        if in_paragraph and first in "=-" and _SETEXT.match(line, start) and self._underline(number, first, depth):
            return True
        if first in "-*_" and _RULE.match(line, start):
            self._start(depth)
            return True
        return False

    def _take_html_heading(self, number: int) -> None:
        if (found := html_heading(self.lines[number])) is not None:
            self.headings.append(Heading(*found, number, number))

    def _underline(self, number: int, first: str, depth: int) -> bool:
        """Whether a line of `=` or `-` makes the open paragraph a heading: link definitions alone are none."""
        if not isinstance(self.leaf, _Paragraph):
            return False
        begin = self.leaf.line
        while begin < number and _REFERENCE.match(self.lines[begin]):
            begin += 1
        if begin == number:
            self.leaf = None
            return False
        self._start(depth)
        if depth == 0:
            text = "\n".join(line.strip(" \t") for line in self.lines[begin:number])
            self.headings.append(Heading(1 if first == "=" else 2, text, begin, number))
        return True


def scan_blocks(lines: Sequence[str], first_line: int = 0) -> Blocks:
    """The block structure of `lines`, which carry no line ends, from `first_line` on. Never raises."""
    return _Scanner(lines).scan(first_line)
