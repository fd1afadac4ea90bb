"""The language of requirements: one obligation each, in words that somebody can check. Terms are INCOSE's and EARS'."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from typing_extensions import override

from orch_lsp.rules.lexicon import FIRST_OF_OTHER_SCRIPTS, TermKind, Terms, terms
from orch_lsp.rules.requirement_blocks import blocks
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.rules.statements import Statement, marked, statements
from orch_lsp.rules.weak_words import ENDS_IN_DUTY
from orch_lsp.text import Span

_MEASURE = re.compile(r"[\d%<>≤≥=±]")
_ENGLISH = re.compile(r"(?:the|a|an|to|of|and|is|are|with|for|in|on|by)(?!\w)", re.IGNORECASE)
_PATH = re.compile(r"[ -](?:path|track|lane|fail)")
_KANA = re.compile(r"[\u3041-\u30ff]")
_REQUIRED_THING = re.compile(r"必須(?![でとだ。．.、,」\s]|\Z)")
"""必須フィールド, 必須の項目: something that is required, and no obligation."""
_AFTER = re.compile(r"\s*(?:NOT\b)?[\s.,;]*\Z")


def _terms(subject: Subject, kind: TermKind, say: Callable[[str], str]) -> Iterator[Found]:
    text = subject.document.text
    for statement, every in marked(subject, kind):
        spans = [span for span in every if not _is_of_a_name(text, statement, span)]
        if not spans:
            continue
        words = dict.fromkeys(f"“{text[span.start : span.end].lower()}”" for span in spans)
        yield Found(say(", ".join(words)), spans[0], statement.node.key)


def _is_of_a_name(text: str, statement: Statement, span: Span) -> bool:
    """Whether a word belongs to a name, such as “Quick Start” or “fast path”."""
    following = text[span.end : span.end + 6]
    if _PATH.match(following):
        return True
    return span.start > statement.span.start and text[span.start].isupper() and following[1:2].isupper()


def vague_term(subject: Subject) -> Iterator[Found]:
    """Words of which each reader thinks something else."""
    yield from _terms(subject, "vague", lambda words: f"{words}: nobody can check that. Say how much, or by what.")


def escape_clause(subject: Subject) -> Iterator[Found]:
    """Ways out of an obligation."""
    yield from _terms(subject, "escape", lambda words: f"{words} leaves open whether this holds: say when it does.")


def open_ended(subject: Subject) -> Iterator[Found]:
    """Lists without an end."""
    yield from _terms(subject, "open_end", lambda words: f"{words} leaves open what belongs to this: name it all.")


def superfluous_infinitive(subject: Subject) -> Iterator[Found]:
    """More words than a verb."""
    yield from _terms(subject, "infinitive", lambda words: f"{words} is not needed: say what is done.")


def _obligations(text: str, around: Span, every: list[Span]) -> list[Span]:
    """The words of a statement that oblige by themselves."""
    # Where obligations are in capitals, others are parts of what is obliged to; so is 必須 in a sentence with `shall`.
    capitals = [span for span in every if text[span.start : span.end].isupper()]
    latin = capitals or [span for span in every if text[span.start] < FIRST_OF_OTHER_SCRIPTS]
    if latin:
        return latin
    is_japanese = _KANA.search(text, around.start, around.end) is not None
    return [span for span in every if not (is_japanese and _REQUIRED_THING.match(text, span.start))]


def multiple_requirements(subject: Subject) -> Iterator[Found]:
    """Statements with more than one obligation."""
    text = subject.document.text
    for statement, every in marked(subject, "obliges"):
        spans = _obligations(text, statement.span, every)
        if len(spans) > 1 and statement.node.kind != "success_criterion":
            message = f"This says {len(spans)} times what has to hold: one obligation each can be tested and traced."
            yield Found(message, spans[1], statement.node.key)


@dataclass(frozen=True, slots=True)
class _Judged(Found):
    """A statement without a word that obliges, or, without a message, one with such a word."""

    group: tuple[str, str] = ("", "")
    """The statements that it is held against: their kind, and the beginning of their ids."""

    @override
    def at(self, span: Span, related: tuple[Related, ...]) -> Found:
        return _Judged(self.message, span, self.key, self.fixes, related, self.severity, self.group)


def statement_without_keyword(subject: Subject) -> Iterator[Found]:
    """Requirements and criteria, other than those of a heading with scenarios, with and without a word that obliges."""
    own = subject.profile.normative_words
    if not own:
        return
    document = subject.document
    text, nodes = document.text, document.nodes.by_key
    headed = {block.node.key for block in blocks(subject)}
    normative, then = terms(document, "normative"), terms(document, "then")
    steps = _steps(subject)
    for statement in statements(subject):
        node, span = statement.node, statement.span
        if node.key in steps:
            continue
        parent = nodes.get(node.parent or "")
        if node.kind == "success_criterion" or node.key in headed or (parent is not None and parent.kind == "story"):
            continue
        group = (node.kind, _prefix(node.key))
        words = text[span.start : span.end]
        # `**R1** (MUST): …` says so beside its id.
        whole = span if node.name is None else Span(node.name.end, span.end)
        if normative.any_in(whole) or then.any_in(span) or _says(own, words) or ENDS_IN_DUTY.search(words):
            yield _Judged("", Span(0, 0), node.key, group=group)
        else:
            severity = None if _is_english(words) else "information"
            message = "No word such as SHALL or MUST says that this has to hold."
            yield _Judged(message, statement.line(text), node.key, severity=severity, group=group)


_MARKS = 4
"""The most characters in front of the first word of a step: `**`, `_**`."""
_AND = re.compile(
    r"[*_\W]{0,4}(?:and|but|und|et|y|e)(?!\w)|[*_\W]{0,4}(?:并且|且|同时|そして|かつ|また|그리고)", re.IGNORECASE
)


def _steps(subject: Subject) -> frozenset[str]:
    """Keys of items that are one step of a scenario each: the obligation stands in its `THEN`."""
    document = subject.document
    every = statements(subject)
    kinds: list[str] = []
    given, when, then = terms(document, "given"), terms(document, "when"), terms(document, "then")
    for statement in every:
        opening = Span(statement.span.start, min(statement.span.end, statement.span.start + _MARKS))
        if then.any_in(opening):
            kinds.append("then")
        elif _AND.match(document.text, statement.span.start, statement.span.end):
            kinds.append("and")
        else:
            kinds.append("begins" if given.any_in(opening) or when.any_in(opening) else "")
    found: set[str] = set()
    waiting: list[str] = []
    parent, is_told = None, False
    for statement, kind in zip(every, kinds, strict=True):
        key = statement.node.key
        if not kind or statement.node.parent != parent or (kind == "begins" and is_told):
            waiting, is_told = [], False
        parent = statement.node.parent
        if kind == "then":
            found.update(waiting)
            waiting, is_told = [], is_told or bool(waiting)
        elif is_told:
            found.add(key)
        elif kind == "begins" or (kind == "and" and waiting):
            waiting.append(key)
    return frozenset(found)


def _where_most_oblige(_: Subject, found: Sequence[Found]) -> Iterator[Found]:
    """Ids of one kind are held against one another: where most of them have none, people write otherwise there."""
    judged = [one for one in found if isinstance(one, _Judged)]
    balance = Counter(one.group for one in judged if not one.message)
    balance.subtract(one.group for one in judged if one.message)
    return (one for one in judged if one.message and balance[one.group] > 0)


def _says(own: frozenset[str], words: str) -> bool:
    folded = words.casefold()
    return any(word in folded for word in own)


@lru_cache(maxsize=16_384)
def _prefix(key: str) -> str:
    return key[: next((number for number, letter in enumerate(key) if not letter.isalpha()), len(key))]


def _is_english(words: str) -> bool:
    return any(_ENGLISH.fullmatch(word) for word in words.split())


def unmeasurable_success_criterion(subject: Subject) -> Iterator[Found]:
    """Outcomes without a number, a comparison, or something that is so or is not."""
    document = subject.document
    measured = terms(document, "measured")
    for statement in statements(subject):
        span = statement.span
        if statement.node.kind != "success_criterion" or measured.any_in(span):
            continue
        if not _MEASURE.search(document.text, span.start, span.end):
            message = (
                "Nobody can tell whether this was reached: give a number, a limit, or what is there and what is not."
            )
            yield Found(message, statement.line(document.text), statement.node.key)


def ears_shape(subject: Subject) -> Iterator[Found]:
    """Criteria in the words of EARS, in capitals, that stand in another order, or lack a part."""
    document = subject.document
    text = document.text
    triggers, obliges = (terms(document, kind).in_capitals(text) for kind in ("trigger", "obliges"))
    then = terms(document, "then")
    for statement in statements(subject):
        if statement.node.kind != "criterion":
            continue
        trigger = triggers.first_in(statement.span)
        response = None if trigger is None else obliges.first_in(statement.span)
        if trigger is not None and response is not None:
            message = _misshapen(text, statement, trigger, response, then)
            if message is not None:
                yield Found(message, statement.line(text), statement.node.key)


def _misshapen(text: str, statement: Statement, trigger: Span, response: Span, then: Terms) -> str | None:
    first, second = text[trigger.start : trigger.end], text[response.start : response.end]
    if _AFTER.match(text, response.end, statement.span.end):
        return f"Nothing follows {second}: say what is done."
    if trigger.start > response.start:
        if first in {"WHEN", "WHILE"} and "that" not in text[response.end : trigger.start].split():
            return f"{first} stands behind {second}: say first when it holds, then what is done."
        return None
    begins = trigger.start <= statement.span.start + 4
    if first == "IF" and begins and not then.any_in(Span(trigger.end, response.start)):
        return "This begins with IF and has no THEN: write IF …, THEN the system SHALL …."
    return None


def gwt_incomplete(subject: Subject) -> Iterator[Found]:
    """Scenarios that say when, and not what then."""
    document = subject.document
    text = document.text
    given, when, then = (terms(document, kind) for kind in ("given", "when", "then"))
    for node in document.nodes.nodes if when else ():
        if node.kind not in {"scenario", "criterion"} or then.any_in(node.span) or not when.any_in(node.span):
            continue
        if node.kind == "scenario" or any(not text[span.start].islower() for span in given.within(node.span)):
            yield Found("This says when, but not what happens then: add the step with THEN.", node.head, node.key)


RULES = (
    Rule(
        "vague_term", "language", "information", "A word in a requirement that nobody can check.", vague_term,
        local=True,
    ),
    Rule(
        "escape_clause", "language", "warning", "A way out of a requirement's obligation.", escape_clause,
        local=True,
    ),
    Rule(
        "open_ended", "language", "information", "A list in a requirement is left open.", open_ended, local=True,
    ),
    Rule(
        "superfluous_infinitive", "language", "hint", "A phrase where a verb would do, such as “be able to”.",
        superfluous_infinitive, local=True,
    ),
    Rule(
        "multiple_requirements", "language", "information", "One statement holds several obligations.",
        multiple_requirements, local=True,
    ),
    Rule(
        "statement_without_keyword", "language", "warning",
        "A requirement or criterion lacks a word of obligation in any language.", statement_without_keyword,
        graded=True, local=True, settle=_where_most_oblige,
    ),
    Rule(
        "unmeasurable_success_criterion", "language", "off",
        "Nobody can tell whether an outcome was reached.", unmeasurable_success_criterion, local=True,
    ),
    Rule(
        "ears_shape", "language", "information", "A criterion in words of EARS lacks a part, or is out of order.",
        ears_shape, local=True,
    ),
    Rule(
        "gwt_incomplete", "language", "warning", "A scenario says when, but not what happens then.",
        gwt_incomplete, local=True,
    ),
)  # fmt: skip
