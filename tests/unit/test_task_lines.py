"""Why a task has no button: lines that look like tasks and that the format's tool passes over, each with its cure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.parse import parse
from orch_lsp.profiles.kiro.sections import REQUIREMENTS, TASKS
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.spec_kit.sections import PROFILES as OF_SPEC_KIT
from orch_lsp.rules.check import check
from orch_lsp.rules.rule import Finding
from orch_lsp.text import apply_edits

SPEC_KIT_TASKS = next(profile for profile in OF_SPEC_KIT if profile.kind == "tasks")

GOOD = """\
# Implementation Plan

## Overview

1. First we build
2. Then we ship

## Tasks

- [ ] 1. Set up
  - 3 retries
  - 1.5 GB of disk
  1. read the docs
  - [x] 1.1 Make folders
    - _Requirements: 1.1_
  - [-] 1.2 More
  - [~] 1.3 Queued
- [ ]* 2. Optional
- [X] Tell people
- [ ]

- [ ] 3. See [x](y.md) and [x][y], (x), [1]
  - [link](a.md) 1. is no box
  - (a) first, (x) marks
  - [^1] note

## Notes

- [ref] 1. is none
- 2 people

[y]: z

```
1. [ ] nothing here
- 【 】 2. nor here
### 3. nor here
```

