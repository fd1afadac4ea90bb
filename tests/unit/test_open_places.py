"""Places that a draft may fill in documents of the formats: nothing that anybody has written is one."""

from __future__ import annotations

import pytest

from orch_lsp.document.drafting import open_places
from orch_lsp.document.parse import parse
from orch_lsp.profiles.registry import FORMATS


def keys(text: str, name: str, kind: str) -> list[str]:
    return [place.key for place in open_places(parse(text, profile(name, kind)))]


def profile(name: str, kind: str):
    found = FORMATS.named(name)
    assert found is not None
    return next(one for one in found.profiles if one.kind == kind)


@pytest.mark.parametrize(
    "text",
    [
        "1. **Install the CLI:**\n   ```bash\n   run\n   ```\n2. **Verify** it works\n",
        "1. Update the heading:\n```css\nh2 {}\n```\n\n2. Compare:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        "- 1. Agents\n- 2. Files\n",
        "- If `slides` is there:\n  - it is a path\n",
    ],
)
def test_a_line_that_leads_in_what_stands_below_it_is_written(text: str) -> None:
    assert keys(f"# Quickstart: X\n\n## Set-up\n\n{text}", "spec-kit", "quickstart") == []


def test_a_task_and_a_criterion_with_a_list_below_are_written() -> None:
    tasks = "# Tasks: X\n\n## Phase 1: Setup\n\n- [x] T091 Validate:\n\n  - all lessons\n- [ ] T092\n"
    assert keys(tasks, "spec-kit", "tasks") == ["T092"]
    criteria = (
        "# Requirements Document\n\n## Introduction\n\nx\n\n## Requirements\n\n### Requirement 1: Plan\n\n"
        "**User Story:** As a, I want b, so that c\n\n#### Acceptance Criteria\n\n"
        "1. THE plan SHALL hold:\n   - scope\n2. TODO\n"
    )
    assert keys(criteria, "kiro", "requirements") == ["1.2"]


def test_a_heading_that_says_all_itself_is_written() -> None:
    text = (
        "# Research: X\n\n## Decision: keep one table for all\n\n## Rationale\n\nIt is small.\n\n"
        "**Result**: 9 of 10, ready\n---\n\n## Decision\n\n## Phase 2: what is still to come here\n"
    )
    assert keys(text, "spec-kit", "research") == ["decision", "phase-2-what-is-still-to-come-here"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("kiro", "design"), ("openspec", "proposal"), ("openspec", "design"), ("spec-kit", "plan"), ("spec-kit", "spec")],
)
def test_a_document_with_an_order_of_its_own_gets_no_sections_of_the_format(name: str, kind: str) -> None:
    assert keys("# X\n\n## Our way\n\nWe count first.\n\n## Our tables\n\nOne.\n", name, kind) == []
    assert len(keys("# X\n\nCount the calls of each client.\n", name, kind)) > 1


@pytest.mark.parametrize("name", ["openspec", "spec-kit"])
def test_tasks_in_a_form_of_somebodys_own_are_not_replaced(name: str) -> None:
    table = "# Tasks\n\n| ID | Task | Owner |\n|---|---|---|\n| T1 | Count | TBD |\n\n> Link each one.\n"
    assert keys(table, name, "tasks") == []
    assert keys("# Tasks\n\n* count\n* answer\n", name, "tasks") == []


def test_a_plan_is_written_behind_what_stands_below_the_title() -> None:
    text = "# Tasks\n\nCount the calls first.\n"
    (place,) = open_places(parse(text, profile("openspec", "tasks")))
    assert (place.span.start, place.span.end) == (len(text) - 1, len(text) - 1)


def test_a_template_of_tasks_with_a_sentence_in_it_keeps_the_sentence() -> None:
    template = "## 1. <!-- Group -->\n\n- [ ] 1.1 <!-- Task -->\n"
    assert keys(template, "openspec", "tasks") == ["tasks"]
    assert "tasks" not in keys(f"{template}\nAsk the owners first.\n", "openspec", "tasks")


def test_an_overview_alone_does_not_make_a_design_one_of_the_format() -> None:
    own = "# Design\n\n## Overview\n\nCount.\n\n## Order of keys\n\n1. first\n"
    assert keys(own, "kiro", "design") == []
    assert "architecture" in keys("# Design\n\n## Overview\n\nCount.\n", "kiro", "design")


def test_criteria_in_a_form_of_somebodys_own_are_criteria() -> None:
    text = (
        "# Requirements Document\n\n## Introduction\n\nx\n\n## Requirements\n\n### Requirement 1: Count\n\n"
        "**User Story**: As a, I want b\n\n**Acceptance Criteria**:\n- GIVEN a client\n- THEN it is counted\n\n"
        "### Requirement 2: Answer\n\n**User Story**: As a, I want b\n"
    )
    assert keys(text, "kiro", "requirements") == ["2/criteria"]


def test_a_story_that_has_a_name_alone_is_open_line_by_line_as_its_template_is() -> None:
    story = (
        "# Feature Specification: X\n\n## User Scenarios & Testing *(mandatory)*\n\n"
        "### User Story 1 - Pay (Priority: P1)\n\n"
        "{}\n\n**Why this priority**: [Explain the value and why it has this priority level]\n\n"
        '**Independent Test**: [Describe how this can be tested independently - e.g., "Can be fully tested by '
        '[specific action] and delivers [specific value]"]\n\n'
        "**Acceptance Scenarios**:\n\n1. **Given** [initial state], **When** [action], **Then** [expected outcome]\n\n"
        "## Requirements\n\n- **FR-001**: System MUST pay\n\n## Success Criteria\n\n- **SC-001**: 9 of 10 pay\n"
    )
    rest = ["US1/AC1", "US1/independent-test", "US1/why-this-priority"]
    assert sorted(keys(story.format("[Describe this user journey in plain language]"), "spec-kit", "spec")) == [
        *rest[:1],
        "US1/independent-test",
        "US1/story",
        "US1/why-this-priority",
    ]
    for written in ("[Confirmed with legal on 3 May]", "[Describe it to legal first]", "A client pays [ADR-7]."):
        assert sorted(keys(story.format(written), "spec-kit", "spec")) == rest
