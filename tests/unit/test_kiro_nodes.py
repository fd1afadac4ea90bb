"""Documents of Kiro and of tools that write like it: requirements, criteria, properties, tasks, and who cites whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.node import Nodes
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.kiro.format import FORMAT
from orch_lsp.profiles.kiro.references import LONGEST_RANGE
from orch_lsp.profiles.kiro.sections import BUGFIX, DESIGN, REQUIREMENTS, TASKS
from tests.unit.node_rules import assert_an_edit_reads_as_the_whole, assert_nodes_lie_in

REQUIREMENTS_TEXT = """\
# Requirements Document

## Introduction

Limits. See Requirement 2.

## Glossary

- **Rate_Limiter**: what counts
- **Client:** who asks

## Requirements

### Requirement 1: Count requests

**User Story:** As an operator, I want limits, so that nobody is starved.

#### Acceptance Criteria

1. WHEN a request arrives THEN THE Rate_Limiter SHALL count it
   - per client
2. IF the limit is reached THEN THE Rate_Limiter SHALL answer 429

   with a header
4. THE Rate_Limiter SHALL keep counts for a minute

### Requirement 2: Tell

#### Acceptance Criteria for Requirement 2

1. one
1. two
- three

### Derived Requirement 1: Clocks

#### Acceptance Criteria

1. THE clock SHALL be monotonic (from Requirement 1.2)
"""

BUGFIX_TEXT = """\
# Bugfix Requirements Document

## Introduction

1.5 hours are lost.

## Bug Analysis

### Current Behavior (Defect)

1.1 WHEN a request arrives
twice THEN it is counted once

1.2 WHEN none arrives THEN one is counted
1.3 WHEN the clock jumps THEN counts are lost

### Expected Behavior (Correct)

- **2.1** WHEN a request arrives twice THEN the limiter SHALL count two

### Unchanged Behavior (Regression Prevention)

3.1. THE limiter SHALL CONTINUE TO answer 429
"""

DESIGN_TEXT = """\
# Design Document

## Components and Interfaces

### Limiter

| Component | Req Coverage | Note |
|---|---|---|
| Limiter | 1.1, 2.1-2.3 | 9.9 |

## Correctness Properties

### Property 1: Counts never fall

*For any* sequence of requests, counts grow. **Validates: Requirements 1.1, 1.2,
1.4**

**Property 2: Order does not matter**

Counts are sums.

**Validates: Requirement 2.1**

Property 3: Fix Checking - what was lost is counted

_Validates: Requirements 2.1–2.3_
"""

TASKS_TEXT = """\
# Implementation Plan

## Overview

Build it.

## Tasks

- [x] 1. Set up (P)
  - Make folders
  - _Requirements: All requirements_
- [-] 2. Count
  - [x] 2.1 Keep counts (P)
    - _Requirements: 1.1, 1.2-1.4_
    - _Boundary: Rate Limiter, Clock_
  - [ ]* 2.2 Write property test
    - **Property 1: Counts never fall**
    - **Validates: Requirements 1.1**
  - [~] 2.3 Answer
    - _Requirements: Derived 1.1, 2, Requirement 3.1 (partly); design §3_
    - _Depends: 2.1, 1_
- [ ] Tell people
  - _Requirements: Foundation for all requirements_

## Notes

- [ ] Ask somebody

