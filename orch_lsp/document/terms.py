"""Words of a spec that mean something to its format: ids, states in boxes, words that oblige or begin a step."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.items import items_of, visible_matches
from orch_lsp.text import Span, line_spans

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument
    from orch_lsp.document.node import NodeKind
    from orch_lsp.document.profile import Profile

TermKind = Literal["declaration", "citation", "state", "duty", "step"]

_DUTIES = re.compile(r"(?<![A-Za-z0-9_])(?:SHALL|MUST|SHOULD|MAY)(?:[ ]NOT)?(?![A-Za-z0-9_])")
_STEPS = (
    *("when", "if", "while", "where", "then", "given", "and", "but"),
    *("当", "當", "如果", "若", "那么", "那麼", "则", "則", "假如", "假设", "并且", "而且"),
    *("前提", "もし", "ならば", "かつ", "しかし", "조건", "만일", "만약", "그러면", "그리고", "하지만"),
    *("cuando", "si", "mientras", "donde", "entonces", "dado", "dada", "dados", "y", "pero"),
    *("quando", "se", "enquanto", "onde", "então", "e", "mas"),
    *("wenn", "falls", "während", "wo", "dann", "angenommen", "gegeben", "und", "aber", "sei"),
    *("lorsque", "quand", "tant que", "où", "alors", "étant donné", "soit", "et", "mais"),
)
"""Words that begin a step of a scenario or a part of a sentence in EARS, lower case, in the languages of specs."""
_IN_CAPITALS = re.compile(r"(?<![A-Za-z0-9_])(?:WHEN|IF|WHILE|WHERE|THEN|GIVEN)(?![A-Za-z0-9_])")
_EMPHASISED = re.compile(r"(?<!\*)\*\*(?P<word>[^\W\d_][^\n\r*:：,，]{0,15}?)[:：,，]?\*\*(?!\*)")
_OBLIGING: frozenset[NodeKind] = frozenset(("requirement", "criterion", "success_criterion", "scenario"))
_RANK: dict[TermKind, int] = {"declaration": 0, "citation": 1, "state": 2, "duty": 3, "step": 4}


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A word with its meaning, within one line."""

    span: Span
    kind: TermKind
    """`declaration`: a node's own name; `citation` of a node; `state`: a box; `duty`: SHALL; `step`: WHEN."""


def terms(document: SpecDocument) -> tuple[Term, ...]:
    """All terms in document order; no two overlap. Made once for a document. Pure; never raises."""
    return document.once("terms", lambda: tuple(_apart(document.text, _found(document))))


def _found(document: SpecDocument) -> Iterator[Term]:
    for node in document.nodes.nodes:
        if node.kind != "section" and node.name is not None:
            yield Term(node.name, "declaration")
    for citation in document.nodes.citations:
        yield Term(citation.span, "citation")
    yield from _states(document)
    yield from _words(document)


def _states(document: SpecDocument) -> Iterator[Term]:
    for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
        for item in items_of(chunk):
            if item.box_span is not None and item.state is not None:
                yield Term(Span(base + item.box_span.start, base + item.box_span.end), "state")


def _words(document: SpecDocument) -> Iterator[Term]:
    code = [span for _, span in document.tree.elements("code")]
    ends = [span.end for span in code]

    def is_code(at: int) -> bool:
        number = bisect_right(ends, at)
        return number < len(code) and code[number].start <= at

    for found in visible_matches(document.tree, _DUTIES):
        if not is_code(found.start()):
            yield Term(Span(*found.span()), "duty")
    for found in visible_matches(document.tree, _IN_CAPITALS):
        if not is_code(found.start()):
            yield Term(Span(*found.span()), "step")
    for found in visible_matches(document.tree, _EMPHASISED):
        if found["word"].casefold() in _STEPS and not is_code(found.start()):
            yield Term(Span(*found.span("word")), "step")
    in_languages = _in_languages(document.profile)
    for found in () if in_languages is None else visible_matches(document.tree, in_languages):
        node = document.nodes.at(found.start())
        if node is not None and node.kind in _OBLIGING and not is_code(found.start()):
            yield Term(Span(*found.span()), "duty")


@lru_cache(maxsize=64)
def _in_languages(profile: Profile) -> re.Pattern[str] | None:
    """The normative words of a format: English ones count in capitals alone, wherever they stand."""
    english = {"shall", "must", "should", "may", "will", "shall not", "must not"}
    words = sorted(profile.normative_words - english, key=lambda word: (-len(word), word))
    if not words:
        return None
    # Words of scripts without blanks have no borders.
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" if word < "\u2e80" else word for word in words))


def _apart(text: str, found: Iterable[Term]) -> Iterator[Term]:
    """The terms without those that overlap one that tells more, or that cross a line's end."""
    lines = line_spans(text)
    starts = [line.start for line in lines]
    taken = 0
    for term in sorted(found, key=lambda term: (term.span.start, _RANK[term.kind], -term.span.end)):
        line = lines[bisect_right(starts, term.span.start) - 1]
        if taken <= term.span.start < term.span.end <= line.end:
            taken = term.span.end
            yield term
