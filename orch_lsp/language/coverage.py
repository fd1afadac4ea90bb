"""Progress on what a spec asks for: which tasks, code and tests cite each requirement, and which has none.

Pure functions of an index, its edges, and the places in code that name its nodes. Nothing is judged that is not traced:
a requirement is uncovered where its spec has tasks, and done without evidence where tests cite any requirement at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from orch_lsp.document.given_up import is_given_up
from orch_lsp.document.node import Node
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.language.trace import Edge

if TYPE_CHECKING:
    from orch_lsp.language.code.links import CodeCitation

Status = Literal["unplanned", "uncovered", "planned", "begun", "done"]
"""`unplanned`: its spec has no tasks. `uncovered`: none of them is for this. `planned`: none of its tasks is begun."""
Mark = Literal["stale", "unproven"]
"""`stale`: changed since what depends on it was made. `unproven`: done without evidence."""
Marks = Mapping[tuple[str, str], frozenset[Mark]]
"""By path and key."""

_ASKED = frozenset(("requirement", "success_criterion", "story", "criterion"))
_WORK = frozenset(("task", "checklist_item"))
_NOTHING: Marks = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """A thing that is asked for, with all that cites it."""

    path: str
    node: Node
    depth: int
    """How many other rows it stands in."""
    work: tuple[Edge, ...]
    """Citations by tasks, and by what else covers it: phases, plans."""
    code: tuple[CodeCitation, ...]
    """Places in code that name it, or one of the tasks that are for it; without the tests for it."""
    tests: tuple[Edge | CodeCitation, ...]
    """Citations by tests, and by properties that are to hold."""
    status: Status
    marks: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class SpecCoverage:
    """The rows of one spec."""

    scope: str
    paths: tuple[str, ...]
    """Its documents."""
    rows: tuple[Row, ...]
    """By path and place; a row before those that stand in it."""
    loose: tuple[tuple[str, Node], ...]
    """Tasks that are for nothing which is asked for, with their paths."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rows by spec, and what names nothing."""

    specs: tuple[SpecCoverage, ...]
    dangling: tuple[Edge, ...]
    has_tests: bool
    """Whether a test cites anything: else nothing is known of evidence."""


