"""Numbers of the brief that the draft has lost, each beside one of the same thing that stands nowhere else.

Two statements that share few words may still be the same: what tells is that one number went and another one came.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from orch_lsp.draft_checks.changed import is_beside
from orch_lsp.draft_checks.counts import Count, counts_of
from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.meaning import shared, words_of
from orch_lsp.draft_checks.sentences import Sentence, sentences_of
from orch_lsp.draft_checks.words import NOISE, OPEN_MARKS

_CODE = re.compile(r"`[^`]*`")
_DIGITS = re.compile(r"\d+")
_BARE = re.compile(r"(?<![\w.,/#:§-])\d{1,9}(?![\w]|[.,]\d)")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LEAST = 1.0
_MOST = 10
_MOST_TEXT = 400_000


@dataclass(frozen=True, slots=True)
class _Came:
    """A count that stands in no source."""

    count: Count
    part: Part
    sentence: Sentence


def replaced(material: Material) -> Iterator[DraftFinding]:
    """Findings on numbers that seem to stand for another one of the brief: warnings, as numbers are never more."""
    facts = [
        fact
        for fact in material.facts
        if fact.kind not in {"undecided", "out_of_scope"} and not NOISE.search(fact.text)
    ]
    stated = [(fact, one) for fact in facts for one in counts_of(fact.text)]
    gone = _gone(material, stated) if stated else []
    if not gone:
        return
    came = _came(material, {one.of for _, one in gone})
    told: set[str] = set()
    for one in came:
        was = _replaced_by(one, gone)
        if was is not None and one.sentence.text not in told and len(told) < _MOST:
            told.add(one.sentence.text)
            fact, count = was
            message = f"the brief says {count.typed} and the draft {one.count.typed}: “{fact.text}”"
            yield DraftFinding("fact_uncovered", "warning", message, one.part.key, one.sentence.text, fact.id)


def _gone(material: Material, stated: Iterable[tuple[Fact, Count]]) -> list[tuple[Fact, Count]]:
    """The counts of facts that neither the draft nor the sections beside it have."""
    # A section that the person wrote may be the brief itself.
    of_brief = {fact.text for fact in material.facts}
    beside = [one.text for part in material.written for one in sentences_of(part.body) if one.text not in of_brief]
    texts = [*(one.text for _, sentences in material.sentences for one in sentences), *beside]
    counted = {(one.of, one.value) for text in texts for one in counts_of(text)}
    bare = {number for text in texts for number in _bare_numbers(text)}
    return [
        (fact, one)
        for fact, one in stated
        if (one.of, one.value) not in counted and bare.isdisjoint(_DIGITS.findall(one.typed))
    ]


def _bare_numbers(text: str) -> list[str]:
    """Numbers that count nothing: they may stand for any."""
    plain = list(text)
    for one in counts_of(text):
        # `7 full days` counts days.
        if one.kind == "things":
            continue
        plain[one.start : one.end] = " " * (one.end - one.start)
    return _BARE.findall("".join(plain))


def _came(material: Material, of: Collection[str]) -> list[_Came]:
    """The counts of the draft that stand in no source, of the same things."""
    found = [
        _Came(count, part, sentence)
        for part, sentences in material.sentences
        if not is_beside(part)
        for sentence in sentences
        if not OPEN_MARKS.search(sentence.text)
        for count in counts_of(_CODE.sub(_blank, sentence.text))
        if count.of in of and (count.kind == "quantity" or _DIGITS.search(count.typed))
    ]
    if not found:
        return []
    texts = (material.brief, *(part.body for part in material.written), *material.sources)
    known = {(one.of, one.value) for text in texts for one in counts_of(text[:_MOST_TEXT])}
    return [one for one in found if (one.count.of, one.count.value) not in known]


def _replaced_by(one: _Came, gone: Sequence[tuple[Fact, Count]]) -> tuple[Fact, Count] | None:
    """The count of the brief for which another one stands; None if the two statements have no other word in common."""
    words = words_of(one.sentence.text)
    best: tuple[float, tuple[Fact, Count]] | None = None
    for fact, count in gone:
        if count.of == one.count.of:
            common = _weight(shared(words, fact.words) - words_of(count.typed) - words_of(one.count.typed))
            if common >= _LEAST and (best is None or common > best[0]):
                best = common, (fact, count)
    return None if best is None else best[1]


def _weight(words: Iterable[str]) -> float:
    """How much words say that two statements are of the same: a pair with kana is a piece of a word."""
    return sum(0.5 if _KANA.search(word) else 1.0 for word in words)


def _blank(code: re.Match[str]) -> str:
    return " " * len(code[0])
