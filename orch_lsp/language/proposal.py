"""A text that is proposed at a place while somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from orch_lsp.language.index import FoundDefinition
from orch_lsp.text import Span

ProposalKind = Literal["reference", "section", "label", "keyword", "skeleton", "path", "folder", "symbol", "lines"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text for a place, with what it replaces."""

    label: str
    """The text as a list shows it."""
    span: Span
    """The text that it replaces, on one line, which holds the cursor."""
    text: str
    kind: ProposalKind
    detail: str = ""
    """A few words about it."""
    filter: str = ""
    """The text that is compared with the one from the span's start to the cursor; empty for `text`."""
    found: FoundDefinition | None = None
    """The node that it names."""
    snippet: str = ""
    """The text in the syntax of snippets, with the places to type in; empty without such a place."""


def snippet_of(text: str, places: Sequence[Span], part: Span) -> str:
    """A part of a text in the syntax of snippets, with places to type in; empty without any."""
    pieces: list[str] = []
    at = part.start
    for number, span in enumerate(places, 1):
        pieces += [escaped(text[at : span.start]), f"${{{number}:{text[span.start : span.end]}}}"]
        at = span.end
    return "".join((*pieces, escaped(text[at : part.end]))) if places else ""


def escaped(text: str) -> str:
    """A text as a snippet that means it letter by letter."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
