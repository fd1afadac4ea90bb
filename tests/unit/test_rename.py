"""Renames over the documents of a workspace: everywhere, and nothing but names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.language.names import name_of
from orch_lsp.language.rename import rename
from orch_lsp.language.unread import Unread, unread_mentions
from orch_lsp.text import apply_edits
from tests.fakes.shelf import Shelf

REQUIREMENTS = ".kiro/specs/a/requirements.md"
TASKS = ".kiro/specs/a/tasks.md"
DESIGN = ".kiro/specs/a/design.md"
KIRO = {
    REQUIREMENTS: (
        "# Requirements Document\n\n## Introduction\n\nx\n\n## Requirements\n\n### Requirement 1: In\n\n"
        "#### Acceptance Criteria\n\n1. WHEN a THEN the system SHALL b.\n"
        "2. WHEN c THEN the system SHALL d, see Requirement 1.1.\n3. WHEN e THEN the system SHALL f.\n\n"
        "### Requirement 2: Out\n\n#### Acceptance Criteria\n\n1. WHEN a THEN the system SHALL b.\n"
        "2. WHEN c THEN the system SHALL d.\n"
    ),
    TASKS: (
        "# Implementation Plan\n\n- [ ] 1. Do\n  - [ ] 1.1 This\n    - _Requirements: 1.1-1.3, 2.1_\n"
        "- [ ] 2. That\n  - _Requirements: 1.2, 2.1-2.2, 2_\n  - _Depends: 1.1_\n"
    ),
    DESIGN: (
        "# Design Document\n\n## Correctness Properties\n\n### Property 1: x\n\n**Validates: Requirements 1.1, 2.2**\n"
    ),
}
SPEC = "specs/001-a/spec.md"
PLAN = "specs/001-a/tasks.md"
SPEC_KIT = {
    SPEC: (
        "\ufeff# Feature Specification: A\r\n\r\n## User Scenarios & Testing\r\n\r\n"
        "### User Story 1 - Save (Priority: P1)\r\n\r\n1. **Given** a, **When** b\r\n\r\n## Requirements\r\n\r\n"
        "- **FR-001**: System MUST x\r\n- **FR-002**: System MUST y, see FR-001\r\n"
        "- **FR-003**: System MUST z, see FR-001 to FR-003 🎈\r\n"
        "- **FR-0011**: no FR-0011a\r\n- **FR-003**: again\r\n\r\n"
        "```\r\nFR-001 FR-002\r\n```\r\n<!-- FR-001 -->\r\n\r\n[FR-001](FR-001.md#FR-001) `FR-001`\r\n"
    ),
    PLAN: (
        "# Tasks: A\n\n- [ ] T001 [US1] do FR-001\n- [ ] T002 [US1] do FR-001-FR-003, US1/AC1, User Story 1\r"
        "- [ ] T003 after T001-T002, FR-044\n"
    ),
}
BASE = "openspec/specs/auth/spec.md"
MODIFIES, RENAMES, REMOVES, ARCHIVED = (
    f"openspec/changes/{name}/specs/auth/spec.md" for name in ("c1", "c2", "c3", "archive/2025-01-01-c4")
)
_SCENARIO = "The system SHALL x.\n\n#### Scenario: Right word\n- **WHEN** x\n\n"
OPENSPEC = {
    BASE: (
        "# auth\n\n## Purpose\nx\n\n## Requirements\n\n"
        f"### Requirement: Sign in\n{_SCENARIO}#### Scenario: Wrong\n- x\n"
    ),
    MODIFIES: f"## MODIFIED Requirements\n\n### Requirement: Sign in\n{_SCENARIO}",
    RENAMES: (
        "## RENAMED Requirements\n\n- FROM: `### Requirement: Sign in`\n- TO: `### Requirement: Log in`\n\n"
        f"## MODIFIED Requirements\n\n### Requirement: Log in\n{_SCENARIO}"
        f"## ADDED Requirements\n\n### Requirement: New\n{_SCENARIO}"
    ),
    REMOVES: "## REMOVED Requirements\n\n### Requirement: Sign in\n**Reason**: x\n",
    ARCHIVED: f"## MODIFIED Requirements\n\n### Requirement: Sign in\n{_SCENARIO}",
}
GSD = {
    ".planning/REQUIREMENTS.md": (
        "# Requirements: X\n\n## v1 Requirements\n\n- [ ] **AUTH-01**: In\n- [ ] **AUTH-02**: Out\n"
    ),
    ".planning/ROADMAP.md": (
        "# Roadmap: X\n\n## Phase Details\n\n### Phase 1: Auth\n\n**Requirements**: AUTH-01, AUTH-02\n\n"
        "### Phase 2: More\n\n**Depends on**: Phase 1\n\n### Phase 3: Last\n\nPhases 1-3\n"
    ),
    ".planning/phases/01-auth/01-01-PLAN.md": (
        "---\nphase: 01-auth\nplan: 01\nrequirements: [AUTH-01]\n---\n\n<objective>\nAUTH-01\n</objective>\n"
    ),
}
PLAIN = {
    "a.spec.md": "# A\n\n## Acceptance Criteria\n\n- AC-1: x\n\n## Tasks\n\n- [ ] T1 do AC-1\n- [ ] T10 do AC-1, T1\n"
}


def changes(before: Shelf, after: Shelf) -> list[tuple[str, str]]:
    """The words that are others now, each before and after."""
    found: list[tuple[str, str]] = []
    for path, text in before.texts.items():
        lines = zip(re.split(r"\r\n|\n|\r", text), re.split(r"\r\n|\n|\r", after.texts[path]), strict=True)
        found += [(old.strip(), new.strip()) for old, new in lines if old != new]
    return found


def refusal(shelf: Shelf, path: str, needle: str, new: str, inside: int = 0) -> str:
    with pytest.raises(SpecError) as refused:
        shelf.rename(path, needle, new, inside)
    assert refused.value.code == ErrorCode.CANNOT_RENAME
    return refused.value.message


@pytest.mark.parametrize(("path", "needle"), [(REQUIREMENTS, "2: Out"), (TASKS, "2_")])
def test_a_requirement_takes_its_criteria_along(path, needle):
    shelf = Shelf(KIRO)
    assert changes(shelf, shelf.renamed(path, needle, "7")) == [
        ("### Requirement 2: Out", "### Requirement 7: Out"),
        ("- _Requirements: 1.1-1.3, 2.1_", "- _Requirements: 1.1-1.3, 7.1_"),
        ("- _Requirements: 1.2, 2.1-2.2, 2_", "- _Requirements: 1.2, 7.1-7.2, 7_"),
        ("**Validates: Requirements 1.1, 2.2**", "**Validates: Requirements 1.1, 7.2**"),
    ]


@pytest.mark.parametrize(("needle", "new"), [("3. WHEN", "9"), ("3. WHEN", "1.9")])
def test_the_last_criterion_takes_another_number_and_its_range_is_written_out(needle, new):
    shelf = Shelf(KIRO)
    assert changes(shelf, shelf.renamed(REQUIREMENTS, needle, new)) == [
        ("3. WHEN e THEN the system SHALL f.", "9. WHEN e THEN the system SHALL f."),
        ("- _Requirements: 1.1-1.3, 2.1_", "- _Requirements: 1.1, 1.2, 1.9, 2.1_"),
    ]
    assert changes(shelf, shelf.renamed(TASKS, "1.1-1.3", "1.9", inside=5)) == changes(
        shelf, shelf.renamed(REQUIREMENTS, needle, new)
    )


def test_no_criterion_is_renumbered_by_the_name_of_another():
    shelf = Shelf(KIRO)
    assert "“1.3” would become “1.10”" in refusal(shelf, REQUIREMENTS, "2. WHEN c THEN the system SHALL d, s", "9")
    assert "would not be read as the name of a criterion here; “1.1” is one" in refusal(shelf, TASKS, "1.1-1.3", "4.1")


def test_numbers_of_tasks_and_of_criteria_are_two():
    shelf = Shelf(KIRO)
    assert changes(shelf, shelf.renamed(TASKS, "1.1 This", "1.7")) == [
        ("- [ ] 1.1 This", "- [ ] 1.7 This"),
        ("- _Depends: 1.1_", "- _Depends: 1.7_"),
    ]
    # A task may have the number of a criterion, and is taken by another task alone.
    assert changes(shelf, shelf.renamed(TASKS, "1.1 This", "2.2"))
    assert "declares it in line 6" in refusal(shelf, TASKS, "1.1 This", "2")


def test_ids_of_spec_kit_are_renamed_in_text_and_neither_in_longer_ids_nor_in_code_comments_and_links():
    shelf = Shelf(SPEC_KIT)
    after = shelf.renamed(SPEC, "FR-001**", "FR-009")
    assert changes(shelf, after) == [
        ("- **FR-001**: System MUST x", "- **FR-009**: System MUST x"),
        ("- **FR-002**: System MUST y, see FR-001", "- **FR-002**: System MUST y, see FR-009"),
        (
            "- **FR-003**: System MUST z, see FR-001 to FR-003 🎈",
            "- **FR-003**: System MUST z, see FR-009, FR-002, FR-003 🎈",
        ),
        ("[FR-001](FR-001.md#FR-001) `FR-001`", "[FR-009](FR-001.md#FR-001) `FR-009`"),
        ("- [ ] T001 [US1] do FR-001", "- [ ] T001 [US1] do FR-009"),
        (
            "- [ ] T002 [US1] do FR-001-FR-003, US1/AC1, User Story 1",
            "- [ ] T002 [US1] do FR-009, FR-002, FR-003, US1/AC1, User Story 1",
        ),
    ]


def test_ids_between_words_of_scripts_without_blanks_are_renamed():
    planning = ".planning/REQUIREMENTS.md"
    roadmap = ".planning/ROADMAP.md"
    shelf = Shelf(
        {
            SPEC: (
                "# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: System MUST x\n"
                "- **FR-002**: System MUST y\n"
                "- **FR-003**: 参见FR-001和FR-002。\n"
            ),
            PLAN: (
                "# Tasks: A\n\n## Phase 1\n\n- [ ] T001 实现FR-001和FR-002\n"
                "- [ ] T002 依赖T001，FR-001を実装する, éFR-001, FR-001é\n"
                "\n<!-- 实现FR-001 -->\n"
            ),
            planning: "# Requirements: X\n\n## v1 Requirements\n\n- [ ] **AUTH-01**: In\n",
            roadmap: "# Roadmap: X\n\n## Phase Details\n\n### Phase 1: Auth\n\n实现AUTH-01的需求\n",
        }
    )
    assert [after for _, after in changes(shelf, shelf.renamed(SPEC, "FR-001**", "FR-009"))] == [
        "- **FR-009**: System MUST x",
        "- **FR-003**: 参见FR-009和FR-002。",
        "- [ ] T001 实现FR-009和FR-002",
        "- [ ] T002 依赖T001，FR-009を実装する, éFR-001, FR-001é",
    ]
    made = shelf.rename(SPEC, "FR-001**", "FR-009")
    assert made is not None
    assert [len(edits) for edits in unread_mentions(shelf.index, shelf.read, made).edits.values()] == [1]
    assert [after for _, after in changes(shelf, shelf.renamed(PLAN, "T001 实", "T007"))] == [
        "- [ ] T007 实现FR-001和FR-002",
        "- [ ] T002 依赖T007，FR-001を実装する, éFR-001, FR-001é",
    ]
    assert [after for _, after in changes(shelf, shelf.renamed(planning, "AUTH-01", "AUTH-07"))] == [
        "- [ ] **AUTH-07**: In",
        "实现AUTH-07的需求",
    ]


@pytest.mark.parametrize(
    ("path", "needle", "new"),
    [
        (SPEC, "User Story 1", "User Story 3"),
        (SPEC, "User Story 1", "US3"),
        (SPEC, "User Story 1", "3"),
        (PLAN, "US1", "US3"),
    ],
)
def test_a_story_is_renamed_in_each_form_in_which_it_is_named(path, needle, new):
    shelf = Shelf(SPEC_KIT)
    assert changes(shelf, shelf.renamed(path, needle, new)) == [
        ("### User Story 1 - Save (Priority: P1)", "### User Story 3 - Save (Priority: P1)"),
        ("- [ ] T001 [US1] do FR-001", "- [ ] T001 [US3] do FR-001"),
        (
            "- [ ] T002 [US1] do FR-001-FR-003, US1/AC1, User Story 1",
            "- [ ] T002 [US3] do FR-001-FR-003, US3/AC1, User Story 3",
        ),
    ]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("FR-002", "“FR-002” is taken: `specs/001-a/spec.md` declares it in line 12"),
        ("FR-044", "“FR-044” is taken: `specs/001-a/tasks.md` names it in line 5 already"),
        ("foo", "“foo” would not be read as the name of a requirement here; “FR-001” is one"),
        ("SC-001", "would not be read as the name of a requirement"),
        ("FR 9", "would not be read as the name of a requirement"),
        ("ABC-1", "`specs/001-a/tasks.md` cannot hold this name where it cites the old one"),
        ("", "one line"),
        ("FR-9\nFR-8", "one line"),
    ],
)
def test_a_name_that_would_mean_something_else_is_refused(new, reason):
    assert reason in refusal(Shelf(SPEC_KIT), SPEC, "FR-001**", new)


def test_of_two_that_have_one_id_the_second_is_renamed_alone():
    shelf = Shelf(SPEC_KIT)
    assert changes(shelf, shelf.renamed(SPEC, "FR-003**: again", "FR-010")) == [
        ("- **FR-003**: again", "- **FR-010**: again")
    ]
    first = changes(shelf, shelf.renamed(SPEC, "FR-003**: System", "FR-010"))
    assert ("- **FR-003**: again", "- **FR-010**: again") not in first
    assert len(first) == 2


def test_what_is_declared_nowhere_or_has_no_id_is_not_renamed():
    shelf = Shelf(SPEC_KIT)
    assert "“FR-044” is declared nowhere" in refusal(shelf, PLAN, "FR-044", "FR-010")
    assert "place in the list" in refusal(shelf, SPEC, "1. **Given**", "7")
    assert shelf.name(SPEC, "Requirements") is None
    assert shelf.rename(SPEC, "Requirements", "x") is None


def test_an_end_of_a_range_of_tasks_is_renamed_only_while_it_holds_the_same():
    shelf = Shelf(SPEC_KIT)
    for needle, new, after in (("T002 ", "T009", "T001, T009"), ("T001 ", "T009", "T009, T002")):
        assert changes(shelf, shelf.renamed(PLAN, needle, new))[-1][1] == f"- [ ] T003 after {after}, FR-044"
    many = {
        PLAN: "# Tasks: A\n\n" + "".join(f"- [ ] T{n:03d} x\n" for n in range(9, 22)) + "\nT009-T021, T010 – T012\n"
    }
    assert (
        Shelf(many).renamed(PLAN, "T015 x", "T030").texts[PLAN].endswith("\nT009-T014, T030, T016-T021, T010 – T012\n")
    )
    assert Shelf(many).renamed(PLAN, "T009 x", "T008").texts[PLAN].endswith("\nT008, T010-T021, T010 – T012\n")


@pytest.mark.parametrize("path", [BASE, MODIFIES, REMOVES])
def test_a_requirement_is_renamed_in_its_spec_and_in_all_changes_at_work(path):
    shelf = Shelf(OPENSPEC)
    after = shelf.renamed(path, "Sign in", "Enter")
    for name in (BASE, MODIFIES, RENAMES, REMOVES):
        assert after.texts[name] == OPENSPEC[name].replace("Sign in", "Enter")
    assert after.texts[ARCHIVED] == OPENSPEC[ARCHIVED]


def test_the_new_name_of_a_rename_is_renamed_in_its_change_alone():
    shelf = Shelf(OPENSPEC)
    for needle in ("Log in`", "Log in\n"):
        after = shelf.renamed(RENAMES, needle, "Log on")
        assert after.texts == {**OPENSPEC, RENAMES: OPENSPEC[RENAMES].replace("Log in", "Log on")}


@pytest.mark.parametrize("path", [BASE, MODIFIES, RENAMES])
def test_a_scenario_is_renamed_where_its_requirement_is_repeated(path):
    shelf = Shelf(OPENSPEC)
    after = shelf.renamed(path, "Right word", "Good word")
    for name in (BASE, MODIFIES):
        assert after.texts[name] == OPENSPEC[name].replace("Right word", "Good word")
    before, new = OPENSPEC[RENAMES].split("## ADDED")
    assert after.texts[RENAMES] == before.replace("Right word", "Good word") + "## ADDED" + new
    assert after.texts[ARCHIVED] == OPENSPEC[ARCHIVED]


@pytest.mark.parametrize(
    ("needle", "new", "reason"),
    [
        ("Sign in", "New", f"“Requirement: New” is taken: `{RENAMES}` declares it"),
        ("Sign in", "Ba`d", f"`{RENAMES}` cannot hold this name"),
        ("Sign in", "Bad {#x}", "would not be read as the name of a requirement"),
        ("Right word", "Wrong", "“Sign in/Scenario: Wrong” is taken"),
    ],
)
def test_names_of_openspec_that_collide_are_refused(needle, new, reason):
    assert reason in refusal(Shelf(OPENSPEC), BASE, needle, new)


def test_nothing_is_renamed_from_the_past():
    assert "not to be changed any more" in refusal(Shelf(OPENSPEC), ARCHIVED, "Sign in", "Enter")


def test_ids_of_gsd_are_renamed_in_sentences_tables_and_front_matter():
    shelf = Shelf(GSD)
    after = shelf.renamed(".planning/ROADMAP.md", "AUTH-01", "AUTH-09")
    assert after.texts == {path: text.replace("AUTH-01", "AUTH-09") for path, text in GSD.items()}
    assert "alone or in a range" in refusal(shelf, ".planning/ROADMAP.md", "1: Auth", "7")
    alone = Shelf({path: text.replace("Phases 1-3", "Phase 03") for path, text in GSD.items()})
    assert changes(alone, alone.renamed(".planning/ROADMAP.md", "3: Last", "9")) == [
        ("### Phase 3: Last", "### Phase 9: Last"),
        ("Phase 03", "Phase 09"),
    ]


def test_ids_of_a_plain_spec_are_renamed():
    shelf = Shelf(PLAIN)
    assert shelf.renamed("a.spec.md", "T1 do", "T7").texts["a.spec.md"] == (
        "# A\n\n## Acceptance Criteria\n\n- AC-1: x\n\n## Tasks\n\n- [ ] T7 do AC-1\n- [ ] T10 do AC-1, T7\n"
    )


def test_full_width_digits_stay_full_width():
    texts = {
        REQUIREMENTS: "# 要件定義書\n\n## 要件\n\n### 要件 ２：入\n\n#### 受け入れ基準\n\n1. WHEN a THEN b SHALL c\n",
        TASKS: "# 実装計画\n\n- [ ] 1. x\n  - _要件：２.１、2.1_\n",
    }
    shelf = Shelf(texts)
    after = shelf.renamed(REQUIREMENTS, "２：入", "７")
    assert after.texts[REQUIREMENTS] == texts[REQUIREMENTS].replace("２：入", "７：入")
    assert after.texts[TASKS] == texts[TASKS].replace("２.１、2.1", "７.１、7.1")


def test_a_rename_reads_as_many_documents_among_ten_thousand_requirements_as_among_ten():
    reads: list[str] = []
    for count in (10, 10_000):
        text = "# Feature Specification: A\n\n## Requirements\n\n" + "".join(
            f"- **FR-{n:05d}**: System MUST x, see FR-{n:05d}\n" for n in range(count)
        )
        shelf = Shelf({SPEC: text, **{f"specs/00{n}-b/spec.md": "# Feature Specification: B\n" for n in range(2, 5)}})

        def read(document, new, shelf=shelf):
            reads.append(document.path)
            return shelf._document(document.path, new)

        made = rename(shelf.index, read, SPEC, text.index("FR-00005"), "FR-90000")
        assert made is not None
        assert len(made.edits[SPEC]) == 2
    assert reads[: len(reads) // 2] == reads[len(reads) // 2 :]


_WORKSPACES = (KIRO, SPEC_KIT, OPENSPEC, GSD, PLAIN)
_NAMES = (
    "FR-777",
    "7.77",
    "77",
    "1.77",
    "US77",
    "T777",
    "T77",
    "AC-77",
    "AUTH-77",
    "Another name",
    "別の名前",
    "Property 77",
)


def _is_at_a_name(shelf, path, edit):
    return any(
        (name := name_of(node)) is not None and name.start <= edit.span.start and edit.span.end <= name.end
        for node in shelf.index.documents[path].nodes.nodes
    )


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(_WORKSPACES), st.data())
def test_a_rename_to_a_free_name_and_back_gives_every_byte_back_and_changes_nothing_but_names(texts, data):
    shelf = Shelf(texts)
    path = data.draw(st.sampled_from([*texts]))
    offset = data.draw(st.integers(0, len(texts[path])))
    name = data.draw(st.sampled_from(_NAMES))

    def read(document, text):
        return shelf._document(document.path, text)

    try:
        made = rename(shelf.index, read, path, offset, name)
    except SpecError:
        return
    if made is None:
        return
    named = {
        (of, span)
        for of, document in shelf.index.documents.items()
        for span in (
            *(citation.span for citation in document.nodes.citations),
            *(citation.range for citation in document.nodes.citations if citation.range),
            *(node.head for node in document.nodes.nodes),
        )
    }
    for of, edits in made.edits.items():
        for edit in edits:
            assert any(
                of == where and span.start <= edit.span.start and edit.span.end <= span.end for where, span in named
            )
    after = Shelf({of: apply_edits(text, made.edits.get(of, ())) for of, text in texts.items()})
    if any(", " in edit.new_text for edits in made.edits.values() for edit in edits):
        # A range that was written out stays so.
        return
    # The way back begins where the thing itself is named: a citation of a part names the part.
    of, edit = next((of, edit) for of, edits in made.edits.items() for edit in edits if _is_at_a_name(shelf, of, edit))
    grown = sum(
        len(other.new_text) - (other.span.end - other.span.start)
        for other in made.edits[of]
        if other.span.start < edit.span.start
    )
    if any(node.key.endswith("~2") for node in shelf.index.documents[of].nodes.nodes) and len(made.edits[of]) == 1:
        # Of two with the same name one was renamed, and the other one has the old name: there is no way back.
        return
    back = rename(
        after.index,
        lambda document, text: after._document(document.path, text),
        of,
        edit.span.start + grown,
        texts[of][edit.span.start : edit.span.end],
    )
    assert back is not None
    assert {of: apply_edits(text, back.edits.get(of, ())) for of, text in after.texts.items()} == dict(texts)


IN_CODE = {
    SPEC: (
        "# Feature Specification: A\n\n## Requirements\n\n- **FR-001**: System MUST x\n- **FR-002**: as FR-001\n\n"
        "```\nFR-001, FR-0011, NFR-001, FR-001-b, see FR-001.\n```\n\n<!-- FR-001 -->\n"
    ),
    PLAN: "# Tasks: A\n\n- [ ] T001 do FR-001\n\n```sh\nrun FR-001  # T001\n```\n",
    "specs/002-b/spec.md": "# Feature Specification: B\n\n## Requirements\n\n```\nFR-001\n```\n",
}


def unread(shelf: Shelf, path: str, needle: str, new: str) -> tuple[dict[str, str], Unread]:
    """The texts with all that a person may choose, and the mentions."""
    made = shelf.rename(path, needle, new)
    assert made is not None
    found = unread_mentions(shelf.index, shelf.read, made)
    texts = {
        path: apply_edits(text, [*made.edits.get(path, ()), *found.edits.get(path, ())])
        for path, text in shelf.texts.items()
    }
    return texts, found


def test_mentions_in_code_of_the_same_spec_are_told_apart_from_the_rename():
    shelf = Shelf(IN_CODE)
    assert "run FR-001" in shelf.renamed(SPEC, "FR-001", "FR-009").texts[PLAN]
    texts, found = unread(shelf, SPEC, "FR-001", "FR-009")
    assert "FR-009, FR-0011, NFR-001, FR-001-b, see FR-009.\n```\n\n<!-- FR-009 -->" in texts[SPEC]
    assert "run FR-009  # T001" in texts[PLAN]
    assert texts["specs/002-b/spec.md"] == IN_CODE["specs/002-b/spec.md"]
    assert found.places == ()
    assert sum(map(len, found.edits.values())) == 4


def test_numbers_alone_and_words_are_no_mentions_but_a_heading_in_code_is():
    numbered = Shelf({**KIRO, TASKS: KIRO[TASKS] + "\n```\n2.1 and 2\n```\n"})
    assert unread(numbered, REQUIREMENTS, "2: Out", "7")[1] == Unread()
    code = "\n```md\n### Requirement: Sign in\n### Requirement: Sign in twice\nSign in\n```\n"
    texts, _ = unread(Shelf({**OPENSPEC, BASE: OPENSPEC[BASE] + code}), BASE, "Sign in", "Enter")
    assert texts[BASE].endswith("\n```md\n### Requirement: Enter\n### Requirement: Sign in twice\nSign in\n```\n")


def test_the_number_of_a_task_is_a_mention_between_quotes_where_it_is_declared():
    graph = '\n```json\n{"waves": [{"id": 2, "tasks": ["1.1", "1.10", "2"]}]}\n```\n'
    shelf = Shelf({**KIRO, TASKS: KIRO[TASKS] + graph, DESIGN: KIRO[DESIGN] + '\n```\n"1.1"\n```\n'})
    texts, _ = unread(shelf, TASKS, "1.1 This", "1.7")
    assert texts[TASKS].endswith('{"id": 2, "tasks": ["1.7", "1.10", "2"]}]}\n```\n')
    assert texts[DESIGN] == shelf.texts[DESIGN]
