"""The index across documents: definitions, references, and documents that come, change and go."""

from __future__ import annotations

from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.node import Citation, Node, Nodes, gathered
from orch_lsp.document.parse import parse
from orch_lsp.language.index import ANYWHERE, FoundDefinition, Index, IndexedDocument
from orch_lsp.language.occurrences import Occurrence, meant_at, occurrences
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import Span

_KEYS = ("FR-1", "FR-2", "T1")
_SCOPES = (None, "specs/a", "specs/b")


def made(defined: list[str], cited: list[tuple[str, str | None]]) -> Nodes:
    """A document of one node for each key, a step of ten apart, which cite in turn."""
    kinds = cycle(("task", "criterion"))
    relations = cycle(("cites", "covers", "tests"))
    nodes = [Node(next(kinds), key, key, Span(10 * n, 10 * n + 9)) for n, key in enumerate(defined)]
    citations = [
        Citation(next(relations), Span(10 * n + 2, 10 * n + 5), key, scope) for n, (key, scope) in enumerate(cited)
    ]
    return gathered(" " * 200, nodes, citations)


_nodes = st.builds(
    made,
    st.lists(st.sampled_from(_KEYS), max_size=3),
    st.lists(st.tuples(st.sampled_from(_KEYS), st.sampled_from([*_SCOPES, ANYWHERE])), max_size=3),
)
_documents = st.builds(
    IndexedDocument,
    st.sampled_from(["x", "y", "z"]),
    _nodes,
    st.sampled_from(_SCOPES),
    st.sampled_from([{}, {"specs": "specs"}]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(_documents, st.sampled_from(["x", "y", "z", "unknown"])), max_size=8))
def test_an_index_that_changed_is_one_that_is_made_anew(changes) -> None:
    index, expected = Index(), dict[str, IndexedDocument]()
    for change in changes:
        if isinstance(change, str):
            index = index.without_document(change)
            expected.pop(change, None)
        else:
            index = index.with_document(change)
            expected[change.path] = change
        assert index == Index.of(expected.values())


@settings(max_examples=300, deadline=None)
@given(st.lists(_documents, max_size=4))
def test_a_reference_is_a_citation_whose_definition_it_is(documents) -> None:
    index = Index.of(documents)
    for path, document in index.documents.items():
        for node in document.nodes.nodes:
            found = index.references(path, node.key)
            assert len(found) == len(set(found))
            for reference in found:
                assert FoundDefinition(path, node) in index.definitions(reference.path, reference.citation)
        for citation in document.nodes.citations:
            for definition in index.definitions(path, citation):
                references = index.references(definition.path, definition.node.key)
                assert citation in [reference.citation for reference in references if reference.path == path]


def test_what_did_not_change_is_shared() -> None:
    index = Index.of(IndexedDocument(str(n), made(["FR-1"], [("FR-1", None)]), "s") for n in range(50))
    changed = index.with_document(IndexedDocument("7", made(["FR-2"], []), "s"))
    assert all(changed.documents[path] is index.documents[path] for path in index.documents if path != "7")
    assert index.definitions("7", Citation("cites", Span(0, 1), "FR-2")) == ()
    assert [found.path for found in changed.definitions("0", Citation("cites", Span(0, 1), "FR-2"))] == ["7"]


def test_the_same_key_of_two_specs_is_two_nodes() -> None:
    spec, tasks = made(["FR-1"], []), made(["T1"], [("FR-1", None)])
    index = Index.of(
        [
            IndexedDocument("specs/a/spec.md", spec, "specs/a"),
            IndexedDocument("specs/a/tasks.md", tasks, "specs/a"),
            IndexedDocument("specs/b/spec.md", spec, "specs/b"),
            IndexedDocument("tests/test_a.py", made([], [("FR-1", ANYWHERE)]), None),
            IndexedDocument("changes/x/spec.md", made([], [("FR-1", "base")]), "changes/x", {"base": "specs/b"}),
            IndexedDocument("changes/y/spec.md", made([], [("FR-1", "base")]), "changes/y"),
        ]
    )
    (citation,) = tasks.citations
    assert [found.path for found in index.definitions("specs/a/tasks.md", citation)] == ["specs/a/spec.md"]
    found = index.references("specs/a/spec.md", "FR-1")
    assert [(each.path, each.source and each.source.key) for each in found] == [
        ("specs/a/tasks.md", "T1"),
        ("tests/test_a.py", None),
    ]
    assert [each.path for each in index.references("specs/b/spec.md", "FR-1")] == [
        "changes/x/spec.md",
        "tests/test_a.py",
    ]
    (anywhere,) = index.documents["tests/test_a.py"].nodes.citations
    assert len(index.definitions("tests/test_a.py", anywhere)) == 2


