"""Open places of GSD's documents: a finished one has none, and an answer gets the tool's own shapes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.drafting import open_places
from orch_lsp.document.parse import parse
from orch_lsp.profiles.gsd.kinds import CONTEXT, PLAN, PROJECT, REQUIREMENTS, ROADMAP
from orch_lsp.rules.check import check
from tests.unit.test_template_places import filled, places

REQUIREMENTS_TEXT = """# Requirements: [Project Name]

**Defined:** [date]
**Core Value:** [from PROJECT.md]

## v1 Requirements

Requirements for initial release.

### Sign-in

- [x] **AUTH-01**: A customer signs in
- [ ] **AUTH-02**: [Requirement description]
- [ ] **AUTH-03**: TODO

### [Category 2]

- [ ] **[CAT]-01**: [Requirement description]

### Orders

## v2 Requirements

### Later

- **PAY-01**: Pay

### Much later

## Out of Scope

| Feature | Reason |
|---------|--------|
| [Feature] | [Why excluded] |

## Traceability

| Requirement | Phase | Status |
|-------------|-------|--------|
| AUTH-01 | Phase 1 | Pending |
"""


def test_places_of_requirements_are_written_in_their_own_lines():
    found = places(REQUIREMENTS_TEXT, "gsd/requirements")
    assert list(found) == [
        "requirements-project-name/requirements",
        "requirements-project-name/defined", "core-value", "sign-in/auth-02", "AUTH-03", "category-2/name",
        "category-2/text", "orders", "much-later", "out-of-scope/feature", "out-of-scope/reason",
    ]  # fmt: skip
    answer = {
        "sign-in/auth-02": "**AUTH-02**: A customer signs out",
        "AUTH-03": "A customer is signed out after 30 minutes",
        "category-2/name": "Bread",
        "category-2/text": "- [ ] **BRD-01**: A customer sees all bread",
        "orders": "- [ ] **ORD-01**: A customer orders",
        "much-later": "- [ ] **PAY-02**: Pay by card",
        "out-of-scope/feature": "Phone",
        "out-of-scope/reason": "Nobody asked",
    }
    text, written = filled(REQUIREMENTS_TEXT, "gsd/requirements", answer)
    assert set(written) == answer.keys()
    expected = REQUIREMENTS_TEXT
    for old, new in (
        ("**AUTH-02**: [Requirement description]", "**AUTH-02**: A customer signs out"),
        ("TODO", answer["AUTH-03"]),
        ("[Category 2]", "Bread"),
        ("**[CAT]-01**: [Requirement description]", "**BRD-01**: A customer sees all bread"),
        ("### Orders\n", f"### Orders\n\n{answer['orders']}\n"),
        ("### Much later\n", "### Much later\n\n- **PAY-02**: Pay by card\n"),
        ("[Feature]", "Phone"),
        ("[Why excluded]", "Nobody asked"),
    ):
        expected = expected.replace(old, new)
    assert text == expected
    for key, bad in (("orders", "- [ ] **AUTH-01**: again"), ("orders", "Later."), ("category-2/text", "no id")):
        assert filled(REQUIREMENTS_TEXT, "gsd/requirements", {key: bad}) == (REQUIREMENTS_TEXT, ())


ROADMAP_TEXT = """# Roadmap: Shop

## Phases

- [ ] **Phase 1: Sign-in** - in and out
- [ ] **Phase 2: Orders** - for tomorrow

## Phase Details

### Phase 1: Sign-in
**Goal**: In and out
**Depends on**: Nothing
**Requirements**: [AUTH-01, AUTH-02]
**Success Criteria** (what must be TRUE):
  1. A customer signs in
  2. TODO
**Plans**: TBD

### Phase 2: Orders
**Goal:** [To be planned]
**Requirements**: TBD
**Success Criteria** (what must be TRUE):
**Plans:** 0 plans

Plans:
- [ ] TBD

### Phase 3: Payment

### Phase 4: Mail
**Requirements**:
- MAIL-01
**Goal**:
Customers get a mail.
"""
BODY = "**Goal**: Pay\n**Success Criteria** (what must be TRUE):\n  1. A customer pays"


def test_places_of_a_roadmap_are_lines_of_its_phases():
    found = places(ROADMAP_TEXT, "gsd/roadmap")
    assert list(found) == ["Phase 1/2", "Phase 2/goal", "Phase 2/requirements", "Phase 2/criteria", "Phase 3"]
    answer = {
        "Phase 1/2": "2. A wrong password is refused",
        "Phase 2/goal": "**Goal**: Order for tomorrow",
        "Phase 2/requirements": "`ORD-01`, ORD-02",
        "Phase 2/criteria": "- A customer orders\n- The bakery sees it",
        "Phase 3": f"### Phase 3: Payment\n\n{BODY}",
    }
    text, written = filled(ROADMAP_TEXT, "gsd/roadmap", answer)
    assert set(written) == answer.keys()
    criteria = "**Success Criteria** (what must be TRUE):\n"
    assert text == ROADMAP_TEXT.replace("TODO", "A wrong password is refused").replace(
        "[To be planned]", "Order for tomorrow"
    ).replace("**Requirements**: TBD", "**Requirements**: ORD-01, ORD-02").replace(
        f"{criteria}**Plans:** 0", f"{criteria}  1. A customer orders\n  2. The bakery sees it\n\n**Plans:** 0"
    ).replace("### Phase 3: Payment\n", f"### Phase 3: Payment\n{BODY}\n")
    for key, bad in (("Phase 2/requirements", "none yet"), ("Phase 3", "Soon."), ("Phase 3", "**Goal**: Pay")):
        assert filled(ROADMAP_TEXT, "gsd/roadmap", {key: bad}) == (ROADMAP_TEXT, ())


PLAN_TEXT = """---
phase: 01-sign-in
plan: 02
type: execute
wave: 1
depends_on: []
files_modified: []          # Files this plan modifies.
autonomous: true
requirements: []

