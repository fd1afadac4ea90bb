"""The tasks for what is asked for, in the part of a document that is looked at."""

from __future__ import annotations

from orch_lsp.document.node import Citation, Node, gathered
from orch_lsp.language.implementation import traces, work_in
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.text import Span

MANY = 10_000


def asked_for(count):
    nodes = [Node("requirement", f"FR-{n}", f"It {n}", Span(10 * n, 10 * n + 9)) for n in range(count)]
    return IndexedDocument("spec.md", gathered(" " * 10 * count, nodes), "a")


def tasks(*keys, path="tasks.md", relation="cites", frozen=False):
    nodes = [Node("task", f"T{n}", "Do", Span(10 * n, 10 * n + 9), "open") for n in range(len(keys))]
    cited = [Citation(relation, Span(10 * n + 2, 10 * n + 5), key) for n, key in enumerate(keys)]
    return IndexedDocument(path, gathered(" " * 10 * len(keys), nodes, cited), "a", frozen=frozen)


def counted(index, first, last):
    return [(work.node.key, len(work.tasks)) for work in work_in(index, "spec.md", Span(first, last))]


def test_a_key_that_is_the_beginning_of_another_is_another() -> None:
    index = Index.of([asked_for(30), tasks("FR-1", "FR-10", "FR-10")], is_whole=True)
    assert counted(index, 0, 30) == [("FR-0", 0), ("FR-1", 1), ("FR-2", 0)]
    assert counted(index, 100, 109) == [("FR-10", 2)]


def test_nothing_is_said_of_what_is_not_traced_or_not_known() -> None:
    spec = asked_for(3)
    assert counted(Index.of([spec], is_whole=True), 0, 30) == []
    assert counted(Index.of([spec, tasks("FR-1", frozen=True)], is_whole=True), 0, 30) == []
    assert counted(Index.of([spec, tasks("FR-1", relation="modifies")], is_whole=True), 0, 30) == []
    assert counted(Index.of([spec, tasks("FR-7")], is_whole=True), 0, 30) == []
    # Of an index that is not whole yet only that is said which it has.
    assert counted(Index.of([spec, tasks("FR-1")]), 0, 30) == [("FR-1", 1)]
    assert work_in(Index(), "spec.md", Span(0, 1)) == ()


class _Counting(Index):
    asked: list[str]

    def references(self, path, key):
        self.asked.append(key)
        return super().references(path, key)


def test_of_ten_thousand_requirements_only_those_that_are_seen_are_looked_up() -> None:
    whole = Index.of([asked_for(MANY), tasks(*(f"FR-{n}" for n in range(0, MANY, 2)))], is_whole=True)
    index = _Counting(whole.documents, whole._in_scope, whole._citing, is_whole=True)
    object.__setattr__(index, "asked", [])
    assert counted(index, 50_000, 50_039) == [("FR-5000", 1), ("FR-5001", 0), ("FR-5002", 1), ("FR-5003", 0)]
    assert len(index.asked) <= 8
    assert traces(index, index.documents["spec.md"]) == {"requirement"}