def test_a_document_is_asked_by_offset() -> None:
    text = "# T\n\n## Tasks\n\n- [ ] T1: a\n- [ ] T2: after T1\n"
    index = Index().with_document(IndexedDocument("a.md", parse(text, PLAIN).nodes))
    assert [node.key for node in index.around("a.md", text.index("after"))] == ["T2", "tasks", "t"]
    citation = index.citation_at("a.md", text.rindex("T1"))
    assert citation is not None
    ((path, node),) = [(found.path, found.node.key) for found in index.definitions("a.md", citation)]
    assert (path, node) == ("a.md", "T1")
    assert index.around("b.md", 0) == ()
    assert index.citation_at("b.md", 0) is None
    assert index.references("b.md", "T1") == ()
    assert index.definitions("b.md", citation) == ()


def test_numbers_of_tasks_that_are_those_of_criteria_are_told_apart() -> None:
    criteria = gathered(" " * 99, [Node("criterion", key, "", Span(n, n + 1)) for n, key in enumerate(["1.1", "1.2"])])
    tasks = gathered(
        " " * 99,
        [Node("task", key, "", Span(10 * n, 10 * n + 9)) for n, key in enumerate(["1.1", "1.2", "1.3"])],
        [
            Citation("covers", Span(1, 2), "1.2"),
            Citation("cites", Span(3, 4), "1.2"),
            Citation("covers", Span(5, 6), "1.3"),
        ],
    )
    design = gathered(" " * 99, [], [Citation("cites", Span(1, 2), "1.1")])
    index = Index.of(
        IndexedDocument(path, nodes, "s") for path, nodes in [("r", criteria), ("t", tasks), ("d", design)]
    )
    named = [[(each.path, each.node.kind) for each in index.definitions("t", c)] for c in tasks.citations]
    assert named == [[("r", "criterion")], [("t", "task")], []]
    assert [each.path for each in index.definitions("d", design.citations[0])] == ["r"]
    assert [each.citation.relation for each in index.references("r", "1.2")] == ["covers"]
    assert [each.citation.relation for each in index.references("t", "1.2")] == ["cites"]


def test_neighbours_are_the_other_documents_of_a_spec() -> None:
    scopes = {"s/a": "s", "s/b": "s", "t/a": "t", "alone": None}
    index = Index.of(IndexedDocument(path, Nodes(), scope) for path, scope in scopes.items())
    found = {path: [each.path for each in index.neighbours(path)] for path in (*scopes, "unknown")}
    assert found == {"s/a": ["s/b"], "s/b": ["s/a"], "t/a": [], "alone": [], "unknown": []}


@settings(max_examples=300, deadline=None)
@given(st.lists(_documents, max_size=4), st.integers(0, 60))
def test_what_is_meant_at_a_place_occurs_there_and_means_the_same_wherever_it_is_cited(documents, offset) -> None:
    index = Index.of(documents)
    for path in index.documents:
        meant = meant_at(index, path, offset)
        if meant is None:
            continue
        found = occurrences(index, meant)
        assert Occurrence(path, meant.span, declares=meant.citation is None) in found
        assert list(found) == sorted(set(found))
        for one in found:
            again = meant_at(index, one.path, one.span.start)
            assert again is not None
            if not one.declares and again.citation is not None:
                assert set(again.definitions) & set(meant.definitions) or not meant.definitions