<!-- - [x ] 4. nor here -->
"""


def found(text: str, profile=TASKS) -> list[Finding]:
    return [each for each in check(parse(text, profile)) if each.rule == "malformed_task"]


def cured(text: str) -> str:
    """The text with the first cure of each finding, all of them again and again until none is left."""
    for _ in range(20):
        fixes = [each.fixes[0] for each in found(text) if each.fixes]
        if not fixes:
            return text
        text = apply_edits(text, fixes[0].edits)
    raise AssertionError(text)


def test_a_plan_as_the_tool_reads_it_has_no_findings() -> None:
    assert found(GOOD) == []
    assert found(GOOD.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("line", "reason", "cure"),
    [
        ("1. [ ] Set up", "number stands in front", "- [ ] 1. Set up"),
        ("3) [x] Set up", "number stands in front", "- [x] 3. Set up"),
        ("1. [ ] 1.1 Set up", "number stands in front", "- [ ] 1.1 Set up"),
        ("1. [ ]* Set up", "number stands in front", "- [ ]* 1. Set up"),
        ("- 1. [ ] Set up", "number stands in front", "- [ ] 1. Set up"),
        ("- [x ] 1. Set up", "beside the mark", "- [x] 1. Set up"),
        ("- [ x] 1. Set up", "beside the mark", "- [x] 1. Set up"),
        ("- [] 1. Set up", "nothing stands between", "- [ ] 1. Set up"),
        ("- []1. Set up", "nothing stands between", "- [ ] 1. Set up"),
        ("- [  ] 1. Set up", "more or other than one blank", "- [ ] 1. Set up"),
        ("- [　] 1. Set up", "`[　]`", "- [ ] 1. Set up"),
        ("- [\u00a0] 1. Set up", "only `[ ]`", "- [ ] 1. Set up"),
        ("- 【 】 1. 做", "full-width", "- [ ] 1. 做"),
        ("- ［x］ 1. 做", "full-width", "- [x] 1. 做"),
        ("- 【】1. 做", "full-width", "- [ ] 1. 做"),
        ("- [✓] 1. Set up", "`[✓]`", "- [x] 1. Set up"),
        ("- [/] 1. Set up", "`[/]`", "- [-] 1. Set up"),
        ("- [V] 1. Set up", "`[V]`", "- [x] 1. Set up"),
        ("- ( ) 1. Set up", "round brackets", "- [ ] 1. Set up"),
        ("- [ ]1. Set up", "no blank stands behind the box", "- [ ] 1. Set up"),
        ("-\t[ ] 1. Set up", "a tab", "- [ ] 1. Set up"),
        ("-[ ] 1. Set up", "no blank stands between", "- [ ] 1. Set up"),
        ("– [ ] 1. Set up", "“–”", "- [ ] 1. Set up"),
        ("— [x] 1. Set up", "“—”", "- [x] 1. Set up"),
        ("• [ ] Set up", "“•”", "- [ ] Set up"),
        ("[ ] 1. Set up", "no dash", "- [ ] 1. Set up"),
        ("### [ ] 1. Set up", "it is a heading", "- [ ] 1. Set up"),
        ("### 1. Set up", "it is a heading", "- [ ] 1. Set up"),
        ("### Task 1: Set up", "it is a heading", "- [ ] 1. Set up"),
        ("### 任务 1：设置", "it is a heading", "- [ ] 1. 设置"),
        ("1. Set up", "it has no box", "- [ ] 1. Set up"),
        ("- 1. Set up", "it has no box", "- [ ] 1. Set up"),
        ("- 1.1 Set up", "it has no box", "- [ ] 1.1 Set up"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_is_no_task_is_told_with_its_tool_its_reason_and_its_cure(
    line: str, reason: str, cure: str, end: str
) -> None:
    text = f"# Implementation Plan{end * 2}## Tasks{end * 2}{line}{end}"
    (one,) = found(text)
    assert one.severity == "warning"
    assert one.message.startswith("Kiro shows no “Start task” button for it: ")
    assert reason in one.message
    assert "`- [ ] 1. Title`" in one.message
    assert cured(text) == text.replace(line, cure)
    assert found(cured(text)) == []


@pytest.mark.parametrize(
    ("text", "lines", "after"),
    [
        (
            "- 1. Set up\n  - [ ] 1.1 a\n  - [ ] 1.2 b\n- 2. Count\n",
            [("- 1. Set up", "below it"), ("- 2. Count", "beside it")],
            None,
        ),
        ("1. Set up\n   - [ ] 1.1 a\n", [("1. Set up", "below it")], "- [ ] 1. Set up\n   - [ ] 1.1 a\n"),
        ("- [ ] 1. a\n- 2. b\n- c\n- 3 retries\n", [("- 2. b", "beside it")], None),
        ("- [ ] 1. a\n  - [ ] 1.1 b\n  - 1.2 c\n  - d\n", [("- 1.2 c", "beside it")], None),
        ("- [ ] 1. a\n– [ ] 2. b\n", [("– [ ] 2. b", "“–”")], "- [ ] 1. a\n- [ ] 2. b\n"),
        ("- [ ] 1. a\n  - [x ] 1.1 b\n  -\t[ ] 1.2 c\n", [("- [x ] 1.1 b", "mark"), ("-\t[ ] 1.2 c", "tab")], None),
        (
            "1. Set up\n2. Count\n",
            [("1. Set up", "no box"), ("2. Count", "no box")],
            "- [ ] 1. Set up\n- [ ] 2. Count\n",
        ),
        ("### 1. Set up\n\n- make folders\n", [("### 1. Set up", "no box below")], None),
    ],
)
def test_plans_that_are_partly_right(text: str, lines: list[tuple[str, str]], after: str | None) -> None:
    text = f"# Implementation Plan\n\n## Tasks\n\n{text}"
    assert [text[each.span.start : each.span.end] for each in found(text)] == [line for line, _ in lines]
    for each, (_, reason) in zip(found(text), lines, strict=True):
        assert reason in each.message
    if after is not None:
        assert cured(text).endswith(after)


def test_headings_that_gather_tasks_are_told_once_and_only_while_tasks_wait() -> None:
    text = "# Plan\n\n## Task 1: Set up\n\n- [ ] 1.1 a\n\n## Task 2: Count\n\n- [ ] 2.1 b\n"
    (one,) = found(text)
    assert "some versions" in one.message
    assert [text[each.span.start : each.span.end] for each in one.related] == ["## Task 2: Count"]
    assert one.fixes == ()
    assert found(text.replace("[ ]", "[x]")) == []
    assert found("# Plan\n\n## Phase 1: Set up\n\n- [ ] 1. a\n") == []


def test_a_heading_with_text_below_it_is_not_rewritten() -> None:
    (one,) = found("# Plan\n\n## Task 1: Set up\n\nMake folders.\n")
    assert one.fixes == ()


@pytest.mark.parametrize("profile", [PLAIN, REQUIREMENTS])
def test_other_documents_have_no_such_lines(profile) -> None:
    assert found("# T\n\n## Tasks\n\n1. [ ] a\n- 【 】 2. b\n", profile) == []


_LINES = [
    "# Plan", "## Tasks", "### 1. a", "### [x] 2. b", "## Task 3: c", "1. [ ] d", "- 1. [x] e", "  - [x ] 1.1 f",
    "- 【x】g", "– [ ] 3. h", "[ ] 4. i", "-\t[ ] j", "- [ ] 5. k", "   - 5.1 l", "1. m", "```", "> - [] 6. n", "",
    "- [✓]", "- ( ) 7. o", "\t- [ ]8. p", "-[ ]", "• [] q", "- [] ",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(_LINES) | st.text("[] x-【】1.\t(", max_size=9), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_findings_lie_in_the_text_and_cures_apply_and_end(lines: list[str], end: str) -> None:
    text = end.join(lines)
    for each in found(text):
        assert 0 <= each.span.start <= each.span.end <= len(text)
        for fix in each.fixes:
            apply_edits(text, fix.edits)
    cured(text)


@pytest.mark.parametrize(
    ("line", "reason", "cure"),
    [
        ("- [] T041 Sort", "nothing stands between", "- [ ] T041 Sort"),
        ("- [ ]T041 Sort", "no blank stands behind the box", "- [ ] T041 Sort"),
        ("- [ ]T041 [P] [US1] Sort", "no blank stands behind the box", "- [ ] T041 [P] [US1] Sort"),
        ("- [x ] T041 Sort", "beside the mark", "- [x] T041 Sort"),
        ("- 【 】 T041 排序", "full-width", "- [ ] T041 排序"),
        ("-[ ] T041 Sort", "no blank stands between", "- [ ] T041 Sort"),
        ("[ ] T041 Sort", "no dash", "- [ ] T041 Sort"),
        ("• [ ] T041 Sort", "“•”", "- [ ] T041 Sort"),
        ("- [ ] T41 Sort", "“T41” has fewer than three digits", "- [ ] T041 Sort"),
        ("- [X] **T41** Sort", "“T41” has fewer than three digits", "- [X] **T041** Sort"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_is_no_task_of_spec_kit_is_told(line: str, reason: str, cure: str, end: str) -> None:
    text = end.join(("# Tasks: Search", "", "## Phase 1", "", "- [ ] T001 Search", line, ""))
    (one,) = found(text, SPEC_KIT_TASKS)
    assert one.message.startswith("What reads spec-kit's tasks passes it over: ")
    assert reason in one.message
    fixed = apply_edits(text, one.fixes[0].edits)
    assert fixed == text.replace(line, cure)
    assert found(fixed, SPEC_KIT_TASKS) == []
    assert "T041" in parse(fixed, SPEC_KIT_TASKS).nodes.by_key


def test_a_number_of_spec_kit_is_widened_wherever_it_is_named_unless_it_is_taken() -> None:
    text = "# Tasks: A\n\n- [ ] T001 a\n- [ ] T41 b\n- [ ] T042 c (depends on T41), `T41`, x/T41, T410\n"
    (one,) = found(text, SPEC_KIT_TASKS)
    assert apply_edits(text, one.fixes[0].edits).endswith(
        "T041 b\n- [ ] T042 c (depends on T041), `T041`, x/T41, T410\n"
    )
    (one,) = found(f"{text}- [ ] T041 d\n", SPEC_KIT_TASKS)
    assert one.fixes == ()
    assert [one.fixes for one in found(f"{text}- [ ] T41 d\n", SPEC_KIT_TASKS)] == [(), ()]


def test_where_all_numbers_of_spec_kit_are_short_it_is_said_once() -> None:
    assert len(found("# Tasks: A\n\n- [ ] T1 a\n- [ ] T2 b\n", SPEC_KIT_TASKS)) == 1


def test_other_lines_of_spec_kit_are_let_be() -> None:
    text = (
        "# Tasks: A\n\n## Format: `[ID] [P?] [Story]`\n\n- **[P]**: beside others\n- [ ] T001 [P] a\n"
        "- [ ] Tell people\n"
        "1. Set up\n2. Build\n\n### 1. Later\n\n* [x] T002 b\n1. [ ] T003 c\n- T001, T002 at once\n- [link](T41.md)\n"
        "\n```\n- [] T041\n```\n"
    )
    assert found(text, SPEC_KIT_TASKS) == []


@pytest.mark.parametrize("line", ["", "- [", "- [x", "-"])
def test_very_many_blanks_take_no_time_of_note(line: str) -> None:
    # With the square of these it would be hours.
    assert found(f"# Tasks: A\n\n## Phase 1\n\n{line}{' ' * 300_000}\n", SPEC_KIT_TASKS) == []
