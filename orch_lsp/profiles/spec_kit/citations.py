"""Ids as spec-kit writes them, and the places that name one: `per FR-003`, `[US1]`, `T009-T021`, `Constitution II`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.items import matches_in
from orch_lsp.document.node import Citation, Relation
from orch_lsp.profiles.spec_kit.words import STORY
from orch_lsp.text import LETTER, Span, start_of_line

if TYPE_CHECKING:
    from orch_lsp.document.node import Node
    from orch_lsp.markdown.tree import Chunk

PREFIXES = frozenset({"FR", "NFR", "SC", "EC", "NG", "QG", "UR", "BR"})
"""Prefixes of ids in any spec. Others (`UTF-8` looks like one) are known by the nodes that have them."""
ID = r"[A-Z]{1,6}(?:-[A-Z]{1,6})*-?\d{1,5}[a-z]?"
TASK_ID = r"[A-Z]\d{3,5}[a-z]?"
"""Mostly with `T`; who plans a part by itself takes another letter, such as `M` for what is done for MySQL."""
_WORK = frozenset({"T", "CHK"})
"""Prefixes of tasks and items of a checklist in any document; others are known by the tasks that have them."""
_KINDS_OF_WORK = frozenset({"task", "checklist_item"})

_ROMAN = r"[IVX]{1,6}|\d{1,2}"
_TO = r"(?:[ \t]?(?:-|–|—|\.\.|…|~|～|至|到|から)[ \t]?|[ \t]+(?i:to|through|bis)[ \t]+)"
_CITED = re.compile(
    rf"(?<![/.#@-])(?<!{LETTER})(?P<key>US\d{{1,3}}/AC\d{{1,3}}|{ID})"
    rf"(?:{_TO}(?P<last>{ID}))?(?!{LETTER}|[-/]\w|\.\w)"
    rf"|(?P<story>(?i:{STORY})[ \t]*(?P<number>\d{{1,3}}))(?!{LETTER})"
    rf"|(?:Constitution|Principle)[ \t]+(?:§[ \t]*|Principle[ \t]+)?(?P<principle>{_ROMAN})\b"
)
_LEGEND = re.compile(r"[ \t]*[-*+][ \t]+\*\*\[Story\]\*\*", re.IGNORECASE)
"""The template's line on `[Story]`, which names stories for an example: `(e.g., US1, US2, US3)`."""
_LONGEST_LEGEND = 200
_SUPERSEDES = re.compile(r"supersedes:?[ \t*]*\Z", re.IGNORECASE)
_OF_WORK = re.compile(r"[A-Z]{1,6}\d{3,5}[a-z]?")
_COUNTED = re.compile(r"(.*?)(\d+)([a-z]?)")
_WIDEST_RANGE = 500


def prefix_of(key: str) -> str:
    """The prefix of an id: `FR`, `FR-S`, `T`."""
    return key.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789").rstrip("-")


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Those that make an id in a document."""

    known: frozenset[str]
    work: frozenset[str]
    """Those of tasks and items of a checklist: there three digits make an id, as `Phase M1` names none."""

    @staticmethod
    def of(nodes: Iterable[Node]) -> Prefixes:
        """Those of the ids that nodes have."""
        named = {(prefix_of(node.key), node.kind in _KINDS_OF_WORK) for node in nodes if node.name and node.key}
        work = frozenset(prefix for prefix, is_work in named if is_work)
        return Prefixes(frozenset(prefix for prefix, is_work in named if not is_work), work)

    @staticmethod
    def usual_and(others: Iterable[Prefixes]) -> Prefixes:
        """Those of any document, and others."""
        more = frozenset(others)
        return Prefixes(PREFIXES.union(*(one.known for one in more)), _WORK.union(*(one.work for one in more)))


def citations_of(chunk: Chunk, prefixes: Prefixes, usual: Relation) -> tuple[Citation, ...]:
    """All places of a chunk that name an id, counted from its start.

    A range names each id in it: its ends at their own places, the others by the whole.

    Args:
        chunk: Where to look.
        prefixes: Those that make an id.
        usual: What it means to name an id of another document.
    """
    given = (prefixes, usual)
    return chunk.once("spec-kit citations", lambda chunk: tuple(_citations(chunk, prefixes, usual)), given)


def _citations(chunk: Chunk, known: Prefixes, usual: Relation) -> Iterator[Citation]:
    for found in matches_in(chunk, _CITED):
        if found["story"]:
            yield Citation(usual, Span(*found.span("story")), f"US{int(found['number'])}")
        elif found["principle"]:
            yield Citation("cites", Span(*found.span("principle")), found["principle"], "constitution")
        elif _is_id(found["key"], known) and not _is_example(chunk.text, found):
            yield from _ids(chunk.text, found, usual, known)


def _is_example(text: str, found: re.Match[str]) -> bool:
    if not found["key"].startswith("US"):
        return False
    start = found.start()
    return _LEGEND.match(text, start_of_line(text, start, max(0, start - _LONGEST_LEGEND))) is not None


def _is_id(key: str, prefixes: Prefixes) -> bool:
    prefix = prefix_of(key.partition("/")[0])
    if prefix == "US" and "-" not in key:
        return True
    if prefix in prefixes.work:
        return _OF_WORK.fullmatch(key) is not None
    return prefix in prefixes.known


def _ids(text: str, found: re.Match[str], usual: Relation, known: Prefixes) -> Iterator[Citation]:
    key, last = found["key"], found["last"]
    relation = "cites" if prefix_of(key) in known.work else usual
    if _SUPERSEDES.search(text, max(0, found.start() - 20), found.start()):
        relation = "supersedes"
    if last is None or not _is_id(last, known):
        yield Citation(relation, Span(*found.span("key")), key)
        return
    whole = Span(*found.span())
    yield Citation(relation, Span(*found.span("key")), key, range=whole)
    for between in _between(key, last):
        yield Citation(relation, whole, between, range=whole)
    yield Citation(relation, Span(*found.span("last")), last, range=whole)


def _between(first: str, last: str) -> Iterator[str]:
    one, other = _COUNTED.fullmatch(first), _COUNTED.fullmatch(last)
    if one is None or other is None or one[1] != other[1] or one[3] or other[3]:
        return
    low, high = int(one[2]), int(other[2])
    if high - low <= _WIDEST_RANGE:
        for number in range(low + 1, high):
            yield f"{one[1]}{number:0{len(one[2])}d}"
