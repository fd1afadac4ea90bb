"""Ids that are there twice, words of templates, tasks that do not go together, and what no task is for."""

from __future__ import annotations

import pytest

from orch_lsp.document.parse import parse
from orch_lsp.language.index import IndexedDocument
from orch_lsp.profiles.kiro import sections as kiro
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules import task_order
from orch_lsp.rules.check import check
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found, marked

OF_SPEC_KIT = {profile.kind: profile for profile in PROFILES}
SPEC, PLAN, TASKS = OF_SPEC_KIT["spec"], OF_SPEC_KIT["plan"], OF_SPEC_KIT["tasks"]


@pytest.mark.parametrize("code", [*(rule.code for rule in task_order.RULES), "template_placeholder"])
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, SPEC if code == "template_placeholder" else TASKS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Implementation Plan: [FEATURE]\n", "[FEATURE]"),
        ("**Date**: [DATE]\n", "[DATE]"),
        ("### User Story 1 - [Brief Title] (Priority: P1)\n", "[Brief Title]"),
        ("- **[Entity 1]**: x\n", "[Entity 1]"),
        ('**Input**: "$ARGUMENTS"\n', "$ARGUMENTS"),
        ("**Branch**: `[###-feature-name]` | x\n", "[###-feature-name]"),
        ("**Feature Branch**: `[###-feature-name]`\n", "[###-feature-name]"),
        ("**Input**: Feature specification from `/specs/[###-feature-name]/spec.md`\n", "[###-feature-name]"),
        ("**Branch**: `001-a` | **Spec**: [link]\n", "[link]"),
        ("## Summary\n\n[Extract from feature spec: what and how]\n", "[Extract from feature spec: what and how]"),
        ("[Gates determined based on constitution file]\n", "[Gates determined based on constitution file]"),
        ("**Branch**: `001-a` | **Spec**: [link]\n\n[link]: spec.md\n", ""),
        ("See [link], folders `[###-feature-name]`.\n\n```\n**Branch**: `[###-feature-name]`\n```\n", ""),
        ("[Extracted to a module of its own], [Gates: none]\n", ""),
        ("`[FEATURE NAME]` <!-- [DATE] ACTION REQUIRED: x -->\n", ""),
        ("GitHub issue: [FEATURE] Add search\n", ""),
        ("[Date](https://example.org), [date], [Name], [X]\n", ""),
    ],
)
def test_words_of_the_template_are_found(text: str, said: str) -> None:
    assert marked(text, PLAN, "template_placeholder") == ([said] if said else [])


def test_an_id_is_there_once() -> None:
    text = "# T\n\n## Requirements\n\n- **FR-001**: a\n- **FR-003**: b\n- **FR-002**: c\n- **FR-001**: d\n"
    (only,) = found(text, SPEC, "duplicate_id")
    assert (only.severity, only.key) == ("error", "FR-001~2")
    assert only.message.startswith("“FR-001” is here already")
    numbered = "# Implementation Plan\n\n## Tasks\n\n- [ ] 1. a\n  - [ ] 1.1 b\n- [ ] 2. c\n  - [ ] 1.1 d\n"
    assert [one.key for one in found(numbered, kiro.TASKS, "duplicate_id")] == ["1.1~2"]


@pytest.mark.parametrize(
    "lines",
    [
        "- [ ] T028 a\n- [ ] T028' b",
        "- [ ] Write it\n- [ ] Write it",
        "- [ ] T001 a\n- [ ] T0010 b",
        "- [ ] T003 a\n- [ ] T001 b",
        "- [ ] T001 a\n\n```\n- [ ] T001 a\n```",
    ],
)
def test_more_behind_an_id_words_alone_gaps_and_fences_make_no_duplicate(lines: str) -> None:
    assert found(f"# Tasks: A\n\n{lines}\n", TASKS, "duplicate_id") == []


@pytest.mark.parametrize(
    "lines",
    [
        "- [ ] T001 [P] a in src/a.py\n- [ ] T002 b in src/a.py",
        "- [x] T001 [P] a in src/a.py\n- [ ] T002 [P] b in src/a.py",
        "- [ ] T001 [P] a in src/a.py\n\n## Phase 2\n\n- [ ] T002 [P] b in src/a.py",
        "- [ ] T001 [P] a in src/a.py and src/a.py",
    ],
)
def test_tasks_that_are_not_done_at_once_may_share_a_file(lines: str) -> None:
    assert found(f"# Tasks: A\n\n## Phase 1\n\n{lines}\n", TASKS, "parallel_conflict") == []


@pytest.mark.parametrize(
    "words", ["depends on", "Blocked by:", "依赖", "依存：", "의존", "depende de", "hängt ab von", "dépend de"]
)
def test_a_task_waits_in_any_language(words: str) -> None:
    text = f"# Tasks: A\n\n- [ ] T001 a ({words} T002)\n- [ ] T002 b\n"
    assert [one.key for one in found(text, TASKS, "depends_on_later")] == ["T001"]
    earlier = f"# Tasks: A\n\n- [ ] T001 a\n- [ ] T002 b ({words} T001)\n- [ ] T003 See T004\n- [ ] T004 c\n"
    assert found(earlier, TASKS, "depends_on_later") == []


@pytest.mark.parametrize("between", ["T003, ", "T003 und ", "T003 and T004, ", "T003、T004、"])
def test_a_task_waits_for_each_of_a_list(between: str) -> None:
    text = f"# Tasks: A\n\n- [ ] T001 a, depends on {between}T002\n- [ ] T002 b\n"
    assert [one.key for one in found(text, TASKS, "depends_on_later")] == ["T001"]


