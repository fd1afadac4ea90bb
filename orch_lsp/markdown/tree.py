"""The values: what a Markdown text holds, and where.

Offsets are code points. A text is kept as chunks that are read alone, so that an edit replaces the chunks that it
touches. They make up pieces: a piece goes from one heading at the start of a line of the document itself to the next.
Nothing that Markdown leaves open crosses such a heading. A long piece is divided at items and blocks (`dividing`), so
that a list can lie in several chunks: in each it is a list of its own. Elements of a chunk count from the chunk's own
start.

A link that names a definition (`[text][label]`) is recognised where the definition stands in the same chunk; all
definitions are listed, so that what they point to is never missed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

from orch_lsp.markdown.html import comments_in, html_closer, html_heading
from orch_lsp.text import Span, after_line, end_of_line, line_spans, split_lines, start_of_line

_ATX = re.compile(r"[ \t]*#{1,6}(?:[ \t]|\Z)")
_Made = TypeVar("_Made")
Beginning = Literal["piece", "block", "item"]
_CLOSING = re.compile(r"(?:\A|[ \t])#+[ \t]*\Z")

Kind = Literal[
    "heading",
    "paragraph",
    "quote",
    "list",
    "item",
    "code_block",
    "html_block",
    "rule",
    "table",
    "row",
    "cell",
    "footnote",
    "code",
    "emphasis",
    "strong",
    "strikethrough",
    "link",
    "image",
    "html",
    "footnote_reference",
    "checkbox",
]


class Element(NamedTuple):
    """A block or inline. Elements stand in document order, a parent before its children."""

    kind: Kind
    start: int
    """Its first character, markers and indentation within its container included."""
    end: int
    """After its last character; the line ends that follow a block are not part of it."""
    parent: int
    """Number of the element around it within the chunk, -1 if it stands in the document itself."""
    after: int
    """Number of the first element after it and all that it holds."""
    level: int = 0
    """Of a heading 1 to 6; of an ordered list its first number, of another one -1; of a checkbox 1 if it is ticked;
    of a code block 1 if it is fenced."""
    value: str = ""
    """Of a code block the words behind its fence, of a link or image its destination, of a footnote its label."""

    @property
    def span(self) -> Span:
        """From `start` to `end`, as its chunk counts."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Definition:
    """A link definition (`[label]: destination "title"`)."""

    label: str
    destination: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """A block that nothing closes before the text ends: a line `closer` behind the text would close it."""

    kind: Literal["fence", "html"]
    start: int
    """Where it begins, as its chunk counts."""
    closer: str


@dataclass(frozen=True, eq=False)
class Chunk:
    """A piece of a text that can be read alone. Two chunks are the same only if they are one object."""

    text: str
    elements: tuple[Element, ...]
    definitions: tuple[Definition, ...]
    open_block: OpenBlock | None
    """Only the last chunk of a text can have one."""
    begins: Beginning = "piece"
    """Where it begins: with a piece, with a block within one, or with an item of the list with which the chunk before
    it ends."""

    @cached_property
    def _derived(self) -> dict[Hashable, tuple[object, Any]]:
        return {}

    def once(self, key: Hashable, make: Callable[[Chunk], _Made], given: object = None) -> _Made:
        """The value that `make` gives, kept with this chunk until it is asked for with another `given`.

        An edit elsewhere keeps the chunk, and so what was made of it: `make` looks at the chunk and at `given`, and at
        nothing else. Two threads may both make it.
        """
        known = self._derived.get(key)
        if known is not None and (known[0] is given or known[0] == given):
            return known[1]
        made = make(self)
        self._derived[key] = (given, made)
        return made

    def children(self, number: int = -1) -> Iterator[int]:
        """Numbers of the elements directly below element `number`; of those in the document itself for -1."""
        at = number + 1
        end = len(self.elements) if number < 0 else self.elements[number].after
        while at < end:
            yield at
            at = self.elements[at].after

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings of the document itself, as the chunk counts."""
        found: list[Heading] = []
        for number in self.children():
            element = self.elements[number]
            if element.kind == "heading":
                start = element.start
                while start and self.text[start - 1] in " \t":
                    start -= 1
                found.append(Heading(element.level, _heading_text(self.source(element)), Span(start, element.end)))
            elif element.kind == "html_block":
                found += self._html_headings(element)
        return tuple(found)

    def _html_headings(self, element: Element) -> Iterator[Heading]:
        source = self.source(element)
        if "</h" not in source.lower() or html_closer(source) is not None:
            return
        for line in line_spans(source):
            if (heading := html_heading(source[line.start : line.end])) is not None:
                span = Span(element.start + line.start, element.start + line.end)
                yield Heading(*heading, span)

    @cached_property
    def comments(self) -> tuple[Span, ...]:
        """The comments that are closed, as the chunk counts."""
        found: list[Span] = []
        for element in self.elements if "<!--" in self.text else ():
            if element.kind in {"html_block", "html"}:
                found += (
                    Span(element.start + comment.start, element.start + comment.end)
                    for comment in comments_in(self.source(element))
                )
        return tuple(found)

    def source(self, element: Element) -> str:
        """The element's text, markers included."""
        return self.text[element.start : element.end]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the document itself, also one in HTML on a line of its own; not one in a quote, list or code."""

    level: int
    """1 to 6."""
    text: str
    """Its words as they were typed, without markers; the lines of a setext heading without blanks around them."""
    span: Span
    """Its line, or lines with the underline of a setext heading, without the last line end."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block of the document itself."""

    span: Span
    """Its lines, from the start of the first to the end of the last; to the text's end if nothing closes it."""
    content: Span
    """The lines within it, with the last one's line end; to the text's end if nothing closes it."""
    marker: str
    """The run of backticks or tildes that opens it."""
    name: str
    """The text behind the name, in lower case."""
    is_closed: bool


