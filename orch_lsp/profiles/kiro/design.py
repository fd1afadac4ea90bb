"""The nodes of a design: its sections, and the properties that validate criteria."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from orch_lsp.document.items import matches_in
from orch_lsp.document.node import Node, Nodes
from orch_lsp.document.pieces import Piece, assembled, head_of
from orch_lsp.profiles.kiro.references import citations_of, key_of
from orch_lsp.profiles.kiro.words import PROPERTY, either
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.skeleton import Skeleton
    from orch_lsp.markdown.tree import Chunk, Heading

_NUMBERED = rf"{either(PROPERTY)}[ \t]*#?(?P<id>\d{{1,4}}(?:\.\d{{1,4}})?)(?![A-Za-z0-9])"
_HEADING = re.compile(rf"[\W_]*+{_NUMBERED}[)）*_]*[ \t]*(?:[:：.、–—-]+[ \t]*)?[*_]*(?P<title>.*)")
_LINE = re.compile(
    rf"(?<![^\r\n])[ \t]*(?:[-*+][ \t]+|\d{{1,3}}[.)][ \t]+)?(?P<bold>\*\*)?{_NUMBERED}"
    rf"(?:[ \t]*[:：–—-][ \t]*(?P<title>[^*\r\n]*)|(?=\*\*))"
)
_SUFFIX = re.compile(r"<!--.*?-->|\{[#:.][^{}]*\}[ \t]*\Z")


def design_nodes(document: SpecDocument) -> Nodes:
    """The nodes of `design.md`."""
    skeleton, chunks = document.skeleton, document.tree.chunks
    heads = skeleton.by_chunk(
        "kiro properties", None, chunks, lambda number: _heads_of(skeleton, number, chunks[number])
    )
    known = frozenset(head.key for own in heads for head in own if head.kind == "property")
    listing = skeleton.once("kiro listing", None, lambda: skeleton.within("correctness-properties"))
    lines = skeleton.by_chunk(
        "kiro property lines", None, chunks,
        lambda number: _property_lines(chunks[number], skeleton.around_chunk(listing, number, before=False)),
    )  # fmt: skip
    if not any(lines):
        pieces = skeleton.by_chunk(
            "kiro design", known, chunks, lambda number: _piece(chunks[number], heads[number], known, ())
        )
        return assembled(document, pieces)
    both = zip(chunks, heads, _reaching_on(document, lines), strict=True)
    return assembled(document, [_piece(chunk, own, known, reaching) for chunk, own, reaching in both])


def _heads_of(skeleton: Skeleton, number: int, chunk: Chunk) -> tuple[Node, ...]:
    own = skeleton.headings_of(number)
    return _heads(chunk, skeleton.profile_keys[own.start : own.stop])


def _reaching_on(document: SpecDocument, lines: Sequence[tuple[Node, ...]]) -> list[tuple[Node, ...]]:
    """Properties by their lines, for each chunk; the last of one reaches to the next one, or a heading, in a later one.

    Pieces of the document begin with headings.
    """
    chunks, starts, text = document.tree.chunks, document.tree.starts, document.text
    end = len(text)
    reaching = list(lines)
    for number in range(len(chunks) - 1, -1, -1):
        chunk, base = chunks[number], starts[number]
        begun = [*(node.span.start for node in lines[number]), *(heading.span.start for heading in chunk.headings)]
        behind = number + 1
        if lines[number] and behind < len(chunks) and chunks[behind].begins != "piece":
            last = lines[number][-1].span
            while end > base + last.end and text[end - 1] in " \t\r\n":
                end -= 1
            if last.start == max(begun) and end > base + last.end:
                reaching[number] = _with_end(lines[number], end - base)
        if begun or chunk.begins == "piece":
            end = base + min(begun, default=0)
    return reaching


def _with_end(nodes: tuple[Node, ...], end: int) -> tuple[Node, ...]:
    return (*nodes[:-1], replace(nodes[-1], span=Span(nodes[-1].span.start, end)))


def _heads(chunk: Chunk, keys: tuple[str | None, ...]) -> tuple[Node, ...]:
    def make(chunk: Chunk) -> tuple[Node, ...]:
        return tuple(
            head_of(heading) if key is not None else _head(chunk.text, heading)
            for heading, key in zip(chunk.headings, keys, strict=True)
        )

    return chunk.once("kiro properties", make, keys)


def _head(text: str, heading: Heading) -> Node:
    found = _HEADING.match(text, heading.span.start, end_of_line(text, heading.span.start))
    if found is None:
        return head_of(heading)
    title = _SUFFIX.sub("", found["title"]).strip(" \t*_#") or heading.text
    return replace(head_of(heading), kind="property", key=_key(found), title=title, name=Span(*found.span("id")))


def _property_lines(chunk: Chunk, listing: tuple[bool, ...]) -> tuple[Node, ...]:
    """Args: listing: Whether it begins in the section of properties, then the same for the text below each heading."""
    return chunk.once("kiro property lines", lambda chunk: tuple(_lines(chunk, listing)), listing)


def _piece(chunk: Chunk, heads: tuple[Node, ...], known: frozenset[str], lines: tuple[Node, ...]) -> Piece:
    """The piece of a chunk.

    Args:
        chunk: The chunk.
        heads: The nodes of its headings.
        known: The properties that have headings.
        lines: The properties that have none.
    """
    hidden = tuple(node.key in known for node in lines)

    def make(chunk: Chunk) -> Piece:
        nodes = tuple(node for node, is_known in zip(lines, hidden, strict=True) if not is_known)
        return Piece(heads, nodes, citations_of(chunk))

    return chunk.once("kiro design", make, (heads, lines, hidden))


def _lines(chunk: Chunk, listing: tuple[bool, ...]) -> Iterator[Node]:
    """Properties that begin a line, in bold or in the properties' section: each to the next one, or a heading."""
    text, headings = chunk.text, [heading.span.start for heading in chunk.headings]
    found = [
        match for match in matches_in(chunk, _LINE) if match["bold"] or listing[bisect_right(headings, match.start())]
    ]
    starts = sorted([*headings, *(match.start() for match in found), len(text)])
    following = dict(pairwise(starts))
    for match in found:
        end = following[match.start()]
        while end > match.end() and text[end - 1] in " \t\r\n":
            end -= 1
        title = (match["title"] or "").strip()
        yield Node("property", _key(match), title, Span(match.start(), end), name=Span(*match.span("id")))


def _key(found: re.Match[str]) -> str:
    return f"Property {key_of(found['id'])}"
