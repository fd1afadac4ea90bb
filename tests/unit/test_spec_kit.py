"""Documents of spec-kit: which they are, what in them can be addressed, and who cites whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.given_up import is_given_up
from orch_lsp.document.node import Nodes
from orch_lsp.document.parse import parse
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.profiles.spec_kit.format import FORMAT
from orch_lsp.profiles.spec_kit.recognition import recognise
from orch_lsp.rules.check import check
from tests.unit.node_rules import assert_nodes_lie_in

BARE = "# Limiter\n\nLimit clients.\n"

SPEC = """\
# Feature Specification: Limiter

**Feature Branch**: `001-limiter`

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Be told (Priority: P1)

A client learns that it is over its limit.

**Acceptance Scenarios**:

1. **Given** a client at its limit, **When** it asks again, **Then** it gets 429
2. **Given** a client below it, **When** it asks, **Then** it is answered

### 🧪 User Story 2 – See the limit (Priority: P2)

1. **Given** a client, **When** it asks, **Then** the limit is named

### Edge Cases

- What if the clock goes back?

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: The system MUST count requests for each client.
- **FR-002:** The system MUST forget them after [NEEDS CLARIFICATION: how many minutes?].
- **FR-003** (later): Supersedes FR-001. See UTF-8 and SHA-256, `FR-002`.
- No [NEEDS CLARIFICATION] markers remain

### Key Entities

- **Client**: Who asks.
- **Window**: A span of time.

## Success Criteria *(mandatory)*

- **SC-001**: 99 % of answers within 5 ms.

## Assumptions

- One clock.

## Clarifications

### Session 2025-01-01

- Q: Per address or per key? → A: Per key.

```text
- **FR-009**: not one
[NEEDS CLARIFICATION: nor this]
```
"""
TASKS = """\
# Tasks: Limiter

## Phase 1: Setup

- [ ] T001 [P] Make the folder
- [x] **T002** [US1] Count in src/count.py (FR-001)
- [ ] T003 [P] [US2] Name the limit, after T001-T002
- [ ] Tell people per US1/AC2, User Story 2

## Phase 2: Convergence

