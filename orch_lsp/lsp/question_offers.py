"""Answers to the open questions of a document's newest run, as code actions: for clients that cannot ask a person."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.lsp.commands import ANSWER_QUESTION, REWRITE
from orch_lsp.lsp.offers import Offer
from orch_lsp.runs.record import Question, RunRecord
from orch_lsp.runs.status import LIVE
from orch_lsp.text import shortened

ANSWER = f"{REWRITE}.answer"
"""The kind of the code actions that answer a question."""
_MOST_QUESTIONS = 5
_LONGEST_QUESTION = 80
_LONGEST_ANSWER = 60


def question_offers(record: RunRecord | None, line: str | None) -> list[Offer]:
    """A command for each answer that a question of the newest run proposes; the answer is written into the document.

    Args:
        record: That run, if there is one.
        line: A line of the document: only questions that stand there are meant; None for all.
    """
    if record is None or record.status in LIVE:
        return []
    asked = [one for one in record.questions if one.answer is None and (line is None or one.text in line)]
    return [
        Offer(_title(one, answer), ANSWER_QUESTION, {"runId": record.run_id, "question": one.id, "answer": answer})
        for one in asked[:_MOST_QUESTIONS]
        for answer in _answers(one)
    ]


def _answers(question: Question) -> Sequence[str]:
    if question.options:
        return question.options
    return () if question.default is None else (question.default,)


def _title(question: Question, answer: str) -> str:
    default = " (the default)" if answer == question.default else ""
    text = shortened(question.text, _LONGEST_QUESTION)
    return f"Orch: Answer “{text}”: {shortened(answer, _LONGEST_ANSWER)}{default}"
