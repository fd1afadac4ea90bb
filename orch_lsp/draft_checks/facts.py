"""A brief read by machine: one fact for each sentence or bullet, of a kind, with what a paraphrase of it keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from orch_lsp.draft_checks.meaning import words_of
from orch_lsp.draft_checks.sentences import Sentence, sentences_of
from orch_lsp.draft_checks.tokens import Token, tokens_of
from orch_lsp.draft_checks.words import (
    ASKS_TO_PROPOSE,
    CASE,
    DECIDED,
    LIMITS,
    MUST,
    NOISE,
    OPEN_HEADINGS,
    ORDERS,
    OUT_OF_SCOPE,
    QUESTION,
    UNDECIDED,
)
from orch_lsp.markdown.reader import read

FactKind = Literal["must", "limit", "name", "decision", "undecided", "out_of_scope", "noise"]
BINDING: frozenset[FactKind] = frozenset(("must", "limit", "decision"))
"""Kinds of facts that a draft has to keep."""
_VALUES = frozenset(("quantity", "number", "date"))
_MOST = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement of a brief."""

    id: str
    """`F1`, in the brief's order."""
    kind: FactKind
    text: str
    line_from: int
    """1-based, in the brief."""
    line_to: int
    heading: str = ""
    """The heading above it; empty for the brief's lead."""
    tokens: tuple[Token, ...] = ()
    """Those that a paraphrase keeps."""
    words: frozenset[str] = frozenset()
    """Those that carry its meaning."""
    is_for_the_draft: bool = False
    """Whether the brief asks the specification to propose it."""

    @property
    def is_binding(self) -> bool:
        """Whether a draft has to keep it."""
        return self.kind in BINDING


def facts_of(brief: str) -> tuple[Fact, ...]:
    """The facts of a brief with LF line ends. Pure; never raises; linear."""
    return _facts_of(brief)


@lru_cache(maxsize=16)
def _facts_of(brief: str) -> tuple[Fact, ...]:
    title = next((heading.text for heading in read(brief).headings[:1] if heading.level == 1), "")
    found = list(_read(sentences_of(brief), title))
    return tuple(found[:_MOST])


def _read(sentences: Sequence[Sentence], title: str) -> Iterator[Fact]:
    for number, sentence in enumerate(sentences, 1):
        heading = sentence.heading if sentence.heading != title else ""
        tokens = tokens_of(sentence.text)
        yield Fact(
            f"F{number}", kind_of(sentence, heading, tokens), sentence.text,
            sentence.line_from, sentence.line_to, heading, tokens, words_of(sentence.text),
            ASKS_TO_PROPOSE.search(sentence.text) is not None,
        )  # fmt: skip


def kind_of(sentence: Sentence, heading: str, tokens: Sequence[Token]) -> FactKind:
    """The kind of a statement of a brief, by its words and those above it.

    Args:
        sentence: The statement.
        heading: The heading above it.
        tokens: Its tokens.
    """
    text = sentence.text
    above = f"{heading} {sentence.lead}"
    if NOISE.search(text):
        return "noise"
    if OUT_OF_SCOPE.search(above) or OUT_OF_SCOPE.search(text):
        return "out_of_scope"
    asks = text.rstrip(" *_)").endswith(QUESTION) and not CASE.match(text)
    if asks or OPEN_HEADINGS.search(above) or UNDECIDED.search(text):
        return "undecided"
    if DECIDED.search(text):
        return "decision"
    binding = MUST.search(text) is not None or ORDERS.match(text.lstrip('*_`"“ ')) is not None
    if any(token.kind in _VALUES for token in tokens) and LIMITS.search(text) and (binding or sentence.is_item):
        return "limit"
    if binding:
        return "must"
    return "name" if tokens else "noise"
