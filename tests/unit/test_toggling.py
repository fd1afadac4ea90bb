"""Toggling tasks: the box that is meant, in the document's own style, and no other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.items import items_of
from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.language.toggling import toggles
from orch_lsp.profiles.kiro.sections import TASKS as KIRO
from orch_lsp.profiles.openspec.kinds import TASKS as OPENSPEC
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import Span, apply_edits

PLAN = (
    "# Implementation Plan: 计划\r\n\r\n## Tasks\r\n\r\n- [x] 1. Done 🎈\r\n  - [x] 1.1 In it\r\n    - words\r\n"
    "- [ ] 2. Open\r\n  * [ ] 2.1 First\r\n    - _Requirements: 1.1_\r\n  * [ ]* 2.2 Tests\r\n  * [-] 2.3 Begun\r\n"
    "- [✓] 3. Odd\r\n\r\n```\r\n- [ ] 9. In a fence\r\n```\r\n\r\n> - [ ] 8. In a quote\r\n\r\n"
    "<!--\r\n- [ ] 7. No\r\n-->\r\n"
)


def offered(text, needle, profile=KIRO, end=None):
    """The titles that are offered at a place, each with the lines that it changes."""
    document = parse(text, profile)
    start = text.index(needle)
    found = toggles(document, Span(start, start if end is None else text.index(end)))
    return {
        one.title: [
            (old.strip(), new.strip())
            for old, new in zip(text.split("\n"), apply_edits(text, one.edits).split("\n"), strict=True)
            if old != new
        ]
        for one in found
    }


@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("1. Done", {"Mark 1 as open": [("- [x] 1. Done 🎈", "- [ ] 1. Done 🎈")]}),
        (
            "words",
            {
                "Mark 1.1 as open": [("- [x] 1.1 In it", "- [ ] 1.1 In it")],
                "Reopen 1.1 and the tasks around it": [
                    ("- [x] 1. Done 🎈", "- [ ] 1. Done 🎈"),
                    ("- [x] 1.1 In it", "- [ ] 1.1 In it"),
                ],
            },
        ),
        (
            "- [ ] 2. Open",
            {
                "Mark 2 as done": [("- [ ] 2. Open", "- [x] 2. Open")],
                "Mark 2 as begun": [("- [ ] 2. Open", "- [-] 2. Open")],
                "Mark 2 and its 2 open parts as done": [
                    ("- [ ] 2. Open", "- [x] 2. Open"),
                    ("* [ ] 2.1 First", "* [x] 2.1 First"),
                    ("* [-] 2.3 Begun", "* [x] 2.3 Begun"),
                ],
            },
        ),
        (
            "_Requirements",
            {
                "Mark 2.1 as done": [("* [ ] 2.1 First", "* [x] 2.1 First")],
                "Mark 2.1 as begun": [("* [ ] 2.1 First", "* [-] 2.1 First")],
            },
        ),
        (
            "2.2 Tests",
            {
                "Mark 2.2 as done": [("* [ ]* 2.2 Tests", "* [x]* 2.2 Tests")],
                "Mark 2.2 as begun": [("* [ ]* 2.2 Tests", "* [-]* 2.2 Tests")],
            },
        ),
        ("2.3 Begun", {"Mark 2.3 as done": [("* [-] 2.3 Begun", "* [x] 2.3 Begun")]}),
        ("- [✓] 3", {}),
        ("9. In a fence", {}),
        ("7. No", {}),
        ("## Tasks", {}),
    ],
)
def test_the_task_that_holds_the_cursor_is_toggled_and_those_around_it_are_not(needle, expected):
    assert offered(PLAN, needle) == expected


def test_the_marks_of_the_document_are_kept():
    text = "## Tasks\n\n- [X] 1.1 a\n+ [ ] 1.2 b\n1. [ ] 1.3 c\n"
    for needle, before, after in (("1.2", "+ [ ] 1.2 b", "+ [X] 1.2 b"), ("1.3", "1. [ ] 1.3 c", "1. [X] 1.3 c")):
        assert offered(text, needle, OPENSPEC) == {f"Mark {needle} as done": [(before, after)]}


def test_a_selection_is_done_unless_all_of_it_is():
    text = "## Tasks\n\n- [x] a\n- [ ] b\n  - [-] c\n\nwords\n"
    assert list(offered(text, "- [x] a", PLAIN, "words")) == ["Mark 3 tasks as done"]
    done = text.replace("[ ]", "[x]").replace("[-]", "[x]")
    assert list(offered(done, "- [x] a", PLAIN, "words")) == ["Mark 3 tasks as open"]
    assert list(offered(text, "- [x] a", PLAIN, "- [ ] b")) == ["Mark 2 tasks as done"]


def test_a_task_without_an_id_is_told_by_its_words():
    assert list(offered("## Tasks\n\n- [ ] Write it\n", "Write", PLAIN)) == ["Mark “Write it” as done"]


LINES = st.sampled_from(
    [
        "- [ ] 1. a",
        "  - [x] 1.1 b",
        "  - [ ]* 1.2 c",
        "- [-] 2. 需求 🎈",
        "* [X] 3. d",
        "    words",
        "",
        "```",
        "> - [ ] e",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_a_toggle_changes_the_characters_in_boxes_alone_and_back_again(lines, line_end, data):
    text = line_end.join(["# Implementation Plan", "", "## Tasks", "", *lines])
    at = data.draw(st.integers(0, len(text)))
    document = parse(text, KIRO)
    for one in toggles(document, Span(at, at)):
        after = apply_edits(text, one.edits)
        assert len(after) == len(text)
        changed = [n for n, (old, new) in enumerate(zip(text, after, strict=True)) if old != new]
        assert changed == [edit.span.start for edit in one.edits]
        readings = Readings()
        readings.read("a", text, KIRO)
        again = readings.read("a", after, KIRO)
        assert again.nodes == parse(after, KIRO).nodes
        assert [node.key for node in again.nodes.nodes] == [node.key for node in document.nodes.nodes]
        states = {
            chunk_base + item.box_span.start + 1: item.state
            for chunk, chunk_base in zip(again.tree.chunks, again.tree.starts, strict=True)
            for item in items_of(chunk)
            if item.box_span is not None
        }
        assert {states[edit.span.start] for edit in one.edits} <= {one.state}
        assert {one.state, toggles(again, Span(at, at))[0].state} >= {"done"}


def test_ten_thousand_tasks_are_walked_for_one():
    text = "# Implementation Plan\n\n" + "".join(f"- [ ] {number}. Do it\n" for number in range(1, 10_001))
    found = offered(text, "5000. ")
    assert found["Mark 5000 as done"] == [("- [ ] 5000. Do it", "- [x] 5000. Do it")]
