"""Facts and questions of a brief as a model tells them, one list item each. Only what stands in the brief counts.

The words of a fact are its quote, and its lines are those in which the quote stands: nothing of it is the model's but
the choice, and the kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast, get_args

from orch_lsp.draft_checks.facts import BINDING, Fact, FactKind, facts_of
from orch_lsp.draft_checks.meaning import share_of, words_of
from orch_lsp.draft_checks.questions import Question, read_question
from orch_lsp.draft_checks.tokens import tokens_of

_KIND = re.compile(
    r"[^\w\s]{0,4}(?:F\d{1,3}\W{1,4})?(?P<kind>must|limit|name|decision|undecided|out[ _-]of[ _-]scope|noise|"
    r"contradiction)\b(?P<rest>.*)\Z",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"\"([^\"]+)\"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|「([^」]+)」|`([^`]+)`")
_WHOLE = re.compile(r"[^\"“„«「`]*[\"“„«「`](.+)[\"”“»」`]\W*\Z")
_ASKS = re.compile(
    r"[^\w\s]{0,4}(?:Q-?\d{1,3}\W{1,4})?(?P<kind>contradiction|(?:open )?question)\b[*_]{0,3}\s{0,3}[:：]?[*_]{0,3}\s*"
    r"(?P<rest>\S.*)\Z",
    re.IGNORECASE,
)
_LINES = re.compile(r"\bL(\d{1,6})\b")
_PLACE = re.compile(r"\s*\((?:L\d{1,6}(?:\s*(?:[-–,]|and|und|et|y)\s*)?)+\)")
_NOTHING = re.compile(r"\W*(?:none|nothing|no (?:open )?questions?|keine?)\W*\Z", re.IGNORECASE)
_MARKS = str.maketrans("", "", "*`")
_LEAST_QUOTE = 4
_ALIKE = 0.6
_MOST_FACTS = 200
_MOST_QUESTIONS = 12


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """The facts of a brief that a model told and the machine found there.

    Attributes:
        facts: Those, with the machine's own where the model told none, in the brief's order.
        contradictions: Pairs of quotes that cannot both hold, as questions.
        misquoted: Items whose quote does not stand in the brief.
        is_read: Whether the answer held a single item of the right form.
    """

    facts: tuple[Fact, ...]
    contradictions: tuple[Question, ...] = ()
    misquoted: tuple[str, ...] = ()
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class ToldQuestions:
    """The questions that a model has on a brief, and whether its answer could be read."""

    questions: tuple[Question, ...]
    is_read: bool = True


def read_facts(items: Sequence[str], brief: str) -> ToldFacts:
    """The facts in an answer, held against the brief. Pure; never raises; linear.

    Args:
        items: Those of the list that the answer is.
        brief: With LF line ends.
    """
    placed = _Placed(brief)
    told: list[Fact] = []
    contradictions: list[Question] = []
    misquoted: list[str] = []
    read = 0
    for item in items[: 2 * _MOST_FACTS]:
        found = _KIND.match(item)
        if found is None:
            read += _NOTHING.match(item) is not None
            continue
        read += 1
        kind, rest = found["kind"].casefold().replace(" ", "_").replace("-", "_"), found["rest"]
        if kind == "contradiction":
            pair = [placed.lines(quote) for quote in _quotes(rest)[:2]]
            if len(pair) == 2 and pair[0] is not None and pair[1] is not None:
                contradictions.append(_contradiction(_quotes(rest)[:2], pair[0], pair[1]))
            else:
                misquoted.append(item)
            continue
        fact = _fact(cast("FactKind", kind), rest, placed)
        if fact is None:
            misquoted.append(item)
        elif len(told) < _MOST_FACTS and all(fact.text != other.text for other in told):
            told.append(fact)
    known = tuple(_with_machine(told, facts_of(brief)))
    return ToldFacts(known, tuple(contradictions[:_MOST_QUESTIONS]), tuple(misquoted), read > 0)


def read_questions(items: Sequence[str], document: str, brief: str) -> ToldQuestions:
    """The questions in an answer. Pure; never raises; linear.

    Args:
        items: Those of the list that the answer is.
        document: The document as its lines were numbered for the model, with LF line ends.
        brief: Whose lines the record counts, with LF line ends.
    """
    lines, of_brief = document.split("\n"), brief.split("\n")
    found: list[Question] = []
    read = 0
    for item in items:
        asks = _ASKS.match(_PLACE.sub("", item, count=1))
        if asks is None:
            read += _NOTHING.match(item) is not None
            continue
        read += 1
        named = [int(number) for number in _LINES.findall(item)]
        question = read_question(asks["rest"])
        if question.text and len(found) < _MOST_QUESTIONS:
            is_contradiction = asks["kind"].casefold() == "contradiction"
            about = _about(named, lines, of_brief)
            found.append(replace(question, about=about, is_contradiction=is_contradiction))
    return ToldQuestions(tuple(found), read > 0)


class _Placed:
    """A brief as its words, each with the line that it stands in."""

    def __init__(self, brief: str) -> None:
        self._lines: list[int] = []
        words: list[str] = []
        for number, line in enumerate(brief.split("\n"), 1):
            of_line = line.translate(_MARKS).split()
            words += of_line
            self._lines += [number] * len(of_line)
        self._text = " ".join(words)
        self.machine = {line: fact for fact in facts_of(brief) for line in range(fact.line_from, fact.line_to + 1)}

    def lines(self, quote: str) -> tuple[int, int] | None:
        """The lines in which a quote stands; None if it does not, or is too short to be one."""
        words = " ".join(quote.translate(_MARKS).split()).strip(" .…")
        at = self._text.find(words) if len(words) >= _LEAST_QUOTE else -1
        if at < 0:
            return None
        first = self._text.count(" ", 0, at)
        return self._lines[first], self._lines[min(first + words.count(" "), len(self._lines) - 1)]


def _quotes(rest: str) -> list[str]:
    return [found[found.lastindex or 0] for found in _QUOTE.finditer(rest)]


def _fact(kind: FactKind, rest: str, placed: _Placed) -> Fact | None:
    whole = _WHOLE.match(rest)
    for quote in ([whole[1]] if whole is not None else []) + _quotes(rest)[:1]:
        lines = placed.lines(quote)
        if lines is not None and kind in get_args(FactKind):
            text = " ".join(quote.split())
            near = placed.machine.get(lines[0])
            heading = near.heading if near is not None else ""
            is_for_draft = near is not None and near.is_for_the_draft
            return Fact("", kind, text, *lines, heading, tokens_of(text), words_of(text), is_for_draft)
    return None


def _with_machine(told: Sequence[Fact], machine: Sequence[Fact]) -> Iterator[Fact]:
    """Both in the brief's order, numbered; a fact of the machine only where the model told none of the same."""
    # Noise is a word to the machine alone: by it a model could take back whatever a client demands.
    kept = [one for one in told if one.kind != "noise" or not any(_binds(other, one) for other in machine)]
    left = [one for one in machine if not any(_is_same(one, other) for other in kept)]
    every = sorted((*kept, *left), key=lambda fact: (fact.line_from, fact.line_to))
    return (replace(fact, id=f"F{number}") for number, fact in enumerate(every[:_MOST_FACTS], 1))


