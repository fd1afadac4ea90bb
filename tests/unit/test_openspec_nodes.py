"""Documents of OpenSpec: requirements with their scenarios, deltas with what they cite, proposals, designs, tasks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.node import Nodes
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.openspec.format import FORMAT
from orch_lsp.profiles.openspec.kinds import DELTA, DESIGN, NOTES, PROPOSAL, SPEC, TASKS
from tests.unit.node_rules import assert_an_edit_reads_as_the_whole, assert_nodes_lie_in

SPEC_TEXT = """\
# auth Specification

## Purpose
Lets people sign in.

## Requirements

### Requirement: Session expiration
The system SHALL end a session after 30 minutes.

#### Scenario: Idle session
- **WHEN** 30 minutes pass
- **THEN** it ends

#### Somebody is there
- **WHEN** a request comes
- **THEN** it lives

##### Detail

More.

### Requirement: Lock out
The system MUST lock.

```
### Requirement: In a fence
#### Scenario: In a fence
```
<!--
### Requirement: In a comment
-->
> ### Requirement: In a quote

#### Scenario: Idle session
- **WHEN** x
"""

DELTA_TEXT = """\
## ADDED Requirements

### Requirement: Second factor
The system SHALL ask.

#### Scenario: Asked
- **WHEN** a
- **THEN** b

## MODIFIED Requirements

### Requirement: Session expiration
The system SHALL end a session after 20 minutes.

#### Scenario: Idle session
- **WHEN** 20 minutes pass

### Requirement: Shut out
The system MUST lock.

#### Scenario: Shut
- **WHEN** x

## REMOVED Requirements

### Requirement: Remember me
**Reason**: Nobody used it.

- `### Requirement: Hint`
- ### Requirement: Captcha

## RENAMED Requirements

- FROM: `### Requirement: Lock out`
- TO: `### Requirement: Shut out`
- FROM: ### Requirement: A
  TO: ### Requirement: B
