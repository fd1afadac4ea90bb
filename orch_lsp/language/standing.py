"""The specs of an index with the progress of each: its documents, its requirements, its tasks by state.

Pure functions of an index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from orch_lsp.document.node import Node
from orch_lsp.language.index import Index, IndexedDocument

SpecState = Literal["in_progress", "open", "unplanned", "done", "archived"]
"""Some of the tasks are begun; tasks, none of them begun; no tasks; all tasks done; of the past, or a template."""

_REQUIREMENTS = frozenset(("requirement", "success_criterion", "story"))


@dataclass(frozen=True, slots=True)
class SpecDocument:
    """A document of a spec."""

    path: str
    title: str
    """Its first heading; empty without one."""


@dataclass(frozen=True, slots=True)
class SpecStanding:
    """A spec, and how far it has come."""

    scope: str
    """The folder that its documents share; the path of a document that stands alone."""
    state: SpecState
    documents: tuple[SpecDocument, ...]
    """By path."""
    requirements: int
    tasks: int
    """Tasks that have to be done; those that may be left out are not among them."""
    done: int
    questions: int
    """Open ones."""

    @property
    def title(self) -> str:
        """The title of the first document that has one, else the scope."""
        return next((document.title for document in self.documents if document.title), self.scope)


def standings(index: Index) -> tuple[SpecStanding, ...]:
    """All specs of an index, by scope."""
    by_scope: dict[str, list[IndexedDocument]] = {}
    for _, document in sorted(index.documents.items()):
        by_scope.setdefault(document.own_scope, []).append(document)
    return tuple(_standing(scope, documents) for scope, documents in sorted(by_scope.items()))


def _standing(scope: str, documents: list[IndexedDocument]) -> SpecStanding:
    nodes = [node for document in documents for node in document.nodes.nodes]
    tasks = Counter(node.state or "open" for node in nodes if node.kind == "task" and node.state != "optional")
    if all(document.frozen for document in documents):
        state: SpecState = "archived"
    elif not tasks:
        state = "unplanned"
    elif tasks["done"] == tasks.total():
        state = "done"
    else:
        state = "in_progress" if tasks["done"] or tasks["in_progress"] else "open"
    return SpecStanding(
        scope,
        state,
        tuple(SpecDocument(document.path, _title(document.nodes.nodes)) for document in documents),
        sum(node.kind in _REQUIREMENTS for node in nodes),
        tasks.total(),
        tasks["done"],
        sum(node.kind == "question" and node.state != "done" for node in nodes),
    )


def _title(nodes: Iterable[Node]) -> str:
    return next((node.title for node in nodes if node.kind == "section" and node.title.strip()), "")
