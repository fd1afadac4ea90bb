"""Sections are recognised where the document's outline puts its sections, and drafts stand beside the main ones."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.answer.reading import AnswerSection
from orch_lsp.document.fill import plan_fill
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import check
from orch_lsp.text import apply_edits

DRAFT = tuple(AnswerSection(section.key, section.title, f"draft of {section.key}") for section in PLAIN.sections)


def read(text: str) -> SpecDocument:
    return parse(text, PLAIN)


def filled(text: str) -> str:
    document = read(text)
    return apply_edits(text, plan_fill(document, document, PLAIN, DRAFT).edits)


def headings(text: str) -> list[str]:
    return [f"{'#' * section.level} {section.title}" for section in read(text).sections]


EACH_HAS_CRITERIA = (
    "# Sign-in\n\n## Goal\n\nPeople sign in.\n\n## Stories\n\n### Story 1: Password\n\n#### Acceptance Criteria\n\n"
    "- a\n\n"
    "### Story 2: Reset\n\n#### Acceptance Criteria\n\n- b\n\n## Notes\n\nn\n"
)
GOALS_BELOW = (
    "# Proposal 12: Start faster\n\n## Summary\n\ns\n\n## Motivation\n\nm\n\n### Goals\n\n- g\n\n### Non-Goals\n\n"
    "- n\n\n"
    "## Design\n\nd\n"
)


def test_criteria_below_each_story_are_not_the_documents_and_stay_whole() -> None:
    assert set(read(EACH_HAS_CRITERIA).profile_sections) == {"goal"}
    after = filled(EACH_HAS_CRITERIA)
    stories = EACH_HAS_CRITERIA[EACH_HAS_CRITERIA.index("## Stories") :]
    assert after.endswith(stories)
    assert after.count("Acceptance Criteria") == 3
    assert not [finding for finding in check(read(EACH_HAS_CRITERIA)) if finding.rule == "duplicate_section"]


def test_goals_below_a_motivation_count_and_what_is_missing_stands_beside_the_motivation() -> None:
    assert set(read(GOALS_BELOW).profile_sections) == {"goal", "non-goals"}
    after = headings(filled(GOALS_BELOW))
    motivation, design = after.index("## Motivation"), after.index("## Design")
    assert after[motivation : motivation + 4] == ["## Motivation", "### Goals", "### Non-Goals", "## Assumptions"]
    assert after[motivation + 3 : design] == [
        "## Assumptions", "## Acceptance Criteria", "## Tasks", "## Verification Plan", "## Rollback Plan",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("# T\n\n## Tasks\n\n### Phase 1\n\n#### Goal\n\ng\n\n#### Tasks\n\nt\n", {"tasks"}),
        ("# T\n\n## Tasks\n\n### Goal\n\ng\n\n### Testing\n\nt\n\n## Notes\n", {"tasks"}),
        ("# T\n\n## Phase 1\n\n### Tasks\n\na\n", set()),
        ("# T\n\n## Phase 1\n\n### Tasks\n\na\n\n## Phase 2\n\n### Tasks\n\nb\n", set()),
        ("# T\n\n## Payments\n\n### Tasks\n\na\n\n## Refunds\n\n### Tasks\n\nb\n", set()),
        ("# T\n\n## FR-001 Limit\n\n### Acceptance Criteria\n\na\n", set()),
        ("# T\n\n## Alternatives\n\n### Goals\n\na\n", set()),
        ("# T\n\n## Plan\n\n### Work\n\n#### Tasks\n\na\n", set()),
        ("# T\n\n## Plan\n\n### Tasks\n\na\n\n## Tasks\n\nb\n", {"tasks"}),
        ("# T\n\n## Goals\n\ng\n\n### Non-goals\n\nn\n", {"goal", "non-goals"}),
        ("# T\n\n## Goals / Non-Goals\n\n### Goals\n\ng\n\n### Non-Goals\n\nn\n", {"goal", "non-goals"}),
        ("# T\n\n## Goals / Non-Goals\n\nboth\n", {"goal", "non-goals"}),
        ("# T\n\n## Goals / Non-Goals\n\nTODO\n", {"goal"}),
        ("# T\n\n## Specification\n\n### Goal\n\ng\n\n### Tasks\n\nt\n", {"goal", "tasks"}),
        ("# Goal\n\ng\n\n# Tasks\n\nt\n", {"goal", "tasks"}),
        ("# T\n\n# Goal\n\ng\n\n# Tasks\n\nt\n", {"goal", "tasks"}),
        ("# Goal\n\ng\n\n## Non-goals\n\nn\n\n## Testing\n\nt\n", {"goal", "non-goals", "verification-plan"}),
        ("## Goal\n\ng\n\n### Non-goals\n\nn\n\n### Tasks\n\nt\n", {"goal", "non-goals", "tasks"}),
        ("# Goal: start faster\n\n## Tasks\n\nt\n", {"tasks"}),
        ("# Validation\n\nWe validate.\n", set()),
        ("# A\n\n## Tasks\n\na\n\n# B\n\n## Tasks\n\nb\n", set()),
        ("### Goal\n\ng\n\n### Tasks\n\nt\n", {"goal", "tasks"}),
        ("Goal\n----\n\ng\n\nTasks\n-----\n\nt\n", {"goal", "tasks"}),
    ],
)
def test_a_section_is_where_the_outline_puts_it(text: str, keys: set[str]) -> None:
    assert set(read(text).profile_sections) == keys


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("# T\n\ntext\n", 2),
        ("text\n", 2),
        ("# T\n\n## A\n\n### B\n\n## C\n", 2),
        ("# T\n\n# A\n\n# B\n", 1),
        ("### A\n\n### B\n", 3),
        ("# T\n\n## A\n\n# Appendix\n", 1),
    ],
)
def test_new_sections_stand_at_the_level_of_the_main_ones(text: str, level: int) -> None:
    after = headings(filled(text))
    assert [line for line in after if line.endswith(" Rollback Plan")] == [f"{'#' * level} Rollback Plan"]


def test_sections_that_a_person_told_apart_are_no_duplicates() -> None:
    for one, other in (("Tasks (backend)", "Tasks (frontend)"), ("Tasks: a", "Tasks: b"), ("Goals", "Objectives")):
        found = check(read(f"# T\n\n## {one}\n\na\n\n## {other}\n\nb\n"))
        assert not [finding for finding in found if finding.rule == "duplicate_section"], one
    again = check(read("# T\n\n## Tasks\n\na\n\n## 7. **tasks**\n\nb\n"))
    assert [finding for finding in again if finding.rule == "duplicate_section"]


_LINES = st.sampled_from(
    ["# T", "## Goal", "## Motivation", "### Goals", "### Non-goals", "#### Acceptance Criteria", "### Story 1",
     "## Tasks",
     "### Phase 2", "#### Tasks", "TODO", "words", "", "- [ ] item", "[ref]: ./x.md", "<!-- AC:END -->", "# Part",
     "---",
     "<h2>Goal</h2>", "## Goals / Non-goals", "## 目标（Goal）", "[ref]", "[^1]", "<!-- vim: tw=80 -->", "## Ziel {#z}"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_LINES, max_size=16), st.sampled_from(["\n", "\r\n"]))
def test_a_fill_changes_no_byte_outside_placeholders_and_puts_nothing_into_a_persons_section(
    lines: list[str], end: str
) -> None:
    text = end.join(lines)
    document = read(text)
    plan = plan_fill(document, document, PLAIN, DRAFT)
    places = [section.body for section in document.profile_sections.values() if section.placeholder]
    mains = {section.main.start for section in document.sections} | {len(text)}
    for edit in plan.edits:
        replaced = text[edit.span.start : edit.span.end]
        inside = any(place.start <= edit.span.start and edit.span.end <= place.end for place in places)
        assert not replaced or inside
        between = re.sub(r"\A(?:\s*---(?=\s|\Z))*\s*", "", text[edit.span.end :])  # rules below a section stay
        starts = len(text) - len(between)
        assert replaced or inside or starts in mains or any(starts == s.heading.start for s in document.sections)
    for word in ("words", "item", "./x.md", "AC:END", "[^1]"):
        assert apply_edits(text, plan.edits).count(word) == text.count(word)


def test_headings_in_html_are_headings() -> None:
    text = (
        '<h1 align="center">Limiter</h1>\n\nLimit.\n\n<h2 id="g">Goal</h2>\n\nMine.\n\n<H2><b>Tasks</b></H2>\n\nTODO\n'
    )
    document = read(text)
    assert [(section.key, section.level) for section in document.sections] == [
        ("limiter", 1),
        ("goal", 2),
        ("tasks", 2),
    ]
    after = filled(text)
    assert after.count("Goal") == 1
    assert "<H2><b>Tasks</b></H2>\n\ndraft of tasks\n" in after
    assert "\n## Rollback Plan\n\ndraft of rollback-plan\n" in after


@pytest.mark.parametrize("text", ["<h2>Goal</h2>\nTODO\n", "<div>\n<h2>Goal</h2>\n</div>\n\n## Notes\n"])
def test_nothing_is_written_into_an_html_block(text: str) -> None:
    after = filled(text)
    assert after.startswith(text.rstrip("\n") if "Notes" not in text else "<div>\n<h2>Goal</h2>\n</div>\n")
    assert "draft of goal" not in after.partition("## Non-goals")[0]


@pytest.mark.parametrize("text", ["<h2>Goal\n", "<p><h2>Goal</h2> x</p>\n", "`<h2>Goal</h2>`\n", "- <h2>Goal</h2>\n"])
def test_other_html_is_no_heading(text: str) -> None:
    assert read(text).sections == ()
