"""Text to tree, by pulldown-cmark (CommonMark with tables, tasks, strikethrough and footnotes). Never raises.

The parser is linear in the text, also on hostile ones, and gives byte ranges for blocks and inlines. Where a text may
be cut into chunks is asked of the parser itself: a piece is read together with the marker of the heading that follows,
and ends there only if that marker is read as a heading of the document.

One thing is read otherwise than CommonMark says: a code fence ends an HTML block that a blank line would end. Specs
write code within tags of their own, and there the fence that closes such code would open a block that never ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from orch_lsp.markdown.dividing import LONG, Division, divisions, elements_between
from orch_lsp.markdown.html import fenced_html, html_closer
from orch_lsp.markdown.tree import Beginning, Chunk, Definition, Element, Kind, OpenBlock, Tree

if TYPE_CHECKING:
    from pyromark import Markdown

    from orch_lsp.text import Span

_CUT = re.compile(r"#(?<![^\r\n]#)#{0,5}(?=[ \t\r\n])")
"""The sign comes first, by which the search is fast; then that a line begins with it."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONE_CR = re.compile(r"\r(?!\n)")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_NO_BLANK = re.compile(r"\S")
_DEFINED = re.compile(r"\]:")

_BLOCKS: dict[str, Kind] = {
    "Heading": "heading",
    "Paragraph": "paragraph",
    "BlockQuote": "quote",
    "List": "list",
    "Item": "item",
    "CodeBlock": "code_block",
    "HtmlBlock": "html_block",
    "Table": "table",
    "TableHead": "row",
    "TableRow": "row",
    "FootnoteDefinition": "footnote",
}
_INLINES: dict[str, Kind] = {
    "TableCell": "cell",
    "Emphasis": "emphasis",
    "Strong": "strong",
    "Strikethrough": "strikethrough",
    "Link": "link",
    "Image": "image",
    "Code": "code",
    "InlineHtml": "html",
    "FootnoteReference": "footnote_reference",
    "TaskListMarker": "checkbox",
}
_KINDS = _BLOCKS | _INLINES
_LEAVES = frozenset(("Code", "InlineHtml", "FootnoteReference", "TaskListMarker"))
_BLOCK_KINDS = frozenset((*_BLOCKS.values(), "rule"))

Known = Mapping[tuple[Beginning, str], Chunk]
"""Parts of divided pieces that were read before, by where they begin and their text; none leaves a block open."""
_NONE: Known = {}


def read(text: str, start: int = 0) -> Tree:
    """The tree of `text` from offset `start` on, which must be the start of a line."""
    chunks = tuple(chain.from_iterable(chunks_of(text, start)))
    return Tree(text, chunks, starts_of(chunks, start))


def starts_of(chunks: Iterable[Chunk], start: int) -> tuple[int, ...]:
    """The offset of each chunk, the first of which begins at `start`."""
    starts: list[int] = []
    for chunk in chunks:
        starts.append(start)
        start += len(chunk.text)
    return tuple(starts)


def chunks_of(text: str, start: int, known: Known = _NONE) -> Iterator[tuple[Chunk, ...]]:
    """The chunks of `text` from `start` on, piece by piece; lazily, so that a reader may stop at one it knows."""
    cuts = (found.start() for found in _CUT.finditer(text, start) if found.start() > start)
    waiting: list[int] = []
    while True:
        piece, waiting = _next_piece(text, start, waiting, cuts)
        yield piece.chunks(known)
        start += len(piece.text)
        if start == len(text):
            return


def parts_between(
    text: str, start: int, end: int, begins: Beginning, known: Known, *, ends_piece: bool
) -> tuple[Chunk, ...] | None:
    """The parts of a long piece from `start` to `end`, the first of which begins as `begins` says.

    `end` is where a part ended before the text was edited; the last part of all counts for what it is only if the
    piece ends there, or if it was a part of itself before.

    Returns:
        None if the piece has to be read as a whole: a heading divides it now, or it holds link definitions.
    """
    piece = _read_piece(text, start, end) if ends_piece else _inner(text[start:end])
    if not piece.closed and end < len(text):
        return None
    if _DEFINED.search(piece.text) or any(
        found.start() in piece.headings for found in _CUT.finditer(piece.text) if found.start() > 0
    ):
        return None
    return piece.parts(known, begins)


