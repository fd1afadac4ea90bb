"""Drafting in the documents of Kiro and spec-kit, through the real server: each place, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from orch_lsp.testing import Send, Until
from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.desk import configure

KIRO = (
    "\ufeff# Requirements Document\r\n\r\n## Introduction\r\n\r\nKunden melden sich an. 登录。\r\n\r\n## Requirements"
    "\r\n\r\n### Requirement 1: Sign in\r\n\r\n**User Story:** As a customer, I want in.\r\n\r\n"
    "#### Acceptance Criteria\r\n\r\n1) WHEN a name is known, THE Shop SHALL ask for the password.\r\n2) TODO\r\n\r\n"
    "### Requirement 4: Sign out\r\n\r\n**User Story:** As a customer, I want out.\r\n\r\n"
    "#### Acceptance Criteria\r\n\r\nTODO"
)
CRITERION = "IF the password is wrong, THEN THE Shop SHALL refuse it."
OUT = "WHEN a customer asks, THE Shop SHALL end the session."
IDLE = "WHILE nobody asks, THE Shop SHALL keep it for 30 minutes."
KIRO_WRITTEN = KIRO.replace("2) TODO", f"2) {CRITERION}").replace("\r\nTODO", f"\r\n1) {OUT}\r\n2) {IDLE}")

SPEC_KIT = """# Feature Specification: Login

**Input**: User description: "people sign in"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Sign in (Priority: P1)

People sign in with a password.

**Why this priority**: [Explain the value and why it has this priority level]

**Acceptance Scenarios**:

1. **Given** [initial state], **When** [action], **Then** [expected outcome]

### Edge Cases

- What happens when [boundary condition]?

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: System MUST [specific capability, e.g., "allow users to create accounts"]
- **FR-007**: System MUST keep passwords hashed

## Success Criteria *(mandatory)*

### Measurable Outcomes