def _binds(one: Fact, other: Fact) -> bool:
    """Whether two are the same statement, and the first one says that something is to be, or is not settled."""
    return _is_same(one, other) and (one.kind in BINDING or one.kind in {"undecided", "out_of_scope"})


def _is_same(one: Fact, other: Fact) -> bool:
    if one.line_to < other.line_from or other.line_to < one.line_from:
        return False
    if one.text in other.text or other.text in one.text:
        return True
    return max(share_of(one.words, other.words), share_of(other.words, one.words)) >= _ALIKE


def _contradiction(quotes: Sequence[str], one: tuple[int, int], other: tuple[int, int]) -> Question:
    said = [" ".join(quote.split()) for quote in quotes]
    text = f"Line {one[0]} says “{said[0]}” and line {other[0]} says “{said[1]}”. Which one holds?"
    lines = (min(one[0], other[0]), max(one[1], other[1]))
    return Question(text, tuple(said), None, lines, None, is_contradiction=True)


def _about(named: Sequence[int], lines: Sequence[str], of_brief: Sequence[str]) -> tuple[int, int] | None:
    """The lines of the brief that are those of the document with these numbers."""
    numbers: list[int] = []
    for number in named:
        line = lines[number - 1].rstrip() if 0 < number <= len(lines) else ""
        if line and line in of_brief:
            numbers.append(of_brief.index(line) + 1)
    return (min(numbers), max(numbers)) if numbers else None