"""


def nodes(text: str, profile: Profile = SPEC) -> Nodes:
    return parse(text, profile).nodes


def named(text: str, profile: Profile = SPEC) -> list[tuple[str, str]]:
    """All but sections, each with the text that names it."""
    return [
        (node.key, "" if node.name is None else text[node.name.start : node.name.end])
        for node in nodes(text, profile).nodes
        if node.kind != "section"
    ]


def cited(text: str, profile: Profile = DELTA) -> list[tuple[str, str, str | None, str]]:
    return [
        (each.relation, each.key, each.scope, text[each.span.start : each.span.end])
        for each in nodes(text, profile).citations
    ]


def test_a_spec_has_requirements_with_their_scenarios() -> None:
    assert [(node.kind, node.key, node.title, node.parent) for node in nodes(SPEC_TEXT).nodes] == [
        ("section", "auth-specification", "auth Specification", None),
        ("section", "purpose", "Purpose", "auth-specification"),
        ("section", "requirements", "Requirements", "auth-specification"),
        ("requirement", "Requirement: Session expiration", "Session expiration", "requirements"),
        ("scenario", "Session expiration/Scenario: Idle session", "Idle session", "Requirement: Session expiration"),
        (
            "scenario",
            "Session expiration/Scenario: Somebody is there",
            "Somebody is there",
            "Requirement: Session expiration",
        ),
        ("section", "detail", "Detail", "Session expiration/Scenario: Somebody is there"),
        ("requirement", "Requirement: Lock out", "Lock out", "requirements"),
        ("scenario", "Lock out/Scenario: Idle session", "Idle session", "Requirement: Lock out"),
    ]
    assert nodes(SPEC_TEXT).citations == ()


def test_a_name_stands_where_it_can_be_renamed() -> None:
    assert named(SPEC_TEXT) == [
        ("Requirement: Session expiration", "Session expiration"),
        ("Session expiration/Scenario: Idle session", "Idle session"),
        ("Session expiration/Scenario: Somebody is there", "Somebody is there"),
        ("Requirement: Lock out", "Lock out"),
        ("Lock out/Scenario: Idle session", "Idle session"),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("text", "profile"), [(SPEC_TEXT, SPEC), (DELTA_TEXT, DELTA)])
def test_line_ends_and_a_byte_order_mark_change_nothing(text: str, profile: Profile, mark: str, end: str) -> None:
    assert [node.key for node in nodes(mark + text.replace("\n", end), profile).nodes] == [
        node.key for node in nodes(text, profile).nodes
    ]
    assert named(mark + text.replace("\n", end), profile) == named(text, profile)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("### Requirement: Lock", "Lock"),
        ("### requirement:Lock", "Lock"),
        ("###\tRequirement:\tLock \t", "Lock"),
        ("### Requirement: Lock ###", "Lock"),
        ("### Requirement: Lock  it", "Lock  it"),
        ("### Requirement: Lock {#lock}", "Lock"),
        ("### Requirement: Lock <!-- later -->", "Lock"),
        ("### **Requirement: Lock**", "Lock"),
        ("### **Requirement**: Lock", "Lock"),
        ("### Requirement: `lock.now`", "lock.now"),
        ("### ✅ Requirement: Lock", "Lock"),
        ("### 2. Requirement: Lock", "Lock"),
        ("### Requirement 2: Lock", "Lock"),
        ("### Requirement: Lock: now", "Lock: now"),
        ("### 需求：锁定", "锁定"),
        ("### 要件: ロック", "ロック"),
        ("### 요구사항: 잠금", "잠금"),
        ("### Requisito: Bloqueo", "Bloqueo"),
        ("### Anforderung: Sperre", "Sperre"),
        ("### Exigence : Verrou", "Verrou"),
        ("Requirement: Lock\n---", "Lock"),
        ("#### Requirement: Lock", "Lock"),
        ("### Requirements: Lock", None),
        ("### The requirement: Lock", None),
    ],
)
def test_a_heading_is_a_requirement_in_the_ways_that_people_write_it(heading: str, name: str | None) -> None:
    text = f"## ADDED Requirements\n\n{heading}\n\nIt SHALL.\n"
    found = [(node.title, text[node.name.start : node.name.end]) for node in nodes(text, DELTA).nodes[1:] if node.name]
    assert found == ([(name, name)] if name is not None else found)
    assert any(node.kind == "requirement" for node in nodes(text, DELTA).nodes) is (name is not None)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("#### Scenario: Idle", "Idle"),
        ("#### scenario:Idle", "Idle"),
        ("#### **Scenario: Idle**", "Idle"),
        ("#### Scenario 1: Idle", "Idle"),
        ("#### Idle", "Idle"),
        ("##### Scenario: Idle", "Idle"),
        ("#### 场景：空闲", "空闲"),
        ("#### シナリオ: 待機", "待機"),
        ("#### 시나리오: 대기", "대기"),
        ("#### Escenario: Ocio", "Ocio"),
        ("#### Cenário: Ócio", "Ócio"),
        ("#### Szenario: Leerlauf", "Leerlauf"),
        ("#### Scénario : Repos", "Repos"),
        ("### Scenario: Idle", "Idle"),
    ],
)
def test_a_heading_is_a_scenario_in_the_ways_that_people_write_it(heading: str, name: str) -> None:
    text = f"## Requirements\n\n### Requirement: Lock\nIt SHALL.\n\n{heading}\n- **WHEN** a\n"
    (found,) = (node for node in nodes(text).nodes if node.kind == "scenario")
    assert (found.key, found.title) == (f"Lock/Scenario: {name}", name)


def test_each_heading_below_requirements_is_one_unless_it_gathers_some() -> None:
    text = "## Requirements\n\n### Lock\nx\n\n### Group\n\n#### Requirement: A\nx\n\n##### Scenario: B\n- a\n\n"
    text += "## Notes\n\n### N\n"
    found = [(node.kind, node.key) for node in nodes(text).nodes]
    assert found == [
        ("section", "requirements"), ("requirement", "Requirement: Lock"), ("section", "group"),
        ("requirement", "Requirement: A"), ("scenario", "A/Scenario: B"), ("section", "notes"), ("section", "n"),
    ]  # fmt: skip


def test_names_that_are_there_twice_are_numbered() -> None:
    text = "## Requirements\n" + "### Requirement: A\n#### Scenario: B\n#### Scenario: B\n" * 2
    assert [node.key for node in nodes(text).nodes[1:]] == [
        "Requirement: A", "A/Scenario: B", "A/Scenario: B~2", "Requirement: A~2", "A/Scenario: B~3", "A/Scenario: B~4",
    ]  # fmt: skip


def test_a_delta_has_parts_with_what_each_says() -> None:
    found = [(node.kind, node.key, node.parent) for node in nodes(DELTA_TEXT, DELTA).nodes if node.kind != "scenario"]
    assert found == [
        ("delta", "added-requirements", None),
        ("requirement", "Requirement: Second factor", "added-requirements"),
        ("delta", "modified-requirements", None),
        ("requirement", "Requirement: Session expiration", "modified-requirements"),
        ("requirement", "Requirement: Shut out", "modified-requirements"),
        ("delta", "removed-requirements", None),
        ("delta", "Requirement: Remember me", "removed-requirements"),
        ("delta", "Requirement: Hint", "Requirement: Remember me"),
        ("delta", "Requirement: Captcha", "Requirement: Remember me"),
        ("delta", "renamed-requirements", None),
        ("delta", "RENAMED Requirement: Lock out", "renamed-requirements"),
        ("delta", "RENAMED Requirement: A", "renamed-requirements"),
    ]


def test_a_delta_cites_what_it_changes_in_the_spec_below_it() -> None:
    assert cited(DELTA_TEXT) == [
        ("modifies", "Requirement: Session expiration", "base", "Session expiration"),
        ("cites", "RENAMED Requirement: Lock out", None, "Shut out"),
        ("removes", "Requirement: Remember me", "base", "Remember me"),
        ("removes", "Requirement: Hint", "base", "Hint"),
        ("removes", "Requirement: Captcha", "base", "Captcha"),
        ("renames", "Requirement: Lock out", "base", "Lock out"),
        ("renames", "Requirement: A", "base", "A"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        "- FROM: `### Requirement: A`\n- TO: `### Requirement: B`",
        "FROM: ### Requirement: A\nTO: ### Requirement: B",
        "* **FROM**: `### Requirement: A`\n* **TO**: `### Requirement: B`",
        "- **FROM:** `A`\n- **TO:** `B`",
        "- from: A\n\n\n- to: B",
        "- x\n  - FROM: `### Requirement: A`\n  - TO: `### Requirement: B`",
        "- FROM：`### 需求：A`\n- TO：`### 需求：B`",
        "- FROM: `### Requirement: Z`\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`",
    ],
)
def test_a_rename_is_a_pair_of_lines(lines: str) -> None:
    text = f"## RENAMED Requirements\n\n{lines}\n"
    (found,) = (node for node in nodes(text, DELTA).nodes if node.key != "renamed-requirements")
    assert (found.kind, found.key, found.title) == ("delta", "RENAMED Requirement: A", "A → B")
    assert found.name is not None
    assert text[found.name.start : found.name.end] == "B"
    assert cited(text)[-1] == ("renames", "Requirement: A", "base", "A")


@pytest.mark.parametrize(
    "text",
    [
        "## ADDED Requirements\n\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n- ### Requirement: C\n",
        "## RENAMED Requirements\n\n```\n- FROM: `### Requirement: A`\n- TO: `### Requirement: B`\n```\n",
        "## REMOVED Requirements\n\n<!--\n- ### Requirement: A\n-->\n",
        "## REMOVED Requirements\n\n## Notes\n\n- ### Requirement: A\n",
        "## MODIFIED Requirements\n\n### Notes\n\n### Requirement:\n",
    ],
)
def test_nothing_is_cited_elsewhere(text: str) -> None:
    assert cited(text) == []


@pytest.mark.parametrize(
    "heading",
    [
        "## ADDED Requirements", "## added requirements", "## ADDED Requirements (v2)", "## ADDED  Requirements ##",
        "## **ADDED Requirements**", "## 1. ADDED Requirements", "## 新增需求", "## 追加要件", "## 추가된 요구사항",
        "## Requisitos añadidos", "## Requisitos adicionados", "## Neue Anforderungen", "## Exigences ajoutées",
    ],
)  # fmt: skip
def test_a_part_of_a_delta_is_known_by_its_heading(heading: str) -> None:
    assert [node.kind for node in nodes(f"{heading}\n\n### Requirement: A\n", DELTA).nodes] == ["delta", "requirement"]


def test_a_part_ends_where_another_heading_of_its_level_begins() -> None:
    text = "## REMOVED Requirements\n\n### Requirement: A\n\n## Notes\n\n### Requirement: B\n"
    assert [key for _, key, _, _ in cited(text)] == ["Requirement: A"]
    assert [(node.kind, node.key) for node in nodes(text, DELTA).nodes[2:]] == [
        ("section", "notes"),
        ("requirement", "Requirement: B"),
    ]


def test_a_proposal_cites_capabilities() -> None:
    text = """\
