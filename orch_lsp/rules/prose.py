"""The words of a document as its readers see them, chunk by chunk, so that an edit costs the chunks that it touched.

Whatever is no word of the document's own is blanked out place by place: offsets are those of the chunk.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import wraps
from typing import TypeVar

from orch_lsp.document.items import hidden_in
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.pieces import TAKEN, TakenOver, keep
from orch_lsp.markdown.tree import Chunk
from orch_lsp.text import Span

_Read = TypeVar("_Read")
_QUOTED = re.compile(
    r"\"[^\"\r\n]{0,200}\"|“[^”\r\n]{0,200}”|„[^“”\r\n]{0,200}[“”]|「[^」\r\n]{0,200}」|『[^』\r\n]{0,200}』"
    r"|«[^»\r\n]{0,200}»|(?<!\w)'[^'\r\n]{0,200}'(?!\w)|(?<!\w)‘[^’\r\n]{0,200}’(?!\w)"
)


def once_a_chunk(read: Callable[[Chunk], _Read]) -> Callable[[Chunk], _Read]:
    """A function of a chunk whose results are kept with the chunk."""
    name = f"{read.__module__}.{read.__qualname__}"

    @wraps(read)
    def of(chunk: Chunk) -> _Read:
        # Beside the chunk's own values, and not by its `once`: rules ask for thousands of them at each key.
        values = chunk.__dict__
        if name in values:
            return values[name]
        made = values[name] = read(chunk)
        return made

    return of


@once_a_chunk
def visible(chunk: Chunk) -> str:
    """A chunk's text with blanks for code, comments, HTML and the destinations of links; line ends stay."""
    spans = [*hidden_in(chunk), *(element.span for element in chunk.elements if element.kind == "code")]
    return _blanked(chunk.text, sorted(spans))


@once_a_chunk
def unquoted(chunk: Chunk) -> str:
    """As `visible`, with blanks for what stands in quotation marks, too: words that somebody else says."""
    text = visible(chunk)
    return _blanked(text, [Span(*found.span()) for found in _QUOTED.finditer(text)])


def unquoted_within(document: SpecDocument, span: Span) -> str:
    """The words of a span of one chunk, as `unquoted` has them; as far as the chunk goes."""
    tree = document.tree
    number = tree.chunk_at(span.start)
    base = tree.starts[number]
    return unquoted(tree.chunks[number])[span.start - base : span.end - base]


def _blanked(text: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    position = 0
    for span in spans:
        if span.end > position:
            start = max(span.start, position)
            pieces += (text[position:start], _blanks(text[start : span.end]))
            position = span.end
    return "".join((*pieces, text[position:])) if pieces else text


def _blanks(text: str) -> str:
    return "".join(character if character in "\r\n" else " " for character in text)


def chunks(document: SpecDocument) -> Iterator[tuple[Chunk, int]]:
    """The chunks of a document with their offsets."""
    return zip(document.tree.chunks, document.tree.starts, strict=True)


def telling(document: SpecDocument, read: Callable[[Chunk], _Read]) -> Iterator[tuple[Chunk, int, _Read]]:
    """The chunks of which a function has something to say, with their offsets and that; after a key it reads its own.

    Args:
        document: The document.
        read: A function `once_a_chunk`; what is falsy says nothing.
    """
    tree = document.tree
    # The nodes are made first: with them it is known what an edit left as it was.
    taken: TakenOver | None = document.derived.get(TAKEN) if document.nodes else None
    known: tuple[int, ...] | None = None if taken is None else taken.kept.get(read)
    if taken is None or known is None:
        numbers = tuple(number for number, chunk in enumerate(tree.chunks) if read(chunk))
    else:
        touched = taken.chunks
        fresh = (number for number in touched if read(tree.chunks[number]))
        first, behind = bisect_left(known, touched.start), bisect_left(known, touched.stop)
        numbers = (*known[:first], *fresh, *known[behind:])
    keep(document, read, numbers)
    return ((tree.chunks[number], tree.starts[number], read(tree.chunks[number])) for number in numbers)
