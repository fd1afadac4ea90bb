"""Statements that stand where something should be, and words to the reader, in the midst of a section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.document.answer.model_phrases import FAREWELL, STAND_IN
from orch_lsp.document.answer.put_off import PUT_OFF
from orch_lsp.document.answer.unfinished import LATER, OPENING
from orch_lsp.document.placeholder import is_placeholder_line
from orch_lsp.draft_checks.material import DraftFinding, Material
from orch_lsp.draft_checks.words import OPEN_HEADINGS

_WORD = re.compile(
    r"(?:\A|[:：(\[=—–-])[\s*_`]*(?:TBD|TBC|TBA|TODO|FIXME|XXX|\?\?\?)(?![\w-])"
    r"|(?<![\w-])(?:TBD|TBC|TBA|XXX|\?\?\?)[\s*_`.)\]]*\Z"
)
"""In the place of a value."""
_SAYS = re.compile(r"[\d`]")
"""In a statement that says something, however it begins."""
_LONGEST = 400
_LONGEST_STAND_IN = 120
_LONGEST_WITHOUT_BLANKS = 14


def stand_ins(material: Material) -> Iterator[DraftFinding]:
    """Findings on statements that only say that something is to be written."""
    for part, sentences in material.sentences:
        is_open = OPEN_HEADINGS.search(part.title) is not None
        for sentence in sentences:
            text = sentence.text
            if len(text) > _LONGEST or is_open or OPEN_HEADINGS.search(sentence.heading):
                continue
            is_label = text.rstrip("*_ ").endswith((":", "："))
            is_word = not (material.in_places or is_label) and (
                _WORD.search(text) is not None or is_placeholder_line(text)
            )
            if is_word or LATER.search(text) or _is_stand_in(text):
                told = f"this stands where something should be, in “{part.title}”"
                yield DraftFinding("placeholder_phrase", "warning", told, part.key, text)


def _is_stand_in(text: str) -> bool:
    """Whether a statement is a stand-in and nothing else; of unspaced words a very short one, or one of a part."""
    if PUT_OFF.match(text):
        return True
    longest = _LONGEST_STAND_IN if text[0] < "\u1100" else _LONGEST_WITHOUT_BLANKS
    return len(text) <= longest and _SAYS.search(text) is None and STAND_IN.match(text) is not None


def to_the_reader(material: Material) -> Iterator[DraftFinding]:
    """Findings on statements that a model says to whoever asked it."""
    for part, sentences in material.sentences:
        for number, sentence in enumerate(sentences, 1):
            if sentence.is_item or len(sentence.text) > _LONGEST:
                continue
            # Where words are not set apart, requests are known by what they hold: only the last one is looked at.
            is_farewell = sentence.text.isascii() or sentence.text[0] < "\u1100" or number == len(sentences)
            if OPENING.match(sentence.text) or (is_farewell and FAREWELL.match(sentence.text)):
                told = f"these are words to you, in “{part.title}”"
                yield DraftFinding("reader_addressed", "warning", told, part.key, sentence.text)
