"""Nodes that stand in several documents and are one thing: requirements and scenarios that changes repeat."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.document.node import Citation
from orch_lsp.language.index import FoundDefinition, Index


def same_things(index: Index, found: FoundDefinition) -> set[FoundDefinition]:
    """A node with those that are the same in other documents: a scenario, where a change repeats its requirement."""
    document = index.documents[found.path]
    parent = document.nodes.by_key.get(found.node.parent or "")
    if found.node.kind != "scenario" or parent is None:
        return {found}
    return {found} | {
        FoundDefinition(each.path, node)
        for each in _same_requirement(index, FoundDefinition(found.path, parent))
        for node in index.documents[each.path].nodes.nodes
        if node.parent == each.node.key and node.kind == "scenario" and node.title == found.node.title
        if each.path != found.path
    }


def _same_requirement(index: Index, found: FoundDefinition) -> set[FoundDefinition]:
    """A requirement as it is, and as each change at work that modifies it makes it."""
    origins = {origin for citation in found.node.citations for origin in _origins(index, found.path, citation)} or {
        found
    }
    same = set(origins)
    for origin in origins:
        for reference in index.references(origin.path, origin.node.key):
            if index.documents[reference.path].frozen or reference.source is None:
                continue
            if reference.citation.relation == "modifies":
                same.add(FoundDefinition(reference.path, reference.source))
            elif reference.citation.relation == "renames":
                cited = index.references(reference.path, reference.source.key)
                same |= {FoundDefinition(each.path, each.source) for each in cited if each.source is not None}
    return same


def _origins(index: Index, path: str, citation: Citation) -> Iterator[FoundDefinition]:
    if citation.relation == "modifies":
        yield from index.definitions(path, citation)
    elif citation.relation == "cites" and citation.scope is None:
        for rename_node in index.definitions(path, citation):
            for old in rename_node.node.citations:
                if old.relation == "renames":
                    yield from index.definitions(path, old)
