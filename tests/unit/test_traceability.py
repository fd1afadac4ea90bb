"""Across the documents of a spec: ids that name nothing, criteria without a task, properties that validate nothing."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.language.index import IndexedDocument
from orch_lsp.profiles.kiro.sections import DESIGN, REQUIREMENTS, TASKS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import check
from tests.unit.rule_pages import examples
from tests.unit.rule_pages import found as found_alone

CRITERIA = """\
# Requirements Document

## Introduction

x

## Glossary

- **A**: b

## Requirements

### Requirement 1: Count

#### Acceptance Criteria

1. WHEN a THEN b SHALL c
2. WHEN d THEN e SHALL f
3. WHEN g THEN h SHALL i

### Requirement 2: Tell

#### Acceptance Criteria

1. WHEN j THEN k SHALL l
2. WHEN m THEN n SHALL o
"""
PROPERTIES = """\
# Design Document

## Correctness Properties

### Property 1: Grows

**Validates: Requirements 1.1, 9.1**

### Property 2: Falls

Words of Requirement 9.2.
"""


def tasks(*lines: str) -> str:
    listed = "".join(f"- [ ] {number}. Task\n  - {line}\n" for number, line in enumerate(lines, 1))
    return f"# Implementation Plan\n\n## Tasks\n\n{listed}"


DOCUMENTS = {"requirements.md": REQUIREMENTS, "design.md": DESIGN, "tasks.md": TASKS}


def found(name: str, **texts: str) -> list[tuple[str, str, str | None]]:
    """Rule, text and key of what is found in one of the documents, the others being its neighbours."""
    read = {f"{kind}.md": parse(text, DOCUMENTS[f"{kind}.md"]) for kind, text in texts.items()}
    neighbours = [IndexedDocument(path, document.nodes) for path, document in read.items() if path != name]
    document = read[name]
    return [
        (each.rule, document.text[each.span.start : each.span.end], each.key)
        for each in check(document, {}, neighbours)
    ]


def test_an_id_that_no_document_defines_is_told_where_it_stands() -> None:
    plan = tasks("_Requirements: 1.1, 2.3_", "_Requirements: 1.2-1.5, 2_", "_Requirements: 7_")
    assert found("tasks.md", requirements=CRITERIA, tasks=plan) == [
        ("undefined_reference", "2.3", "1"),
        ("undefined_reference", "1.5", "2"),
        ("undefined_reference", "1.5", "2"),
        ("undefined_reference", "7", "3"),
    ]
    assert found("design.md", requirements=CRITERIA, design=PROPERTIES)[0] == (
        "undefined_reference",
        "9.1",
        "Property 1",
    )


@pytest.mark.parametrize(
    "line",
    [
        "_Requirements: All requirements_",
        "_Requirements: Foundation for all requirements_",
        "_Requirements: Derived 1.1_",
        "_Requirements: NFR-7_",
        "_Requirements: 1, 2_",
        "_Requirements: 1.1-1.3_",
        "_Depends: 9_",
        "**Property 7: x**",
        "`_Requirements 9.9_`",
    ],
)
def test_what_people_write_for_nothing_in_particular_is_left_alone(line: str) -> None:
    found_here = found("tasks.md", requirements=CRITERIA, tasks=tasks("_Requirements: 1.1, 1.2_", line))
    assert [rule for rule, _, _ in found_here] in ([], ["undefined_reference"])
    if "9.9" not in line:
        assert found_here == []


def test_nothing_dangles_where_nothing_is_known_of_the_requirements() -> None:
    assert found("tasks.md", tasks=tasks("_Requirements: 1.1, 9.9_")) == []


def test_a_bare_number_is_that_of_all_below_it_also_where_it_has_no_heading() -> None:
    bug = "# Bugfix Requirements Document\n\n## Bug Analysis\n\n2.1 WHEN a\n\n2.2 WHEN b\n"
    read = parse(tasks("_Requirements: 2, 2.1, 2.3_"), TASKS)
    from orch_lsp.profiles.kiro.sections import BUGFIX

    neighbour = IndexedDocument("bugfix.md", parse(bug, BUGFIX).nodes)
    assert [read.text[each.span.start : each.span.end] for each in check(read, {}, [neighbour])] == ["2.3"]


def test_criteria_that_no_task_covers_are_told_where_tasks_trace() -> None:
    assert found("requirements.md", requirements=CRITERIA, tasks=tasks("_Requirements: 1.1, 1.2_")) == [
        ("criterion_without_task", "3. WHEN g THEN h SHALL i", "1.3"),
        ("criterion_without_task", "1. WHEN j THEN k SHALL l", "2.1"),
        ("criterion_without_task", "2. WHEN m THEN n SHALL o", "2.2"),
    ]


def test_a_task_traces_with_the_task_around_it() -> None:
    parts = "  - _Requirements: 1.1, 1.2, 1.3_\n  - [ ] 1.1 A\n  - [ ] 1.2 B\n"
    plan = f"# Implementation Plan\n\n- [ ] 1. Do\n{parts}- [ ] 2. C\n"
    assert [key for _, _, key in found("requirements.md", requirements=CRITERIA, tasks=plan)] == ["2.1", "2.2"]


@pytest.mark.parametrize(
    "plan",
    [
        tasks("_Requirements: 1.1-1.3_", "_Requirements: 2_"),
        tasks("_Requirements: 1, 2_"),
        tasks("**Validates: Requirements 1.1, 1.2, 1.3, 2.1, 2.2**"),
        tasks("Words."),
        # Those of tests alone say what they cover.
        tasks("_Requirements: 1.1, 1.2_", "Words.", "Words."),
        tasks("_Requirements: FR-1_"),
        "# Implementation Plan\n\n## Tasks\n",
    ],
)
def test_criteria_are_covered_alone_in_ranges_and_with_their_requirement(plan: str) -> None:
    assert found("requirements.md", requirements=CRITERIA, tasks=plan) == []


def test_a_property_that_validates_nothing_is_told() -> None:
    assert found("design.md", design=PROPERTIES) == [
        ("property_without_criterion", "### Property 2: Falls", "Property 2")
    ]


@pytest.mark.parametrize(
    "words",
    [
        *("- **Criteria:** 9.2, 1.1", "**Criteria**: 9.2", "- **验收标准：** 9.2", "Requirements: 9.2"),
        *("*Requirements 9.1, 9.2.*", "Req 9.2"),
    ],
)
def test_a_property_may_say_what_it_validates_in_other_words(words: str) -> None:
    assert found("design.md", design=PROPERTIES.replace("Words of Requirement 9.2.", words)) == []
    assert found("design.md", design=PROPERTIES.replace("2: Falls", "2: Falls (Req 9.1, 9.2)")) == []


@pytest.mark.parametrize("words", ["**Success criteria:** 95", "Criteria: 3", "All requirements", "See Property 1."])
def test_an_amount_behind_such_a_word_validates_nothing(words: str) -> None:
    assert len(found("design.md", design=PROPERTIES.replace("Words of Requirement 9.2.", words))) == 1


def test_an_id_that_is_missing_in_several_places_is_told_once_with_the_others_beside_it() -> None:
    documents = {
        "requirements.md": parse(CRITERIA, REQUIREMENTS),
        "tasks.md": parse(tasks(*["_Requirements: 1.1, 2.3_"] * 3), TASKS),
    }
    neighbours = [IndexedDocument("requirements.md", documents["requirements.md"].nodes)]
    plan = documents["tasks.md"]
    (only,) = [one for one in check(plan, {}, neighbours) if one.rule == "undefined_reference"]
    assert only.key == "1"
    assert only.message.endswith("It is named in 3 places.")
    assert [plan.text[one.span.start : one.span.end] for one in only.related] == ["2.3", "2.3"]


def test_findings_follow_the_neighbours() -> None:
    document = parse(CRITERIA, REQUIREMENTS)
    plan = IndexedDocument("tasks.md", parse(tasks("_Requirements: 1.1, 1.2_"), TASKS).nodes)
    assert check(document) == ()
    first = check(document, {}, [plan])
    assert len(first) == 3
    assert check(document, {}, (plan,)) is first
    assert [related.path for related in first[0].related] == ["tasks.md"]


def test_a_plain_document_has_no_such_findings() -> None:
    text = "# T\n\n## Goal\n\ng\n\n## Acceptance Criteria\n\n- AC-1: a\n- AC-2: b\n\n## Tasks\n\n- [ ] T1: for AC-1\n"
    rules = {each.rule for each in check(parse(text, PLAIN))}
    assert rules.isdisjoint({"undefined_reference", "criterion_without_task", "property_without_criterion"})


def test_a_task_for_nothing_is_told_where_nearly_all_others_are_for_something() -> None:
    bad, good = examples("task_without_requirement")
    assert [(one.severity, one.key) for one in found_alone(bad, TASKS, "task_without_requirement")] == [
        ("information", "4")
    ]
    assert found_alone(good, TASKS, "task_without_requirement") == []
    for line in (
        "- [x] 4. Show pictures",
        "- [ ]* 4. Show pictures",
        "- [ ] 4. Checkpoint - look at all",
        "- [ ] Tell people",
    ):
        assert found_alone(bad.replace("- [ ] 4. Show pictures", line), TASKS, "task_without_requirement") == []
    few = bad.replace("  - _Requirements: 1.2_\n", "")
    assert found_alone(few, TASKS, "task_without_requirement") == []
    parts = bad.replace("4. Show pictures", "4. Show\n  - _Requirements: 1.1_\n  - [ ] 4.1 Pictures")
    assert found_alone(parts, TASKS, "task_without_requirement") == []


def test_an_id_that_names_nothing_is_an_error_once_the_spec_has_all_its_documents() -> None:
    plan = tasks("_Requirements: 1.1, 2.3_")
    read = {
        "a/requirements.md": parse(CRITERIA, REQUIREMENTS),
        "a/design.md": parse("# Design Document\n\n## Overview\n\nx\n", DESIGN),
    }
    document = parse(plan, TASKS)

    def severity(*paths: str) -> list[str]:
        around = [IndexedDocument(path, read[path].nodes) for path in paths]
        return [one.severity for one in check(document, {}, around) if one.rule == "undefined_reference"]

    assert severity("a/requirements.md") == ["warning"]
    assert severity("a/requirements.md", "a/design.md") == ["error"]
    around = [IndexedDocument(path, one.nodes) for path, one in read.items()]
    said = check(document, {"undefined_reference": "hint"}, around)
    assert [one.severity for one in said if one.rule == "undefined_reference"] == ["hint"]