@pytest.mark.parametrize("words", ["n" * 150, "und" * 50, "undone and " * 14, "和a" * 70])
def test_words_behind_what_a_task_waits_for_take_no_time_of_note(words: str) -> None:
    # Read in each way in which they can be divided, they would take longer than there is.
    assert found(f"# Tasks: A\n\n- [ ] T001 needs {words} x! T002\n- [ ] T002 b\n", TASKS, "depends_on_later") == []


def test_a_circle_is_said_once_however_many_are_in_it() -> None:
    circle = "".join(f"- [ ] T{n:03} a (depends on T{n % 300 + 1:03})\n" for n in range(1, 301))
    (only,) = found(f"# Tasks: A\n\n{circle}", TASKS, "dependency_cycle")
    assert only.message.startswith("None of these tasks can begin: “T001” → “T002”")


def spec_with(tasks: str) -> list[tuple[str, str | None]]:
    text = (
        "# T\n\n## User Scenarios & Testing\n\n### User Story 1 - A (Priority: P1)\n\n"
        "### User Story 2 - B (Priority: P2)\n\n"
        "## Requirements\n\n- **FR-001**: It MUST a.\n- **FR-002**: It MUST b.\n- **FR-003**: It MUST c.\n"
    )
    plan = IndexedDocument("specs/001-a/tasks.md", parse(f"# Tasks: A\n\n{tasks}", TASKS).nodes)
    codes = {"story_without_task", "requirement_without_task"}
    return [(one.rule, one.key) for one in check(parse(text, SPEC), {}, [plan]) if one.rule in codes]


def test_what_no_task_is_for_is_said_where_tasks_are_for_most_others() -> None:
    assert spec_with("- [ ] T001 [US1] a (FR-001, FR-002)\n") == [
        ("story_without_task", "US2"),
        ("requirement_without_task", "FR-003"),
    ]
    assert spec_with("- [ ] T001 [US1] a (FR-001)\n") == [("story_without_task", "US2")]
    assert spec_with("- [ ] T001 [US1] a\n- [ ] T002 [US2] b (FR-001..FR-003)\n") == []
    assert spec_with("- [ ] T001 a\n") == []


def test_the_examples_of_ranges_are_what_they_are_said_to_be() -> None:
    assert_examples_are_what_they_are_said_to_be("broken_reference_range", TASKS)


def test_gaps_within_a_range_are_no_fault() -> None:
    text = "# Tasks: A\n\n- [ ] T001 a\n- [ ] T004 b\n- [ ] T005 See T001-T004\n"
    assert found(text, TASKS, "broken_reference_range") == []
    spec = parse("# T\n\n## Requirements\n\n- **FR-001**: It MUST a.\n- **FR-004**: It MUST b.\n", SPEC)
    around = [IndexedDocument("specs/001-a/spec.md", spec.nodes)]
    tasks = "# Tasks: A\n\n- [ ] T001 a (FR-001..FR-004)\n- [ ] T002 b (FR-001..FR-006)\n"
    codes = [(one.rule, one.key) for one in check(parse(tasks, TASKS), {}, around)]
    assert codes == [("undefined_reference", "T002")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("- [~] T029–T034 — REVERTED: not shipped", 0),
        ("- [ ] ~~T029–T034~~", 0),
        ("T029–T034: RETIRED", 0),
        ("- [~] T002 See T029–T034", 2),
        ("- [ ] T002 Revert T029–T034", 2),
        ("- [x] T029–T034 done", 1),
    ],
)
def test_a_range_that_was_given_up_has_no_ends(line: str, said: int) -> None:
    text = f"# Tasks: A\n\n- [ ] T001 a\n{'' if line.startswith('-') else chr(10)}{line}\n"
    assert len(found(text, TASKS, "broken_reference_range")) == said


@pytest.mark.parametrize("mark", ["🎈 ", "✅ ", "⚠️ ", ""])
def test_a_requirement_with_an_emoji_in_front_is_one(mark: str) -> None:
    document = parse(f"# T\n\n## Requirements\n\n- {mark}**FR-001**: It MUST a.\n- [FR-002](b.md): words\n", SPEC)
    assert [node.key for node in document.nodes.nodes if node.kind == "requirement"] == ["FR-001"]


@pytest.mark.parametrize("code", ["id_width_mismatch", "story_without_acceptance"])
def test_the_examples_of_ids_and_stories_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, SPEC)


@pytest.mark.parametrize(
    "ids", ["FR-1 FR-2 FR-10", "FR-001 FR-002 FR-1000", "FR-001 FR-002 SC-1", "FR-002 FR-001", "FR-001 FR-007"]
)
def test_ids_that_are_not_filled_up_or_are_longer_are_fine(ids: str) -> None:
    text = "# T\n\n" + "".join(f"- **{one}**: It MUST a.\n" for one in ids.split())
    assert [one.rule for one in check(parse(text, SPEC)) if one.rule in {"id_width_mismatch", "duplicate_id"}] == []


def test_an_id_that_became_several_is_meant_as_a_whole() -> None:
    kinds = {profile.kind: profile for profile in PROFILES}
    spec = parse("# S\n\n## Requirements\n\n- **FR-001**: a\n- **FR-002a**: b\n- **FR-002b**: c\n", kinds["spec"])
    tasks = parse("# Tasks: S\n\n- [ ] T001 Write FR-002 in a.py\n- [ ] T002 Write FR-003 in b.py\n", kinds["tasks"])
    findings = check(tasks, {}, [IndexedDocument("spec.md", spec.nodes)])
    missed = [one for one in findings if one.rule == "undefined_reference"]
    assert [tasks.text[one.span.start : one.span.end] for one in missed] == ["FR-003"]