def _next_piece(text: str, start: int, waiting: list[int], cuts: Iterator[int]) -> tuple[_Piece, list[int]]:
    """The piece at `start`, and the cuts behind its end that are already known.

    A fence or comment may swallow many headings: the part that is tried doubles, so that the work stays linear.
    """
    width = 1
    while True:
        while len(waiting) < width:
            waiting.append(next(cuts, len(text)))
            if waiting[-1] == len(text):
                break
        width = len(waiting)
        piece = _read_piece(text, start, waiting[-1])
        found = next((n for n, cut in enumerate(waiting[:-1]) if cut - start in piece.headings), None)
        if found is not None:
            return _read_piece(text, start, waiting[found]), waiting[found + 1 :]
        if waiting[-1] == len(text) or piece.closed:
            return piece, []
        width *= 2


def _parts(text: str, elements: Sequence[Element], known: Known, begins: Beginning) -> tuple[Chunk, ...]:
    """The parts of a piece, of which none is left open; the first one begins as `begins` says."""
    places = [Division(0, begins, 0), *divisions(text, elements)]
    parts: list[Chunk] = []
    for place, following in zip_longest(places, places[1:]):
        words = text[place.start : len(text) if following is None else following.start]
        part = known.get((place.begins, words))
        if part is None:
            own = elements_between(text, elements, place, following)
            part = Chunk(words, tuple(_elements(words, len(words))) if own is None else own, (), None, place.begins)
        parts.append(part)
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text as it was read, with offsets from its start."""

    text: str
    elements: tuple[Element, ...]
    headings: frozenset[int]
    """Where headings of the document itself begin."""
    closed: bool
    """Whether a heading that follows is one of the document itself."""

    def chunks(self, known: Known) -> tuple[Chunk, ...]:
        """Its parts, as far as they are in `known`; the whole of a short one."""
        defines = _DEFINED.search(self.text) is not None
        if defines or len(self.text) <= LONG:
            chunk = Chunk(self.text, self.elements, _definitions(self.text) if defines else (), None)
            return (self._left_open(chunk),)
        return self.parts(known, "piece")

    def parts(self, known: Known, begins: Beginning) -> tuple[Chunk, ...]:
        """Its parts; the first one begins as `begins` says."""
        parts = _parts(self.text, self.elements, known, begins)
        return (*parts[:-1], self._left_open(parts[-1]))

    def _left_open(self, last: Chunk) -> Chunk:
        """The last chunk, with the block that it leaves open."""
        open_block = None if self.closed else _open_block(last)
        return last if open_block is None else replace(last, open_block=open_block)


def _open_block(chunk: Chunk) -> OpenBlock | None:
    last = next((element for element in reversed(chunk.elements) if element.parent < 0), None)
    if last is None:
        return None
    source = chunk.source(last)
    if last.kind == "code_block" and (fence := _FENCE.match(source)):
        return OpenBlock("fence", last.start, fence[1])
    if last.kind == "html_block" and (closer := html_closer(source)):
        return OpenBlock("html", last.start, closer)
    return None


def _read_piece(text: str, start: int, end: int) -> _Piece:
    piece = text[start:end]
    # At the text's end a blank line ends what a blank line can; a heading that follows directly has to do so alone.
    gap, marker = ("", _CUT.match(text, end)[0]) if end < len(text) else ("\n\n", "#")  # type: ignore[index] -- a piece ends where a heading begins
    source = f"{piece}{gap}{marker} \n"
    probe = len(piece) + len(gap)
    elements = _elements(source, len(piece))
    tops = _tops(elements)
    closed = probe in tops
    return _Piece(piece, tuple(elements[:-1] if closed else elements), tops, closed)


def _inner(text: str) -> _Piece:
    """A part of a piece behind which another one begins."""
    elements = tuple(_elements(text, len(text)))
    return _Piece(text, elements, _tops(elements), closed=True)


def _tops(elements: Iterable[Element]) -> frozenset[int]:
    return frozenset(element.start for element in elements if element.kind == "heading" and element.parent < 0)


def _elements(source: str, length: int) -> list[Element]:
    """The elements of `source`; ends beyond `length` are that."""
    utf8 = _readable(source)
    html = fenced_html(utf8)
    utf8 = _without_markup(utf8, html)
    raw = _events(utf8)
    if not utf8.isascii():
        _count_code_points(raw, utf8)
    elements: list[Element] = []
    starts = {span.start for span in html}
    for kind, start, end, parent, after, level, value in raw:
        last = end
        if last > length:
            last = max(start, length)
        if kind in _BLOCK_KINDS:
            while last > start and source[last - 1] in "\r\n":
                last -= 1
        read_as: Kind = "html_block" if kind == "paragraph" and start in starts else kind
        elements.append(Element(read_as, start, last, parent, after, level, value))
    return elements


def _readable(text: str) -> str:
    """`text`, as long as before, as the parser takes it: in UTF-8, and with line ends that it knows everywhere."""
    if "\r" in text:
        text = _LONE_CR.sub("\n", text)
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _without_markup(text: str, spans: Sequence[Span]) -> str:
    """`text`, as long as before, with letters for all that spans hold: each is read as one paragraph."""
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += text[at : span.start], _NO_BLANK.sub("x", text[span.start : span.end])
        at = span.end
    return "".join((*parts, text[at:]))


def _events(source: str) -> list[list[Any]]:
    """The parser's events as elements in fields of `Element`, with offsets in UTF-8 bytes."""
    raw: list[list[Any]] = []
    around: list[int] = []
    for event, place in _parser().events_with_range(source):
        if event == "Rule":
            raw.append(["rule", place["start"], place["end"], _last(around), len(raw) + 1, 0, ""])
            continue
        if isinstance(event, str):
            continue
        name: str
        data: Any
        ((name, data),) = event.items()
        if name == "End":
            raw[around.pop()][4] = len(raw)
        elif name == "Start":
            name, data = (data, None) if isinstance(data, str) else next(iter(data.items()))
            level, value = _details(name, data)
            raw.append([_KINDS[name], place["start"], place["end"], _last(around), 0, level, value])
            around.append(len(raw) - 1)
        elif name in _LEAVES:
            level, value = _details(name, data)
            if name == "TaskListMarker":
                # In a loose list the parser lets the paragraph that holds the box begin behind it.
                raw[around[-1]][1] = min(raw[around[-1]][1], place["start"])
            raw.append([_KINDS[name], place["start"], place["end"], _last(around), len(raw) + 1, level, value])
    return raw


