"""After a failure: the text that had arrived can be used, and the failure is remembered until somebody has seen it."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes.scripted_server import (
    Reply,
    Until,
    chat_chunk,
    chat_error,
    chat_pieces,
    event,
    messages_pieces,
    stream_reply,
)
from tests.process.bad_answers import ONCE
from tests.process.desk import KEY, SPEC, configure, sit_down
from tests.process.record_rules import check_record

PARTIAL = chat_chunk("## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Cou")


async def test_a_partial_draft_can_be_applied_and_undone_and_retried(tmp_path, provider):
    desk = await sit_down(tmp_path, key=KEY)
    editor = desk.editor
    whole = chat_pieces(["## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Count requests.\n"])
    desk.ask(provider, stream_reply([PARTIAL]), stream_reply(whole))
    uri = desk.open("partial")
    record = check_record(await editor.draft(uri))
    assert record["error"]["code"] == "incomplete_output"
    assert {"Orch: Apply partial draft", "Orch: Preview partial draft", "Orch: Discard partial draft"} <= set(
        await editor.lenses(uri)
    )
    assert await editor.execute("orch.applyDraft") == {"runId": record["run_id"], "state": "applied"}
    assert "## Goal\n\nLimit clients.\n\n## Tasks\n\n- [ ] Cou\n" in editor.text(uri)
    stored = await editor.execute("orch.showRun", {"runId": record["run_id"], "open": False})
    assert (stored["status"], stored["error"]) == ("failed", record["error"])
    assert stored["applied"]["verified"] is True
    for needle in ("Limit clients.", "[ ] Cou"):
        shown = await editor.hover(uri, needle)
        assert record["run_id"] in shown
        assert "unchanged" in shown
    editor.undo(uri)
    assert editor.text(uri) == SPEC
    retried = await editor.execute("orch.retryRun", {"runId": record["run_id"]})
    again = check_record(await editor.ended(retried["runId"]))
    assert (again["status"], again["parent_run_id"]) == ("completed", record["run_id"])
    assert "- [ ] Count requests.\n" in editor.text(uri)
    await editor.stop()


async def test_a_failure_is_shown_again_after_a_restart_until_it_is_dismissed(tmp_path, provider):
    desk = await sit_down(tmp_path, key=KEY)
    desk.ask(provider, chat_error(401, "invalid_api_key"))
    uri = desk.open("failed")
    record = check_record(await desk.editor.draft(uri))
    await desk.editor.diagnostic(uri, "invalid_auth")
    await desk.editor.stop()

    desk = await sit_down(tmp_path, key=KEY, shared=True)
    desk.open("failed")
    diagnostic = await desk.editor.diagnostic(uri, "invalid_auth")
    assert diagnostic.data == {"runId": record["run_id"], "code": "invalid_auth", "retryable": False}
    actions = await desk.editor.actions(uri, diagnostic)
    await desk.editor.run_action(actions["Orch: Dismiss"])
    await desk.editor.until(lambda: not any(d.code == "invalid_auth" for d in desk.editor.client.diagnostics[uri]))
    await desk.editor.stop()

    desk = await sit_down(tmp_path, key=KEY, shared=True)
    desk.open("failed")
    await desk.editor.diagnostic(uri, "placeholder_section")
    assert not any(d.code == "invalid_auth" for d in desk.editor.client.diagnostics[uri])
    history = await desk.editor.execute("orch.showHistory", {"open": False})
    assert [run["run_id"] for run in history] == [record["run_id"]]
    await desk.editor.stop()


async def test_a_failure_of_a_document_that_was_closed_is_shown_when_it_is_opened(tmp_path, provider):
    go = asyncio.Event()
    desk = await sit_down(tmp_path, key=KEY)
    refusal = chat_error(503, "overloaded")
    desk.ask(provider, Reply(refusal.status, refusal.headers, refusal.steps, before=(Until(go),), framing="length"))
    uri = desk.open("closed")
    run_id = (await desk.editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await provider.request(0)
    desk.editor.close(uri)
    go.set()
    record = check_record(await desk.editor.ended(run_id))
    assert record["error"]["code"] == "overloaded"
    assert not desk.editor.client.diagnostics[uri]
    desk.open("closed")
    diagnostic = await desk.editor.diagnostic(uri, "overloaded")
    assert diagnostic.data["runId"] == run_id
    await desk.editor.stop()


OVERLOADED = event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "error")
WHOLE = messages_pieces(["## Goal\n\nLimit "])
MESSAGES = {
    "an overload before the text": (stream_reply([WHOLE[0], OVERLOADED]), "overloaded", ""),
    "an overload in the middle": (stream_reply([*WHOLE[:3], OVERLOADED]), "overloaded", "## Goal\n\nLimit "),
    "no message_stop": (stream_reply(WHOLE[:3]), "incomplete_output", "## Goal\n\nLimit "),
    "max_tokens": (
        stream_reply(messages_pieces(["## Goal\n\nLimit "], stop_reason="max_tokens")),
        "truncated",
        "## Goal\n\nLimit ",
    ),
    "a refusal": (stream_reply(messages_pieces([], stop_reason="refusal")), "refused", ""),
    "a pause": (
        stream_reply(messages_pieces(["## Goal\n\nLimit "], stop_reason="pause_turn")),
        "incomplete_output",
        "## Goal\n\nLimit ",
    ),
}


async def test_the_other_wire_format_fails_in_the_same_ways(tmp_path, provider, subtests):
    desk = await sit_down(tmp_path, key=KEY)
    configure(desk.homes, provider.url, ONCE, kind="anthropic")
    for number, (name, (reply, code, kept)) in enumerate(MESSAGES.items()):
        with subtests.test(name):
            provider.script(reply)
            uri = desk.open(f"messages-{number}")
            record = check_record(await desk.editor.draft(uri))
            assert record["error"]["code"] == code, record["error"]
            assert record["provider"]["kind"] == "anthropic"
            assert provider.requests[-1].headers["x-api-key"] == KEY
            assert (record["draft"] is not None) == bool(kept)
            if kept:
                assert await desk.stored_text(record["run_id"]) == kept
            assert desk.editor.text(uri) == SPEC
    await desk.editor.stop()


@pytest.mark.parametrize("fallback", [True, False])
async def test_another_provider_is_asked_only_if_the_user_said_so(tmp_path, provider, fallback):
    desk = await sit_down(tmp_path, key=KEY)
    provider.script(chat_error(503, "overloaded"), stream_reply(chat_pieces(["## Goal\n\nLimit clients.\n"])))
    configure(
        desk.homes,
        provider.url,
        ONCE,
        more=f'[providers.spare]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "spare-model"\n',
    )
    if fallback:
        config = desk.homes.config / "config.toml"
        config.write_text('fallback = ["spare"]\n' + config.read_text())
    uri = desk.open("fallback")
    record = check_record(await desk.editor.draft(uri))
    attempts = [attempt for step in record["steps"] for attempt in step["attempts"]]
    if fallback:
        assert record["status"] == "completed"
        assert [(attempt["provider"], attempt["model"]) for attempt in attempts] == [
            ("work", "asked-model"),
            ("spare", "spare-model"),
        ]
        assert [attempt["status"] for attempt in attempts] == ["error", "ok"]
        assert (record["provider"]["id"], record["model"]["requested"]) == ("spare", "spare-model")
        # The key is the first provider's, and stays with it.
        assert "authorization" not in provider.requests[1].headers
    else:
        assert record["error"]["code"] == "overloaded"
        assert [attempt["provider"] for attempt in attempts] == ["work"]
        assert len(provider.requests) == 1
    await desk.editor.stop()