@dataclass(slots=True)
class _Citing:
    work: dict[tuple[str, str], list[Edge]] = field(default_factory=dict[tuple[str, str], list[Edge]])
    tests: dict[tuple[str, str], list[Edge | CodeCitation]] = field(
        default_factory=dict[tuple[str, str], "list[Edge | CodeCitation]"]
    )
    code: dict[tuple[str, str], list[CodeCitation]] = field(default_factory=dict[tuple[str, str], "list[CodeCitation]"])
    sources: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Keys of the work that cites something, by path."""
    dangling: list[Edge] = field(default_factory=list[Edge])
    has_tests: bool = False


def coverage(
    index: Index, edges: Iterable[Edge], marks: Marks = _NOTHING, *, code: Iterable[CodeCitation] = ()
) -> Coverage:
    """The rows of all specs of an index that are at work, by scope.

    Args:
        index: The documents.
        edges: All citations of `index`.
        marks: The marks that rules put on nodes; one on a task counts for what the task is for.
        code: The places in code that name nodes of `index`.
    """
    citing = _citing(edges)
    for citation in code:
        is_test = citation.relation == "tests"
        at = (citation.target.path, citation.target.node.key)
        citing.has_tests = citing.has_tests or is_test
        if is_test:
            citing.tests.setdefault(at, []).append(citation)
        else:
            citing.code.setdefault(at, []).append(citation)
    scopes = sorted({document.own_scope for document in index.documents.values() if not document.frozen})
    specs: list[SpecCoverage] = []
    for scope in scopes:
        documents = [document for document in index.in_scope(scope) if not document.frozen]
        has_tasks = any(node.kind in _WORK for document in documents for node in document.nodes.nodes)
        rows = [row for document in documents for row in _rows(document, citing, marks, has_tasks=has_tasks)]
        loose = [(document.path, node) for document in documents for node in _loose(document, citing)]
        if rows or loose:
            paths = tuple(document.path for document in documents)
            specs.append(SpecCoverage(scope, paths, tuple(rows), tuple(loose)))
    return Coverage(tuple(specs), tuple(citing.dangling), citing.has_tests)


def _citing(edges: Iterable[Edge]) -> _Citing:
    found = _Citing()
    for edge in edges:
        relation, source, target = edge.citation.relation, edge.source, edge.target
        is_test = relation == "tests"
        found.has_tests = found.has_tests or is_test
        if target is None:
            found.dangling.append(edge)
            continue
        if target.key is None:
            continue
        at = (target.path, target.key)
        is_work = source is not None and source.kind in _WORK
        if is_test or relation == "validates":
            found.tests.setdefault(at, []).append(edge)
        elif source is not None and (relation == "covers" or (relation == "cites" and is_work)):
            if (edge.path, source.key) == at:
                continue
            found.work.setdefault(at, []).append(edge)
            found.sources.setdefault(edge.path, set()).add(source.key)
    return found


def _rows(document: IndexedDocument, citing: _Citing, marks: Marks, *, has_tasks: bool) -> Iterator[Row]:
    asked = _Asked(document, citing)
    statuses: dict[str, Status] = {}
    proven: set[str] = set()
    for node in reversed(asked.nodes):  # Those within come before the one that holds them.
        within, work = asked.within.get(node.key, []), asked.work_for[node.key]
        own = _of_work(node, work, has_tasks=has_tasks)
        parts = None if work or node.state == "done" else _of_parts([statuses[key] for key in within])
        statuses[node.key] = parts or own
        if node.key in asked.tested or (within and proven.issuperset(within)):
            proven.add(node.key)
    for node in asked.nodes:
        at, status = (document.path, node.key), statuses[node.key]
        sources = [(edge.path, edge.source.key) for edge in asked.work_for[node.key] if edge.source is not None]
        put = set[Mark]().union(*(marks.get(each, ()) for each in (at, *sources)))
        if status == "done" and citing.has_tests and node.key not in proven:
            put.add("unproven")
        work, tests = tuple(citing.work.get(at, ())), tuple(citing.tests.get(at, ()))
        tasks = [(edge.path, edge.source.key) for edge in work if edge.source is not None]
        code = {(one.path, one.place): one for named in (at, *tasks) for one in citing.code.get(named, ())}
        in_code = tuple(sorted(code.values(), key=lambda one: one.order))
        yield Row(document.path, node, asked.depth[node.key], work, in_code, tests, status, frozenset(put))


class _Asked:
    """The things that one document asks for, as a tree of rows: nodes between two of them are passed over."""

    def __init__(self, document: IndexedDocument, citing: _Citing) -> None:
        path = document.path
        self.nodes: list[Node] = []
        self.within: dict[str, list[str]] = {}
        self.depth: dict[str, int] = {}
        self.work_for: dict[str, tuple[Edge, ...]] = {}
        """A task for a whole requirement is for each of its criteria."""
        self.tested: set[str] = set()
        """So is a test."""
        row_around: dict[str, str | None] = {}
        """The innermost row that is, or holds, a node."""
        for node in document.nodes.nodes:
            outer = None if node.parent is None else row_around.get(node.parent)
            row_around[node.key] = outer
            if not _is_asked(path, node, citing):
                continue
            row_around[node.key] = node.key
            self.nodes.append(node)
            if outer is not None:
                self.within.setdefault(outer, []).append(node.key)
            self.depth[node.key] = 0 if outer is None else self.depth[outer] + 1
            own = tuple(citing.work.get((path, node.key), ()))
            self.work_for[node.key] = own if outer is None else self.work_for[outer] + own
            if citing.tests.get((path, node.key)) or outer in self.tested:
                self.tested.add(node.key)


def _is_asked(path: str, node: Node, citing: _Citing) -> bool:
    """Whether a node is a row: scenarios, and what was given up, only if they are cited."""
    at = (path, node.key)
    if node.kind in _ASKED:
        return at in citing.work or not is_given_up(node)
    return node.kind == "scenario" and (at in citing.work or at in citing.tests)


def _of_work(node: Node, work: Sequence[Edge], *, has_tasks: bool) -> Status:
    if node.state == "done":
        return "done"
    states = [edge.source.state for edge in work if edge.source is not None and edge.source.state != "optional"]
    if not work:
        return "uncovered" if has_tasks else "unplanned"
    if states and all(state == "done" for state in states):
        return "done"
    return "begun" if any(state in {"done", "in_progress"} for state in states) else "planned"


def _of_parts(parts: Sequence[Status]) -> Status | None:
    """The status of what only its parts are worked off of; None for what has none, or none that is."""
    if not parts or all(part in {"unplanned", "uncovered"} for part in parts):
        return None
    if all(part == "done" for part in parts):
        return "done"
    if any(part == "uncovered" for part in parts):
        return "uncovered"
    return "begun" if any(part in {"begun", "done"} for part in parts) else "planned"


def _loose(document: IndexedDocument, citing: _Citing) -> Iterator[Node]:
    """Tasks that cite nothing, and neither what stands in them nor what they stand in does."""
    nodes = document.nodes
    sources = citing.sources.get(document.path, set[str]())
    tracing: set[str] = set()
    for key in sources:
        node = nodes.by_key.get(key)
        while node is not None and node.key not in tracing:
            tracing.add(node.key)
            node = None if node.parent is None else nodes.by_key.get(node.parent)
    below: set[str] = set()
    for node in nodes.nodes:
        if node.parent is not None and (node.parent in below or node.parent in sources):
            below.add(node.key)
        if node.kind == "task" and node.key not in tracing and node.key not in below:
            yield node