must_haves:
  truths: []
  artifacts: []
  key_links: []
---

<objective>
[What this plan accomplishes]

Purpose: [Why this matters for the project]
Output: [What artifacts will be created]
</objective>

<tasks>

<task type="auto">
  <name>Task 1: [Action-oriented name]</name>
  <files>path/to/file.ext</files>
  <action>[Specific implementation - what to do]</action>
  <verify>[Command or check to prove it worked]</verify>
  <done>[Measurable acceptance criteria]</done>
</task>

</tasks>

<verification>
Before declaring plan complete:
- [ ] [Specific test command]
</verification>
"""
TASK = """<task type="auto" tdd="true">
  <name>Task 1: Keep sessions</name>
  <files>src/sessions.py</files>
  <read_first>src/web.py</read_first>
  <action>Add `Sessions`.

Keys have 32 bytes.</action>
  <verify><automated>pytest</automated></verify>
  <done>A closed key opens nothing</done>
</task>"""
ANSWER = {
    "files_modified": "- src/sessions.py",
    "requirements": "AUTH-01, AUTH-02",
    "truths": '- A "closed" key opens nothing',
    "artifacts": "- `src/sessions.py`: keys",
    "key_links": "- src/web.py → src/sessions.py: opens one",
    "objective": "Customers stay signed in.\n\nPurpose: less typing\nOutput: `src/sessions.py`",
    "tasks": TASK,
}


def test_places_of_a_plan_are_its_tasks_its_objective_and_the_lists_of_its_front_matter():
    found = places(PLAN_TEXT, "gsd/plan")
    assert [key for key in found if "verification" not in key and "text" not in key] == list(ANSWER)
    text, written = filled(PLAN_TEXT, "gsd/plan", ANSWER)
    assert set(written) == ANSWER.keys()
    start, end = PLAN_TEXT.index('<task type="auto">'), PLAN_TEXT.index("\n\n</tasks>")
    expected = PLAN_TEXT[:start] + TASK + PLAN_TEXT[end:]
    start, end = expected.index("[What this"), expected.index("\n</objective>")
    expected = expected[:start] + ANSWER["objective"] + expected[end:]
    for old, new in (
        ("files_modified: []          # Files this plan modifies.", "files_modified:\n  - src/sessions.py"),
        ("requirements: []", "requirements: [AUTH-01, AUTH-02]"),
        ("truths: []", 'truths:\n    - "A \\"closed\\" key opens nothing"'),
        ("artifacts: []", 'artifacts:\n    - path: "src/sessions.py"\n      provides: "keys"'),
        (
            "key_links: []",
            'key_links:\n    - from: "src/web.py"\n      to: "src/sessions.py"\n      via: "opens one"',
        ),
    ):
        expected = expected.replace(old, new)
    assert text == expected
    document = parse(text, PLAN)
    assert document.front_matter is not None
    assert document.front_matter.problem is None
    assert document.front_matter.values["must_haves"]["truths"] == ['A "closed" key opens nothing']
    assert [node.key for node in document.nodes.nodes if node.kind == "task"] == ["01-02", "01-02/Task 1"]


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("tasks", TASK.replace("  <done>A closed key opens nothing</done>\n", "")),
        ("tasks", TASK.replace("A closed key opens nothing", "")),
        ("tasks", TASK.replace("</task>", "")),
        ("tasks", f"{TASK}\n\nAnd that is all."),
        ("tasks", TASK.replace('"auto"', '"checkpoint:human-verify"')),
        ("tasks", "1. Keep sessions"),
        ("files_modified", "- the sessions"),
        ("requirements", "all of them"),
        ("truths", "It works."),
        ("artifacts", "- sessions"),
        ("key_links", "- web and sessions"),
        ("objective", "</objective>"),
    ],
)
def test_an_answer_of_another_shape_leaves_a_plan_as_it_is(key: str, bad: str):
    assert filled(PLAN_TEXT, "gsd/plan", {key: bad}) == (PLAN_TEXT, ())


def test_in_a_plan_with_tasks_only_a_part_without_words_is_open_and_an_empty_list_is_meant():
    other = TASK.replace("Task 1: Keep", "Task 2: Count").replace("A closed key opens nothing", "TODO")
    text, _ = filled(PLAN_TEXT, "gsd/plan", {"tasks": f"{TASK}\n\n{TASK.replace('Task 1', 'Task 2')}"})
    text = text.replace(TASK.replace("Task 1", "Task 2"), other)
    found = places(text, "gsd/plan")
    assert {"01-02/Task 2/done", "truths", "objective"} <= found.keys()
    assert not {"tasks", "requirements", "files_modified", "artifacts", "key_links"} & found.keys()
    written, _ = filled(text, "gsd/plan", {"01-02/Task 2/done": "All sessions are counted"})
    assert written == text.replace("<done>TODO</done>", "<done>All sessions are counted</done>")


CONTEXT_TEXT = """# Phase 1: Sign-in - Context