## Why

`auth` is old.

## Capabilities

### New Capabilities
- `user-auth`: sign-in
  - `no`: detail
- **`a/b`**: nested
- plain-name: no code

### Modified Capabilities
- `auth`: changes
- <existing>: none
- None

### 新增能力
- `x`：y
"""
    assert cited(text, PROPOSAL) == [
        ("cites", "", "deltas/user-auth", "user-auth"),
        ("cites", "", "deltas/a/b", "a/b"),
        ("cites", "", "deltas/plain-name", "plain-name"),
        ("modifies", "", "specs/auth", "auth"),
        ("cites", "", "deltas/x", "x"),
    ]


@pytest.mark.parametrize(
    ("line", "key", "title", "state"),
    [
        ("- [ ] 1.1 Do it", "1.1", "Do it", "open"),
        ("* [x] 1.1 Do it", "1.1", "Do it", "done"),
        ("- [X] 1.1. Do it", "1.1", "Do it", "done"),
        ("- [-] **1.1** Do it", "1.1", "Do it", "in_progress"),
        ("- [ ] **1.1: Do it**", "1.1", "Do it", "open"),
        ("- [ ]* 1.1 Do it", "1.1", "Do it", "optional"),
        ("- [ ] 1.2.3 Do it", "1.2.3", "Do it", "open"),
        ("- [ ] 1) Do it", "1", "Do it", "open"),
        ("- [ ] １．２ 做", "1.2", "做", "open"),
        ("- [ ] 1.1プロジェクト", "1.1", "プロジェクト", "open"),
        ("- [ ] Do it", "task/do-it", "Do it", "open"),
        ("- [ ] 3D models", "task/3d-models", "3D models", "open"),
        ("- [ ] 2.5x faster", "task/2-5x-faster", "2.5x faster", "open"),
    ],
)
def test_a_task_is_known_by_its_number(line: str, key: str, title: str, state: str) -> None:
    (task,) = (node for node in nodes(f"## 1. Group\n\n{line}\n", TASKS).nodes if node.kind == "task")
    assert (task.key, task.title, task.state, task.parent) == (key, title, state, "1-group")


def test_tasks_stand_in_tasks_and_groups_and_not_in_fences() -> None:
    text = "## 1. A\n\n- [ ] 1.1 a\n  - [x] 1.1.1 b\n\n```\n- [ ] 1.2 c\n```\n- 1.3 no box\n\n## 2. B\n\n- [ ] 2.1 d\n"
    found = [(node.key, node.parent) for node in nodes(text, TASKS).nodes if node.kind == "task"]
    assert found == [("1.1", "1-a"), ("1.1.1", "1.1"), ("2.1", "2-b")]


def test_what_is_open_in_a_design_is_a_question() -> None:
    text = "## Context\n\n- c\n\n## Open Questions\n\n- Who pays?\n  - or not\n- What then?\n- [x] Decided\n"
    found = [(node.kind, node.key, node.state) for node in nodes(text, DESIGN).nodes if node.kind != "section"]
    assert found == [
        ("question", "question/who-pays", "open"),
        ("question", "question/what-then", "open"),
        ("checklist_item", "checklist_item/decided", "done"),
    ]


_PIECES = [
    *SPEC_TEXT.split("\n"), *DELTA_TEXT.split("\n"), "### 需求：标题", "## 新增需求", "#### 场景：", "- FROM:", "- TO:",
    "<!--", "-->", "~~~", "> ### Requirement: q", "===", "---", "\t- [ ] 4", "- [ ] 1.1 a", "### Requirement:",
    "<h3>Requirement: html</h3>", "### Requirement: a {#b", "*" * 9, "### New Capabilities", "- `a/b`: c", "\ud800",
]  # fmt: skip
_texts = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=12), max_size=24),
    st.sampled_from(["\n", "\r\n", "\r"]),
)


@settings(max_examples=300, deadline=None)
@given(_texts, st.sampled_from(FORMAT.profiles))
def test_any_text_has_nodes_that_lie_in_it(text: str, profile: Profile) -> None:
    assert_nodes_lie_in(text, nodes(text, profile))


@settings(max_examples=150, deadline=None)
@given(_texts, _texts, st.integers(0, 400), st.integers(0, 40), st.sampled_from(FORMAT.profiles))
def test_an_edited_document_has_the_nodes_of_one_that_is_read_whole(
    text: str, new: str, start: int, length: int, profile: Profile
) -> None:
    assert_an_edit_reads_as_the_whole(text, new, start, length, profile)


@pytest.mark.parametrize(
    ("piece", "profile"),
    [
        ("### Requirement: " + "*" * 50 + "\n", SPEC),
        ("### Requirement: a {#" + "{#" * 50 + "\n", SPEC),
        ("- FROM: " + "`" * 50 + "\n", DELTA),
        (" \t" * 50 + "- ### Requirement: a\n", DELTA),
        ("- `" + "a/" * 50 + "\n", PROPOSAL),
        ("- [ ] " + "1." * 50 + "\n", TASKS),
        ("# " + "**" * 50 + "\n", NOTES),
    ],
)
def test_hostile_lines_are_read_in_time_linear_in_their_number(piece: str, profile: Profile) -> None:
    """A matcher that goes back over what it read would not end here."""
    head = {"openspec/delta": "## RENAMED Requirements\n\n", "openspec/proposal": "## New Capabilities\n\n"}
    text = head.get(profile.name, "") + piece * 2000
    assert len(nodes(text, profile).nodes) <= 2002
    assert len(nodes(head.get(profile.name, "") + piece.replace("\n", "") * 2000, profile).nodes) <= 2002
