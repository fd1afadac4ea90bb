"""Nodes that are inserted: with a free id, in the style of the one beside them, and nothing else changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.document.readings import Readings
from orch_lsp.language.free_ids import highest, next_key
from orch_lsp.language.inserting import insertions
from orch_lsp.text import apply_edits
from tests.fakes.shelf import Shelf, typed
from tests.unit.test_citing import EVERY
from tests.unit.test_rename import BASE, DESIGN, MODIFIES, PLAN, REQUIREMENTS, SPEC, TASKS

LOCAL = ".kiro/specs/計画/requirements.md"
STORIES = "specs/002-b/spec.md"
BUG = ".kiro/specs/b/bugfix.md"
GROUPS = "openspec/changes/c9/tasks.md"
NEW = "openspec/specs/new/spec.md"
BARE = "openspec/specs/bare/spec.md"
EMPTY = "specs/003-c/spec.md"
MORE = {
    LOCAL: (
        "# 需求文档\r\n\r\n## 需求\r\n\r\n### 需求 1：登录 🎈\r\n\r\n**用户故事：** 作为用户\r\n\r\n"
        "#### 验收标准\r\n\r\n1. 当 a 时，系统应当 b\r\n2. 当 c 时，系统应当 d\r\n\r\n"
        "### 需求 3：退出\r\n\r\n#### 验收标准\r\n\r\n1. 当 e 时，系统应当 f\r\n"
    ),
    STORIES: (
        "# Feature Specification: B\n\n## User Scenarios & Testing\n\n### User Story 1 - In (Priority: P1)\n\nText.\n\n"
        "**Why this priority**: x\n\n**Acceptance Scenarios**:\n\n1. **Given** a, **When** b, **Then** c\n"
        "2. **Given** d, **When** e, **Then** f\n\n---\n\n### Edge Cases\n\n- What?\n\n## Success Criteria\n\n"
        "- **SC-01**: fast\n\n- **SC-02**: faster\n"
    ),
    BUG: "# Bugfix Requirements Document\n\n## Bug Analysis\n\n### Current\n\n1.1 WHEN a THEN b\n\n1.2 WHEN c THEN d\n",
    GROUPS: "# Tasks\n\n## 1. Store\n\n- [x] 1.1 Add\n- [ ] 1.3 Test\n\n## 2. Form\n\n* [ ] **2.1** Link\n",
    ".kiro/specs/c/requirements.md": "# Requirements Document\n\n## Introduction\n\nx\n\n## Requirements\n",
    ".kiro/specs/c/tasks.md": "# Implementation Plan\n\n## Tasks\n",
    ".kiro/specs/c/design.md": "# Design Document\n\n## Correctness Properties",
    "b.spec.md": "# B\n\n## Acceptance Criteria\n\n## Tasks\n\n",
    BARE: "# bare\n\n## Purpose\n\nx\n\n## Requirements\n\n### Requirement: Fields\n\n- one\n- two\n",
    NEW: "# new\n\n## Purpose\n\nx\n\n## Requirements\n",
    EMPTY: (
        "# Feature Specification: C\n\n## User Scenarios & Testing\n\n## Requirements\n\n"
        "### Functional Requirements\n\n## Success Criteria\n"
    ),
}
DOCUMENTS = EVERY | MORE
EARS = "WHEN TODO THEN THE SYSTEM SHALL TODO"
SCENARIO = "**Given** TODO, **When** TODO, **Then** TODO"
NEW_STORY = (
    "\n\n### User Story 2 - TODO (Priority: P1)\n\nTODO\n\n**Why this priority**: TODO\n\n"
    f"**Acceptance Scenarios**:\n\n1. {SCENARIO}"
)
STEPS = "- **WHEN** TODO\n- **THEN** TODO"
FIRST_REQUIREMENT = f"\n\n### Requirement: TODO\n\nThe system SHALL TODO.\n\n#### Scenario: TODO\n\n{STEPS}"


def inserted(path, needle):
    """What can be inserted where a text stands, by key: the new text, and the line in front of it."""
    shelf, document, offset = typed(DOCUMENTS, path, needle, f"¦{needle}")
    found = {}
    for one in insertions(shelf.index, document, path, offset):
        before = re.split(r"\r\n|\n", document.text[: one.edit.span.start])[-1]
        found[one.key] = (one.edit.new_text.replace("\r\n", "\n"), before)
    return found


@pytest.mark.parametrize(
    ("path", "needle", "expected"),
    [
        (SPEC, "FR-002**", {"FR-045": ("\n- **FR-045**: System MUST TODO", "- **FR-002**: System MUST y, see FR-001")}),
        (PLAN, "T001 [US1]", {"T004": ("\n- [ ] T004 [US1] TODO", "- [ ] T001 [US1] do FR-001")}),
        (TASKS, "1.1 This", {"1.2": ("\n  - [ ] 1.2 TODO\n    - _Requirements: TODO_", None)}),
        (
            TASKS,
            "2. That",
            {
                "3": ("\n- [ ] 3. TODO\n  - _Requirements: TODO_", "  - _Depends: 1.1_"),
                "2.1": ("\n  - [ ] 2.1 TODO", "  - _Depends: 1.1_"),
            },
        ),
        (TASKS, "1. Do", {"3": (None, None), "1.2": ("\n  - [ ] 1.2 TODO\n    - _Requirements: TODO_", None)}),
        (
            REQUIREMENTS,
            "WHEN c THEN the system SHALL d, see",
            {
                "1.4": ("\n4. WHEN TODO THEN THE SYSTEM SHALL TODO", "3. WHEN e THEN the system SHALL f."),
                "3": (
                    f"\n\n### Requirement 3: TODO\n\n#### Acceptance Criteria\n\n1. {EARS}",
                    "3. WHEN e THEN the system SHALL f.",
                ),
            },
        ),
        (
            DESIGN,
            "Property 1",
            {"Property 2": ("\n\n### Property 2: TODO\n\n**Validates: Requirements TODO**", None)},
        ),
        (
            LOCAL,
            "当 a",
            {
                "1.3": ("\n3. TODO", "2. 当 c 时，系统应当 d"),
                "4": (
                    "\n\n### 需求 4：TODO\n\n**用户故事：** TODO\n\n#### 验收标准\n\n1. TODO",
                    "2. 当 c 时，系统应当 d",
                ),
            },
        ),
        (
            STORIES,
            "Text.",
            {
                "US1/AC3": (
                    "\n3. **Given** TODO, **When** TODO, **Then** TODO",
                    "2. **Given** d, **When** e, **Then** f",
                ),
                "US2": (NEW_STORY, "---"),
            },
        ),
        (STORIES, "fast\n", {"SC-03": ("\n\n- **SC-03**: TODO", "- **SC-01**: fast")}),
        (BUG, "WHEN a", {"1.3": ("\n\n1.3 TODO", "1.1 WHEN a THEN b")}),
        (GROUPS, "1.1 Add", {"1.4": ("\n- [ ] 1.4 TODO", "- [x] 1.1 Add")}),
        (GROUPS, "Link", {"2.2": ("\n* [ ] **2.2** TODO", "* [ ] **2.1** Link")}),
        (
            BASE,
            "- **WHEN**",
            {
                "Sign in/Scenario: TODO": ("\n\n#### Scenario: TODO\n- **WHEN** TODO", "- **WHEN** x"),
                "Requirement: TODO": (
                    "\n\n### Requirement: TODO\nThe system SHALL TODO.\n\n#### Scenario: TODO\n- **WHEN** TODO",
                    "- x",
                ),
            },
        ),
        (
            MODIFIES,
            "- **WHEN**",
            {"Sign in/Scenario: TODO": ("\n\n#### Scenario: TODO\n- **WHEN** TODO", "- **WHEN** x")},
        ),
        (
            NEW,
            "## Requirements",
            {"Requirement: TODO": (FIRST_REQUIREMENT, "## Requirements")},
        ),
        (EMPTY, "### Functional", {"FR-001": ("\n\n- **FR-001**: System MUST TODO", "### Functional Requirements")}),
        (EMPTY, "## Success", {"SC-001": ("\n\n- **SC-001**: TODO", "## Success Criteria")}),
        (".planning/REQUIREMENTS.md", "AUTH-01", {"AUTH-03": ("\n- [ ] **AUTH-03**: TODO", "- [ ] **AUTH-01**: In")}),
        ("a.spec.md", "AC-1: x", {"AC-2": ("\n- AC-2: TODO", "- AC-1: x")}),
        ("a.spec.md", "T1 do", {"T11": ("\n- [ ] T11 TODO", "- [ ] T1 do AC-1")}),
        (EMPTY, "## User", {"US1": (None, None)}),
        (".kiro/specs/c/requirements.md", "## Requirements", {"1": (None, None)}),
        (".kiro/specs/c/tasks.md", "## Tasks", {"1": ("\n\n- [ ] 1. TODO", "## Tasks")}),
        (".kiro/specs/c/design.md", "## Correctness", {"Property 1": (None, None)}),
        ("b.spec.md", "## Tasks", {"": ("\n\n- [ ] TODO", "## Tasks")}),
        ("b.spec.md", "## Acceptance", {"": ("\n\n- TODO", "## Acceptance Criteria")}),
        (SPEC, "# Feature", {}),
        (NEW, "## Purpose", {}),
    ],
)
def test_a_new_node_is_written_like_the_one_beside_it(path, needle, expected):
    found = inserted(path, needle)
    assert list(found) == list(expected)
    for key, (text, before) in expected.items():
        assert found[key][0] == (text or found[key][0])
        assert found[key][1] == (before or found[key][1])


def test_an_id_that_is_cited_and_not_there_is_not_given_away():
    assert "FR-044" not in DOCUMENTS[SPEC]
    assert "FR-044" in DOCUMENTS[PLAN]
    assert set(inserted(SPEC, "FR-001**")) == {"FR-045"}


def test_a_second_new_requirement_has_another_name():
    texts = {NEW: MORE[NEW] + "\n### Requirement: TODO\n\nThe system SHALL TODO.\n"}
    shelf, document, offset = typed(texts, NEW, "The system", "¦The system")
    keys = [one.key for one in insertions(shelf.index, document, NEW, offset)]
    assert keys == ["TODO/Scenario: TODO", "Requirement: TODO 2"]


def test_nine_thousand_requirements():
    many = "".join(f"- **FR-{number:04d}**: System MUST do {number}\n" for number in range(1, 9_001))
    texts = {SPEC: f"# Feature Specification: A\n\n## Requirements\n\n{many}"}
    shelf, document, offset = typed(texts, SPEC, "do 5000\n", "do ¦5000\n")
    found = insertions(shelf.index, document, SPEC, offset)
    assert [one.key for one in found] == ["FR-9001"]
    assert document.text[: found[0].edit.span.start].endswith("do 5000")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_inserted_is_new_and_changes_nothing_else(data):
    path = data.draw(st.sampled_from(sorted(DOCUMENTS)))
    text = DOCUMENTS[path]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 10))
    put = data.draw(st.sampled_from(["", "", "```\n", "<!--\n", "\n\n", "- [ ] ", "#", "🎈", "\r"]))
    edited = text[:at] + put + text[at + cut :]
    offset = data.draw(st.integers(0, len(edited)))
    shelf = Shelf({**DOCUMENTS, path: edited})
    profile = shelf.profiles[path]
    document = parse(edited, profile)
    taken = set(document.nodes.by_key)
    for one in insertions(shelf.index, document, path, offset):
        assert one.edit.span.start == one.edit.span.end
        assert all(one.edit.new_text[span.start : span.end] == "TODO" for span in one.stand_ins)
        after = apply_edits(edited, [one.edit])
        readings = Readings()
        readings.read("a", edited, profile)
        nodes = readings.read("a", after, profile).nodes
        assert nodes == parse(after, profile).nodes
        assert one.key not in taken
        assert not one.key or one.key in nodes.by_key
        lost = {key for key in taken if "~" not in key} - set(nodes.by_key)
        assert not lost
        if "\r\n" in edited and "\n" not in edited.replace("\r\n", "") and "\r" not in edited.replace("\r\n", ""):
            assert "\n" not in one.edit.new_text.replace("\r\n", "")


def test_a_requirement_without_a_scenario_is_no_model_for_another():
    assert inserted(BARE, "- two")["Requirement: TODO"] == (FIRST_REQUIREMENT, "- two")


@pytest.mark.parametrize(
    ("numbers", "beside", "free"),
    [
        ((1, 2, 3, 9999), 2, "FR-004"),
        ((1, 9999), 1, "FR-002"),
        ((1, 2, 3, 9998, 9999), 3, "FR-004"),
        ((1, 2, 3, 44), 3, "FR-045"),
        ((1, 2, 101, 102), 2, "FR-103"),
        ((1, 1001, 1002, 1003), 1, "FR-1004"),
        ((1001, 1002, 1003, 2001), 2001, "FR-2002"),
        ((9999,), 9999, "FR-10000"),
    ],
)
def test_a_slip_of_the_pen_does_not_move_the_ids_of_others(numbers, beside, free):
    taken = [f"FR-{number:03d}" for number in numbers]
    found = next_key(f"FR-{beside:03d}", taken)
    assert found is not None
    assert found[0] == free


def test_the_first_number_of_a_series_is_one():
    assert highest("FR-", ["T9999", "NFR-3"]) == 0


def test_an_id_cited_by_a_slip_does_not_move_the_new_one():
    text = f"{DOCUMENTS[SPEC]}\nSee FR-9999.\n"
    shelf = Shelf({**DOCUMENTS, SPEC: text})
    document = parse(text, shelf.profiles[SPEC])
    keys = {one.key for one in insertions(shelf.index, document, SPEC, text.index("**FR-00"))}
    assert not any(key.startswith("FR-1") and len(key) > len("FR-100") for key in keys)
    assert any(key.startswith("FR-0") for key in keys)


@pytest.mark.parametrize("behind", [" {#sign}", " {: #sign }"])
def test_a_new_heading_has_not_the_anchor_of_the_one_beside_it(behind):
    text = DOCUMENTS[STORIES].replace("(Priority: P1)", f"(Priority: P1){behind}", 1)
    shelf, document, offset = typed(DOCUMENTS | {STORIES: text}, STORIES, "Text.", "¦Text.")
    (made,) = (one for one in insertions(shelf.index, document, STORIES, offset) if one.key == "US2")
    heading = made.edit.new_text.replace("\r\n", "\n").strip().split("\n")[0]
    assert heading == "### User Story 2 - TODO (Priority: P1)"
