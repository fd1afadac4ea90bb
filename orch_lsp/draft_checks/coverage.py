"""Facts of the brief that a draft has lost: neither their numbers and names nor their words are in it."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.document.written_style import language_of
from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.material import DraftFinding, Material
from orch_lsp.draft_checks.meaning import share_of, shared, words_of
from orch_lsp.draft_checks.tokens import Said, Token, said_in

_VALUES = frozenset(("quantity", "number", "date"))
_HARDLY = 0.34
_LEAST_WORDS = 2
_LEAST_OF_A_BRIEF = 6
_SHARE_OF_ANOTHER_SUBJECT = 0.1
_LEAST_OF_A_DRAFT = 25
"""In words that carry meaning: a shorter draft is an outline, which says nothing of what it leaves out."""
_MOST = 30


def uncovered(material: Material) -> Iterator[DraftFinding]:
    """Findings on facts that bind and are nowhere in the draft, and on a draft about something else."""
    if not material.wants_whole or not material.facts:
        return
    text = material.bodies((*material.sections, *material.written))
    said, words = said_in(text), words_of(text)
    own = words_of(material.bodies(material.sections))
    comparable = in_one_language(material.brief, material.bodies(material.sections))
    if len(own) < _LEAST_OF_A_DRAFT:
        if comparable and _has_title_of_another(material, own):
            told = f"the answer is about something else: its title is “{material.title[:200]}”"
            yield DraftFinding("fact_uncovered", "error", told)
        return
    found = 0
    for fact in material.facts:
        if not fact.is_binding or fact.heading:
            # A section of the person's own states it already.
            continue
        finding = _of_fact(fact, said, words, comparable=comparable)
        if finding is not None and found < _MOST:
            found += 1
            yield finding
    brief = words_of(material.brief)
    is_told = not comparable or found or len(brief) < _LEAST_OF_A_BRIEF
    if not is_told and share_of(brief, own) < _SHARE_OF_ANOTHER_SUBJECT:
        yield DraftFinding("fact_uncovered", "error", "hardly a word of the brief is in the draft")


def _has_title_of_another(material: Material, own: frozenset[str]) -> bool:
    """Whether neither the answer's title nor its text has a word of the brief."""
    title, brief = words_of(material.title), words_of(material.brief)
    return len(title) >= _LEAST_WORDS and not shared(brief, title | own) and len(brief) >= _LEAST_OF_A_BRIEF


def _of_fact(fact: Fact, said: Said, words: frozenset[str], *, comparable: bool) -> DraftFinding | None:
    values = [token for token in fact.tokens if token.kind in _VALUES]
    lost = [token for token in values if not said.has(token)]
    names = [token for token in fact.tokens if token.kind not in _VALUES]
    share = share_of(fact.words, words)
    if lost:
        told = f"the brief's {_listed(lost)} is nowhere in the draft"
        severity = "error" if len(lost) == len(values) or any(_weighs(token) for token in lost) else "warning"
        return DraftFinding("fact_uncovered", severity, f"{told}: “{fact.text}”", None, "", fact.id)
    if values or any(said.has(token) for token in names):
        return None
    if not comparable or len(fact.words) < _LEAST_WORDS:
        return None
    if share >= _HARDLY:
        return None
    is_lost = bool(names) or not share
    if not is_lost and len(fact.words) <= _LEAST_WORDS:
        return None
    severity = "error" if is_lost else "warning"
    return DraftFinding(
        "fact_uncovered",
        severity,
        f"the draft does not say what the brief does: “{fact.text}”",
        None,
        "",
        fact.id,
    )


def _weighs(token: Token) -> bool:
    """Whether a number is no small count that a draft may say in other words."""
    return token.kind != "number" or len(token.value.strip("-")) > 1


def _listed(tokens: list[Token]) -> str:
    return ", ".join(f"“{token.text}”" for token in tokens[:4])


def in_one_language(one: str, other: str) -> bool:
    """Whether two texts may be compared by their words."""
    first, second = language_of(one), language_of(other)
    if first is not None and second is not None:
        return first == second
    return _is_latin(one) == _is_latin(other)


def _is_latin(text: str) -> bool:
    letters = [character for character in text[:20_000] if character.isalpha()]
    return sum(character < "\u0250" for character in letters) * 2 >= len(letters)
