"""Characters of a document that nobody sees, and that a model reads."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from orch_lsp.document.model import SpecDocument
from orch_lsp.hidden import hidden_spans
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import once_a_chunk, telling
from orch_lsp.rules.rule import Fix, Found, Rule, Subject
from orch_lsp.text import Edit, LineIndex, Span, counted

_MOST_LINES = 50
_MOST_NAMED = 3


def hidden_character(subject: Subject) -> Iterator[Found]:
    """Tag characters, bidirectional controls, zero-width characters; one finding a line."""
    text = subject.document.text
    spans = [span for span in _hidden(subject.document) if span.start or text[0] != "\ufeff"]
    if not spans:
        return
    lines = LineIndex(text)
    for _, group in islice(groupby(spans, lambda span: lines.position(span.start)[0]), _MOST_LINES):
        on_line = tuple(group)
        fix = Fix(
            "Remove what nobody sees", lambda spans=on_line: tuple(Edit(span, "") for span in spans), by_itself=False
        )
        whole = Span(on_line[0].start, on_line[-1].end)
        message = f"Hidden here: {_named(text, on_line)}. A model would read it; it is taken out of what is sent."
        yield Found(message, whole, fixes=(fix,))


def _hidden(document: SpecDocument) -> Iterator[Span]:
    """Where they stand, chunk by chunk: no line has to do with the one before it."""
    yield from hidden_spans(document.text[: document.tree.starts[0]])
    for _, base, spans in telling(document, _in_chunk):
        for span in spans:
            yield Span(base + span.start, base + span.end)


@once_a_chunk
def _in_chunk(chunk: Chunk) -> tuple[Span, ...]:
    return tuple(hidden_spans(chunk.text))


def _named(text: str, spans: Sequence[Span]) -> str:
    found = Counter(map(_name, (text[span.start] for span in spans))).most_common()
    named = ", ".join(f"{name}{f' ({count} times)' if count > 1 else ''}" for name, count in found[:_MOST_NAMED])
    return named if len(found) <= _MOST_NAMED else f"{named} and {counted(len(found) - _MOST_NAMED, 'other character')}"


def _name(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control').lower()}"


RULES = (
    Rule(
        "hidden_character", "structure", "warning", "An invisible character, which a model reads.",
        hidden_character, fixable=True,
    ),
)  # fmt: skip
