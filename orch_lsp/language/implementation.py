"""From something that is asked for to the work on it: the tasks for it, and the code and tests that name either.

Pure functions of an index, and of the places in code that name its nodes. What cites a requirement as a whole is for
each part of it, and what cites a part is for the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.given_up import is_given_up
from orch_lsp.document.node import Node, NodeKind
from orch_lsp.language.index import FOR_IT, FoundDefinition, Index
from orch_lsp.text import Span

if TYPE_CHECKING:
    from orch_lsp.document.node import Nodes
    from orch_lsp.language.code.links import CodeCitation, CodeLinks
    from orch_lsp.language.index import IndexedDocument

ASKED: frozenset[NodeKind] = frozenset(
    ("requirement", "success_criterion", "story", "criterion", "scenario", "property")
)
"""Kinds of nodes that say what is to be."""


def tasks_for(index: Index, found: FoundDefinition) -> tuple[FoundDefinition, ...]:
    """The tasks that cite a node, a part of it, or what it is a part of; by path and place. None for a task itself."""
    document = index.documents.get(found.path)
    if document is None or found.node.kind not in ASKED:
        return ()
    wholes, parts = _wholes(document.nodes, found.node), _parts(document.nodes, found.node)
    return _citing_tasks(index, found.path, (*wholes, found.node, *parts))


def _citing_tasks(index: Index, path: str, nodes: Iterable[Node]) -> tuple[FoundDefinition, ...]:
    tasks: dict[tuple[str, str], Node] = {}
    for node in nodes:
        for reference in index.references(path, node.key):
            other = index.documents[reference.path]
            task = _task(other.nodes, reference.source)
            if task is not None and reference.citation.relation in FOR_IT and not other.frozen:
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
        if citation.key and citation.relation in FOR_IT
        for each in index.definitions(task.path, citation)
        if each.node.kind in ASKED
    }
    return tuple(asked.values())


@dataclass(frozen=True, slots=True)
class Work:
    """The tasks for a node that is asked for."""

    node: Node
    tasks: tuple[FoundDefinition, ...]
    """Those that cite it or a part of it, by path and place; none for a node that no task is for."""


def work_in(index: Index, path: str, span: Span) -> tuple[Work, ...]:
    """The tasks for what is asked for in a part of a document.

    A node that only a task for the whole around it is for is left out. So is one that no task is for, unless tasks of
    its spec cite nodes of its kind, and the index is known to hold all of them.
    """
    document = index.documents.get(path)
    if document is None or document.frozen:
        return ()
    traced = traces(index, document) if index.is_whole else frozenset[NodeKind]()
    found: list[Work] = []
    for node in document.nodes.nodes:
        if node.span.start > span.end:
            break
        if node.kind not in ASKED or not span.start <= node.head.end <= span.end:
            continue
        own = _citing_tasks(index, path, (node, *_parts(document.nodes, node)))
        if own or (
            node.kind in traced
            and not is_given_up(node)
            and not _citing_tasks(index, path, _wholes(document.nodes, node))
        ):
            found.append(Work(node, own))
    return tuple(found)


def traces(index: Index, document: IndexedDocument) -> frozenset[NodeKind]:
    """The kinds of what tasks of a document's spec cite: of other kinds it is not said that they have no task."""
    kinds: set[NodeKind] = set()
    by_scope: dict[str, tuple[IndexedDocument, ...]] = {}
    for other in index.in_scope(document.own_scope):
        for scope, key in () if other.frozen else other.cited_by_tasks:
            if scope not in by_scope:
                by_scope[scope] = index.in_scope(scope)
            cited = (there.nodes.by_key.get(key) for there in by_scope[scope])
            kinds |= {node.kind for node in cited if node is not None and node.kind in ASKED}
            if len(kinds) == len(ASKED):
                return frozenset(kinds)
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
