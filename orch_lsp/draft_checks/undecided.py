"""Points that the brief leaves open and the draft writes as decided, or does not raise at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.draft_checks.coverage import in_one_language
from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.meaning import shared, words_of
from orch_lsp.draft_checks.sentences import Sentence
from orch_lsp.draft_checks.tokens import folded, holds_word
from orch_lsp.draft_checks.words import OPEN_HEADINGS, OPEN_MARKS, QUESTION, REASON, UNDECIDED

_LEAST_WORDS = 2
_RAISED = 0.3
_SAID = 0.5
_CLAUSE = re.compile(r"[;；]")
_Placed = tuple[Part, Sentence]
_WEAK = words_of(
    "undecided unclear decide decided open question sure settled agree agreed team later whether either maybe unknown"
    " determine define yet"
)
"""Words of being open, which say nothing of the point."""


def decided(material: Material) -> Iterator[DraftFinding]:
    """Findings on open points of the brief."""
    facts = [fact for fact in material.facts if fact.kind == "undecided"]
    if not facts:
        return
    comparable = in_one_language(material.brief, material.bodies(material.sections))
    stated = [(part, one) for part, sentences in material.sentences for one in sentences]
    opened, closed = _divided(stated)
    for fact in facts:
        if any(_is_of(fact, one, _RAISED, comparable=comparable) for _, one in opened):
            continue
        found = next((placed for placed in closed if _is_of(fact, placed[1], _SAID, comparable=comparable)), None)
        if found is not None:
            part, one = found
            if fact.is_for_the_draft and REASON.search(part.body):
                continue
            told = f"the brief leaves this open, and the draft writes it as decided: “{fact.text}”"
            severity = "warning" if fact.is_for_the_draft else "error"
            yield DraftFinding("undecided_written_as_decided", severity, told, part.key, one.text, fact.id)
        elif comparable and material.wants_whole and not fact.heading and len(_words(fact)) >= _LEAST_WORDS:
            told = f"the brief leaves this open, and the draft does not raise it: “{fact.text}”"
            yield DraftFinding("fact_uncovered", "warning", told, None, "", fact.id)


def _divided(stated: list[_Placed]) -> tuple[list[_Placed], list[_Placed]]:
    """Statements that leave something open, and those that do not. Words behind a question in its item belong to it."""
    opened: list[_Placed] = []
    closed: list[_Placed] = []
    is_open = False
    for part, one in stated:
        is_open = _is_open(part, one) or (is_open and one.is_within_item)
        (opened if is_open else closed).append((part, one))
    return opened, closed


def _is_open(part: Part, sentence: Sentence) -> bool:
    return (
        OPEN_MARKS.search(sentence.text) is not None
        or sentence.text.rstrip("*_ ").endswith(QUESTION)
        or OPEN_HEADINGS.search(f"{part.title} {sentence.heading}") is not None
    )


def _words(fact: Fact) -> frozenset[str]:
    return words_of(_open_clause(fact.text)) - _WEAK


def _open_clause(text: str) -> str:
    """The part of a sentence that leaves something open: the other part may state a fact."""
    clauses = _CLAUSE.split(text)
    opened = [one for one in clauses if UNDECIDED.search(one) or one.rstrip("*_ ").endswith(QUESTION)]
    return " ".join(opened) if any(words_of(one) - _WEAK for one in opened) else text


def _is_of(fact: Fact, sentence: Sentence, least: float, *, comparable: bool) -> bool:
    """Whether a statement speaks of an open point."""
    said = folded(sentence.text)
    clause = folded(_open_clause(fact.text))
    codes = [one for one in fact.tokens if one.kind in {"code", "name", "quantity"} and holds_word(clause, one.value)]
    if any(holds_word(said, token.value) for token in codes):
        return True
    words = _words(fact)
    if not comparable or len(words) < _LEAST_WORDS:
        return False
    common = len(shared(words, words_of(sentence.text)))
    return common >= _LEAST_WORDS and common >= least * len(words)
