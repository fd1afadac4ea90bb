"""Words that a model left in a document: to whoever asked it, or in the place of what it should have said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.document.answer.unfinished import LATER, OPENING
from orch_lsp.document.items import items_of
from orch_lsp.late import late
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import once_a_chunk, telling, visible
from orch_lsp.rules.questions import open_marks
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.document.answer import model_phrases
else:
    # Its many patterns take long to make, and few documents hold a word of what they look for.
    model_phrases = late("orch_lsp.document.answer.model_phrases")

_MAY_ADDRESS = re.compile(
    r"\b(?:let me know|feel free|hope (?:this|that) helps|happy to (?:help|adjust|refine|revise|expand)"
    r"|if you(?:['’]d| would| need| want| have)|would you like|shall i"
    r"|i(?:['’]ve| have| can also| assumed| kept| focused)"
    r"|bescheid|gerne? (?:kann|passe|ergänze)|falls (?:sie|du)|n['’]hésite|dites-moi|av[ií]s[ae]me|no dudes)\b",
    re.IGNORECASE,
)
"""Cheap to look for, and in nearly all words to a reader."""
_LONGEST = 400


def reader_addressed(subject: Subject) -> Iterator[Found]:
    """Paragraphs that a model said to whoever asked it."""
    for _, base, spans in telling(subject.document, _addressing):
        for span in spans:
            place = Span(base + span.start, base + span.end)
            node = subject.document.nodes.at(place.start)
            message = "These are words of a model to its reader: they do not belong in a document."
            yield Found(message, place, None if node is None else node.key)


@once_a_chunk
def _addressing(chunk: Chunk) -> tuple[Span, ...]:
    found: list[Span] = []
    for element in chunk.elements:
        if element.kind != "paragraph" or element.parent >= 0 or element.end - element.start > _LONGEST:
            continue
        words = chunk.source(element)
        says = _MAY_ADDRESS.search(words) is not None and model_phrases.FAREWELL.match(words) is not None
        if says or OPENING.match(words):
            found.append(Span(element.start, end_of_line(chunk.text, element.start)))
    return tuple(found)


def placeholder_phrase(subject: Subject) -> Iterator[Found]:
    """Items and paragraphs that put off what they should say; those that hold a marker have a finding already."""
    marked = {mark.span.start for mark in open_marks(subject.document)}
    for _, base, spans in telling(subject.document, _put_off):
        for span in spans:
            place = Span(base + span.start, base + span.end)
            if not any(place.start - _LONGEST <= start < place.end + _LONGEST for start in marked):
                node = subject.document.nodes.at(place.start)
                message = "This only says that there is something to say: write it, or ask it as a question."
                yield Found(message, place, None if node is None else node.key)


@once_a_chunk
def _put_off(chunk: Chunk) -> tuple[Span, ...]:
    text = visible(chunk)
    blocks = [item.content for item in items_of(chunk)]
    blocks += [one.span for one in chunk.elements if one.kind == "paragraph" and one.parent < 0]
    return tuple(
        Span(*found.span())
        for block in blocks
        if block.end - block.start <= _LONGEST and (found := LATER.search(text, block.start, block.end)) is not None
    )


RULES = (
    Rule(
        "reader_addressed", "language", "hint", "A paragraph is a model speaking to its reader.", reader_addressed,
        waits_for_word=True,
    ),
    Rule(
        "placeholder_phrase", "questions", "hint", "A statement only says that there is something to say.",
        placeholder_phrase, waits_for_word=True,
    ),
)  # fmt: skip
