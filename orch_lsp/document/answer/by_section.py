"""Answers for one section each, put together as one answer; each was asked for by its text alone, without a heading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from orch_lsp.document.answer.bare_text import bare_text
from orch_lsp.document.answer.model_phrases import PREFACE
from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.outline import parts_of
from orch_lsp.document.answer.reading import SECTION_LEVEL, Answer, AnswerSection, Reason, text_of
from orch_lsp.document.compose import below
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.text import normalised

_LONGEST_PREFACE = 400

Reader = Callable[[str, Sequence[str]], Answer]
"""Reads an answer's text for the sections with these keys."""


@dataclass(frozen=True, slots=True)
class Part:
    """An answer for one section. `text` begins with the heading that was put before it, `## Title`."""

    key: str
    text: str


def read_parts(parts: Sequence[Part], profile: Profile, read_text: Reader) -> Answer:
    """The parts as one answer. Pure.

    A part that holds its section under a heading of its own is read by that, one with other sections and not its own
    is none, and any other is the section's text whatever headings are in it.

    Args:
        parts: In the order of their sections.
        profile: By which answers are read.
        read_text: The reader of a whole answer.
    """
    answers = [_read_part(part, profile, read_text) for part in parts]
    sections: tuple[AnswerSection, ...] = tuple(section for answer in answers for section in answer.sections)
    notes = tuple(note for answer in answers for note in answer.notes)
    if sections:
        return Answer(text_of(sections), sections, notes)
    reasons: list[Reason] = [answer.reason for answer in answers if answer.reason != ""]
    reason: Reason = reasons[0] if reasons else "empty"
    headings = tuple(dict.fromkeys(heading for answer in answers for heading in answer.headings))
    questions = tuple(dict.fromkeys(question for answer in answers for question in answer.questions))
    return Answer("", (), notes, reason, headings, questions)


def _read_part(part: Part, profile: Profile, read_text: Reader) -> Answer:
    heading, _, below_it = part.text.partition("\n")
    body = normalised(below_it)
    keys = _keys_in(body, profile)
    if part.key in keys or (keys and _begins_with_heading(body)):
        return read_text(body, [part.key])
    body, notes = _without_preface(body, part.key)
    body = bare_text(body, part.key, profile, notes)
    answer = read_text(f"{heading}\n\n{below(body, SECTION_LEVEL, profile)}", [part.key])
    return replace(answer, notes=(*notes, *answer.notes))


def _keys_in(body: str, profile: Profile) -> set[str]:
    """The sections that an answer has headings for, where a section's heading may stand."""
    headings = [heading for heading in read(body).headings if heading.level <= SECTION_LEVEL]
    return {part.key for part in parts_of(headings, profile)}


def _begins_with_heading(body: str) -> bool:
    headings = read(body).headings
    return bool(headings) and not body[: headings[0].span.start].strip()


def _without_preface(body: str, key: str) -> tuple[str, list[AnswerNote]]:
    """A text without a first paragraph that tells the reader what follows; and a note on it."""
    first, blank, rest = body.partition("\n\n")
    if not blank or len(first) > _LONGEST_PREFACE or not rest.strip() or not PREFACE.match(first):
        return body, []
    return rest.lstrip("\n"), [AnswerNote("text_left_out", "left out words to the reader", first, key)]
