"""What a node is, who cites it and what it cites: found over the documents of a spec, and said without harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.language.about import about, nodes_at
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.lsp import about_node
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.registry import profile_named

SPEC = (
    "# Feature Specification: A\n\n### User Story 1 - Do it (Priority: P1)\n\n"
    "1. **Given** a, **When** b, **Then** c\n\n"
    "## Requirements\n\n- **FR-001**: System MUST see\n- **FR-002**: as FR-001 and FR-009\n"
)
TASKS = "# Tasks: A\n\n## Phase 1\n\n- [x] T001 [US1] Do FR-001\n- [ ] T002 Do FR-001\n  and US1/AC1\n"


def an_index(spec=SPEC, tasks=TASKS):
    found = []
    for path, text, profile in (("s/spec.md", spec, "spec-kit"), ("s/tasks.md", tasks, "spec-kit/tasks")):
        known = profile_named(profile)
        assert known is not None
        found.append(IndexedDocument(path, parse(text, known).nodes, "s"))
    return Index.of(found)


def address(path, span):
    return f"file:///w/{path}#L{span.start}"


def said_at(index, path, text, words):
    here = nodes_at(index, path, text.index(words) + 1)
    if here is None:
        return None
    (found,) = here.nodes
    return about(index, found)


@pytest.mark.parametrize("words", ["FR-001**", "MUST see", "FR-001 and"])
def test_a_requirement_is_known_at_its_name_in_its_text_and_where_it_is_cited(words):
    said = said_at(an_index(), "s/spec.md", SPEC, words)
    assert said is not None
    if words == "FR-001 and":
        assert said.text == "- **FR-001**: System MUST see"
    assert [(one.path, one.source and one.source.key) for one in said.cited_by] == [
        ("s/spec.md", "FR-002"), ("s/tasks.md", "T001"), ("s/tasks.md", "T002"),
    ]  # fmt: skip


def test_a_task_tells_its_state_and_its_citations_from_another_file():
    said = said_at(an_index(), "s/tasks.md", TASKS, "Do FR-001")
    assert said is not None
    assert (said.node.key, said.node.state, said.path) == ("T001", "done", "s/tasks.md")
    assert [[found.node.key for found in nodes] for _, nodes in said.cites] == [["US1"], ["FR-001"]]


def test_a_heading_means_its_node_on_its_line_alone_and_a_title_means_nothing():
    index = an_index()
    said = said_at(index, "s/spec.md", SPEC, "Do it")
    assert said is not None
    assert said.node.key == "US1"
    assert nodes_at(index, "s/spec.md", SPEC.index("Requirements")) is None
    assert nodes_at(index, "s/spec.md", SPEC.index("FR-009") + 1) is None
    assert nodes_at(index, "nowhere.md", 3) is None


def test_it_is_said_in_markdown_with_links_and_in_plain_text_without():
    said = said_at(an_index(), "s/spec.md", SPEC, "FR-002**")
    assert said is not None
    shown = about_node.markdown(said, address)
    assert "`FR-002` · requirement · `s/spec.md`" in shown
    assert "```markdown\n- **FR-002**: as FR-001 and FR-009\n```" in shown
    at = SPEC.index("FR-001")
    assert "- cites 2: [FR\\-001" in shown.replace("FR-001", "FR\\-001") or "cites 2: [FR-001 System" in shown
    assert f"(<file:///w/s/spec.md#L{at}>)" in shown
    plain = about_node.text(said, address)
    assert "cites 2: FR-001 System MUST see (s/spec.md), FR-009 (not found)" in plain
    assert "[" not in plain.replace("- **FR-002**", "")


def test_lists_and_texts_are_of_bounded_length():
    tasks = "# Tasks: A\n\n## Phase 1\n\n" + "".join(f"- [ ] T{n:03} Do FR-001\n" for n in range(100))
    spec = SPEC.replace("MUST see", "MUST see" + "\n  more" * 5_000)
    said = said_at(an_index(spec, tasks), "s/spec.md", spec, "FR-001**")
    assert said is not None
    shown = about_node.markdown(said, address)
    assert "cited by 101: " in shown
    assert "and 93 more" in shown
    assert len(shown) < 6_000


HOSTILE = (
    "[x](command:evil) ![i](https://example.org/i.png) <img src=x> ``` \n```\n<script>\u202e *b* https://example.org"
)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.sampled_from([HOSTILE, HOSTILE * 3, "```", "~~~~", "](<x>)", "`", "\r\n\t```"]))
def test_nothing_of_what_others_wrote_is_a_link_an_image_or_html(words):
    line = " ".join(words.split())
    spec = SPEC.replace("MUST see", f"MUST {words}").replace("as FR-001", f"{line} FR-001")
    index = an_index(spec, TASKS.replace("Do FR-001", f"{line} FR-001"))
    for path, document in index.documents.items():
        for node in document.nodes.nodes:
            here = nodes_at(index, path, node.head.start)
            for found in here.nodes if here else ():
                tree = read(about_node.markdown(about(index, found), address))
                assert {element.value.partition("#")[0] for element, _ in tree.elements("link")} <= {
                    "file:///w/s/spec.md", "file:///w/s/tasks.md",
                }  # fmt: skip
                assert not list(tree.elements("image", "html", "html_block"))
                assert tree.open_block is None
                assert not list(tree.definitions())
