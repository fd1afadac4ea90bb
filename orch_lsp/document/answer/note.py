"""A change that was made to an answer: taken out, joined, or mended. Nothing happens without one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NoteCode = Literal[
    "text_left_out",
    "sections_joined",
    "section_refused",
    "placeholder_phrase",
    "reader_addressed",
    "answer_mended",
    "shape_missed",
]

TITLE_LEFT_OUT = "left out a title"
"""The message of a note whose text is the title that an answer had."""


@dataclass(frozen=True, slots=True)
class AnswerNote:
    """One thing that was done to an answer, or that a person should look at.

    `answer_mended` changed only marks around the words; all others concern words that a model wrote.
    """

    code: NoteCode
    message: str
    """For people: begins in lower case, without a full stop."""
    text: str = ""
    """The words that the draft does not have, or that it has and that are not good; empty for mere marks."""
    key: str | None = None
    """The section that it is about, if it is about one."""