@dataclass(frozen=True, eq=False)
class Tree:
    """A text as Markdown reads it. The chunks joined are the text from `starts[0]` on."""

    text: str
    chunks: tuple[Chunk, ...]
    """At least one."""
    starts: tuple[int, ...]
    """The offset of each chunk."""

    def chunk_at(self, offset: int) -> int:
        """Number of the chunk that holds `offset`: the first for an offset before it, the last at the text's end."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def piece_at(self, number: int) -> range:
        """Numbers of the chunks that make up the piece of which chunk `number` is one."""
        at = bisect_right(self.pieces, number)
        first = self.pieces[at - 1] if at else 0
        return range(first, self.pieces[at] if at < len(self.pieces) else len(self.chunks))

    @cached_property
    def pieces(self) -> tuple[int, ...]:
        """Numbers of the chunks with which pieces begin."""
        return tuple(number for number, chunk in enumerate(self.chunks) if chunk.begins == "piece")

    def parts_of_list(self, number: int, part: Element) -> Iterator[tuple[int, Element]]:
        """The parts of a list of the document itself, in order, each with the number of its chunk.

        Args:
            number: The number of a chunk.
            part: The list as that chunk has it.
        """
        chunks = self.chunks
        while chunks[number].begins == "item" and part.start == 0:
            number -= 1
            chunk = chunks[number]
            part = chunk.elements[max(chunk.children())]
        yield number, part
        while part.after == len(chunks[number].elements) and number + 1 < len(chunks):
            number += 1
            if chunks[number].begins != "item":
                return
            part = chunks[number].elements[0]
            yield number, part

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings of the document itself, in order."""
        return tuple(
            Heading(found.level, found.text, Span(base + found.span.start, base + found.span.end))
            for chunk, base in zip(self.chunks, self.starts, strict=True)
            for found in chunk.headings
        )

    @cached_property
    def fences(self) -> tuple[Fence, ...]:
        """The fenced code blocks of the document itself, in order."""
        open_block = self.open_block
        still_open = -1 if open_block is None else open_block.start
        return tuple(
            self._fence(element, span, is_closed=span.start != still_open)
            for element, span in self.elements("code_block")
            if element.parent < 0 and element.level
        )

    def _fence(self, element: Element, span: Span, *, is_closed: bool) -> Fence:
        text = self.text
        first = end_of_line(text, span.start)
        opening = text[span.start : first].lstrip(" \t")
        marker = opening[: len(opening) - len(opening.lstrip(opening[:1]))]
        end = span.end if is_closed else len(text)
        content = Span(after_line(text, first), start_of_line(text, end) if is_closed else end)
        whole = Span(start_of_line(text, span.start), end)
        return Fence(whole, content, marker, element.value.strip().casefold(), is_closed)

    def comments(self, within: Span | None = None) -> Iterator[Span]:
        """The comments that are closed, with their marks; only those that begin `within` a part of the text."""
        part = within or Span(0, len(self.text))
        for number in range(self.chunk_at(part.start), len(self.chunks)):
            base = self.starts[number]
            if base >= part.end:
                return
            found = self.chunks[number].comments
            for at in range(bisect_left(found, part.start - base, key=_start), len(found)):
                if base + found[at].start >= part.end:
                    return
                yield Span(base + found[at].start, base + found[at].end)

    @property
    def open_block(self) -> OpenBlock | None:
        """The block that the text leaves open, counted from the text's start."""
        last = self.chunks[-1].open_block
        return None if last is None else OpenBlock(last.kind, self.starts[-1] + last.start, last.closer)

    def blocks_before(self, offset: int) -> Iterator[tuple[Element, Span]]:
        """The blocks of the document itself that begin before `offset`, the last one first."""
        for element, span in self._before(offset):
            if element.parent < 0:
                yield element, span

    def rules_before(self, offset: int) -> Iterator[Span]:
        """The rules that end what stands before `offset`, also as the end of a list, the last one first.

        No other block that holds text stands between them.
        """
        for element, span in self._before(offset):
            if element.kind == "rule":
                yield span
            elif element.kind not in {"list", "item"}:
                return

    def _before(self, offset: int) -> Iterator[tuple[Element, Span]]:
        for number in range(self.chunk_at(offset - 1), -1, -1):
            base = self.starts[number]
            for element in reversed(self.chunks[number].elements):
                if base + element.start < offset:
                    yield element, Span(base + element.start, base + element.end)

    def elements(self, *kinds: Kind) -> Iterator[tuple[Element, Span]]:
        """All elements of these kinds (of all kinds without any), each with its span in the text."""
        for chunk, base in zip(self.chunks, self.starts, strict=True):
            for element in chunk.elements:
                if not kinds or element.kind in kinds:
                    yield element, Span(base + element.start, base + element.end)

    def definitions(self) -> Iterator[tuple[Definition, Span]]:
        """All link definitions, each with its span in the text."""
        for chunk, base in zip(self.chunks, self.starts, strict=True):
            for definition in chunk.definitions:
                yield definition, Span(base + definition.start, base + definition.end)


def _start(span: Span) -> int:
    return span.start


def _heading_text(source: str) -> str:
    if opening := _ATX.match(source):
        return _CLOSING.sub("", source[opening.end() :].strip(" \t")).strip(" \t")
    return "\n".join(line.strip(" \t") for line in split_lines(source)[:-1])