<domain>
## Phase Boundary

[Clear statement of what this phase delivers]

</domain>

<decisions>
## Implementation Decisions

### Sessions
- **D-01:** 30 minutes

### Claude's Discretion
[Areas where the planner is free]

</decisions>

<deferred>
## Deferred Ideas

</deferred>

---

*Phase: 01-sign-in*
"""


def test_places_of_a_context_are_those_of_its_tags():
    found = places(CONTEXT_TEXT, "gsd/context")
    assert list(found) == ["phase-1-sign-in-context/text", "claude-s-discretion/text", "deferred"]
    text, written = filled(CONTEXT_TEXT, "gsd/context", {"deferred": "## Later\n\n- Mail — phase 4"})
    assert written == ("deferred",)
    assert text == CONTEXT_TEXT.replace("## Deferred Ideas\n", "## Deferred Ideas\n\n### Later\n\n- Mail — phase 4\n")
    assert places(text.replace("[", "").replace("]", ""), "gsd/context") == {}


def test_between_two_milestones_nothing_is_active():
    text = "# Shop\n\n## Requirements\n\n### Validated\n\n- ✓ Orders — v1\n\n### Active\n\n### Out of Scope\n\n- Pay\n"
    assert places(text, "gsd/project") == {}
    assert list(places(text.replace("- ✓ Orders — v1", "(None yet)"), "gsd/project")) == ["active"]


FINISHED = {
    "gsd/requirements": (
        "# Requirements: Shop\n\n**Core Value:** bread\n\n## v2.0 Requirements\n\n### Sign-in\n\n"
        "- [x] **AUTH-01**: sign in [BLOCKING]\n\n## Future\n\n- PAY-01 — maybe\n\n## Traceability\n"
    ),
    "gsd/roadmap": (
        "# Roadmap: Shop\n\n## Milestones\n\n- **v1** - Phases 1-4\n\n## Phases\n\n<details>\n<summary>v1</summary>\n\n"
        "### Phase 1: Sign-in\n\n**Goal**: x\n**Requirements**: -\n**Success Criteria**:\n\n1. a\n\n</details>\n"
    ),
    "gsd/plan": (
        '# Plan\n\n1. Count\n\n<tasks>\n<task type="checkpoint:decision">'
        "<decision>[Which one]?</decision></task>\n</tasks>\n"
    ),
    "gsd/context": "# Notes\n\n- [x] asked\n- [Guide](a.md)\n\n<domain>\nAll of it.\n</domain>\n",
}


@pytest.mark.parametrize("name", FINISHED)
def test_what_a_person_finished_has_no_open_place(name: str):
    assert places(FINISHED[name], name) == {}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_places_are_the_same_in_other_line_ends(end: str):
    for text, name in (
        (REQUIREMENTS_TEXT, "gsd/requirements"), (ROADMAP_TEXT, "gsd/roadmap"), (PLAN_TEXT, "gsd/plan"),
        (CONTEXT_TEXT, "gsd/context"),
    ):  # fmt: skip
        assert list(places(text.replace("\n", end), name)) == list(places(text, name))


WHOLE = f"{PLAN_TEXT}{REQUIREMENTS_TEXT}{ROADMAP_TEXT}{CONTEXT_TEXT}"


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, len(WHOLE)), st.integers(0, 400), st.text("<>/[]#*-:\n\r |`a1", max_size=12), st.integers(0, 1_500)
)
def test_places_of_any_text_lie_in_it_and_in_no_other(start: int, length: int, put: str, cut: int):
    text = WHOLE[cut:start] + put + WHOLE[start + length :]
    for profile in (REQUIREMENTS, ROADMAP, PLAN, PROJECT, CONTEXT):
        found = open_places(parse(text, profile))
        ends = [0, *(place.span.end for place in found)]
        assert all(0 <= place.span.start <= place.span.end <= len(text) for place in found)
        assert all(end <= place.span.start for end, place in zip(ends, found, strict=False))
        assert len({place.key for place in found}) == len(found)


_FENCED_IN_TAGS = """\
# Plan

<verification>
```bash
# Build it
make

make test
```
</verification>

<success_criteria>
[What holds at the end]
</success_criteria>
"""


def test_code_in_tags_ends_at_its_own_fence():
    document = parse(_FENCED_IN_TAGS, PLAN)
    assert "unbalanced_fence" not in {finding.rule for finding in check(document)}
    assert [place.key for place in open_places(document)] == ["success_criteria"]
    assert [node.key for node in document.nodes.nodes] == ["plan"]
