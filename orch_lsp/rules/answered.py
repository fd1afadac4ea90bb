"""Sections that speak of a question which was answered since they were written."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.document.written import written_parts
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.text import shortened

CODE = "answered_since"
_LONGEST_QUOTE = 120


def answered_since(subject: Subject) -> Iterator[Found]:
    """Sections whose text is what it was when a question was answered that they speak of."""
    said = {(one.key, one.sha256): one for one in subject.evidence.answered}
    for part in written_parts(subject.document) if said else ():
        if (one := said.get((part.key, part.sha256))) is not None:
            asked, answer = shortened(one.asked, _LONGEST_QUOTE), shortened(one.answer, _LONGEST_QUOTE)
            message = f"{one.question} “{asked}” was answered since this was written: {answer}. Bring it in line."
            yield Found(message, part.heading, part.key)


RULES = (
    Rule(
        CODE, "questions", "warning", "A question that a section speaks of was answered since it was written.",
        answered_since,
    ),
)  # fmt: skip
