"""Headings as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.heading_name import heading_name, heading_parts
from orch_lsp.profiles.plain.sections import PLAIN


@pytest.mark.parametrize(
    "title",
    [
        "goal", "**Goal**:", "_Goal_", "`Goal`", "Goal {#goal}", "Goal {: .lead #goal}", "Goal <!-- keep -->",
        '<a name="goal"></a>Goal', "[Goal](#goal)", "Goal [required]", "Goal *(mandatory)*", "Goal（目标）", "Ｇｏａｌ",
        "1. Goal", "1) Goal", "1\\. Goal", "1.2 Goal", "1.2.3. Goal", "(1) Goal", "1️⃣ Goal", "① Goal", "I. Goal",
        "IV) Goal", "Ⅱ. Goal", "A. Goal", "Step 1: Goal", "Section 2 – Goal", "§ 3 Goal", "🎯 Goal",
        "Goal 🎯", ":dart: Goal", "Goal _(mandatory)_", "Goal __[required]__",
        "第一章 Goal", "第1节：Goal", "一、Goal", "G\u200boal", "\ufeffGoal\u00a0", "[ ] Goal", "Goal!",
    ],
)  # fmt: skip
def test_what_stands_around_a_name_is_not_part_of_it(title: str) -> None:
    assert heading_name(title) == "goal"


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        ("Goal – why", ("goal",)),
        ("Goal: half the latency", ("goal",)),
        ("Tasks: backend", ("tasks",)),
        ("Ziel / Goal", ("goal",)),
        ("目标（Goal）", ("goal",)),
        ("Ziele", ("goal",)),
        ("2. Nicht-Ziele", ("non-goals",)),
        ("Critères d’acceptation", ("acceptance-criteria",)),
        ("验收标准", ("acceptance-criteria",)),
        ("ロールバック計画", ("rollback-plan",)),
        ("Goals / Non-Goals", ("goal", "non-goals")),
        ("Goals & Non-goals", ("goal", "non-goals")),
        ("Assumptions &amp; constraints", ("assumptions",)),
        ("Phase 1: Goal", ()),
        ("Task 3", ()),
        ("Validation – web hooks", ()),
        ("Rollout (testing)", ()),
        ("Payments (goal)", ()),
        ("Goals and background", ()),
        ("Goal setting", ()),
    ],
)
def test_a_heading_tells_which_sections_it_speaks_of(title: str, keys: tuple[str, ...]) -> None:
    assert PLAIN.keys_of(title) == keys


@given(st.text(max_size=450))
def test_any_heading_has_a_name_and_parts(title: str) -> None:
    parts = heading_parts(title)
    for name in (heading_name(title), parts.head, parts.bracketed, *parts.alternatives):
        assert name == name.strip()
        assert "\n" not in name


@pytest.mark.parametrize(
    "unit", [" ", "(", "[a](", "<a ", "{#", "*", ":a", "<!--", "1.", "/ ", " - ", "&amp;", "e\u0301"]
)
def test_no_heading_is_too_long_to_be_compared(unit: str) -> None:
    for size in (20, 90, 50_000):
        PLAIN.keys_of("a" + unit * size + "b")
