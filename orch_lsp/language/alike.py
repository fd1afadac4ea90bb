"""Statements that several specs of a workspace make: found over all documents at once, for who has read them all.

A spec and the changes of it say the same on purpose, and so do copies of one spec in several folders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from orch_lsp.document.model import SpecDocument
from orch_lsp.rules.likeness import Likeness, Twins, likeness
from orch_lsp.rules.rule import Subject
from orch_lsp.rules.statements import statements
from orch_lsp.text import Span

MOST_STATEMENTS = 20_000
"""Of all documents; further ones are not compared."""
_LEAST_WORDS = 7
"""Shorter ones are alike by chance, over many specs."""


@dataclass(frozen=True, slots=True)
class Home:
    """The spec in which statements stand."""

    path: str
    """Of the document, relative to its workspace's root, with `/`."""
    scope: str
    """As of `IndexedDocument.own_scope`."""
    places: Mapping[str, str]
    """As of `IndexedDocument.places`."""

    def is_one_with(self, other: Home) -> bool:
        """Whether both are of one spec: the same, one that changes the other, two that change one, or two copies."""
        if self.scope == other.scope or self.scope in other.places.values() or other.scope in self.places.values():
            return True
        base = self.places.get("base")
        return (base is not None and base == other.places.get("base")) or self._last == other._last

    @property
    def _last(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts[-2:]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement of a spec as it is compared with those of others."""

    home: Home
    key: str
    span: Span
    """Its first line."""
    compared: Likeness


def said_in(document: SpecDocument, home: Home) -> Iterator[Said]:
    """The statements of a document that say enough to be compared."""
    text = document.text
    for statement in statements(Subject(document)):
        compared = likeness(text[statement.span.start : statement.span.end], _LEAST_WORDS)
        if compared is not None:
            node = statement.node
            yield Said(home, node.key, statement.line(text), compared.among(node.kind))


def alike(every: Sequence[Said]) -> Iterator[tuple[int, int]]:
    """The number of each statement that is near to an earlier one of another spec, and of that one."""
    for number, first in Twins([one.compared for one in every[:MOST_STATEMENTS]]).pairs():
        if not every[number].home.is_one_with(every[first].home):
            yield number, first