* **SC-001**: [metric]
"""
LINES = {
    "Why this priority of US1": "Nobody gets anything without it.",
    "Scenario 1 of User Story 1": "**Given** a known name, **When** its password is given, **Then** the person is in",
    "Edge Cases, line 1": "What happens when the password is empty?",
    "FR-001": "System MUST let people in who give their password",
    "SC-001": "95 % of people are in within 10 seconds",
}
SPEC_KIT_WRITTEN = (
    SPEC_KIT.replace("[Explain the value and why it has this priority level]", LINES["Why this priority of US1"])
    .replace(
        "**Given** [initial state], **When** [action], **Then** [expected outcome]", LINES["Scenario 1 of User Story 1"]
    )
    .replace("What happens when [boundary condition]?", LINES["Edge Cases, line 1"])
    .replace('System MUST [specific capability, e.g., "allow users to create accounts"]', LINES["FR-001"])
    .replace("[metric]", LINES["SC-001"])
)


def answer(parts: dict[str, str]) -> str:
    return "\n".join(f"## {title}\n\n{body}\n" for title, body in parts.items())


@pytest.fixture
def requirements(workspace):
    path = workspace / ".kiro" / "specs" / "My Prüf (1) [x]" / "requirements.md"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def spec(workspace):
    path = workspace / "specs" / "001-login" / "spec.md"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    "wrap", ["{}", "Sure, here you are:\n\n```markdown\n{}```\n\nLet me know if you need more.", "# Requirements\n\n{}"]
)
async def test_criteria_of_kiro_are_written_in_place_in_the_documents_own_signs(
    homes, provider, start_editor, requirements, wrap
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(requirements, KIRO)
    good = {"Criterion 1.2": f"2. {CRITERION}", "Acceptance criteria of Requirement 4": f"- {OUT}\n- {IDLE}"}
    provider.script(stream_reply(chat_pieces([wrap.replace("{}", answer(good))])))
    record = await editor.draft(uri)
    assert record["status"] == "completed", record["error"]
    assert editor.text(uri) == KIRO_WRITTEN
    assert (record["spec"]["profile"], record["spec"]["kind"]) == ("kiro", "requirements")
    assert record["prompt"]["name"] == "kiro.requirements"
    drafted = next(step for step in record["steps"] if step["name"] == "draft")
    assert drafted["sections"] == ["1.2", "4/criteria"]
    hover = await editor.hover(uri, "the password is wrong")
    assert hover is not None
    assert record["run_id"] in hover
    assert "kind requirements" in hover
    assert f"prompt kiro.requirements {record['prompt']['version']}" in hover
    kept = await editor.hover(uri, "a name is known")
    assert kept is not None
    assert record["run_id"] not in kept
    editor.undo(uri)
    undone = await editor.hover(uri, "Sign out")
    assert undone is not None
    assert record["run_id"] not in undone


async def test_lines_of_spec_kit_are_written_and_ids_stay(homes, provider, start_editor, spec):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(spec, SPEC_KIT)
    assert (await editor.lenses(uri))[0].startswith("Orch: Draft 5 open places: Why this priority of US1, Scenario 1")
    renumbered = {**LINES, "FR-001": f"- **FR-009**: {LINES['FR-001']}"}
    provider.script(stream_reply(chat_pieces([answer(renumbered)])))
    record = await editor.draft(uri)
    assert record["status"] == "completed", record["error"]
    assert editor.text(uri) == SPEC_KIT_WRITTEN
    assert record["findings"] == []


async def test_a_part_that_misses_its_shape_is_left_out_with_a_finding_and_an_answer_of_such_parts_fails(
    homes, provider, start_editor, spec
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(spec, SPEC_KIT)
    odd = "- **SC-001**: 95 %\n- **SC-002**: and more"
    provider.script(
        stream_reply(chat_pieces([answer({"SC-001": odd})])),
        stream_reply(chat_pieces([answer({"SC-001": odd, "FR-001": LINES["FR-001"]})])),
    )
    failed = await editor.draft(uri)
    assert (failed["status"], failed["error"]["code"]) == ("failed", "unusable_draft")
    assert editor.text(uri) == SPEC_KIT
    record = await editor.draft(uri)
    found = [finding["rule"] for finding in record["findings"]]
    # Of the places that it does not speak of each is named as well.
    assert (found.count("shape_missed"), set(found)) == (1, {"shape_missed", "section_missing"})
    assert editor.text(uri) == SPEC_KIT.replace(
        'System MUST [specific capability, e.g., "allow users to create accounts"]', LINES["FR-001"]
    )


async def test_an_edit_made_meanwhile_keeps_the_draft_waiting_and_insisting_fills_what_is_still_open(
    homes, provider, start_editor, spec
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(spec, SPEC_KIT)
    edited = asyncio.Event()
    head, *rest = chat_pieces([answer(LINES)])
    provider.script(stream_reply([head], Until(edited), *map(Send, rest)))
    run = await editor.execute("orch.generateDraft", {"uri": uri})
    await editor.status(run["runId"], "running")
    mine = SPEC_KIT.replace("[metric]", "mine").replace("- What happens when [boundary condition]?\n", "")
    editor.type(uri, mine)
    edited.set()
    record = await editor.ended(run["runId"])
    assert record["draft"]["state"] == "ready"
    await editor.diagnostic(uri, "document_changed")
    assert editor.text(uri) == mine
    await editor.execute("orch.applyDraft", {"runId": run["runId"]})
    expected = SPEC_KIT_WRITTEN.replace(LINES["SC-001"], "mine").replace(f"- {LINES['Edge Cases, line 1']}\n", "")
    await editor.until(lambda: editor.text(uri) == expected)


async def test_a_run_that_is_tried_again_asks_for_the_places_it_had_asked_for(homes, provider, start_editor, spec):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(spec, SPEC_KIT)
    provider.script(
        stream_reply(chat_pieces(["nothing of use"])), stream_reply(chat_pieces([answer({"FR-001": LINES["FR-001"]})]))
    )
    asked = await editor.execute("orch.generateDraft", {"uri": uri, "key": "FR-001"})
    failed = await editor.ended(asked["runId"])
    assert failed["error"]["code"] == "unusable_draft"
    again = await editor.execute("orch.retryRun", {"runId": failed["run_id"]})
    record = await editor.ended(again["runId"])
    assert record["parent_run_id"] == failed["run_id"]
    assert [step["sections"] for step in record["steps"] if step["name"] == "draft"] == [["FR-001"]]
    assert editor.text(uri) == SPEC_KIT.replace(
        'System MUST [specific capability, e.g., "allow users to create accounts"]', LINES["FR-001"]
    )


async def test_the_places_of_a_format_are_taken_one_by_one(homes, provider, start_editor, spec):
    configure(homes, provider.url)
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(spec, SPEC_KIT)
    provider.script(stream_reply(chat_pieces([answer(LINES)])))
    record = await editor.draft(uri)
    keys = [section["key"] for section in record["draft"]["sections"]]
    assert len(keys) == len(LINES)
    assert {"Orch: Accept “FR-001”", "Orch: Reject “FR-001”"} <= set(await editor.lenses(uri))
    for number, key in enumerate(reversed(keys), 1):
        word = {"runId": record["run_id"], "key": key, "state": "accepted"}
        done = await editor.execute("orch.reviewSection", word)
        assert (done["state"], done["draft"]) == ("applied", "applied" if number == len(keys) else "ready"), key
        assert len(editor.edits) == number
        if key == "FR-001":
            hover = await editor.hover(uri, LINES["FR-001"])
            assert record["run_id"] in hover
            assert "unchanged" in hover
            assert record["run_id"] not in (await editor.hover(uri, "keep passwords hashed") or "")
    assert editor.text(uri) == SPEC_KIT_WRITTEN
    stored = await editor.execute("orch.showRun", {"runId": record["run_id"], "open": False})
    assert [edit["sections"] for edit in stored["applications"]] == [[key] for key in reversed(keys)]
