"""Drafting in the documents of OpenSpec, through the real server and command: open places are written, and no others.

The answers are scripted. Those that are good pass OpenSpec's own validator, where it is there (`tests/openspec`).
"""

from __future__ import annotations

import json

import pytest

from tests.fakes.scripted_server import chat_pieces, stream_reply
from tests.process.desk import configure

PROPOSAL = "## Why\n\nPeople who forget to sign out leave their orders open to others.\n"
DELTA = (
    "# Änderung: 登出\r\n\r\n## ADDED Requirements\r\n\r\n### Requirement: Sign out\r\nThe service SHALL let people "
    "out.\r\n\r\n### Requirement: Time out\r\n\r\n#### Scenario: TODO\r\n"
)
SCENARIO = "#### Scenario: Asked for\n- **WHEN** a person asks to be signed out\n- **THEN** their session ends\n"
TIME_OUT = (
    "The service SHALL end a session after 30 minutes without a request.\n\n#### Scenario: Idle\n"
    "- **WHEN** no request comes for 30 minutes\n- **THEN** the session ends\n"
)
GOOD = f"## Scenarios of “Sign out”\n\n{SCENARIO}\n## Requirement: Time out\n\n{TIME_OUT}"


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


WRITTEN = (
    "# Änderung: 登出\r\n\r\n## ADDED Requirements\r\n\r\n### Requirement: Sign out\r\nThe service SHALL let people "
    "out.\r\n\r\n" + crlf(SCENARIO) + "\r\n### Requirement: Time out\r\n\r\n" + crlf(TIME_OUT)
)


@pytest.fixture
def change(workspace):
    folder = workspace / "My Prüf (1) [x]" / "openspec" / "changes" / "sign-out"
    (folder / "specs" / "auth").mkdir(parents=True)
    (folder / "proposal.md").write_text(PROPOSAL)
    delta = folder / "specs" / "auth" / "spec.md"
    delta.write_bytes(DELTA.encode())
    return delta


async def test_in_an_editor_the_lenses_say_what_is_open_and_the_draft_writes_just_that(
    homes, provider, start_editor, change
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(change, DELTA)
    assert await editor.lenses(uri) == [
        "Orch: Draft 2 open places: Scenarios of “Sign out”, Requirement: Time out",
        "Orch: Draft Scenarios of “Sign out”",
        "Orch: Draft Requirement: Time out",
    ]
    provider.script(stream_reply(chat_pieces([GOOD])))
    record = await editor.draft(uri)
    assert record["status"] == "completed", record["error"]
    assert record["findings"] == []
    assert editor.text(uri) == WRITTEN
    assert record["prompt"]["name"] == "openspec.delta"
    prompt = provider.requests[-1].json()["messages"][-1]["content"]
    assert "People who forget to sign out" in prompt
    assert "登出" in prompt
    editor.save(uri)
    for words in ("a person asks", "no request comes"):
        hover = await editor.hover(uri, words)
        assert hover is not None
        assert record["run_id"] in hover
        assert "unchanged" in hover
    assert await editor.hover(uri, "let people out") is None or "unchanged" in str(
        await editor.hover(uri, "let people out")
    )
    assert await editor.lenses(uri) == []


async def test_one_place_alone_is_written(homes, provider, start_editor, change):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(change, DELTA)
    provider.script(stream_reply(chat_pieces([f"## Requirement: Time out\n\n{TIME_OUT}"])))
    record = await editor.draft(uri, key="Requirement: Time out")
    assert record["status"] == "completed", record["error"]
    assert editor.text(uri) == DELTA.partition("#### Scenario: TODO")[0] + crlf(TIME_OUT)
    assert "Scenarios of" not in provider.requests[-1].json()["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("The service SHALL end it.\n", "requirement_without_scenario"),
        (TIME_OUT.replace("SHALL", "does"), "no_normative_keyword"),
        (TIME_OUT.replace("####", "#####"), "scenario_heading_level"),
        (f"{TIME_OUT}\n### Requirement: Sign out\n\nIt SHALL.\n\n{SCENARIO}", "unread_heading"),
    ],
)
async def test_an_answer_that_the_format_refuses_waits_with_its_finding(
    homes, provider, start_editor, change, answer, rule
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(change, DELTA)
    provider.script(stream_reply(chat_pieces([f"## Requirement: Time out\n\n{answer}"])))
    record = await editor.draft(uri, key="Requirement: Time out")
    assert record["status"] == "completed"
    assert rule in {finding["rule"] for finding in record["findings"]}
    assert record["draft"]["state"] == "ready"
    assert editor.text(uri) == DELTA


async def test_on_the_command_line_a_draft_is_written_unless_it_breaks_a_rule(homes, provider, orch, change):
    configure(homes, provider.url)
    provider.script(stream_reply(chat_pieces([GOOD.replace("SHALL", "will")])), stream_reply(chat_pieces([GOOD])))
    refused = await orch("draft", str(change), "--write", "--json")
    assert json.loads(refused.out)["draft"]["state"] == "ready"
    assert "would break rules" in refused.err
    assert refused.code == 1
    assert change.read_bytes() == DELTA.encode()
    done = await orch("draft", str(change), "--write")
    assert done.code == 0, done.err
    assert change.read_bytes() == WRITTEN.encode()
    assert (await orch("check", str(change))).code == 0
    unknown = await orch("draft", str(change), "--only", "Requirement: None")
    assert unknown.code == 2
    assert "unknown_node" in unknown.err or "There is nothing named" in unknown.err


async def test_a_finding_about_an_open_place_is_cured_by_asking_the_model_for_that_place_alone(
    homes, provider, start_editor, change
):
    configure(homes, provider.url)
    editor = await start_editor()
    uri = editor.open(change, DELTA)
    found = await editor.diagnostic(uri, "requirement_without_scenario")
    actions = await editor.actions(uri, found)
    provider.script(stream_reply(chat_pieces([f"## Scenarios of “Sign out”\n\n{SCENARIO}"])))
    started = await editor.run_action(actions["Orch: Ask the model for “Requirement: Sign out”"])
    record = await editor.ended(started["runId"])
    assert record["status"] == "completed", record["error"]
    written = DELTA.replace("people out.\r\n\r\n", f"people out.\r\n\r\n{crlf(SCENARIO)}\r\n")
    assert editor.text(uri) == written
    prompt = provider.requests[-1].json()["messages"][-1]["content"]
    assert f"Mind this finding of a review: {found.message}" in prompt
    assert "The places to write" in prompt
    assert "Time out" not in prompt.partition("The places to write")[2]
