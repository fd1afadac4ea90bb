"""The trace across the documents of an index, citation by citation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.document.node import Citation, Node
from orch_lsp.language.index import Index, IndexedDocument


@dataclass(frozen=True, slots=True)
class Target:
    """A node that is cited, or a document if a spec as a whole is."""

    path: str
    key: str | None
    """None for the whole document."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One citation and one of the things that it names."""

    path: str
    source: Node | None
    """The innermost node that holds the citation; None if it stands in none."""
    citation: Citation
    target: Target | None
    """None if it names nothing that the index has: it dangles."""


def edges(index: Index) -> Iterator[Edge]:
    """All citations by the path and place where they stand; one that names several nodes gives an edge for each."""
    for path in sorted(index.documents):
        document = index.documents[path]
        for source, citation in _citations(document):
            targets = (
                [Target(found.path, found.node.key) for found in index.definitions(path, citation)]
                if citation.key
                else [Target(other.path, None) for other in index.in_scope(document.scope_of(citation) or "")]
            )
            for target in targets or (None,):
                yield Edge(path, source, citation, target)


def _citations(document: IndexedDocument) -> list[tuple[Node | None, Citation]]:
    found: list[tuple[Node | None, Citation]] = [(None, citation) for citation in document.nodes.loose]
    found += ((node, citation) for node in document.nodes.nodes for citation in node.citations)
    return sorted(found, key=lambda pair: pair[1].span)