```
- [ ] 9. Nobody
  - _Requirements: 9.9_
```
"""


def nodes(text: str, profile: Profile) -> Nodes:
    return parse(text, profile).nodes


def listed(found: Nodes, *kinds: str) -> list[tuple[str, str, str]]:
    return [(node.kind, node.key, node.title) for node in found.nodes if node.kind in kinds]


def cited(text: str, profile: Profile = TASKS) -> list[tuple[str, str, str]]:
    return [(c.relation, c.key, text[c.span.start : c.span.end]) for c in nodes(text, profile).citations]


def test_requirements_have_numbers_and_their_criteria_the_numbers_of_both() -> None:
    found = nodes(REQUIREMENTS_TEXT, REQUIREMENTS)
    assert listed(found, "requirement", "criterion", "entity") == [
        ("entity", "glossary/rate-limiter", "Rate_Limiter"),
        ("entity", "glossary/client", "Client"),
        ("requirement", "1", "Count requests"),
        ("criterion", "1.1", "WHEN a request arrives THEN THE Rate_Limiter SHALL count it"),
        ("criterion", "1.2", "IF the limit is reached THEN THE Rate_Limiter SHALL answer 429"),
        ("criterion", "1.4", "THE Rate_Limiter SHALL keep counts for a minute"),
        ("requirement", "2", "Tell"),
        ("criterion", "2.1", "one"),
        ("criterion", "2.2", "two"),
        ("criterion", "2.3", "three"),
        ("requirement", "Derived 1", "Clocks"),
        ("criterion", "Derived 1.1", "THE clock SHALL be monotonic (from Requirement 1.2)"),
    ]
    assert found.by_key["1.2"].parent == "acceptance-criteria"
    assert [node.key for node in found.around(found.by_key["1.2"].span.start)][:3] == [
        "1.2",
        "acceptance-criteria",
        "1",
    ]
    assert cited(REQUIREMENTS_TEXT, REQUIREMENTS) == [
        ("cites", "2", "2"),
        ("cites", "2", "2"),
        ("cites", "1.2", "1.2"),
    ]
    requirement = found.by_key["1"]
    assert requirement.name is not None
    assert REQUIREMENTS_TEXT[requirement.name.start : requirement.name.end] == "1"


@pytest.mark.parametrize(
    ("heading", "criteria"),
    [
        ("### Requirement 1", "#### Acceptance Criteria"),
        ("### **Requirement 1**: Titel", "#### Akzeptanzkriterien"),
        ("### ✅ Requirement 1 - Title {#count}", "#### Acceptance Criteria {#ac}"),
        ("### 需求 1：标题", "#### 验收标准"),
        ("### 需求１：标题", "#### 验收准则："),
        ("### 要件1: 題名", "#### 受け入れ基準"),
        ("### 요구사항 1: 제목", "#### 인수 기준"),
        ("### Requisito 1: Título", "#### Criterios de aceptación"),
        ("### Requisito 1: Título", "#### Critérios de aceitação"),
        ("### Anforderung 1: Titel", "#### Abnahmekriterien"),
        ("### Exigence 1 : Titre", "#### Critères d'acceptation"),
        ("### 1. Overview", "#### Acceptance Criteria"),
        ("### 1 Feature: a", "#### Acceptance Criteria <!-- EARS -->"),
        ("### [Requirement 1] Title", "**Acceptance Criteria**"),
        ("#### Requirement 1", "##### 📋 Acceptance Criteria *(mandatory)*"),
    ],
)
def test_headings_in_many_words_are_requirements(heading: str, criteria: str) -> None:
    text = f"# T\n\n## Requirements\n\n{heading}\n\n{criteria}\n\n1. WHEN a THEN b SHALL c\n2. d\n"
    for source in (text, text.replace("\n", "\r\n"), "\ufeff" + text):
        found = nodes(source, REQUIREMENTS)
        assert [key for _, key, _ in listed(found, "requirement", "criterion")] == ["1", "1.1", "1.2"]


def test_requirements_without_headings_are_a_list() -> None:
    text = "# Requirements Document\n\n## Requirements\n\n1. **Count**\n   1. WHEN a\n   2. WHEN b\n2. Tell\n   - why\n"
    found = nodes(text, REQUIREMENTS)
    assert [(kind, key) for kind, key, _ in listed(found, "requirement", "criterion")] == [
        ("requirement", "1"), ("criterion", "1.1"), ("criterion", "1.2"), ("requirement", "2"),
    ]  # fmt: skip


def test_ids_of_peoples_own_are_keys() -> None:
    text = (
        "# Requirements: X\n\n## Requirements\n\n### FR-1: Count\n\n- **AC-1.1**: a\n- b\n\n**NFR-2.1**: Fast\n\n"
        "## Acceptance\n\n**US-1** c\n\n- UTF-8 is used\n"
    )
    assert [(kind, key) for kind, key, _ in listed(nodes(text, REQUIREMENTS), "requirement", "criterion", "story")] == [
        ("requirement", "FR-1"), ("criterion", "AC-1.1"), ("requirement", "NFR-2.1"), ("story", "US-1"),
    ]  # fmt: skip


def test_prose_and_notes_below_a_requirement_are_no_criteria() -> None:
    text = (
        "## Requirements\n\n### Requirement 1: a\n\n- a note\n- THE system SHALL b\n\n#### Acceptance Criteria\n\n"
        "1. 3.5 GB SHALL be enough\n2. **1.9** WHEN c\n\n> 1. quoted\n\n### Regression Safety\n\n1. no\n"
    )
    found = nodes(text, REQUIREMENTS)
    assert [key for _, key, _ in listed(found, "requirement", "criterion")][:3] == ["1", "1.1", "1.9"]
    assert "Regression Safety" not in found.by_key


def test_a_bug_report_has_numbered_lines() -> None:
    found = nodes(BUGFIX_TEXT, BUGFIX)
    assert listed(found, "requirement", "criterion") == [
        ("criterion", "1.1", "WHEN a request arrives twice THEN it is counted once"),
        ("criterion", "1.2", "WHEN none arrives THEN one is counted"),
        ("criterion", "1.3", "WHEN the clock jumps THEN counts are lost"),
        ("criterion", "2.1", "WHEN a request arrives twice THEN the limiter SHALL count two"),
        ("criterion", "3.1", "THE limiter SHALL CONTINUE TO answer 429"),
    ]
    first = found.by_key["1.1"]
    assert BUGFIX_TEXT[first.span.start : first.span.end].endswith("counted once")


def test_properties_validate_criteria() -> None:
    found = nodes(DESIGN_TEXT, DESIGN)
    assert listed(found, "property") == [
        ("property", "Property 1", "Counts never fall"),
        ("property", "Property 2", "Order does not matter"),
        ("property", "Property 3", "Fix Checking - what was lost is counted"),
    ]
    by_property = {
        key: [c.key for c in found.by_key[key].citations] for key in ("Property 1", "Property 2", "Property 3")
    }
    assert by_property == {
        "Property 1": ["1.1", "1.2", "1.4"], "Property 2": ["2.1"], "Property 3": ["2.1", "2.2", "2.3"],
    }  # fmt: skip
    assert {c.relation for c in found.by_key["Property 1"].citations} == {"validates"}
    assert [c.key for c in found.by_key["limiter"].citations] == ["1.1", "2.1", "2.2", "2.3"]


def test_tasks_have_numbers_and_states() -> None:
    found = nodes(TASKS_TEXT, TASKS)
    assert [(n.kind, n.key, n.title, n.state) for n in found.nodes if n.kind != "section"] == [
        ("task", "1", "Set up", "done"),
        ("task", "2", "Count", "in_progress"),
        ("task", "2.1", "Keep counts", "done"),
        ("task", "2.2", "Write property test", "optional"),
        ("task", "2.3", "Answer", "in_progress"),
        ("task", "tasks/tell-people", "Tell people", "open"),
        ("checklist_item", "checklist/ask-somebody", "Ask somebody", "open"),
    ]
    assert found.by_key["2.1"].parent == "2"


def test_tasks_cite_what_they_cover_and_words_for_all_cite_nothing() -> None:
    assert cited(TASKS_TEXT) == [
        ("covers", "1.1", "1.1"),
        ("covers", "1.2", "1.2"),
        ("covers", "1.3", "1.4"),
        ("covers", "1.4", "1.4"),
        ("cites", "rate-limiter", "Rate Limiter"),
        ("cites", "clock", "Clock"),
        ("covers", "Property 1", "1"),
        ("validates", "1.1", "1.1"),
        ("covers", "Derived 1.1", "1.1"),
        ("covers", "2", "2"),
        ("covers", "3.1", "3.1"),
        ("cites", "2.1", "2.1"),
        ("cites", "1", "1"),
    ]
    found = nodes(TASKS_TEXT, TASKS)
    assert [citation.key for citation in found.by_key["2.3"].citations] == ["Derived 1.1", "2", "3.1", "2.1", "1"]


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("_Requirements: 1.1, 2.3, 4.1-4.3_", ["1.1", "2.3", "4.1", "4.2", "4.3"]),
        ("_Requirements: 4.1-3_", ["4.1", "4.2", "4.3"]),
        ("_Requirements: FR-001 to FR-003_", ["FR-001", "FR-002", "FR-003"]),
        ("_Requirements: 1.1, Requirement 2, Req 3.1 and 4_", ["1.1", "2", "3.1", "4"]),
        ("_需求：1.1、1.2，2_", ["1.1", "1.2", "2"]),
        ("关联需求：1.1", ["1.1"]),
        ("_要件: １.１と2.1_", ["1.1", "2.1"]),
        ("_요구사항: 1.1 및 1.2_", ["1.1", "1.2"]),
        ("_Anforderungen: 1.1 und 1.2_", ["1.1", "1.2"]),
        ("_Requisitos: 1.1 y 1.2_", ["1.1", "1.2"]),
        ("_Exigences : 1.1_", ["1.1"]),
        ("**验证**: Requirement 1, Requirement 2", ["1", "2"]),
        ("**Requirements:** 1.1, 1.2", ["1.1", "1.2"]),
        ("_Requirements: FR-2.1.1, AC-4.1_", ["FR-2.1.1", "AC-4.1"]),
        ("_Requirements: 1.1_ *(see 9.9)*", ["1.1"]),
        ("_Requirements: 1.1 (partial), 1.2._", ["1.1", "1.2"]),
        ("(Requirements 1.1, 1.2)", ["1.1", "1.2"]),
        ("_Requirements: All_", []),
        ("_Requirements: (implied by design)_", []),
        ("_Requirements: none_", []),
        ("Security requirements: 3 retries, 2 hours", []),
        ("<!-- _Requirements: 1.1_ -->", []),
        ("Prerequisites: 1.1", []),
        ("_Requirements: 1.1, design 2.2, 1.2_", ["1.1", "1.2"]),
        (f"_Requirements: 1-{LONGEST_RANGE * 9}_", ["1", f"{LONGEST_RANGE * 9}"]),
        ("_Requirements: 3.4-3.1_", ["3.4", "3.1"]),
    ],
)
def test_a_list_of_ids_is_read_in_the_ways_that_people_write_it(line: str, keys: list[str]) -> None:
    text = f"- [ ] 1. Task\n  - {line}\n"
    assert [key for _, key, _ in cited(text)] == keys
    assert [key for _, key, _ in cited(text.replace("\n", "\r\n"))] == keys


@pytest.mark.parametrize(
    ("line", "key", "title"),
    [
        ("- [ ] 1. Do it", "1", "Do it"),
        ("- [ ] 1 Do it", "1", "Do it"),
        ("- [ ] 1.2.3. Do it", "1.2.3", "Do it"),
        ("- [ ] **1.** Do it", "1", "Do it"),
        ("- [ ] **1.1** Do it", "1.1", "Do it"),
        ("- [ ] Task 3: Do it", "3", "Do it"),
        ("- [ ] 任务 3：做", "3", "做"),
        ("- [ ] 1.1プロジェクト", "1.1", "プロジェクト"),
        ("- [ ] １．做", "1", "做"),
        ("- [ ] T001 Do it", "T001", "Do it"),
        ("- [ ] 1.1 (P) Do it", "1.1", "Do it"),
        ("* [x] 1) Do it", "1", "Do it"),
        ("- [ ] 3D models", "tasks/3d-models", "3D models"),
    ],
)
def test_a_task_is_known_by_its_number(line: str, key: str, title: str) -> None:
    assert listed(nodes(f"# Plan\n\n{line}\n", TASKS), "task") == [("task", key, title)]


def test_a_numbered_heading_above_tasks_is_the_task_that_they_are_part_of() -> None:
    text = "# Tasks\n\n## Task 1: Set up\n\n- [ ] 1.1 a\n\n## 2. Count\n\n- [ ] 2.1 b\n  - _Depends: 1_\n\n## 3 Notes\n"
    found = nodes(text, TASKS)
    assert listed(found, "task") == [
        ("task", "1", "Set up"),
        ("task", "1.1", "a"),
        ("task", "2", "Count"),
        ("task", "2.1", "b"),
    ]
    assert found.by_key["1.1"].parent == "1"


def test_a_number_that_begins_another_is_another() -> None:
    text = "- [ ] 1. a\n- [ ] 11. b\n- [ ] 1.1 c\n  - _Requirements: 1.1, 1.10, 11_\n"
    assert [key for _, key, _ in listed(nodes(text, TASKS), "task")] == ["1", "11", "1.1"]
    assert [key for _, key, _ in cited(text)] == ["1.1", "1.10", "11"]


_PIECES = [
    *REQUIREMENTS_TEXT.split("\n"), *BUGFIX_TEXT.split("\n"), *DESIGN_TEXT.split("\n"), *TASKS_TEXT.split("\n"),
    "### 需求 1：标题", "#### 验收标准", "- 【 】 1. a", "- [x ] 2. b", "<!--", "-->", "~~~", "> - [ ] 3. q", "===",
    "\t- [ ] 4", "_Requirements: 1.1-", "1-9999_", "**Validates:", "Property", "| Requirement |", "|---|", "\ud800",
    "１．１ WHEN", "[a]: 1.1",
]  # fmt: skip
_texts = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=12), max_size=24),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(max_examples=200, deadline=None)
@given(_texts, st.sampled_from(FORMAT.profiles))
def test_any_text_has_nodes_that_lie_in_it(text: str, profile: Profile) -> None:
    assert_nodes_lie_in(text, nodes(text, profile))


@settings(max_examples=100, deadline=None)
@given(_texts, _texts, st.integers(0, 400), st.integers(0, 40), st.sampled_from(FORMAT.profiles))
def test_an_edited_document_has_the_nodes_of_one_that_is_read_whole(
    text: str, new: str, start: int, length: int, profile: Profile
) -> None:
    assert_an_edit_reads_as_the_whole(text, new, start, length, profile)


@pytest.mark.parametrize(
    "line", ["Requirements: 1{}x", "Requirements: 1,{}x", "Requirements: (1{}", "Property 1: {}", "# {}x"]
)
def test_blanks_without_end_are_read_in_time_linear_in_their_number(line: str) -> None:
    """A pattern that tries each way of dividing them would not end here."""
    for profile in FORMAT.profiles:
        assert len(nodes(f"# Tasks\n\n{line.format(' ' * 50_000)}\n", profile).nodes) <= 3


def test_a_boundary_of_something_is_described_and_names_no_component() -> None:
    text = """# Design Document

