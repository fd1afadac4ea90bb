"""An answer to a question of a run: on its record, in the document, and which sections it bears on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from orch_lsp.document.answer.reading import AnswerSection
from orch_lsp.document.model import SpecDocument
from orch_lsp.draft_checks.meaning import shared, words_of
from orch_lsp.draft_checks.sentences import sentences_of
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.runs.record import Question, RunRecord
from orch_lsp.spelling import near
from orch_lsp.text import normalised

_LEAST_WORDS = 2
_SHARE = 0.5
_MOST_SECTIONS = 7


def question_of(record: RunRecord, named: str) -> Question:
    """The question of a run that has an id, such as `Q2`, or these words.

    Raises:
        SpecError: It has none such (`unknown_node`).
    """
    wanted = named.strip().casefold()
    for question in record.questions:
        if wanted in {question.id.casefold(), question.text.casefold()}:
            return question
    known = ", ".join(question.id for question in record.questions)
    meant = near(named, [question.id for question in record.questions])
    raise SpecError(
        ErrorCode.UNKNOWN_NODE,
        f"This run asks no question “{named[:80]}”.",
        remediation=f"Did you mean {meant[0]}?" if meant else (f"It asks: {known}." if known else "It asks none."),
    )


def with_answer(record: RunRecord, question: Question, answer: str, at: str) -> RunRecord:
    """The record with a question answered; a later answer takes the place of an earlier one."""
    told = replace(question, answer=" ".join(answer.split()), answered_at=at)
    return replace(record, questions=tuple(told if one.id == question.id else one for one in record.questions))


def bears_on(question: Question, document: SpecDocument, sections: Iterable[AnswerSection]) -> tuple[str, ...]:
    """Keys of the sections that speak of what a question asks: of a draft that waits, and of the document.

    A section does that names the question by its id or number (`Q2`, `question 2`), or that says most of its words.
    """
    number = question.id.lstrip("Qq")
    named = re.compile(rf"\bQ{number}\b|\bquestions?\s+{number}\b|\bFrage\s+{number}\b", re.IGNORECASE)
    words = words_of(question.text)
    written = [
        (one.profile_key or one.key, normalised(one.content))
        for one in document.sections
        if one.level > 1 and not one.placeholder
    ]
    found: list[str] = []
    for key, body in (*((one.key, one.body) for one in sections), *written):
        if key in found or key == question.key:
            continue
        if named.search(body) or any(_says(words, one.text) for one in sentences_of(body)):
            found.append(key)
    return tuple(found[:_MOST_SECTIONS])


def _says(words: frozenset[str], text: str) -> bool:
    common = len(shared(words, words_of(text)))
    return common >= _LEAST_WORDS and common >= _SHARE * len(words)