- [ ] T004 Forget per FR-001..FR-003 (partial); Constitution II
"""
CHECKLIST = "# UX Checklist: Limiter\n\n- [ ] CHK001 Named? [Completeness, Spec §FR-001]\n- [x] CHK002 Done [Gap]\n"
CONSTITUTION = (
    "# Shop Constitution\n\n## Core Principles\n\n### I. Small\n\nText.\n\n### II. Tested\n\n**Ratified**: 2025\n"
)


def clues(path: str, text: str = BARE) -> Clues:
    return Clues(path, text, read(text).headings)


def nodes(kind: str, text: str) -> Nodes:
    profile = FORMAT.profile(kind)
    assert profile is not None
    return parse(text, profile).nodes


@pytest.mark.parametrize(
    ("path", "kind", "scope"),
    [
        ("specs/001-limiter/spec.md", "spec", "specs/001-limiter"),
        ("dev/specs/auth/20250102-101010-x/plan.md", "plan", "dev/specs/auth/20250102-101010-x"),
        (".specify/specs/limiter/tasks.md", "tasks", ".specify/specs/limiter"),
        ("specs/001-limiter/checklists/ux.md", "checklist", "specs/001-limiter"),
        ("specs/001-limiter/contracts/api.md", "notes", "specs/001-limiter"),
        ("specs/001-limiter/data-model.md", "data-model", "specs/001-limiter"),
        ("specs/shop/roadmap.md", "roadmap", "specs/shop"),
        (".specify/memory/constitution.md", "constitution", ".specify/memory"),
        ("memory/constitution.md", "constitution", "memory"),
        ("/home/a/repo/specs/1234-x/spec.md", "spec", "/home/a/repo/specs/1234-x"),
    ],
)
def test_a_path_tells_the_kind_and_the_spec(path: str, kind: str, scope: str) -> None:
    found = recognise(clues(path))
    assert found is not None
    assert (found.kind, found.certainty, found.scope, found.frozen) == (kind, "path", scope, False)


@pytest.mark.parametrize("name", ["review.md", "design.md", "contracts/api.md", "backup/01/Overview.MD"])
def test_whatever_else_lies_in_a_features_folder_is_notes_of_it(name: str) -> None:
    found = recognise(clues(f"specs/001-limiter/{name}"))
    assert found is not None
    assert (found.kind, found.scope) == ("notes", "specs/001-limiter")


@pytest.mark.parametrize(
    "path", ["specs/limiter/spec.md", "specs/001-limiter/api.yaml", "limiter.spec.md", "roadmap.md"]
)
def test_other_paths_tell_nothing(path: str) -> None:
    assert recognise(clues(path)) is None


def test_what_is_the_tools_own_is_never_checked() -> None:
    found = recognise(clues(".specify/scripts/readme.md"))
    assert found is not None
    assert found.frozen


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Feature Specification: Limiter\n\nx\n", "spec"),
        ("# Limiter\n\n## User Scenarios & Testing *(mandatory)*\n\nx\n", "spec"),
        ("# Implementation Plan: Limiter\n", "plan"),
        (TASKS, "tasks"),
        (CHECKLIST, "checklist"),
        (CONSTITUTION, "constitution"),
        ("# Tasks: mine\n\n- [ ] Do\n", None),
        ("# T\n\n## Goal\n\ng\n\n## Requirements\n\nr\n\n## Tasks\n\n- [ ] T001 a\n", None),
    ],
)
def test_a_title_tells_the_kind(text: str, kind: str | None) -> None:
    found = recognise(clues("a.md", text))
    assert (found and found.kind, found and found.certainty) == (kind, kind and "content")


def test_a_spec_has_stories_scenarios_requirements_and_questions() -> None:
    found = [(node.kind, node.key, node.parent) for node in nodes("spec", SPEC).nodes if node.kind != "section"]
    assert found == [
        ("story", "US1", "user-scenarios"),
        ("criterion", "US1/AC1", "US1"),
        ("criterion", "US1/AC2", "US1"),
        ("story", "US2", "user-scenarios"),
        ("criterion", "US2/AC1", "US2"),
        ("requirement", "FR-001", "functional-requirements"),
        ("requirement", "FR-002", "functional-requirements"),
        ("question", "question/how-many-minutes", "FR-002"),
        ("requirement", "FR-003", "functional-requirements"),
        ("entity", "entity/client", "key-entities"),
        ("entity", "entity/window", "key-entities"),
        ("success_criterion", "SC-001", "success-criteria"),
        ("question", "question/per-address-or-per-key", "session-2025-01-01"),
    ]
    assert nodes("spec", SPEC).by_key["US1"].title == "Be told"
    assert nodes("spec", SPEC).by_key["FR-001"].title == "The system MUST count requests for each client."
    states = [node.state for node in nodes("spec", SPEC).nodes if node.kind == "question"]
    assert states == ["open", "done"]


def test_a_spec_cites_ids_and_nothing_that_only_looks_like_one() -> None:
    assert [(c.relation, c.key) for c in nodes("spec", SPEC).citations] == [
        ("supersedes", "FR-001"),
        ("cites", "FR-002"),
    ]


def test_tasks_cover_what_they_name_and_follow_other_tasks() -> None:
    found = nodes("tasks", TASKS)
    assert [(node.key, node.state, node.title) for node in found.nodes if node.kind == "task"] == [
        ("T001", "open", "Make the folder"),
        ("T002", "done", "Count in src/count.py (FR-001)"),
        ("T003", "open", "Name the limit, after T001-T002"),
        ("tasks/tell-people-per-us1-ac2-user-story-2", "open", "Tell people per US1/AC2, User Story 2"),
        ("T004", "open", "Forget per FR-001..FR-003 (partial); Constitution II"),
    ]
    cited = {node.key: [(c.relation, c.key) for c in node.citations] for node in found.nodes if node.citations}
    assert cited == {
        "T002": [("covers", "US1"), ("covers", "FR-001")],
        "T003": [("covers", "US2"), ("cites", "T001"), ("cites", "T002")],
        "tasks/tell-people-per-us1-ac2-user-story-2": [("covers", "US1/AC2"), ("covers", "US2")],
        "T004": [("covers", "FR-001"), ("covers", "FR-002"), ("covers", "FR-003"), ("cites", "II")],
    }


def test_a_checklist_checks_what_it_names() -> None:
    found = nodes("checklist", CHECKLIST)
    items = [(node.key, node.state) for node in found.nodes if node.kind == "checklist_item"]
    assert items == [("CHK001", "open"), ("CHK002", "done")]
    assert [(c.relation, c.key) for c in found.citations] == [("validates", "FR-001")]


@pytest.mark.parametrize(
    ("text", "key", "kind"),
    [
        ("### FR-001: Count\n", "FR-001", "requirement"),
        ("### **NFR-2** – Fast\n", "NFR-2", "requirement"),
        ("| FR-001 | Count |\n|---|---|\n| **FR-002** | Forget |\n", "FR-002", "requirement"),
        ("- **FR-S-004**：检查\n", "FR-S-004", "requirement"),
        ("- FR-001: Count\n", "FR-001", "requirement"),
        ("### 用户故事 3 - 限制（优先级：P1）\n", "US3", "story"),
        ("### ユーザーストーリー 1 - 制限\n", "US1", "story"),
        ("* __SC-002__: Fast\r\n", "SC-002", "success_criterion"),
    ],
)
def test_ids_are_found_however_they_are_written(text: str, key: str, kind: str) -> None:
    node = nodes("spec", f"# Feature Specification: X\n\n{text}").by_key[key]
    assert node.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "→ mark it [NEEDS CLARIFICATION: specific question]", "If any: [NEEDS CLARIFICATION: x]",
        "`````\n[NEEDS CLARIFICATION: x]",
        "- [x] No [NEEDS CLARIFICATION] markers remain", "All [NEEDS CLARIFICATION] resolved",
        "<!-- [NEEDS CLARIFICATION: x] -->",
        "[NEEDS CLARIFICATION: …]",
    ],
)  # fmt: skip
def test_what_is_no_question_is_none(text: str) -> None:
    assert [node for node in nodes("plan", text).nodes if node.kind == "question"] == []


def test_a_constitution_has_principles_which_other_documents_cite() -> None:
    tasks, constitution = (
        recognise(clues("specs/001-limiter/tasks.md")),
        recognise(clues(".specify/memory/constitution.md")),
    )
    spec = recognise(clues("specs/001-limiter/spec.md"))
    assert tasks is not None
    assert constitution is not None
    assert spec is not None
    index = Index.of(
        IndexedDocument(path, found, recognition.scope, recognition.places)
        for path, found, recognition in [
            ("specs/001-limiter/spec.md", nodes("spec", SPEC), spec),
            ("specs/001-limiter/tasks.md", nodes("tasks", TASKS), tasks),
            (".specify/memory/constitution.md", nodes("constitution", CONSTITUTION), constitution),
        ]
    )
    cited = [r.source.key for r in index.references(".specify/memory/constitution.md", "II") if r.source is not None]
    assert cited == ["T004"]
    covering = [r.source.key for r in index.references("specs/001-limiter/spec.md", "FR-001") if r.source is not None]
    assert covering == ["FR-003", "T002", "T004"]
    dangling = [
        (path, citation.key)
        for path, document in index.documents.items()
        for citation in document.nodes.citations
        if not index.definitions(path, citation)
    ]
    assert dangling == []


def test_a_whole_spec_has_the_finding_of_its_open_question_and_one_without_a_section_another() -> None:
    profile = FORMAT.profile()
    assert profile is not None
    grave = [found.rule for found in check(parse(SPEC, profile)) if found.severity in {"warning", "error"}]
    assert grave == ["open_clarification"]
    lacking = SPEC.replace("## Success Criteria *(mandatory)*", "## Other")
    assert [(f.rule, f.key) for f in check(parse(lacking, profile)) if f.severity == "warning"][:1] == [
        ("missing_section", "success-criteria")
    ]


def test_a_document_that_two_formats_know_by_its_headings_goes_by_its_path() -> None:
    (found,) = FORMATS.recognised(clues("specs/001-limiter/design/../spec.md", SPEC))
    assert found.profile.format == "spec-kit"


_PIECES = [
    "# Feature Specification: X", "## Requirements", "### User Story 1 - A (Priority: P1)", "1. **Given** a",
    "- **FR-001**: b",
    "- [ ] T001 [P] [US1] c", "T001-T999", "FR-001..FR-", "[NEEDS CLARIFICATION: d]",
    "[NEEDS CLARIFICATION", "| FR-1 | e |\n|---|---|",
    "```", "<!--", "-->", "", "### Key Entities", "- **E**: f", "Constitution II", "\ufeff", "é\ud800 US1/AC1",
    "> - **SC-1**: g", "  - [x] T1",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(_PIECES), max_size=14),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([profile.kind for profile in FORMAT.profiles]),
)
def test_any_text_has_nodes(lines: list[str], end: str, kind: str) -> None:
    text = end.join(lines)
    assert_nodes_lie_in(text, nodes(kind, text))


def test_a_plan_that_is_short_has_no_findings() -> None:
    profile = FORMAT.profile("plan")
    assert profile is not None
    assert check(parse("# Implementation Plan: X\n\n## Summary\n\nDo FR-001.\n", profile)) == ()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_legend_of_the_template_names_stories_for_an_example_alone(end: str) -> None:
    text = (
        "# Tasks: X\n\n## Format: `[ID] [P?] [Story] Description`\n\n"
        "- **[Story]**: Which user story this task belongs to (e.g., US1, US2, US3)\n\n- [ ] T001 [US2] Write FR-001\n"
    )
    assert [c.key for c in nodes("tasks", text.replace("\n", end)).citations] == ["US2", "FR-001"]


def test_a_row_about_a_requirement_that_is_declared_cites_it_and_is_no_second_one() -> None:
    table = "\n| Requirement | Story |\n|---|---|\n| FR-001 | US1 |\n| FR-002 | US1 |\n"
    text = "# Feature Specification: X\n\n## Requirements\n\n- **FR-001**: System MUST count\n" + table
    found = nodes("spec", text)
    assert [node.key for node in found.nodes if node.kind == "requirement"] == ["FR-001", "FR-002"]
    assert [c.key for c in found.citations] == ["FR-001", "US1", "US1"]


@pytest.mark.parametrize(
    "heading",
    [
        "## Assumptions & Known Gaps",
        "## Audit of the code\n\n### Findings by weight",
        "## Notes\n\n### Audit mapping\n\nWords.\n\n#### High",
        "## 制約",
    ],
)
def test_rows_of_gaps_and_audits_are_no_requirements(heading: str) -> None:
    table = "| ID | Gap |\n|---|---|\n| KG-001 | No clock |\n| H4 | FR-001 |\n"
    text = f"# Feature Specification: X\n\n## Requirements\n\n{table.replace('KG', 'GG')}\n{heading}\n\n{table}"
    keys = nodes("spec", text).by_key.keys()
    assert {"GG-001", "H4"} <= keys
    assert not {"KG-001", "H4~2"} & keys


def test_known_gaps_beside_assumptions_are_assumptions() -> None:
    document = parse("# Feature Specification: X\n\n## Assumptions & Known Gaps\n\nWords.\n", FORMAT.profiles[0])
    assert set(document.profile_sections) == {"assumptions"}


@pytest.mark.parametrize("name", ["agent-os/specs/2026-03-01-login/spec.md", "specs/2026-03-01-login/spec.md"])
def test_a_folder_named_by_a_day_is_no_feature(name: str) -> None:
    assert recognise(clues(name)) is None
    found = recognise(clues(name, SPEC))
    assert found is not None
    assert found.certainty == "content"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("web/specs/login/spec.md", SPEC, "spec"),
        ("web/specs/login/tasks.md", TASKS, "tasks"),
        ("specs/003-all/part/spec.md", SPEC, "spec"),
        ("specs/003-all/part/tasks.md", TASKS, "tasks"),
    ],
)
def test_a_feature_in_a_folder_without_a_number_is_known_by_names_and_titles(path: str, text: str, kind: str) -> None:
    found = recognise(clues(path, text))
    assert found is not None
    assert (found.kind, found.scope) == (kind, path.rpartition("/")[0])
    other = recognise(clues(path.rpartition("/")[0] + "/other.md", text))
    assert other is None or other.scope != path.rpartition("/")[0]


def test_a_template_of_the_tool_is_none_even_with_the_name_of_a_spec() -> None:
    found = recognise(clues(".specify/templates/spec.md", SPEC))
    assert found is not None
    assert found.frozen


@pytest.mark.parametrize(
    "title",
    [
        *("功能规格说明：x", "功能規格: x", "機能仕様書：x", "기능 명세서: x", "Especificación de la funcionalidad: x"),
        *("Especificação da funcionalidade: x", "Feature-Spezifikation: x", "Spécification de la fonctionnalité: x"),
    ],
)
def test_a_title_in_another_language_tells_with_ids_that_it_is_a_spec(title: str) -> None:
    found = recognise(clues("notes/x.md", f"# {title}\n\n- **FR-001**: x\n"))
    assert found is not None
    assert found.kind == "spec"
    assert recognise(clues("notes/x.md", f"# {title}\n\nWords.\n")) is None


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        *((one, "user-scenarios") for one in (
            "Benutzerszenarien & Tests *(verpflichtend)*", "Nutzerszenarien und Tests", "Cenários do Usuário e Testes",
            "ユーザーシナリオ＆テスト （必須）", "사용자 시나리오와 테스트", "Scénarios utilisateurs & Tests",
            "用户场景 & 测试", "使用者情境 & 測試 *(必填)*", "Escenarios del usuario y pruebas",
        )),
        *((one, "requirements") for one in ("요구 사항", "要求事項 _(必須)_", "３．要件", "Requerimientos")),
        *((one, "success-criteria") for one in ("成功指标", "성공 지표", "Critérios de êxito")),
        *((one, "assumptions") for one in ("Suposições", "전제 조건", "仮定", "假设条件", "Suppositions")),
    ],
)  # fmt: skip
def test_headings_are_known_in_the_words_of_other_translations(heading: str, key: str) -> None:
    assert FORMAT.profiles[0].keys_of(heading) == (key,)


@pytest.mark.parametrize(
    "words",
    ["Nutzergeschichte", "Anwendergeschichte", "História do Usuário", "Histoire utilisateur", "ユーザストーリー"],
)
def test_stories_are_known_in_the_words_of_other_translations(words: str) -> None:
    text = f"# Feature Specification: x\n\n## User Scenarios & Testing\n\n### {words} １ - a\n\n1. b\n"
    found = nodes("spec", text)
    assert {"US1", "US1/AC1"} <= {node.key for node in found.nodes}


GIVEN_UP = """\
# Feature Specification: Limiter

