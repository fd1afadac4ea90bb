"""Documents in `.planning/`: requirements, a roadmap, plans with front matter and tasks in tags."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.node import Nodes
from orch_lsp.document.parse import parse, parse_front_matter
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.gsd.format import FORMAT
from orch_lsp.profiles.gsd.kinds import NOTES, PLAN, REQUIREMENTS, ROADMAP
from orch_lsp.profiles.gsd.recognition import recognise
from orch_lsp.profiles.protocol import Clues, Recognition
from tests.unit.node_rules import assert_an_edit_reads_as_the_whole, assert_nodes_lie_in
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found

REQUIREMENTS_TEXT = """\
# Requirements: Shop

## v1 Requirements

### Sign-in

- [x] **AUTH-01**: A person can sign in, see AUTH-02
- [ ] **AUTH-02**: A person can sign out
- [ ] Not numbered

## v2 Requirements

- **PAY-01**: Pay

## Traceability

| Requirement | Phase | Status |
|---|---|---|
| AUTH-01 | Phase 1 | Complete |
| `AUTH-09` | Phases 02-3 | Pending |
"""
ROADMAP_TEXT = """\
# Roadmap: Shop

## Phases

- [x] **Phase 1: Sign-in** - done
- [ ] **Phase 2.1: Urgent** (INSERTED)

## Phase Details

### Phase 1: Sign-in
**Goal**: People sign in
**Depends on**: Nothing
**Requirements**: [AUTH-01, AUTH-02]
**Success Criteria** (what must be TRUE):

  1. A person signs in
  2. A person signs out

Plans:
- [x] 01-01-PLAN.md — Form
- [ ] 01-02: Session

### Phase 02: Pay
**Depends on**: Phase 01
"""
PLAN_TEXT = """\
---
phase: 01-sign-in
plan: 02
type: execute
wave: 2
depends_on: ["01-01", 3]
files_modified:
  - src/a.ts
requirements:
  - AUTH-01
  - AUTH-02
must_haves:
  truths:
    - "A person signs out"

    - A session ends
  artifacts:
    - src/a.ts
---

<objective>
End sessions, for AUTH-02.

Output: a form
</objective>

<context>
@.planning/phases/01-sign-in/01-01-SUMMARY.md
</context>

<tasks>

<task type="auto">
  <name>Task 1: End it</name>
  <files>src/a.ts</files>
  <action>Do it</action>
</task>

<task type="checkpoint:human-verify" gate="blocking">
  <what-built>It</what-built>
</task>

<!-- <task><name>Task 9: Nobody</name></task> AUTH-77 -->

```xml
<task><name>Task 8: Example</name></task>
```

<task><name>Task 3: Half
"""


def nodes(text: str, profile: Profile) -> Nodes:
    return parse(text, profile).nodes


def listed(found: Nodes) -> list[tuple[str, str, str, str | None]]:
    return [(node.kind, node.key, node.title, node.state) for node in found.nodes if node.kind != "section"]


def cited(text: str, profile: Profile) -> list[tuple[str, str]]:
    return [(citation.relation, citation.key) for citation in nodes(text, profile).citations]


def test_requirements_may_be_headings() -> None:
    text = """# Requirements

### REQ-01: Parse

All of it.

#### Why

### **REQ-02** – Search

See REQ-01.

