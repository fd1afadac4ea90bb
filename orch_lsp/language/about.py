"""Nodes at a place in a document, with all that there is to say of each: its text, who cites it, and its own citations.

Pure functions of an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.node import Citation, Node
from orch_lsp.language.index import FoundDefinition, Index, Reference
from orch_lsp.language.occurrences import meant_at
from orch_lsp.text import Span, end_of_line

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation


@dataclass(frozen=True, slots=True)
class NodesHere:
    """The nodes that a place means."""

    span: Span
    """The text around the place that means them."""
    nodes: tuple[FoundDefinition, ...]
    """At least one; several where a key is declared more than once."""


@dataclass(frozen=True, slots=True)
class About:
    """A node in the index."""

    path: str
    node: Node
    cited_by: tuple[Reference, ...]
    """By path and place, without those that stand in itself."""
    within: int
    """The citations of the nodes within it."""
    cites: tuple[tuple[Citation, tuple[FoundDefinition, ...]], ...]
    """Its own citations, one for each key, each with the nodes that it names; none where it dangles."""
    is_whole: bool = True
    """Whether all documents are known: else there may be more that cite it."""
    code: tuple[CodeCitation, ...] = ()
    """The places in code and tests that name it or a part of it, as far as they are known."""

    @property
    def text(self) -> str:
        """All of it, as it stands in its document."""
        return self.node.source[self.node.span.start : self.node.span.end].rstrip()


def nodes_at(index: Index, path: str, offset: int) -> NodesHere | None:
    """The nodes that an offset of the document at `path` means: those cited there, else the one that it stands in.

    An item is meant anywhere in it, a node with a heading on the heading's line. A section is not meant, unless it is
    cited.
    """
    meant = meant_at(index, path, offset)
    if meant is not None and (meant.definitions or meant.citation is not None):
        return NodesHere(meant.span, meant.definitions) if meant.definitions else None
    for node in index.around(path, offset):
        if node.kind == "section":
            return None
        line = Span(node.span.start, min(node.span.end, end_of_line(node.source, node.span.start)))
        is_headed = node.source[line.start : line.end].lstrip().startswith("#")
        if not is_headed or offset <= line.end:
            return NodesHere(line if is_headed else node.span, (FoundDefinition(path, node),))
    return None


def scopes_cited(index: Index, here: NodesHere) -> frozenset[str]:
    """The specs of these nodes, and of what they cite."""
    found: set[str] = set()
    for each in here.nodes:
        document = index.documents[each.path]
        named = (document.scope_of(citation) for citation in each.node.citations)
        found.update((document.own_scope, *(scope for scope in named if scope is not None)))
    return frozenset(found)


def about(index: Index, found: FoundDefinition) -> About:
    """All that there is to say of a node of the index."""
    path, node = found.path, found.node
    cites: dict[tuple[str | None, str], Citation] = {}
    for citation in node.citations:
        if citation.key:
            cites.setdefault((citation.scope, citation.key), citation)
    return About(
        path,
        node,
        tuple(
            reference
            for reference in index.references(path, node.key)
            if reference.path != path or reference.source != node
        ),
        sum(len(index.references(path, inner.key)) for inner in _within(index, path, node)),
        tuple((citation, index.definitions(path, citation)) for citation in cites.values()),
        index.is_whole,
    )


def _within(index: Index, path: str, node: Node) -> list[Node]:
    inside = {node.key}
    found: list[Node] = []
    for other in index.documents[path].nodes.nodes:
        if other.parent in inside:
            inside.add(other.key)
            found.append(other)
    return found
