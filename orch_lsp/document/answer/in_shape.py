"""An answer whose parts have the shapes of their places: the others are left out, each with a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orch_lsp.document.answer.note import AnswerNote
from orch_lsp.document.answer.reading import Answer, AnswerSection
from orch_lsp.document.drafting import OpenPlace


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
    if not notes:
        return answer
    text = "\n".join(f"## {section.title}\n\n{section.body}\n" for section in kept)
    reason = answer.reason if kept else "not_in_shape"
    return replace(answer, text=text, sections=tuple(kept), notes=(*answer.notes, *notes), reason=reason)
