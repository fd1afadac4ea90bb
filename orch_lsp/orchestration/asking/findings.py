"""An answer as a record keeps it: the findings of its check, and its sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.body import body_sha256
from orch_lsp.runs.record import DraftSection, Finding
from orch_lsp.runs.status import SectionState
from orch_lsp.text import counted

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer, AnswerNote

CRITIC_OBJECTS = "critic_objects"
"""The rule of an objection that a model has to words of a draft, which are the finding's text."""
ANSWER_UNREAD = "answer_unread"
"""The rule of an answer about a brief or a draft that does not have the form in which it was asked for."""
FACT_MISQUOTED = "fact_misquoted"
"""The rule of facts that a model told and that do not stand in the brief."""
FILE_REFUSED = "file_refused"
"""The rule of files that a model wanted to be read and that are not sent."""
WORKFLOW_SHORTENED = "workflow_shortened"
"""The rule of a run that took fewer steps than its workflow has."""
_LONGEST_TEXT = 4_000
_MOST_TEXT = 32_000
_MOST_FINDINGS = 60
_SEVERITIES = {"answer_mended": "information", "section_refused": "error"}
"""Of notes that are no warnings: a change of mere marks, and a section that is none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft with all that was found in it.

    Attributes:
        answer: The draft.
        judged: Findings on its words, which follow from them alone.
        said: Findings on its way here: from reading answers, and objections.
    """

    answer: Answer
    judged: tuple[Finding, ...]
    said: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, those on its words first."""
        return (*self.judged, *self.said)


def unread(step: str, instead: str) -> Finding:
    """The finding on an answer without an item of the right form, with what stands in for it."""
    return Finding(ANSWER_UNREAD, "warning", f"the answer of the step `{step}` could not be read: {instead}", step=step)


def findings_of(notes: Sequence[AnswerNote], step: str | None = None) -> tuple[Finding, ...]:
    """The notes as findings of a step: bounded in number and length, and each cut said to be one."""
    findings: list[Finding] = []
    room = _MOST_TEXT
    for note in notes[:_MOST_FINDINGS]:
        text = note.text[: min(_LONGEST_TEXT, room)]
        room -= len(text)
        cut = len(note.text) - len(text)
        message = f"{note.message} ({counted(cut, 'more character')} in the whole answer)" if cut else note.message
        severity = _SEVERITIES.get(note.code, "warning")
        findings.append(Finding(note.code, severity, message[:500], note.key, text, step))
    if len(notes) > _MOST_FINDINGS:
        more = f"{counted(len(notes) - _MOST_FINDINGS, 'more finding')} of this kind; the whole answer is kept"
        findings.append(Finding("text_left_out", "warning", more, step=step))
    return tuple(findings)


def draft_sections(answer: Answer) -> tuple[DraftSection, ...]:
    """The sections of an answer, as a record names them."""
    return tuple(
        DraftSection(section.key, body_sha256(section.body), SectionState.READY) for section in answer.sections
    )
