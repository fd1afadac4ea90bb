"""An answer whose parts have the shapes of their places: the others are left out, each with a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.reading import Answer, AnswerSection, read_answer, text_of
from orch_lsp.document.drafting import OpenPlace
from orch_lsp.document.heading_name import heading_name
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.front_matter import content_start
from orch_lsp.markdown.reader import read


def read_for_places(
    raw: str, profile: Profile, wanted: Sequence[str], places: Sequence[OpenPlace], about: str
) -> Answer:
    """The answer by places, in their shapes. Pure; linear.

    An answer to the question for one place may lack that place's heading, if it begins like the example.

    Args:
        raw: The answer as it came.
        profile: By which it is read (`answer_profile`).
        wanted: Keys of the places that were asked for.
        places: The open places of the document.
        about: The brief.
    """
    answer = read_answer(raw, profile, wanted, about)
    asked = [place for place in places if place.key in wanted]
    if answer.reason == "no_section" and len(asked) == 1 and _begins_alike(raw, asked[0].example):
        answer = read_answer(f"## {asked[0].title}\n\n{raw}", profile, wanted, about)
    return in_shape(answer, places)


def _begins_alike(raw: str, example: str) -> bool:
    """Whether an answer begins with the heading or the kind of item that an example begins with."""
    found = _beginning(raw)
    return found is not None and found == _beginning(example)


def _beginning(text: str) -> str | None:
    """The first word of the heading that a text begins with, empty for a list; None for anything else."""
    tree = read(text[content_start(text) :].lstrip("\r\n"))
    chunk = tree.chunks[0]
    first = next((chunk.elements[number].kind for number in chunk.children()), None)
    if first == "heading":
        return heading_name(tree.headings[0].text.partition(":")[0])
    return "" if first == "list" else None


def in_shape(answer: Answer, places: Sequence[OpenPlace]) -> Answer:
    """The answer without the parts that miss the shape of their place. Pure.

    Args:
        answer: As it was read, its sections by keys of places.
        places: The open places of the document.
    """
    by_key = {place.key: place for place in places}
    kept: list[AnswerSection] = []
    notes: list[AnswerNote] = []
    for section in answer.sections:
        place = by_key.get(section.key)
        if place is not None and (place.fit is None or place.fit(section.body) is not None):
            kept.append(section)
        else:
            told = f"left out “{section.title}”, which does not have the shape of its place"
            notes.append(AnswerNote("shape_missed", told, section.body, section.key))
    return of_parts(answer, kept, notes)


def of_parts(answer: Answer, kept: Sequence[AnswerSection], notes: Sequence[AnswerNote]) -> Answer:
    """The answer with only those of its parts that have their shape, and a note on each other one. Pure."""
    if not notes:
        return answer
    reason = answer.reason if kept else "not_in_shape"
    return replace(answer, text=text_of(kept), sections=tuple(kept), notes=(*answer.notes, *notes), reason=reason)
