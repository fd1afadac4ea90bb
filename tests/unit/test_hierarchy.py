"""The trace as a hierarchy: each citation is found from both of its ends, and the work grows with the answer."""

from __future__ import annotations

from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.node import Citation, Node, gathered
from orch_lsp.language.code.links import link
from orch_lsp.language.code.mentions import mentions_in
from orch_lsp.language.hierarchy import End, Routine, code_naming, end_of, incoming, named_by, outgoing, routine_of
from orch_lsp.language.index import ANYWHERE, Index, IndexedDocument
from orch_lsp.text import Span

_SCOPES = (None, "specs/a", "specs/b")


def made(defined, cited):
    """Nodes ten apart, each in turn with one in it, which cite in turn; the last citations stand in no node."""
    kinds = cycle(("task", "criterion"))
    nodes = [Node(next(kinds), key, key, Span(10 * n, 10 * n + 9)) for n, key in enumerate(defined)]
    nodes += [Node("criterion", f"{key}/1", "", Span(10 * n + 1, 10 * n + 6)) for n, key in enumerate(defined) if n % 2]
    citations = [Citation("cites", Span(10 * n + 2, 10 * n + 5), key, scope) for n, (key, scope) in enumerate(cited)]
    return gathered(" " * 200, nodes, citations)


_keys = st.sampled_from(["FR-1", "FR-10", "T1", "FR-10/1", ""])
_nodes = st.builds(
    made,
    st.lists(st.sampled_from(["FR-1", "FR-10", "T1"]), max_size=4),
    st.lists(st.tuples(_keys, st.sampled_from([*_SCOPES, ANYWHERE])), max_size=6),
)
_documents = st.builds(
    IndexedDocument,
    st.sampled_from(["x", "y", "z"]),
    _nodes,
    st.sampled_from(_SCOPES),
    st.sampled_from([{}, {"specs": "specs"}]),
)


def _ends(index):
    for path, document in index.documents.items():
        yield End(path, None)
        yield from (End(path, node) for node in document.nodes.nodes)


@settings(max_examples=300, deadline=None)
@given(st.lists(_documents, max_size=4))
def test_a_citation_is_found_from_both_ends(documents) -> None:
    index = Index.of(documents)
    for end in _ends(index):
        assert end_of(index, end.path, None if end.node is None else end.node.key) == end
        for join in outgoing(index, end):
            citing = {span for back in incoming(index, join.end) for span in back.spans if back.end.path == end.path}
            assert join.spans
            assert set(join.spans) <= citing
        for join in incoming(index, end):
            assert join.end != end
            named = [there for there in outgoing(index, join.end) if there.end.path == end.path]
            assert set(join.spans) <= {span for there in named for span in there.spans}


def test_a_node_that_is_gone_is_no_end() -> None:
    index = Index.of([IndexedDocument("x", made(["FR-1"], []))])
    assert end_of(index, "x", "FR-2") is None
    assert end_of(index, "y", None) is None
    assert end_of(index, "y", "FR-1") is None


def test_code_leads_to_what_it_names_and_back() -> None:
    index = Index.of([IndexedDocument("x", made(["FR-1", "FR-10"], []))])
    text = "# FR-10\ndef go():\n    # FR-1, FR-10/1\n    return 'FR-1'\n"
    links = link(index, {"a.py": mentions_in(text, "a.py", "python")})
    end = end_of(index, "x", "FR-10")
    assert end is not None
    assert [routine_of(one) for one in code_naming(index, links, end)] == [Routine("a.py", "go")]
    assert [one.target.node.key for one in named_by(links, Routine("a.py", "go"))] == ["FR-10", "FR-1"]
    assert code_naming(index, links, End("x", None)) == ()


class _Counting(Index):
    """An index that counts how often it is asked who cites a node."""

    asked = 0

    def references(self, path, key):
        type(self).asked += 1
        return super().references(path, key)


def test_the_callers_of_one_of_ten_thousand_in_one_of_fifteen_hundred_files_are_asked_for_once() -> None:
    many = made([f"FR-{number}" for number in range(10_000)], [])
    files = [IndexedDocument("specs/big.md", many, "specs/big")]
    files += [
        IndexedDocument(
            f"specs/{n}/tasks.md", made(["T1"], [(f"FR-{n}", "specs/big")]), f"specs/{n}", {"specs": "specs"}
        )
        for n in range(1_500)
    ]
    index = _Counting.of(files)
    counting = _Counting(index.documents, index._in_scope, index._citing)
    end = end_of(counting, "specs/big.md", "FR-150")
    assert end is not None
    assert [join.end.path for join in incoming(counting, end)] == ["specs/150/tasks.md"]
    assert _Counting.asked == 1