## User Scenarios & Testing

### User Story 1 - Be told (Priority: P1)

1. **Given** a, **When** b, **Then** c

### User Story 2 - See (Priority: P2) RETIRED

1. **Given** a, **When** b, **Then** c

## Requirements

- **FR-001**: System MUST count requests
- **FR-002**: SUPERSEDED by FR-007
- **FR-003**: RETIRED
- ~~**FR-004**: System might count words~~ RETIRED (2026-03-01)
- **FR-005** [SUPERSEDED by FR-001]: System MUST count letters
- **~~FR-006~~** — SUPERSEDED: System MUST count lines
- **FR-007**: System MUST list accounts whose state is RETIRED
- **FR-008**: System MUST name a state, such as `RETIRED`
- **FR-009**: System MUST count bytes

## Success Criteria

- **SC-001**: 99 % of answers within 5 ms.

## Assumptions

- x
"""


def test_what_was_given_up_has_its_id_and_is_not_missed() -> None:
    found = nodes("spec", GIVEN_UP)
    assert [node.key for node in found.nodes if node.key.startswith("FR")] == [f"FR-00{n}" for n in range(1, 10)]
    assert [key for key, node in found.by_key.items() if is_given_up(node)] == [
        "US2", *(f"FR-00{number}" for number in range(2, 7)),
    ]  # fmt: skip
    plan = (
        "# Tasks: x\n\n- [ ] T001 [US1] Do FR-001 and FR-009\n- [ ] T002 ~~[US1]~~ Do FR-008\n- [ ] T003 per US1/AC1\n"
    )
    tasks = IndexedDocument("tasks.md", nodes("tasks", plan), "s")
    missed = [one.key for one in check(parse(GIVEN_UP, FORMAT.profiles[0]), {}, [tasks]) if "without" in one.rule]
    assert missed == ["FR-007"]


def test_a_task_for_a_story_is_for_its_scenarios_too() -> None:
    plan = "# Tasks: x\n\n- [ ] T001 [US1] a\n- [ ] T002 [US2] b\n- [ ] T003 Close a gap per US1/AC2 (missing)\n"
    tasks = IndexedDocument("tasks.md", nodes("tasks", plan), "s")
    assert [
        one for one in check(parse(SPEC, FORMAT.profiles[0]), {}, [tasks]) if one.rule == "criterion_without_task"
    ] == []


def test_a_task_that_was_struck_through_has_its_id() -> None:
    found = nodes("tasks", "# Tasks: x\n\n- [ ] ~~T005 [US3] Do it~~ SUPERSEDED by T004\n")
    assert [(node.key, node.title) for node in found.nodes if node.kind == "task"] == [
        ("T005", "Do it SUPERSEDED by T004")
    ]


def test_a_label_of_a_story_that_is_not_there_stays_a_warning_in_a_whole_spec() -> None:
    text = "# Tasks: x\n\n- [ ] T001 [US1] a\n- [ ] T002 [US3] per FR-009\n"
    around = [
        IndexedDocument("s/spec.md", nodes("spec", SPEC), "s"),
        IndexedDocument("s/plan.md", nodes("plan", "# Implementation Plan: x\n"), "s"),
    ]
    profile = next(profile for profile in FORMAT.profiles if profile.kind == "tasks")
    found = {one.message[1:].partition("”")[0]: one.severity for one in check(parse(text, profile), {}, around)}
    assert found == {"US3": "warning", "FR-009": "error"}


OLD = """\
# Feature Specification: Limiter

