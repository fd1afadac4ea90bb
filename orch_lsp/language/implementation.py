"""From something that is asked for to the work on it: the tasks for it, and the code and tests that name either.

Pure functions of an index, and of the places in code that name its nodes. What cites a requirement as a whole is for
each part of it, and what cites a part is for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.language.index import FoundDefinition, Index

if TYPE_CHECKING:
    from orch_lsp.document.node import Node, NodeKind, Nodes
    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.language.index import IndexedDocument

ASKED: frozenset[NodeKind] = frozenset(
    ("requirement", "success_criterion", "story", "criterion", "scenario", "property")
)
"""Kinds of nodes that say what is to be."""
_FOR_IT = frozenset(("covers", "cites", "validates"))


def tasks_for(index: Index, found: FoundDefinition) -> tuple[FoundDefinition, ...]:
    """The tasks that cite a node, a part of it, or what it is a part of; by path and place. None for a task itself."""
    document = index.documents.get(found.path)
    if document is None or found.node.kind not in ASKED:
        return ()
    tasks: dict[tuple[str, str], Node] = {}
    for node in (*_wholes(document.nodes, found.node), found.node, *_parts(document.nodes, found.node)):
        for reference in index.references(found.path, node.key):
            other = index.documents[reference.path]
            task = _task(other.nodes, reference.source)
            if task is not None and reference.citation.relation in _FOR_IT and not other.frozen:
                tasks[reference.path, task.key] = task
    ordered = sorted(tasks.items(), key=lambda one: (one[0][0], one[1].span))
    return tuple(FoundDefinition(path, task) for (path, _), task in ordered)


def code_for(index: Index, links: CodeLinks, found: FoundDefinition) -> tuple[CodeCitation, ...]:
    """The places in code that name a node or a part of it; by file and place."""
    document = index.documents.get(found.path)
    if document is None:
        return ()
    parts = (found.node, *_parts(document.nodes, found.node))
    named = {one: None for node in parts for one in links.of(found.path, node.key)}
    return tuple(sorted(named, key=lambda one: one.order))


def asked_by(index: Index, task: FoundDefinition) -> tuple[FoundDefinition, ...]:
    """The nodes for which a task is: those of the wanted kinds that it, or a task in it, cites."""
    document = index.documents.get(task.path)
    if document is None or task.node.kind != "task":
        return ()
    asked = {
        (each.path, each.node.key): each
        for node in (task.node, *_parts(document.nodes, task.node))
        for citation in node.citations
        if citation.key and citation.relation in _FOR_IT
        for each in index.definitions(task.path, citation)
        if each.node.kind in ASKED
    }
    return tuple(asked.values())


def traces(index: Index, document: IndexedDocument) -> frozenset[NodeKind]:
    """The kinds of what tasks of a document's spec cite: of other kinds it is not said that they have no task."""
    kinds: set[NodeKind] = set()
    for other in index.in_scope(document.own_scope):
        if not other.frozen:
            for node in other.nodes.nodes:
                if node.kind == "task" and node.citations:
                    kinds |= {each.node.kind for each in asked_by(index, FoundDefinition(other.path, node))}
    return frozenset(kinds)


def _task(nodes: Nodes, node: Node | None) -> Node | None:
    while node is not None and node.kind != "task":
        node = None if node.parent is None else nodes.by_key.get(node.parent)
    return node


def _wholes(nodes: Nodes, node: Node) -> Iterator[Node]:
    """The nodes that are asked for around one."""
    around = None if node.parent is None else nodes.by_key.get(node.parent)
    while around is not None:
        if around.kind in ASKED:
            yield around
        around = None if around.parent is None else nodes.by_key.get(around.parent)


def _parts(nodes: Nodes, node: Node) -> Iterator[Node]:
    """All nodes within one."""
    for inner in nodes.within(node):
        if inner.kind in ASKED or inner.kind == "task":
            yield inner
