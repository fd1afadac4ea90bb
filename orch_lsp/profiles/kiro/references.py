"""Citations of a document: lists of ids behind a label, in a column of a table, or behind a word in a sentence.

`_Requirements: 1.1, 2.3, 4.1-4.6_`, `**Validates: Requirements 1.1, 1.2**`, `_Depends: 2.1_`, `Property 3`.
Words such as “All requirements” or “Foundation for all requirements” name nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.items import matches_in
from orch_lsp.document.node import Citation, Relation, slug
from orch_lsp.profiles.kiro.words import (
    BOUNDARY,
    CRITERIA_LABELS,
    DEPENDS,
    DERIVED,
    PREFIXES,
    PROPERTY,
    REQUIREMENT,
    REQUIREMENTS,
    VALIDATES,
    either,
)
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.markdown.tree import Chunk

NUMBER = r"\d{1,4}(?:\.\d{1,4}){0,3}"
ID = rf"(?:(?:{PREFIXES})-?)?{NUMBER}[a-z]?"
LONGEST_RANGE = 50
"""A range with more members stands for its two ends alone."""

_DASH = r"[-‐‑–—~～〜]|(?i:to|through|bis|至|から)"
_SINGULAR, _PLURAL = either(REQUIREMENT), either(REQUIREMENTS)
_PREFIX = rf"(?:{_SINGULAR}s?|{_PLURAL})"
# The value of a label: the rest of its line, and the next one behind a comma.
_VALUE = r"(?:[^\r\n_*<|]|(?<=[,，、])[ \t]*(?:\r\n|\n|\r)[ \t]*)*+"
_LABELS = (REQUIREMENT, REQUIREMENTS, CRITERIA_LABELS, DERIVED, VALIDATES, DEPENDS, BOUNDARY, PROPERTY)
_INITIALS = "".join(sorted({case for words in _LABELS for word in words for case in (word[0], word[0].upper())}))
_CITED = re.compile(
    # The first letter alone rules out nearly every place; `_` may stand in front of a label.
    rf"(?=[{_INITIALS}])(?<![A-Za-z0-9\u00c0-\u024f-])(?:"
    rf"(?:(?P<validates>{either(VALIDATES)})|(?P<covers>{_PREFIX})|(?P<depends>{either(DEPENDS)})"
    # A boundary of something (`Domain Boundary:`) is described there, not one that a task keeps to.
    rf"|(?<![^\W_][ \t])(?:(?P<boundary>{either(BOUNDARY)})|(?P<criteria>{either(CRITERIA_LABELS)})))"
    rf"\*{{0,2}}[ \t]*[:：][*_ \t]*(?P<value>{_VALUE})"
    rf"|(?P<property>{either(PROPERTY)})[ \t]*(?P<number>\d{{1,4}}(?:\.\d{{1,4}})?)(?![\w.]*\w)"
    rf"|(?P<prose>(?:{either(DERIVED)}|{_PREFIX})[ \t]*{ID}"
    rf"(?:[ \t]*(?:[,，、]|(?i:and|or|und|y|et|e)\b|{_DASH})[ \t]*{ID})*)"
    rf"(?![\w-]))"
)
_BETWEEN = re.compile(r"[,，、;；]|\s/\s|\s(?:and|und|y|et|e)\s|(?:&|＆|和|及|与|と|및)\s*+")
# Blanks are never given back: what follows them is none, and many of them would be tried in each way.
_ONE = re.compile(
    rf"(?P<derived>{either(DERIVED)}[ \t]*+[:：]?\s*+)?(?:{_PREFIX}[ \t]*+[.#:：]?\s*+)?(?P<first>{ID})"
    rf"(?:\s*+(?:{_DASH})\s*+(?:{_PREFIX}\s*+)?(?P<last>{ID}))?\s*+(?:[(（][^()（）]*+[)）])?\s*+[.。)）]?\s*+\Z"
)
_A_PROPERTY = re.compile(rf"{either(PROPERTY)}[ \t]*(?P<number>\d{{1,4}}(?:\.\d{{1,4}})?)(?![\w.]*\w)")
_COLUMN = re.compile(
    rf"(?<![\s*_])[\s*_]*+(?:{_PREFIX})(?:[ \t]*(?i:ids?|coverage|numbers?|refs?|references?|编号|番号|번호))?"
    r"[\s*_]*+\Z"
)
_NUMBERS = re.compile(r"(.*?)(\d+)([a-z]?)\Z")


def key_of(written: str) -> str:
    """An id as a key: full-width digits and letters are those of ASCII."""
    return written if written.isascii() else unicodedata.normalize("NFKC", written)


@dataclass(frozen=True, slots=True)
class Relations:
    """How a kind of document relates to what it names."""

    covers: Relation = "covers"
    """By a label such as `Requirements:`."""
    prose: Relation = "cites"
    """By a sentence that names requirements."""
    properties: Relation = "cites"
    """By the name of a property."""


def citations_of(chunk: Chunk, relations: Relations = Relations()) -> tuple[Citation, ...]:
    """All that a chunk cites, counted from its start."""
    return chunk.once("kiro citations", lambda chunk: tuple(_citations(chunk, relations)), relations)


def _citations(chunk: Chunk, relations: Relations) -> Iterator[Citation]:
    text = chunk.text
    covers, properties = relations.covers, relations.properties
    for match in matches_in(chunk, _CITED):
        if match["value"] is not None:
            yield from _labelled(text, match, covers, properties)
        elif match["property"] is not None:
            yield Citation(properties, Span(*match.span("number")), f"Property {key_of(match['number'])}")
        else:
            yield from _listed(text, Span(*match.span("prose")), relations.prose, properties)
    for cell in _requirement_cells(chunk):
        yield from _listed(text, cell, covers, properties)


def _labelled(text: str, match: re.Match[str], covers: Relation, properties: Relation) -> Iterator[Citation]:
    value = Span(*match.span("value"))
    if match["boundary"]:
        yield from _boundaries(text, value)
    elif match["criteria"]:
        # A number without a dot is an amount, or one of a criterion within its requirement.
        yield from (one for one in _listed(text, value, covers, properties) if "." in one.key)
    else:
        relation = "validates" if match["validates"] else "cites" if match["depends"] else covers
        yield from _listed(text, value, relation, properties)


def _boundaries(text: str, value: Span) -> Iterator[Citation]:
    for part in _parts(text, value):
        name = text[part.start : part.end]
        if key := slug(name):
            yield Citation("cites", Span(part.start, part.start + len(name.rstrip())), key)


def _listed(text: str, value: Span, relation: Relation, properties: Relation) -> Iterator[Citation]:
    for part in _parts(text, value):
        if (found := _ONE.match(text, part.start, part.end)) is not None:
            yield from _keys(found, relation)
        elif (found := _A_PROPERTY.match(text, part.start, part.end)) is not None:
            yield Citation(properties, Span(*found.span("number")), f"Property {key_of(found['number'])}")


def _parts(text: str, value: Span) -> Iterator[Span]:
    start = value.start
    for between in _BETWEEN.finditer(text, value.start, value.end):
        yield _without_blanks(text, start, between.start())
        start = between.end()
    yield _without_blanks(text, start, value.end)


def _without_blanks(text: str, start: int, end: int) -> Span:
    part = text[start:end].lstrip()
    return Span(end - len(part), end)


def _keys(found: re.Match[str], relation: Relation) -> Iterator[Citation]:
    """The citations of one id, or of a range: its first member where that is written, the others at its end."""
    before = "Derived " if found["derived"] else ""
    first = key_of(found["first"])
    if not found["last"]:
        yield Citation(relation, Span(*found.span("first")), before + first)
        return
    whole, end = Span(found.start("first"), found.end("last")), Span(*found.span("last"))
    yield Citation(relation, Span(*found.span("first")), before + first, range=whole)
    for key in _after(first, key_of(found["last"])):
        yield Citation(relation, end, before + key, range=whole)


def _after(first: str, last: str) -> Iterator[str]:
    """The members of a range behind its first one. `4.1-6` is `4.1-4.6`."""
    low, high = _NUMBERS.match(first), _NUMBERS.match(last)
    if low is None or high is None:
        return
    before = low[1] if not high[1] else high[1]
    if before == low[1] and not low[3] and not high[3]:
        numbers = range(int(low[2]) + 1, int(high[2]))
        if len(numbers) < LONGEST_RANGE:
            width = len(low[2]) if low[2].startswith("0") else 0
            yield from (f"{before}{number:0{width}d}" for number in numbers)
    yield before + high[2] + high[3]


def _requirement_cells(chunk: Chunk) -> Iterator[Span]:
    """The cells below a column's head that says that requirements stand there."""
    for number, element in enumerate(chunk.elements):
        if element.kind == "table":
            for start, end in _cells_below_heads(chunk, number):
                yield Span(start, end)


def _cells_below_heads(chunk: Chunk, table: int) -> Iterator[tuple[int, int]]:
    rows = [row for row in chunk.children(table) if chunk.elements[row].kind == "row"]
    cells = [[chunk.elements[cell] for cell in chunk.children(row)] for row in rows]
    columns = [n for n, cell in enumerate(cells[0]) if _COLUMN.match(_inside(chunk.source(cell)))] if cells else []
    for row in cells[1:]:
        for column in columns:
            if column < len(row):
                yield row[column].start, row[column].end


def _inside(cell: str) -> str:
    return cell.strip().strip("|")
