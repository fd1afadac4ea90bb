"""List items with their boxes, and the text that a reader sees, chunk by chunk: profiles make nodes of them.

Each is read once for a chunk, so that an edit costs the chunks that it touched. Offsets count from the chunk's start.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from orch_lsp.document.node import State
from orch_lsp.markdown.tree import Chunk, Element, Tree
from orch_lsp.text import Span, start_of_line

_MARKER = re.compile(r"[ \t]*(?:[-+*]|(\d{1,9})[.)])(?:[ \t]+|(?=[\r\n])|\Z)")
_BOX = re.compile(r"\[(.)\](\*?)(?:[ \t]+|(?=[\r\n])|\Z)")
_BLOCKS = frozenset(("heading", "paragraph", "quote", "list", "code_block", "html_block", "rule", "table", "footnote"))
_BLOCK_BELOW = re.compile(r"\s*(?:```|~~~|\|)")
_DESTINATION = re.compile(r"\]\(|\]\[")
_STATES: dict[str, State] = {" ": "open", "x": "done", "X": "done", "-": "in_progress", "~": "in_progress"}


class Item(NamedTuple):
    """A list item, at any depth."""

    span: Span
    """From its marker to its end, with all that it holds."""
    content: Span
    """Its own words: without marker and box, up to the first block within it."""
    ordinal: int | None
    """Its number as typed, in an ordered list."""
    box: str | None
    """The character in the box in front of its words: a blank, `x`, `-`; None without a box."""
    box_span: Span | None
    """The box with its brackets."""
    starred: bool
    """Whether an asterisk follows the box, by which some formats mark what is optional."""
    parent: int
    """Number of the item around it within the chunk, -1 for none."""

    @property
    def state(self) -> State | None:
        """The state that its box shows; None without a box, or with a mark that means none."""
        return None if self.box is None else _STATES.get(self.box)

    def placed(self, base: int) -> Span:
        """Where it stands in the text, if its chunk begins at `base`."""
        return Span(base + self.span.start, base + self.span.end)


class PlacedMatch:
    """A match in a chunk, with offsets of the text that the chunk stands in."""

    __slots__ = ("_base", "_match")

    def __init__(self, match: re.Match[str], base: int) -> None:
        self._match = match
        self._base = base

    def __getitem__(self, group: str | int) -> str | Any:
        return self._match[group]

    def start(self, group: str | int = 0) -> int:
        """Where a group begins; -1 if it took no part."""
        start = self._match.start(group)
        return start if start < 0 else self._base + start

    def end(self, group: str | int = 0) -> int:
        """Where a group ends; -1 if it took no part."""
        end = self._match.end(group)
        return end if end < 0 else self._base + end

    def span(self, group: str | int = 0) -> tuple[int, int]:
        """Where a group begins and ends."""
        return self.start(group), self.end(group)


def items_of(chunk: Chunk) -> tuple[Item, ...]:
    """The list items of a chunk in document order, also those in quotes."""
    return chunk.once("items", lambda chunk: tuple(_read_items(chunk)))


class PlacedItem(NamedTuple):
    """An item with the offset from which it counts."""

    item: Item
    base: int

    @property
    def span(self) -> Span:
        """All of it."""
        return self.item.placed(self.base)

    @property
    def content(self) -> Span:
        """Its own words."""
        return Span(self.base + self.item.content.start, self.base + self.item.content.end)

    @property
    def box(self) -> Span | None:
        """Its box with the brackets."""
        box = self.item.box_span
        return None if box is None else Span(self.base + box.start, self.base + box.end)


def placed_items(tree: Tree) -> Iterator[PlacedItem]:
    """All list items of a text in document order, also those in quotes."""
    for chunk, base in zip(tree.chunks, tree.starts, strict=True):
        yield from (PlacedItem(item, base) for item in items_of(chunk))


def leads_in(text: str, item: Item, base: int) -> bool:
    """Whether an item only introduces what stands below it: a list, a code block, a table; its words are then whole.

    Args:
        text: The document's.
        item: The item.
        base: The offset from which it counts.
    """
    end = base + item.span.end
    if text[base + item.content.end : end].strip():
        return True
    words = text[base + item.content.start : base + item.content.end].rstrip(" \t*_")
    return words.endswith((":", "：")) and _BLOCK_BELOW.match(text, end) is not None


def items_around(tree: Tree, offset: int) -> tuple[PlacedItem, ...]:
    """The items that hold an offset, the innermost first. The end of its last line belongs to an item."""
    number = tree.chunk_at(offset)
    base, items = tree.starts[number], items_of(tree.chunks[number])
    at = bisect_right(items, offset - base, key=lambda item: item.span.start) - 1
    line = start_of_line(tree.text, offset)
    found: list[PlacedItem] = []
    while at >= 0:
        placed = PlacedItem(items[at], base)
        if offset <= placed.span.end or placed.span.end >= line:
            found.append(placed)
        at = items[at].parent
    return tuple(found)


def hidden_in(chunk: Chunk) -> tuple[Span, ...]:
    """The spans that are no words of the document: code blocks, HTML, destinations of links. Sorted."""
    return chunk.once("hidden", lambda chunk: _joined(_read_hidden(chunk)))


def is_in_code(tree: Tree, offset: int) -> bool:
    """Whether a place is in a block of code or of HTML, a comment among them, or in what such a block leaves open."""
    number = tree.chunk_at(offset)
    base = tree.starts[number]
    return offset < base or any(
        element.start < offset - base <= element.end and (offset - base < element.end or _goes_on(tree, base, element))
        for element in tree.chunks[number].elements
        if element.kind in {"code_block", "html_block", "html"}
    )


def _goes_on(tree: Tree, base: int, element: Element) -> bool:
    open_block = tree.open_block
    return open_block is not None and open_block.start == base + element.start


def visible_matches(tree: Tree, pattern: re.Pattern[str]) -> Iterator[PlacedMatch]:
    """Matches of a pattern in the text after front matter that touch nothing hidden, with offsets of the text.

    A pattern is looked for in each chunk alone: a chunk begins and ends with a line, and no match goes from one to the
    next.
    """
    for chunk, base in zip(tree.chunks, tree.starts, strict=True):
        for found in matches_in(chunk, pattern):
            yield PlacedMatch(found, base)


def matches_in(chunk: Chunk, pattern: re.Pattern[str]) -> tuple[re.Match[str], ...]:
    """Matches of a pattern in a chunk that touch nothing hidden; looked for once."""
    return chunk.once(pattern, lambda chunk: tuple(_visible(chunk, pattern)))


def _visible(chunk: Chunk, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    hidden = hidden_in(chunk)
    ends = [span.end for span in hidden]
    for found in pattern.finditer(chunk.text):
        number = bisect_right(ends, found.start())
        if number == len(hidden) or hidden[number].start >= found.end():
            yield found


def _read_items(chunk: Chunk) -> Iterator[Item]:
    numbers: dict[int, int] = {}
    for number, element in enumerate(chunk.elements):
        if element.kind != "item":
            continue
        around = element.parent
        while around >= 0 and around not in numbers:
            around = chunk.elements[around].parent
        parent = numbers[around] if around >= 0 else -1
        numbers[number] = len(numbers)
        yield _item(chunk, number, element, parent)


def _item(chunk: Chunk, number: int, element: Element, parent: int) -> Item:
    text = chunk.text
    begin = element.start
    # The parser begins an item that a tab indents at the end of the line before.
    while begin < element.end and text[begin] in " \t\r\n":
        begin += 1
    marker = _MARKER.match(text, begin, element.end)
    start = begin if marker is None else marker.end()
    end = element.end
    elements = chunk.elements
    first = next((elements[child] for child in chunk.children(number) if elements[child].kind in _BLOCKS), None)
    if first is not None and first.kind == "paragraph" and not text[start : first.start].strip():
        start, end = max(start, first.start), first.end
    elif first is not None:
        end = max(start, first.start)
    if text[start:end].strip():
        # Below a marker that stands alone on its line. Only in a loose list is there a paragraph to tell where.
        while text[start] in " \t\r\n":
            start += 1
    box = _BOX.match(text, start, end)
    content = start if box is None else box.end()
    while end > content and text[end - 1] in " \t\r\n":
        end -= 1
    return Item(
        span=Span(min(begin, element.end), element.end),
        content=Span(content, max(content, end)),
        ordinal=int(marker[1]) if marker is not None and marker[1] else None,
        box=None if box is None else box[1],
        box_span=None if box is None else Span(box.start(), box.start() + 3),
        starred=box is not None and bool(box[2]),
        parent=parent,
    )


def _read_hidden(chunk: Chunk) -> Iterator[Span]:
    for element in chunk.elements:
        if element.kind in {"code_block", "html_block", "html"}:
            yield element.span
        elif element.kind in {"link", "image"}:
            source = chunk.source(element)
            # An autolink is a destination alone.
            cut = max((found.start() for found in _DESTINATION.finditer(source)), default=0)
            yield Span(element.start + cut, element.end)
    for definition in chunk.definitions:
        yield Span(definition.start, definition.end)


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)
