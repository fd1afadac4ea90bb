"""Statements that stand where something should be, and words to the reader, in the midst of a section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.answer.model_phrases import FAREWELL, STAND_IN
from orch_lsp.document.placeholder import is_placeholder_line
from orch_lsp.draft_checks.material import DraftFinding, Material
from orch_lsp.draft_checks.words import LATER, OPEN_HEADINGS, OPENING

_WORD = re.compile(r"(?<![\w-])(?:TBD|TBC|TBA|TODO|FIXME|XXX|\?\?\?)(?![\w-])")
_LONGEST = 400


def stand_ins(material: Material) -> Iterator[DraftFinding]:
    """Findings on statements that only say that something is to be written."""
    for part, sentences in material.sentences:
        is_open = OPEN_HEADINGS.search(part.title) is not None
        for sentence in sentences:
            text = sentence.text
            if len(text) > _LONGEST or is_open or OPEN_HEADINGS.search(sentence.heading):
                continue
            is_word = not material.in_places and (_WORD.search(text) is not None or is_placeholder_line(text))
            if is_word or STAND_IN.match(text) or LATER.search(text):
                told = f"this stands where something should be, in “{part.title}”"
                yield DraftFinding("placeholder_phrase", "warning", told, part.key, text)


def to_the_reader(material: Material) -> Iterator[DraftFinding]:
    """Findings on statements that a model says to whoever asked it."""
    for part, sentences in material.sentences:
        for sentence in sentences:
            if sentence.is_item or len(sentence.text) > _LONGEST:
                continue
            if OPENING.match(sentence.text) or FAREWELL.match(sentence.text):
                told = f"these are words to you, in “{part.title}”"
                yield DraftFinding("reader_addressed", "warning", told, part.key, sentence.text)
