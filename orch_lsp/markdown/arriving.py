"""The headings of a text that arrives in pieces, told as soon as their line has ended.

Only lines that could make a heading are put before the reader, together with what came since the last block of the
document began; of a fence, comment or other block that is still open, its first line is enough. So the work stays
linear in the text, however small the pieces are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from orch_lsp.markdown.html import html_closer
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Chunk, Element, Heading, Tree
from orch_lsp.text import after_line, end_of_line, start_of_line

_CERTAIN = re.compile(r"#{1,6}(?:[ \t\r]|\Z)")
"""The beginning of a line that is a heading unless a block of the document itself is open."""
_POSSIBLE = re.compile(r" {0,3}(?:#{1,6}(?:[ \t\r]|\Z)|=+[ \t\r]*\Z|-+[ \t\r]*\Z)|.*</h[1-6]", re.IGNORECASE)
_READ_ALWAYS = 2_000
"""Characters that are read again at each line that may be a heading within them; longer ones after they have grown."""
_GROWTH = 1.25
_FENCES = ("```", "~~~")


class ArrivingHeadings:
    """Reads the headings of a text piece by piece; line ends are LF or CRLF.

    They are those of `read` on the lines that have arrived, but for two things. Within a single list, paragraph or
    table of more than 2,000 characters one that is not at the start of its line may be told late, with a later one.
    And a fence whose name is one of `transparent` is passed over, so that headings within it count.
    """

    def __init__(self, transparent: Collection[str] = ()) -> None:
        self._names = transparent
        self._line: list[str] = []
        self._tail = ""
        """The lines since the last block of the document itself began; of a block that is open, the first alone."""
        self._waiting: list[str] = []
        """Lines after those."""
        self._size = 0
        self._told = 0
        """Up to where in `_tail` headings have been told."""
        self._read_at = 0
        """How long the text was that was read last."""
        self.characters_read = 0
        """How much text was put before the reader so far: the work that was done."""
        self._closer: str | None = None
        """The text that ends the open block; empty if a blank line ends it, None if no block is open."""

    def feed(self, text: str) -> Iterator[Heading]:
        """Take in the next piece: the headings whose lines it ends. Their spans say nothing of the whole text."""
        pieces = text.split("\n")
        for piece in pieces[:-1]:
            line = "".join((*self._line, piece))
            self._line.clear()
            yield from self._end_line(line)
        if pieces[-1]:
            self._line.append(pieces[-1])

    def _end_line(self, line: str) -> Iterator[Heading]:
        if self._closer is not None:
            yield from self._within_open_block(line)
            return
        self._waiting.append(f"{line}\n")
        self._size += len(line) + 1
        if self._wraps(line):
            yield from self._read()
            self._pass_over()
        elif _POSSIBLE.match(line) and (
            _CERTAIN.match(line) or self._size <= _READ_ALWAYS or self._size >= self._read_at * _GROWTH
        ):
            yield from self._read()

    def _within_open_block(self, line: str) -> Iterator[Heading]:
        """A line of a fence, or of HTML: it may end the block, or be a heading in HTML."""
        closer = self._closer or ""
        if closer.lower() in line.lower() if closer else not line.strip(" \t\r") or "</h" in line.lower():
            tree = self._parsed(f"{self._tail}{line}\n")
            yield from self._untold(tree)
            is_open = tree.open_block is not None if closer else bool(line.strip(" \t\r"))
            if not is_open:
                self._restart("")
            elif self._wraps(line):
                self._pass_over()

    def _pass_over(self) -> None:
        """Take what follows for text of the document, if a fence is open: it may also be the end of another one."""
        if self._closer is not None and self._closer.startswith(_FENCES):
            self._restart("")

    def _read(self) -> Iterator[Heading]:
        tree = self._parsed("".join((self._tail, *self._waiting)))
        yield from self._untold(tree)
        self._cut(tree)

    def _parsed(self, text: str) -> Tree:
        self.characters_read += len(text)
        return read(text)

    def _untold(self, tree: Tree) -> Iterator[Heading]:
        return (heading for heading in tree.headings if heading.span.end > self._told)

    def _restart(self, text: str) -> None:
        self._tail = text
        self._waiting.clear()
        self._size = len(text)
        self._told = 0
        self._read_at = 0
        self._closer = None

    def _cut(self, tree: Tree) -> None:
        """Forget all that comes before the last block, and of one that is open all but its first line."""
        number = len(tree.chunks) - 1
        last = _last_block(tree.chunks[number])
        if last is not None and last.kind == "list":
            number, last = next(tree.parts_of_list(number, last))
        chunk, base = tree.chunks[number], tree.starts[number]
        if last is not None and last.kind == "heading":
            self._restart("")
            return
        block = tree.text[start_of_line(tree.text, 0 if last is None else base + last.start) :]
        open_block = tree.open_block
        if open_block is not None or (last is not None and last.kind == "html_block" and html_closer(block) is None):
            self._restart(block[: after_line(block, end_of_line(block, 0))])
            self._closer = "" if open_block is None else open_block.closer
        else:
            self._restart(tree.text[base + _start_with_definitions(chunk, last) :] if last is not None else tree.text)
        self._told = self._read_at = self._size

    def _wraps(self, line: str) -> bool:
        """Whether a line opens a fence that is passed over."""
        if not line.lstrip(" ").startswith(_FENCES):
            return False
        last = _last_block(self._parsed(line).chunks[-1])
        return last is not None and last.kind == "code_block" and last.value.strip().casefold() in self._names


def _last_block(chunk: Chunk) -> Element | None:
    """The last block of the document itself."""
    return next((element for element in reversed(chunk.elements) if element.parent < 0), None)


def _start_with_definitions(chunk: Chunk, block: Element) -> int:
    """Where a block begins, with the link definitions directly above it: below them it can be read otherwise."""
    start = start_of_line(chunk.text, block.start)
    for definition in reversed(chunk.definitions):
        if definition.end > start or chunk.text[definition.end : start].strip():
            break
        start = start_of_line(chunk.text, definition.start)
    return start