## Execution Flow (main)
```
1. Parse
```

## User Scenarios & Testing *(mandatory)*

### Primary User Story
As a client I want to know.

### Acceptance Scenarios
1. **Given** a, **When** b, **Then** c
2. **Given** d, **When** e, **Then** f

### Edge Cases
1. What if?
"""


def test_the_scenarios_of_the_first_templates_stand_alone() -> None:
    found = nodes("spec", OLD)
    assert [(one.key, one.title) for one in found.nodes if one.kind == "criterion"] == [
        ("AC1", "Given a, When b, Then c"), ("AC2", "Given d, When e, Then f"),
    ]  # fmt: skip
    told = [one.rule for one in check(parse(OLD, FORMAT.profiles[0]), {}, ())]
    assert not [rule for rule in told if rule.endswith("_task") or "story" in rule]


@pytest.mark.parametrize(
    "marker", ["【要確認：どれ】", "[需要澄清：どれ]", "[Klärung erforderlich: どれ]", "[확인 필요: どれ]"]
)
def test_a_question_is_one_in_other_languages(marker: str) -> None:
    found = nodes("spec", f"# Feature Specification: x\n\n- **FR-001**: システムは表示する{marker}\n")
    assert [(one.key, one.state) for one in found.nodes if one.kind == "question"] == [("question/どれ", "open")]


def test_a_data_model_has_entities() -> None:
    text = (
        "# Data Model: x\n\n## Purpose\n\n## Entities\n\n### 1. User\n\n#### Fields\n\n### `Session` {#s}\n\n"
        "## Relationships\n\n### User ↔ Session\n\n## Entity 2: Book\n\n### Schema\n"
    )
    found = nodes("data-model", text)
    assert [(one.key, one.title) for one in found.nodes if one.kind == "entity"] == [
        ("entity/user", "1. User"), ("entity/session", "`Session` {#s}"), ("entity/book", "Book"),
    ]  # fmt: skip
    localised = nodes("data-model", "# 資料模型：x\n\n## 核心實體\n\n### 1. 文章\n")
    assert [one.key for one in localised.nodes if one.kind == "entity"] == ["entity/文章"]


def test_labels_in_wide_brackets_are_no_words_of_a_task() -> None:
    found = nodes("tasks", "# Tasks: x\n\n- [ ] T002 【US1】 Do FR-001\n")
    (task,) = (one for one in found.nodes if one.kind == "task")
    assert task.title == "Do FR-001"
    assert [one.key for one in task.citations] == ["US1", "FR-001"]