def _last(around: list[int]) -> int:
    return around[-1] if around else -1


def _details(name: str, data: Any) -> tuple[int, str]:
    """`level` and `value` of an element, see there."""
    match name:
        case "Heading":
            return int(data["level"][1]), ""
        case "List":
            return (-1 if data is None else data), ""
        case "CodeBlock":
            return (0, "") if data == "Indented" else (1, data["Fenced"])
        case "Link" | "Image":
            return 0, data["dest_url"]
        case "TaskListMarker":
            return int(data), ""
        case "FootnoteDefinition" | "FootnoteReference":
            return 0, data
        case _:
            return 0, ""


def _count_code_points(raw: list[list[Any]], source: str) -> None:
    """Turn byte offsets into code points, in one walk over the text."""
    data = source.encode()
    code_point: dict[int, int] = {}
    at = count = 0
    for offset in sorted({offset for element in raw for offset in element[1:3]}):
        count += len(data[at:offset].decode())
        code_point[offset] = count
        at = offset
    for element in raw:
        element[1], element[2] = code_point[element[1]], code_point[element[2]]


def _definitions(text: str) -> tuple[Definition, ...]:
    source = _readable(text)
    found = _parser().reference_definitions(source)
    raw: list[list[Any]] = [
        [label, each["span"]["start"], each["span"]["end"], each["dest"]] for label, each in found.items()
    ]
    if not source.isascii():
        _count_code_points(raw, source)
    return tuple(Definition(label, dest, start, end) for label, start, end, dest in sorted(raw, key=lambda d: d[1]))


@cache
def _parser() -> Markdown:
    from pyromark import Markdown, Options

    wanted = Options.ENABLE_TABLES | Options.ENABLE_TASKLISTS | Options.ENABLE_FOOTNOTES | Options.ENABLE_STRIKETHROUGH
    return Markdown(options=wanted)
