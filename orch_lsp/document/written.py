"""The parts of a document that a run can have written, by key and hash: sections, or nodes in a format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orch_lsp.document.drafting import open_places
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Node
from orch_lsp.text import Span


@dataclass(frozen=True, slots=True)
class WrittenNode:
    """A node as a run's draft is compared with it."""

    node: Node
    placeholder: bool

    @property
    def key(self) -> str:
        """The node's key."""
        return self.node.key

    @property
    def sha256(self) -> str:
        """The node's hash."""
        return self.node.sha256

    @property
    def heading(self) -> Span:
        """Where the node is named."""
        return self.node.head


Written = Section | WrittenNode
"""A part of a document, as a run's draft is compared with it."""


def written_parts(document: SpecDocument) -> Sequence[Written]:
    """All parts of a document in its order. Their hashes are made when they are asked for: off the event loop."""
    if document.profile.drafting is None:
        return document.sections
    return document.once("written parts", lambda: tuple(_nodes(document)))


def _nodes(document: SpecDocument) -> list[WrittenNode]:
    still_open = {place.key for place in open_places(document)}
    title = None if document.title is None else document.title.start
    return [WrittenNode(node, node.key in still_open) for node in document.nodes.nodes if node.span.start != title]


def parts_around(document: SpecDocument, around: Sequence[Node]) -> tuple[Written, ...]:
    """The parts among the nodes around a place, the innermost first."""
    if document.profile.drafting is None:
        return document.sections_of(around)
    keys = {node.key: number for number, node in enumerate(around)}
    found = [part for part in written_parts(document) if part.key in keys]
    return tuple(sorted(found, key=lambda part: keys[part.key]))


def hashes_of(document: SpecDocument) -> list[tuple[str, str]]:
    """Key and hash of each part."""
    return [(part.key, part.sha256) for part in written_parts(document)]
