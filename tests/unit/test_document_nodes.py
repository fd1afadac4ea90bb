"""What of a document can be addressed: nodes, their keys, states and hashes, and what they cite."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.items import items_of, visible_matches
from orch_lsp.document.node import Citation, Node, folded, gathered, shortened, slug
from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import Span

SPEC = """\
# Limiter

## Acceptance Criteria

- **AC-1**: A client above its limit gets 429.
- The limit is per client.

## Tasks

- [ ] T1: Count requests, for AC-1.
  - [x] Per client
- [-] Reject.
- [ ]* Log.
- Tell people

## Notes

- [ ] Ask somebody
- AC-1 is hard; see `AC-1`, [AC-1](AC-1.md), <!-- AC-1 --> and AC-12.

```
AC-1
```
"""

_PIECES = [
    "# Title", "## Goal", "## Tasks", "### Sub", "text T1", "- [ ] T1: a", "  - [x] **T1** b", "1. c", "- [-] d",
    "```", "<!--", "-->", "> - q", "| T1 | b |\n|---|---|", "", "=====", "\ufeff", "[a]: T1", "é\ud800 T1", "   - deep",
    "## Acceptance Criteria", "* [x ] no", "-", "- [ ]", "- [ ]* e",
]  # fmt: skip
_texts = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(st.sampled_from(_PIECES), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


def nodes(text: str):
    return parse(text, PLAIN).nodes


def test_plain_has_sections_tasks_and_criteria() -> None:
    assert [(node.kind, node.key, node.state, node.parent) for node in nodes(SPEC).nodes] == [
        ("section", "limiter", None, None),
        ("section", "acceptance-criteria", None, "limiter"),
        ("criterion", "AC-1", None, "acceptance-criteria"),
        ("criterion", "acceptance-criteria/the-limit-is-per-client", None, "acceptance-criteria"),
        ("section", "tasks", None, "limiter"),
        ("task", "T1", "open", "tasks"),
        ("task", "tasks/per-client", "done", "T1"),
        ("task", "tasks/reject", "in_progress", "tasks"),
        ("task", "tasks/log", "optional", "tasks"),
        ("task", "tasks/tell-people", None, "tasks"),
        ("section", "notes", None, "limiter"),
        ("checklist_item", "checklist/ask-somebody", "open", "notes"),
    ]


def test_a_citation_is_a_visible_id_that_some_node_has() -> None:
    found = [
        (SPEC[c.span.start : c.span.end], SPEC.count("\n", 0, c.span.start), c.relation) for c in nodes(SPEC).citations
    ]
    assert found == [("AC-1", 9, "cites"), ("AC-1", 18, "cites"), ("AC-1", 18, "cites"), ("AC-1", 18, "cites")]
    assert [citation.key for citation in nodes(SPEC).by_key["T1"].citations] == ["AC-1"]


def test_a_node_keeps_its_title_span_and_name() -> None:
    node = nodes(SPEC).by_key["T1"]
    assert node.title == "Count requests, for AC-1."
    assert SPEC[node.span.start : node.span.end] == "- [ ] T1: Count requests, for AC-1.\n  - [x] Per client"
    assert node.name is not None
    assert SPEC[node.name.start : node.name.end] == "T1"


def test_duplicate_keys_are_numbered_in_document_order() -> None:
    text = "## Tasks\n\n- [ ] T1: a\n- [ ] T1: b\n- [ ] T1~2\n- [ ] a\n- [ ] A!\n"
    assert [node.key for node in nodes(text).nodes] == [
        *("tasks", "T1", "T1~2", "tasks/t1-2", "tasks/a", "tasks/a~2"),
    ]
    assert len(nodes(text).by_key) == len(nodes(text).nodes)
    made = gathered("abc", [Node("task", key, "", Span(n, n + 1)) for n, key in enumerate(["a", "a", "a~2"])])
    assert [node.key for node in made.nodes] == ["a", "a~3", "a~2"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("- [ ] **Count**  requests", "- [x] count requests", True),
        ("a *b* `c`", "a b c", True),
        ("a\r\nb", "a b", True),
        ("snake_case", "snakecase", False),
        ("2*3", "23", False),
        ("FR-001", "FR-002", False),
    ],
)
def test_a_hash_holds_what_a_reader_reads(one: str, other: str, same: bool) -> None:
    assert (folded(one) == folded(other)) is same


@pytest.mark.parametrize("mark", "*_`~")
def test_a_run_of_marks_without_end_is_folded_at_once(mark: str) -> None:
    assert folded(f"- {mark * 500_000} a").endswith(" a")
    assert folded(f"{mark * 32}a{mark * 32}") == "a"


def test_a_hash_changes_with_what_the_node_holds_alone() -> None:
    before, after = nodes(SPEC), nodes(SPEC.replace("Ask somebody", "Ask nobody"))
    changed = {
        key for key, node in before.by_key.items() if key in after.by_key and after.by_key[key].sha256 != node.sha256
    }
    assert changed == {"limiter", "notes"}


def test_items_are_read_with_their_boxes_numbers_and_own_words() -> None:
    text = "1. [ ] one\n   more\n   - [x]* nested\n\n2) b\n\n   c\n- [-] d\n-\n"
    (chunk,) = read(text).chunks
    found = [
        (text[item.content.start : item.content.end], item.ordinal, item.box, item.starred, item.parent)
        for item in items_of(chunk)
    ]
    assert found == [
        ("one\n   more", 1, " ", False, -1),
        ("nested", None, "x", True, 0),
        ("b", 2, None, False, -1),
        ("d", None, "-", False, -1),
        ("", None, None, False, -1),
    ]
    boxes = [text[item.box_span.start : item.box_span.end] for item in items_of(chunk) if item.box_span]
    assert boxes == ["[ ]", "[x]", "[-]"]


def test_nothing_hidden_is_matched() -> None:
    text = "A1 [A2](A3) ![A4](A5) <!-- A6 --> `A7`\n\n    A8\n\n[A9]: A10\n\n[A11][A9] <https://a.example/A12>\n\n~~~\nA13\n~~~\n"
    found = [match[0] for match in visible_matches(read(text), re.compile(r"A\d+"))]
    assert found == ["A1", "A2", "A4", "A7", "A11"]


@settings(max_examples=400, deadline=None)
@given(_texts)
def test_any_document_has_one_tree_of_nodes(text: str) -> None:
    found = nodes(text)
    assert len(found.by_key) == len(found.nodes)
    for node in found.nodes:
        assert 0 <= node.span.start <= node.span.end <= len(text)
        if node.name is not None:
            assert node.span.start <= node.name.start <= node.name.end <= node.span.end
        if node.parent is not None:
            parent = found.by_key[node.parent].span
            assert parent.start <= node.span.start
            assert node.span.end <= parent.end
        for citation in node.citations:
            assert text[citation.span.start : citation.span.end] == citation.key
            assert node.span.start <= citation.span.start < citation.span.end <= node.span.end
    for offset in range(len(text) + 1):
        holding = [node for node in found.nodes if node.span.start <= offset < node.span.end]
        innermost = found.at(offset)
        if holding:
            assert innermost == holding[-1] or (innermost is not None and innermost.span.end == offset)


@settings(max_examples=200, deadline=None)
@given(st.lists(_texts, min_size=2, max_size=5))
def test_nodes_of_a_document_that_changed_are_those_of_a_new_one(texts: list[str]) -> None:
    readings = Readings()
    for text in texts:
        found, whole = readings.read("a", text, PLAIN).nodes, parse(text, PLAIN).nodes
        assert found == whole
        assert [node.sha256 for node in found.nodes] == [node.sha256 for node in whole.nodes]


def test_nodes_are_made_once_for_a_version() -> None:
    readings = Readings()
    assert readings.read("a", SPEC, PLAIN).nodes is readings.read("a", SPEC, PLAIN).nodes


def test_an_edit_costs_the_items_of_the_chunk_that_it_touched() -> None:
    text = "# A\n\n" + "".join(f"## Part {n}\n\n- [ ] Do {n}.\n\n" for n in range(100))
    readings = Readings()
    first = [items_of(chunk) for chunk in readings.read("a", text, PLAIN).tree.chunks]
    second = [items_of(chunk) for chunk in readings.read("a", text.replace("Do 50.", "Do 50!"), PLAIN).tree.chunks]
    assert sum(one is not other for one, other in zip(first, second, strict=True)) == 1


@given(st.text(max_size=200))
def test_a_slug_is_short_and_stable(words: str) -> None:
    assert len(slug(words)) <= 60
    assert slug(slug(words)) == slug(words)


def test_citations_are_found_by_offset() -> None:
    found = nodes(SPEC)
    at = SPEC.index("AC-1.")
    citation = found.citation_at(at + 2)
    assert citation == Citation("cites", Span(at, at + 4), "AC-1")
    assert found.citation_at(at - 1) is None
    assert found.citation_at(at + 4) == citation


def test_many_items_with_one_id_each_have_a_key() -> None:
    text = "## Tasks\n\n" + "- [ ] T1: do\n" * 3000
    assert len(nodes(text).by_key) == 3001


def test_the_examples_have_nodes() -> None:
    for path in Path(__file__).resolve().parents[2].glob("examples/**/*.md"):
        assert parse(path.read_text("utf-8"), PLAIN).nodes.nodes


def test_an_item_that_a_tab_indents_is_read_like_any_other() -> None:
    text = "- [ ] one\n\t- [x] two\n\t- three\n\n\t- [ ] four\n"
    (chunk,) = read(text).chunks
    found = [(text[item.span.start : item.span.start + 1], item.box, item.parent) for item in items_of(chunk)]
    assert found == [("-", " ", -1), ("-", "x", 0), ("-", None, 0), ("-", " ", 0)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("one  two\n three", "one two three"),
        (" ".join("a" * 12), "a a a a a a a a a a a a"),
        (" ".join("a" * 13), "a a a a a a a a a a a a…"),
        ("a a a a a a a a a a a a, and more", "a a a a a a a a a a a a…"),
        ("当" * 200, f"{'当' * 160}…"),
        ("", ""),
    ],
)
def test_a_title_that_goes_on_says_so(text, title):
    assert shortened(text) == title