## Album grid

- **Domain Boundary**: Presentation layer, album visualization
- **Transaction Boundary**: Single operations
- _Boundary: Album grid_
"""
    cited = [citation.key for citation in nodes(text, DESIGN).citations if citation.relation == "cites"]
    assert cited == ["album-grid"]


_IDS_IN_BOLD = """\
# Requirements Document

## Requirements

### 3.1 Stem

**User Story:** As a gardener, I want stems, so that plants stand.

- **AC 3.1.1**: Grow
- **3.1.2**: Stand
- **Note**: none
- 3.1.9 metres

### 3.2 Root

**AC 3.2.1**: Clean the root

**AC 3.2.2:** Clean it again

**3.2.3**: Clean

**Acceptance Criterion 3.2.4** – Clean
Criterion 3.2.5: Clean

AC 3.2.6 is told elsewhere, and AC 4.1.1 too.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ids_in_bold_declare_criteria_with_a_word_in_front_or_without(end: str):
    document = parse(_IDS_IN_BOLD.replace("\n", end), REQUIREMENTS)
    criteria = [node.key for node in document.nodes.nodes if node.kind == "criterion"]
    assert criteria == ["3.1.1", "3.1.2", "3.2.1", "3.2.2", "3.2.3", "3.2.4", "3.2.5"]


def test_bullets_below_a_criterion_in_a_line_of_its_own_are_details_of_it() -> None:
    text = (
        "# Requirements Document\n\n## Requirements\n\n### Requirement 1: A\n\n#### Acceptance Criteria\n\n"
        "1.1. Events are counted:\n   - `page_view`\n   - `search`\n\n1.2. Numbers are defined:\n- a week\n"
        "\n### Requirement 2: B\n\n#### Acceptance Criteria\n\n- WHEN a THEN b\n- WHEN c THEN d\n"
    )
    nodes = parse(text, REQUIREMENTS).nodes
    assert [node.key for node in nodes.nodes if node.kind == "criterion"] == ["1.1", "1.2", "2.1", "2.2"]
