"""Facts of the brief that a draft turns round: another number, out of scope, what was ruled out, all for others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.draft_checks.cases import is_set_up
from orch_lsp.draft_checks.contradictions import contradictions_between, is_changed, measured
from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.meaning import words_of
from orch_lsp.draft_checks.sentences import Sentence
from orch_lsp.draft_checks.tokens import Token, folded, holds_word
from orch_lsp.draft_checks.words import ALL, AT_ONCE, EXCLUDED, NEGATIONS, OPEN_MARKS, OTHERS, OUT_OF_SCOPE

_NO_PROSE = re.compile(r"`[^`\n]*(?:[_=]|\w/\w)[^`\n]*`")
_MOST = 20
_AT_ONCE = "at once"

Placed = tuple[Part, Sentence]


def changed(material: Material) -> Iterator[DraftFinding]:
    """Findings on facts that the draft states otherwise."""
    stated = [(part, one) for part, sentences in material.sentences if not is_beside(part) for one in sentences]
    left_out = [(part, one) for part, sentences in material.sentences if is_beside(part) for one in sentences]
    binding = [fact for fact in material.facts if fact.is_binding]
    found = [
        *_other_numbers(material, stated),
        *_left_out(binding, stated, left_out),
        *_ruled_out(binding, stated),
        *_all_instead_of_one(binding, stated),
    ]
    yield from found[:_MOST]


def is_beside(part: Part) -> bool:
    """Whether a section lists what is not to be done."""
    return part.key == "non-goals" or OUT_OF_SCOPE.search(part.title) is not None


def _other_numbers(material: Material, stated: Sequence[Placed]) -> Iterator[DraftFinding]:
    # A number that nobody has decided may become any.
    facts = [fact for fact in material.facts if fact.kind not in {"undecided", "noise"}]
    parts = {id(one): part for part, one in stated}
    told: set[str] = set()
    for fact, one in contradictions_between(facts, [one for _, one in stated], is_changed):
        was, now = measured(fact.text), measured(one.text)
        if was is None or now is None or one.text in told:
            continue
        if is_set_up(one.text, now.quantity.start):
            continue
        value = f"{now.quantity.dimension}:{now.quantity.amount.normalize()}"
        if value in material.given.values or OPEN_MARKS.search(one.text):
            continue
        told.add(one.text)
        message = f"the brief says {was.typed} and the draft {now.typed}: “{fact.text}”"
        yield DraftFinding("fact_uncovered", "error", message, parts[id(one)].key, one.text, fact.id)


def _left_out(facts: Sequence[Fact], stated: Sequence[Placed], left_out: Sequence[Placed]) -> Iterator[DraftFinding]:
    """Names of facts that the draft has among its non-goals, and nowhere else."""
    goals = folded("\n".join(_prose(one.text) for _, one in stated))
    for part, one in left_out:
        words = folded(_prose(one.text))
        for fact in facts:
            name = next((token for token in fact.tokens if _is_name(token) and holds_word(words, token.value)), None)
            if name is not None and not holds_word(goals, name.value):
                told = f"the draft leaves “{name.text}” out, which the brief asks for: “{fact.text}”"
                yield DraftFinding("fact_uncovered", "error", told, part.key, one.text, fact.id)
                break


def _is_name(token: Token) -> bool:
    return token.kind in {"name", "code"} and len(token.value) > 1


def _prose(text: str) -> str:
    return _NO_PROSE.sub(" ", text)


def _ruled_out(facts: Sequence[Fact], stated: Sequence[Placed]) -> Iterator[DraftFinding]:
    """Statements that say what a fact rules out: `instead of retrying right away`."""
    for fact in facts:
        for clause in EXCLUDED.finditer(fact.text):
            what = clause["what"] or clause["before"] or ""
            excluded = _with_times(what)
            if len(excluded) < 2:
                continue
            for part, one in stated:
                if excluded <= _with_times(one.text) and _is_said(one):
                    told = f"the draft says what the brief rules out (“{what.strip()}”)"
                    yield DraftFinding("fact_uncovered", "error", told, part.key, one.text, fact.id)
                    break


def _with_times(text: str) -> frozenset[str]:
    """The words of a text, all words for “at once” as one."""
    words = words_of(AT_ONCE.sub(" ", text))
    return words | {_AT_ONCE} if AT_ONCE.search(text) else words


def _is_said(sentence: Sentence) -> bool:
    return NEGATIONS.search(sentence.text) is None and OPEN_MARKS.search(sentence.text) is None


def _all_instead_of_one(facts: Sequence[Fact], stated: Sequence[Placed]) -> Iterator[DraftFinding]:
    """Statements about all of what a fact keeps some free from: `other domains must not be held up`."""
    for fact in facts:
        others = OTHERS.search(fact.text)
        if others is None or NEGATIONS.search(fact.text) is None:
            continue
        of = words_of(others["of"] or others["cjk"] or "")
        for part, one in stated:
            every = ALL.search(one.text)
            if every is not None and of and of <= words_of(every["of"] or every["cjk"] or "") and _is_said(one):
                told = f"the draft speaks of all, where the brief keeps others free: “{fact.text}”"
                yield DraftFinding("fact_uncovered", "error", told, part.key, one.text, fact.id)
                break
