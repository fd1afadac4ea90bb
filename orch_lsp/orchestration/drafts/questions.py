"""An answer to a question of a run: on its record, in the document, and which sections it bears on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from orch_lsp.document.answer.reading import AnswerSection
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import folded
from orch_lsp.document.written import written_parts
from orch_lsp.draft_checks.meaning import shared, words_of
from orch_lsp.draft_checks.sentences import sentences_of
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.drafts.applying import stored_draft
from orch_lsp.runs.record import BorneOn, Question, RunRecord
from orch_lsp.runs.status import LIVE
from orch_lsp.runs.store import RunStore
from orch_lsp.spelling import near
from orch_lsp.text import normalised, sha256

_LEAST_WORDS = 2
_SHARE = 0.5
_MOST_SECTIONS = 7
_LATER = 50
"""So many runs of a document are looked at for the same question."""


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


def with_answer(
    record: RunRecord, question: Question, answer: str, at: str, borne_on: Sequence[BorneOn] = ()
) -> RunRecord:
    """The record with a question answered; a later answer takes the place of an earlier one."""
    told = replace(question, answer=" ".join(answer.split()), answered_at=at, bears_on=tuple(borne_on))
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


async def sections_borne_on(
    store: RunStore, record: RunRecord, question: Question, document: SpecDocument
) -> tuple[BorneOn, ...]:
    """The sections that a question bears on, with their hashes: of the document, else of a draft that waits.

    Args:
        store: The store that holds the run.
        record: The run that asks.
        question: One of its questions.
        document: Its document, before the answer is in it.
    """
    try:
        sections = () if record.draft is None else (await stored_draft(store, record)).answer.sections
    except SpecError:
        sections = ()

    def find() -> tuple[BorneOn, ...]:
        written = {part.key: part.sha256 for part in written_parts(document) if not part.placeholder}
        drafted = {section.key: sha256(normalised(section.body)) for section in sections}
        keys = bears_on(question, document, sections)
        return tuple(BorneOn(key, written.get(key) or drafted.get(key) or "") for key in keys)

    return await asyncio.to_thread(find)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The record with the answer, and whether no later run has drafted its document."""

    record: RunRecord
    is_newest: bool


async def keep_answer(
    store: RunStore, record: RunRecord, question: Question, answer: str, at: str, borne_on: Sequence[BorneOn]
) -> KeptAnswer:
    """Keep an answer on the record of the run that asked, and of later ones on the document that ask the same.

    Raises:
        StoreError: It cannot be written.
    """
    later = [one for one in await store.list(_LATER, record.spec.path) if one.run_id > record.run_id]
    asked = folded(question.text)
    for run in later:
        same = next((one for one in run.questions if folded(one.text) == asked and one.answer is None), None)
        if same is not None and run.status not in LIVE:
            await store.amend(
                run.run_id,
                lambda now, same=same: with_answer(now, _now(now, same), answer, at, borne_on),
            )
    kept = await store.amend(record.run_id, lambda now: with_answer(now, _now(now, question), answer, at, borne_on))
    return KeptAnswer(kept, not any(run.draft is not None for run in later))


def _now(record: RunRecord, question: Question) -> Question:
    """A question as the record has it now."""
    return next((one for one in record.questions if one.id == question.id), question)


def _says(words: frozenset[str], text: str) -> bool:
    common = len(shared(words, words_of(text)))
    return common >= _LEAST_WORDS and common >= _SHARE * len(words)
