"""Open questions as a list: those that a draft asks, those that a brief leaves open, and its contradictions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from orch_lsp.draft_checks.contradictions import contradictions_in, measured
from orch_lsp.draft_checks.facts import Fact
from orch_lsp.draft_checks.material import Part
from orch_lsp.draft_checks.meaning import share_of, words_of
from orch_lsp.draft_checks.sentences import Sentence, sentences_of
from orch_lsp.draft_checks.words import DEFAULT, EITHER, OPEN_HEADINGS, OPEN_PREFIX, OPTIONS

_NUMBER = re.compile(r"\A[*_`\s]{0,4}(?:Q-?\d{1,3})[*_`]{0,3}\s*[:.)：–—-]?\s*[*_]{0,2}\s*", re.IGNORECASE)
_CHOICE = re.compile(
    r"\s*(?:(?<![\w/])/(?![\w/])|(?<=\s)/(?=\s)|;|；|、| or | oder | ou | o |または|或者|또는)\s*|\s*,\s*(?=[a-d]\))"
)
_JOINED = re.compile(r"(?<=\w)/(?=\w)")
_LETTERED = re.compile(
    r"(?:\A|[\s,;(])\(?(?P<letter>[a-dA-D])[).:]\s+(?P<words>.+?)(?=[\s,;]+\(?[a-dA-D][).:]\s|\Z)", re.DOTALL
)
_ENDS = " \t*_.;。,()（）"
_ALIKE = 0.6
_MOST = 40
_MOST_OPTIONS = 6
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Question:
    """A question that somebody has to answer."""

    text: str
    options: tuple[str, ...] = ()
    default: str | None = None
    """The option that is taken until somebody answers."""
    about: tuple[int, int] | None = None
    """Lines of the brief that it is about, counted from 1."""
    key: str | None = None
    """The section of the draft that asks it."""
    is_contradiction: bool = False


def questions_of(
    sections: Iterable[Part], facts: Sequence[Fact], asked: Sequence[str] = (), told: Sequence[Question] = ()
) -> tuple[Question, ...]:
    """The questions of a draft and of its brief, each once. Pure; never raises.

    Args:
        sections: The draft.
        facts: Those of the brief.
        asked: Questions that a model asked instead of writing.
        told: Questions that a model had on the brief before anything was written.
    """
    found: list[Question] = []
    every = (*_of_draft(sections, facts), *(Question(text) for text in asked), *told, *_of_brief(facts))
    for question in every:
        if len(found) < _MOST and not any(_is_same(question, other) for other in found):
            found.append(question)
    return tuple(found)


def questions_in_plan(text: str, facts: Sequence[Fact]) -> tuple[Question, ...]:
    """The questions among the items of a plan of a draft (`- Q1: …`), which a format may have no room for. Pure."""
    return tuple(replace(one, key=None) for one in _of_draft([Part("", "", text)], facts))


def _of_draft(sections: Iterable[Part], facts: Sequence[Fact]) -> Iterator[Question]:
    for section in sections:
        sentences = sentences_of(section.body)
        number = 0
        while number < len(sentences):
            first = sentences[number]
            item = [first.text]
            number += 1
            while first.is_item and number < len(sentences) and _goes_on(first, sentences[number]):
                item.append(sentences[number].text)
                number += 1
            text = " ".join(item)
            if _asks(section, first, text):
                yield _about(replace(read_question(text), key=section.key), facts)


def _goes_on(first: Sentence, one: Sentence) -> bool:
    """Whether a sentence belongs to the item that another one begins."""
    return (
        not one.is_item
        and one.line_from <= first.line_to + 1
        and one.heading == first.heading
        and one.lead == first.lead
    )


def _asks(section: Part, sentence: Sentence, text: str) -> bool:
    if OPEN_PREFIX.match(text) or _NUMBER.match(text):
        return True
    above = f"{sentence.heading} {sentence.lead}" if sentence.is_item else sentence.heading
    return sentence.is_item and OPEN_HEADINGS.search(f"{section.title} {above}") is not None


def read_question(text: str) -> Question:
    """A question with its options and default, as a line writes them (`Q1: … Options: a / b. Default: a.`)."""
    words = OPEN_PREFIX.sub("", _NUMBER.sub("", text, count=1), count=1)
    words = _NUMBER.sub("", words, count=1)
    default: str | None = None
    if (found := DEFAULT.search(words)) is not None:
        default = words[found.end() :].strip(_ENDS) or None
        words = words[: found.start()]
    options: dict[str, str] = {}
    if (found := OPTIONS.search(words)) is not None:
        options = _options(words[found.end() :])
        words = words[: found.start()]
    bare = words.strip().strip("*_ ")
    if not options and (either := EITHER.search(bare)) is not None:
        options = {name: _option(either[name]) for name in ("one", "other")}
    if default is not None:
        letter = default.casefold().strip(_ENDS)
        default = options.get(letter) or next((one for one in options.values() if one.casefold() in letter), default)
    return Question(bare[:_LONGEST], tuple(options.values()), None if default is None else default[:_LONGEST])


def _options(text: str) -> dict[str, str]:
    """The options by their letters, or by numbers where they have none."""
    lettered = {found["letter"].casefold(): _option(found["words"]) for found in _LETTERED.finditer(text)}
    if len(lettered) > 1:
        return lettered
    parts = [part for part in _CHOICE.split(text) if part and part.strip(_ENDS)]
    if len(parts) == 1:
        parts = _JOINED.split(parts[0])
    return {str(number): option for number, part in enumerate(parts[:_MOST_OPTIONS], 1) if (option := _option(part))}


def _option(text: str) -> str:
    return text.strip().strip(_ENDS)[:_LONGEST]


def _about(question: Question, facts: Sequence[Fact]) -> Question:
    """The question with the lines of the brief that it is about, if one of its open facts is."""
    words = words_of(question.text)
    open_ones = [fact for fact in facts if fact.kind == "undecided" and share_of(words, fact.words) >= _ALIKE]
    return replace(question, about=(open_ones[0].line_from, open_ones[0].line_to)) if open_ones else question


def _of_brief(facts: Sequence[Fact]) -> Iterator[Question]:
    stated = [fact for fact in facts if fact.kind != "noise"]
    for one, other in contradictions_in(stated):
        first, second = measured(one.text), measured(other.text)
        if first is not None and second is not None:
            text = (
                f"Line {one.line_from} says {first.typed} and line {other.line_from} says {second.typed} of the same. "
                "Which one holds?"
            )
            lines = (min(one.line_from, other.line_from), max(one.line_to, other.line_to))
            yield Question(text, (first.typed, second.typed), None, lines, None, is_contradiction=True)
    for fact in facts:
        if fact.kind == "undecided":
            yield replace(read_question(fact.text), about=(fact.line_from, fact.line_to))


def _is_same(one: Question, other: Question) -> bool:
    if one.text.casefold() == other.text.casefold():
        return True
    if one.is_contradiction or other.is_contradiction:
        return one.is_contradiction and other.is_contradiction and one.about is not None and one.about == other.about
    words, others = words_of(one.text), words_of(other.text)
    shares = share_of(words, others), share_of(others, words)
    # A draft asks in its own words what the brief leaves open.
    of_one_place = one.about is not None and one.about == other.about
    return (max(shares) if of_one_place else min(shares)) >= _ALIKE
