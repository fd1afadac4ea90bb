"""The trace as a hierarchy of calls: from a node to all that cites it or a part of it, and to all that it cites.

Pure functions of an index, and of the places in code that name its nodes. A citation of the node that it stands in
leads nowhere and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.node import Citation, Node
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation, CodeLinks


@dataclass(frozen=True, slots=True)
class End:
    """A node, or a document as a whole, at one end of citations."""

    path: str
    node: Node | None
    """None for the document."""


@dataclass(frozen=True, slots=True)
class Join:
    """The other end of some citations."""

    end: End
    spans: tuple[Span, ...]
    """Where they stand, in the document that cites."""


@dataclass(frozen=True, slots=True)
class Routine:
    """A function, class or test of the code; the file itself for what stands in none of them."""

    path: str
    name: str | None
    """None for the file."""


def end_of(index: Index, path: str, key: str | None) -> End | None:
    """The node with this key, or with None the document; None if there is no such one any more."""
    document = index.documents.get(path)
    if document is None:
        return None
    node = None if key is None else document.nodes.by_key.get(key)
    return None if node is None and key is not None else End(path, node)


def incoming(index: Index, end: End) -> tuple[Join, ...]:
    """The nodes that cite a node or a part of it, by path and place; of a document those that cite the spec by name."""
    found: dict[tuple[str, str | None], tuple[End, set[Span]]] = {}
    own = _own(index, end)
    for path, source, citation in _citing(index, end):
        if path == end.path and source is not None and source.key in own:
            continue
        key = None if source is None else source.key
        found.setdefault((path, key), (End(path, source), set()))[1].add(citation.span)
    return _joins(found.values())


def outgoing(index: Index, end: End) -> tuple[Join, ...]:
    """The nodes that a node and its parts cite, by where they are first cited; a spec by name is its documents."""
    document = index.documents.get(end.path)
    if document is None:
        return ()
    found: dict[tuple[str, str | None], tuple[End, set[Span]]] = {}
    citations = document.nodes.loose if end.node is None else _own_citations(document, end.node)
    for citation in citations:
        for target in _targets(index, document, citation):
            key = None if target.node is None else target.node.key
            if target.path != end.path or (target.node is not None and not _holds(target.node, citation)):
                found.setdefault((target.path, key), (target, set()))[1].add(citation.span)
    return tuple(Join(target, tuple(sorted(spans))) for target, spans in found.values())


def code_naming(index: Index, links: CodeLinks, end: End) -> tuple[CodeCitation, ...]:
    """The places in code that name a node or a part of it, by file and place; none for a document."""
    own = _own(index, end)
    found = {one: None for key in own for one in links.of(end.path, key)}
    return tuple(sorted(found, key=lambda one: one.order))


def routine_of(citation: CodeCitation) -> Routine:
    """The part of the code in which a place stands."""
    return Routine(citation.path, citation.within)


def named_by(links: CodeLinks, routine: Routine) -> tuple[CodeCitation, ...]:
    """The places in a part of the code that name nodes, by place."""
    return tuple(one for one in links.in_file(routine.path) if one.within == routine.name)


def _own(index: Index, end: End) -> dict[str, Node]:
    """A node and all that stands in it, by key."""
    document = index.documents.get(end.path)
    if document is None or end.node is None:
        return {}
    return {node.key: node for node in (end.node, *document.nodes.within(end.node))}


def _citing(index: Index, end: End) -> Iterator[tuple[str, Node | None, Citation]]:
    if end.node is not None:
        for key in _own(index, end):
            for reference in index.references(end.path, key):
                yield reference.path, reference.source, reference.citation
        return
    scope = index.documents[end.path].own_scope
    for path in sorted(index.citing(scope) - {end.path}):
        document = index.documents[path]
        for citation in document.cited.get((scope, ""), ()):
            yield path, document.nodes.at(citation.span.start), citation


def _holds(node: Node, citation: Citation) -> bool:
    return node.span.start <= citation.span.start and citation.span.end <= node.span.end


def _own_citations(document: IndexedDocument, node: Node) -> list[Citation]:
    nodes = (node, *document.nodes.within(node))
    return sorted((citation for one in nodes for citation in one.citations), key=lambda citation: citation.span)


def _targets(index: Index, document: IndexedDocument, citation: Citation) -> Iterator[End]:
    if citation.key:
        for found in index.definitions(document.path, citation):
            yield End(found.path, found.node)
    else:
        for other in index.in_scope(document.scope_of(citation) or ""):
            yield End(other.path, None)


def _joins(found: Iterable[tuple[End, set[Span]]]) -> tuple[Join, ...]:
    joins = [Join(end, tuple(sorted(spans))) for end, spans in found]
    return tuple(sorted(joins, key=lambda join: (join.end.path, join.spans)))