### REQ-1x
"""
    assert listed(nodes(text, REQUIREMENTS)) == [
        ("requirement", "REQ-01", "Parse", None),
        ("requirement", "REQ-02", "Search", None),
    ]
    assert cited(text, REQUIREMENTS) == [("cites", "REQ-01")]


def test_requirements_have_ids_and_states() -> None:
    assert listed(nodes(REQUIREMENTS_TEXT, REQUIREMENTS)) == [
        ("requirement", "AUTH-01", "A person can sign in, see AUTH-02", "done"),
        ("requirement", "AUTH-02", "A person can sign out", "open"),
        ("checklist_item", "checklist/not-numbered", "Not numbered", "open"),
        ("requirement", "PAY-01", "Pay", None),
    ]
    assert cited(REQUIREMENTS_TEXT, REQUIREMENTS) == [
        ("cites", "AUTH-02"), ("cites", "AUTH-01"), ("cites", "Phase 1"), ("cites", "AUTH-09"), ("cites", "Phase 2"),
        ("cites", "Phase 3"),
    ]  # fmt: skip


def test_a_roadmap_has_phases_with_what_they_cover() -> None:
    found = nodes(ROADMAP_TEXT, ROADMAP)
    assert [(kind, key) for kind, key, _, _ in listed(found)] == [
        ("checklist_item", "checklist/phase-1-sign-in-done"),
        ("checklist_item", "checklist/phase-2-1-urgent-inserted"),
        ("task", "Phase 1"),
        ("success_criterion", "Phase 1/1"),
        ("success_criterion", "Phase 1/2"),
        ("checklist_item", "checklist/01-01-plan-md-form"),
        ("checklist_item", "checklist/01-02-session"),
        ("task", "Phase 2"),
    ]
    phase = found.by_key["Phase 1"]
    assert phase.title == "Sign-in"
    assert [(c.relation, c.key) for c in phase.citations] == [("covers", "AUTH-01"), ("covers", "AUTH-02")]
    assert [citation.key for citation in found.by_key["checklist/01-01-plan-md-form"].citations] == ["01-01"]
    assert [citation.key for citation in found.by_key["Phase 2"].citations] == ["Phase 1"]


def test_a_plan_may_say_its_whole_id() -> None:
    text = "---\nphase: 4\nplan_id: 04-01\ndepends_on: [04-00]\n---\n\n<objective>\nAsk once\n</objective>\n"
    (whole,) = [node for node in nodes(text, PLAN).nodes if node.kind == "task"]
    assert whole.name is not None
    assert (whole.key, text[whole.name.start : whole.name.end]) == ("04-01", "04-01")
    assert cited(text, PLAN) == [("cites", "04-00")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_plan_has_tasks_in_tags_and_front_matter_that_cites(end: str) -> None:
    text = PLAN_TEXT.replace("\n", end)
    found = nodes(text, PLAN)
    assert listed(found) == [
        ("task", "01-02", "End sessions, for AUTH-02. Output: a form", None),
        ("criterion", "01-02/truth 1", "A person signs out", None),
        ("criterion", "01-02/truth 2", "A session ends", None),
        ("task", "01-02/Task 1", "End it", None),
        ("task", "01-02/Task 2", "checkpoint:human-verify", None),
    ]
    assert {node.parent for node in found.nodes[1:]} == {"01-02"}
    assert cited(text, PLAN) == [
        ("cites", "01-01"), ("cites", "01-03"), ("covers", "AUTH-01"), ("covers", "AUTH-02"), ("cites", "AUTH-02"),
        ("cites", "01-01"),
    ]  # fmt: skip


def test_a_plan_without_front_matter_has_its_tasks() -> None:
    assert listed(nodes("<task><name>Task 4: a</name></task>\n\n<task></task></task>\n", PLAN)) == [
        ("task", "Task 4", "a", None), ("task", "Task 2", "", None),
    ]  # fmt: skip


def test_notes_have_sections_and_boxes_and_cite() -> None:
    text = "---\nrequirements-completed: [AUTH-01]\n---\n\n# Phase 1 Summary\n\n- [x] **AUTH-02** done in 01-02\n"
    assert [(kind, key) for kind, key, _, _ in listed(nodes(text, NOTES))] == []
    assert cited(text, NOTES) == [("covers", "AUTH-01"), ("cites", "Phase 1"), ("cites", "AUTH-02"), ("cites", "01-02")]


def recognised(path: str, text: str = "# T\n\nWords.\n") -> Recognition | None:
    return recognise(Clues(path, text, read(text).headings, parse_front_matter(text)))


@pytest.mark.parametrize(
    ("path", "kind", "scope", "frozen"),
    [
        (".planning/REQUIREMENTS.md", "requirements", ".planning", False),
        ("apps/a/.planning/ROADMAP.md", "roadmap", "apps/a/.planning", False),
        ("/x/.planning/phases/01-a/01-02-PLAN.md", "plan", "/x/.planning", False),
        (".planning/phases/01-a/01-02-SUMMARY.md", "notes", ".planning", False),
        (".planning/STATE.md", "notes", ".planning", False),
        (".planning/milestones/v1.0-REQUIREMENTS.md", "requirements", ".planning", True),
    ],
)
def test_a_path_tells_the_kind_and_the_scope(path: str, kind: str, scope: str, *, frozen: bool) -> None:
    found = recognised(path)
    assert found is not None
    assert (found.kind, found.certainty, found.scope, found.frozen) == (kind, "path", scope, frozen)
    assert FORMAT.profile(kind) is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (REQUIREMENTS_TEXT, "requirements"),
        (PLAN_TEXT, "plan"),
        ("# T\n\n## Requirements\n", None),
        ("## v1 Requirements x\n", None),
    ],
)
def test_content_tells_the_kind_where_no_path_does(text: str, kind: str | None) -> None:
    found = recognised("notes/a.md", text)
    assert (None if found is None else (found.kind, found.certainty)) == (None if kind is None else (kind, "content"))
    assert recognised(".planning/config.json") is None


_PIECES = [
    *REQUIREMENTS_TEXT.split("\n"), *ROADMAP_TEXT.split("\n"), *PLAN_TEXT.split("\n"), "<task", "</task>", "<name>",
    "-->", "```", "phase: 3", "plan:", "must_haves:", "  truths:", "    - x", "\ud800",
]  # fmt: skip
_texts = st.builds(
    lambda begin, lines, end: end.join((*begin, *lines)),
    st.sampled_from([(), ("---", "phase: 1", "plan: 2", "must_haves:", "  truths:", "    - a", "---"), ("---",)]),
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


def test_a_plan_without_a_key_of_its_validator_is_told_once_with_all_that_are_missing():
    assert_examples_are_what_they_are_said_to_be("missing_front_matter_key", PLAN)
    (only,) = found("---\nphase: 01-a\nplan: 01\n---\n\nx\n", PLAN, "missing_front_matter_key")
    assert "`type`, `wave`, `depends_on`, `files_modified`, `autonomous`, `must_haves`" in only.message
    assert only.severity == "warning"
    for text in ("# Plan\n\n1. Count\n", "---\na: [\n---\n", "---\n\n---\n", "---\n- a\n---\n"):
        assert found(text, PLAN, "missing_front_matter_key") == []
    assert found("---\nphase: 01-a\n---\n", REQUIREMENTS, "missing_front_matter_key") == []


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("See 01-02, 03.1-04, 12-03 and 09-12.", ["01-02", "03.1-04", "12-03", "09-12"]),
        ("Run 12-11-PLAN.md after 12-10-SUMMARY.md, plan 14-12.", ["12-11", "12-10", "14-12"]),
        ("Takes 30-50 ms for 80-120 files, lines 200-300, on 2026-09-12.", []),
    ],
)
def test_two_numbers_are_a_plan_where_one_is_written_as_plans_are(words: str, keys: list[str]) -> None:
    found = nodes(f"# Notes\n\n{words}\n", NOTES)
    assert [citation.key for citation in found.citations] == keys


@pytest.mark.parametrize("label", ["**Plans**: 1 plan", "**Plans:** 1 plan", "__Plans__：1"])
def test_the_label_right_below_what_must_be_true_is_no_part_of_it(label: str) -> None:
    text = f"# Roadmap\n\n### Phase 1: In\n**Success Criteria** (what must be TRUE):\n  1. User can sign up\n{label}\n"
    read_nodes = nodes(text, ROADMAP)
    assert [(one.key, one.title) for one in read_nodes.nodes if one.kind == "success_criterion"] == [
        ("Phase 1/1", "User can sign up")
    ]
