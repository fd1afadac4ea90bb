"""Markdown read into statements: one for each sentence, list item and row of a table, with its lines and heading."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.document.items import items_of
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Chunk
from orch_lsp.text import Span

_END = re.compile(
    r"(?<=[.!?…])[\"”»)*_]{0,3}(?:[ \t]+|[ \t]*\n[ \t]*)(?=`|[\"“„«(*_\[]{0,3}[^\W_a-zß-ÿ])|(?<=[。！？])"
)
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|fig|z\. ?B|d\. ?h|bzw|usw|ca|ggf|Nr|vgl|p\. ?ex|ej|Dr|Mr|Ms|St)\.\Z",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\s*[*_]{0,3}(?:[A-Z]{0,4}-?\d{1,4}(?:\.\d{1,3}){0,3})\.?[*_]{0,3}\s*")
_BOX = re.compile(r"\[[ xX~-]\]\*?[ \t]+")
_WORD = re.compile(r"\w|\?{3}")
_EMPHATIC = re.compile(r"(?:\*\*|__)[^*_]{1,80}(?:\*\*|__)")
_COLONS = (":", "：")
_MOST = 2_000
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement of a text as it stands, on one line."""

    text: str
    line_from: int
    """1-based, in the text that it was read from."""
    line_to: int
    heading: str = ""
    """The heading above it."""
    is_item: bool = False
    """Whether it is a list item, or the first sentence of one."""
    is_within_item: bool = False
    """Whether it follows another sentence of its list item."""
    lead: str = ""
    """The line above the list that it stands in, if it ends with a colon or is emphatic as a whole."""


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The statements of a text with LF line ends, in its order; those in code blocks, comments and HTML are none."""
    tree = read(text)
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    headings = [(heading.span.start, heading.text) for heading in tree.headings]
    offsets = [start for start, _ in headings]
    found: list[Sentence] = []
    lead = Sentence("", 0, 0)
    for chunk, base in zip(tree.chunks, tree.starts, strict=True):
        for block, is_item in sorted(_blocks(chunk)):
            begins = True
            number = bisect_right(offsets, base + block.start) - 1
            heading = headings[number][1] if number >= 0 else ""
            for part in _split(chunk.text, block):
                words = " ".join(chunk.text[part.start : part.end].split())[:_LONGEST]
                if _WORD.search(words):
                    first = bisect_right(starts, base + part.start)
                    last = bisect_right(starts, max(base + part.start, base + part.end - 1))
                    above = lead.text if is_item and lead.heading == heading else ""
                    one = Sentence(words, first, last, heading, is_item and begins, is_item and not begins, above)
                    found.append(one)
                    begins = False
                    if not is_item or lead.heading != heading:
                        is_lead = words.rstrip("*_ ").endswith(_COLONS) or _EMPHATIC.fullmatch(words) is not None
                        lead = one if is_lead else Sentence("", 0, 0, heading)
            if len(found) > _MOST:
                return tuple(found[:_MOST])
    return tuple(found)


def _blocks(chunk: Chunk) -> Iterator[tuple[Span, bool]]:
    """The blocks of words of a chunk, and whether each is a list item."""
    items = items_of(chunk)
    for item in items:
        yield item.content, True
    contents = [item.content for item in items]
    starts = [content.start for content in contents]
    for element in chunk.elements:
        if element.kind not in {"paragraph", "row"}:
            continue
        number = bisect_right(starts, element.start) - 1
        if number < 0 or contents[number].end <= element.start:
            yield element.span, False


def _split(text: str, block: Span) -> Iterator[Span]:
    """The sentences of a block, without the box in front of the first."""
    box = _BOX.match(text, block.start, block.end)
    start = block.start if box is None else box.end()
    for found in _END.finditer(text, start, block.end):
        if _NUMBER.fullmatch(text, start, found.start()):
            # The number of an item, and no sentence.
            continue
        if found.start() > start and not _ABBREVIATED.search(text, max(start, found.start() - 12), found.start()):
            yield _stripped(text, start, found.start())
            start = found.end()
    yield _stripped(text, start, block.end)


def _stripped(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    return Span(start + len(words) - len(words.lstrip()), max(start, end - len(words) + len(words.rstrip())))
