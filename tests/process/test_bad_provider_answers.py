"""Whatever a provider answers or fails to answer becomes a typed failure, and nothing that arrived is lost."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta

import pytest

from orch_lsp.text import sha256
from tests.fakes.editor import SECONDS
from tests.fakes.scripted_server import (
    Reply,
    ScriptedServer,
    Send,
    SendForever,
    chat_chunk,
    chat_error,
    chat_pieces,
    stream_reply,
)
from tests.process.bad_answers import AGAIN, BAD_ANSWERS, BEGIN, BY_NAME, ONCE, BadAnswer
from tests.process.desk import KEY, SPEC, TITLE_LINE, configure
from tests.process.record_rules import check_record

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWER = ["## Goal\n\nLimit ", "clients.\n"]


def check_failure(record, bad: BadAnswer, model: ScriptedServer) -> None:
    """The record tells what happened, with every attempt."""
    check_record(record)
    assert record["status"] == "failed"
    error = record["error"]
    assert (error["code"], error["retryable"]) == (bad.code, bad.retryable), error
    assert error["http_status"] == bad.http_status
    assert error["retry_after_s"] == bad.retry_after_s
    assert bad.says in error["message"]
    assert record["finish_reason"] == bad.finish
    assert tuple(record["finish_reasons"]) == bad.raw_finish
    assert len(model.requests) == bad.attempts
    step = next(step for step in record["steps"] if step["id"] == "draft")
    assert len(step["attempts"]) == bad.attempts
    address = f"127.0.0.1:{model.port}"
    assert record["provider"] == {"id": "work", "kind": "openai-compatible", "server_address": address}
    for attempt in step["attempts"]:
        assert (attempt["provider"], attempt["model"]) == ("work", "asked-model")
        assert attempt["server_address"] == address
        assert (attempt["wait_s"] > 0) == (attempt["number"] > 1)
    check = next(step for step in record["steps"] if step["id"] == "check")
    if bad.code == "unusable_draft":
        assert (step["status"], check["status"]) == ("completed", "failed")
        assert step["attempts"][-1]["status"] == "ok"
    else:
        assert (step["status"], check["status"]) == ("failed", "skipped")
        assert [attempt["status"] for attempt in step["attempts"]] == ["error"] * bad.attempts
        assert step["attempts"][-1]["error"] == error
        assert step["attempts"][-1]["http_status"] == bad.http_status
    if bad.kept:
        kept = bad.kept.encode()
        assert record["draft"] == {
            "sha256": sha256(kept), "bytes": len(kept), "state": "ready", "partial": True, "sections": [],
        }  # fmt: skip
    else:
        assert record["draft"] is None
    if bad.finish is not None:
        assert record["usage"]["input_tokens"] == 11
    assert (record["timing"]["first_chunk_s"] is not None) == bool(bad.kept)


@pytest.mark.parametrize("bad", BAD_ANSWERS, ids=str)
async def test_a_bad_answer_is_recorded_shown_and_loses_nothing(desk, model, bad):
    desk.ask(model, *bad.replies, settings=bad.settings)
    editor = desk.editor
    uri = desk.open("bad")

    record = await editor.draft(uri)

    check_failure(record, bad, model)
    assert await desk.stored(record["run_id"]) == record
    assert editor.text(uri) == SPEC
    assert (desk.workspace / "bad.spec.md").read_bytes() == SPEC.encode()
    assert not editor.edits
    diagnostic = await editor.diagnostic(uri, bad.code)
    assert (diagnostic.source, diagnostic.severity) == ("orch", 1)
    assert diagnostic.message == f"{record['error']['message']} {record['error']['remediation']}"
    assert diagnostic.data == {"runId": record["run_id"], "code": bad.code, "retryable": bad.retryable}
    assert (diagnostic.range.start.line, diagnostic.range.end.line) == (TITLE_LINE, TITLE_LINE)
    offered = await editor.actions(uri, diagnostic)
    assert {"Orch: Retry", f"Orch: Explain {bad.code}", "Orch: Open the run's record", "Orch: Dismiss"} <= set(offered)
    assert ("Orch: Apply partial draft" in await editor.lenses(uri)) == bool(bad.kept)
    if bad.kept:
        assert await desk.stored_text(record["run_id"]) == bad.kept
        deltas = [delta for delta in editor.deltas if delta["runId"] == record["run_id"]]
        assert "".join(delta["text"] for delta in deltas) == bad.kept
        assert (await editor.execute("orch.discardDraft", {"runId": record["run_id"]}))["state"] == "discarded"
    editor.close(uri)


async def test_a_retry_after_in_seconds_is_waited_for_and_the_next_answer_counts(desk, model):
    desk.ask(
        model,
        chat_error(429, "rate_limit_exceeded", headers={"retry-after": "1", "x-request-id": "req-1"}),
        stream_reply(chat_pieces(ANSWER), headers={"x-request-id": "req-2"}),
        settings="retry = { attempts = 3, max_wait = 5 }",
    )
    editor = desk.editor
    uri = desk.open("seconds")
    record = check_record(await editor.draft(uri))
    assert record["status"] == "completed"
    assert record["error"] is None
    first, second = next(step["attempts"] for step in record["steps"] if step["id"] == "draft")
    assert (first["status"], first["http_status"], first["request_id"]) == ("error", 429, "req-1")
    assert (first["error"]["code"], first["error"]["retry_after_s"]) == ("rate_limited", 1.0)
    assert (second["status"], second["http_status"], second["request_id"]) == ("ok", 200, "req-2")
    assert first["wait_s"] == 0
    assert 1 <= second["wait_s"] <= 1.25
    assert record["usage"]["input_tokens"] == 11
    assert "Limit clients." in editor.text(uri)
    said = [getattr(report, "message", None) for report in editor.client.progress_reports[record["run_id"]]]
    assert any("Rate limited, trying again in 1 s (" in (message or "") for message in said)
    editor.close(uri)


async def test_a_retry_after_as_a_date_is_waited_for(desk, model):
    at = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
    desk.ask(
        model,
        chat_error(429, "rate_limit_exceeded", headers={"retry-after": at}),
        stream_reply(chat_pieces(ANSWER)),
        settings="retry = { attempts = 2, max_wait = 30 }",
    )
    uri = desk.open("date")
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "completed"
    first, second = next(step["attempts"] for step in record["steps"] if step["id"] == "draft")
    assert 0 <= first["error"]["retry_after_s"] <= 3
    assert first["error"]["retry_after_s"] <= second["wait_s"] <= 3.25
    desk.editor.close(uri)


@pytest.mark.parametrize(
    ("limits", "says"),
    [("limits = { max_bytes = 20000 }", "20000 bytes"), ("limits = { max_events = 50 }", "50 events")],
)
async def test_an_endless_stream_ends_at_the_users_limit_with_its_text_kept(desk, model, limits, says):
    desk.ask(model, Reply(steps=(Send(BEGIN), SendForever(chat_chunk("on and on ")))), settings=f"{AGAIN}\n{limits}")
    uri = desk.open("endless")
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "failed"
    assert record["error"]["code"] == "invalid_response"
    assert says in record["error"]["message"]
    text = await desk.stored_text(record["run_id"])
    assert text.startswith("## Goal\n\nLimit on and on ")
    assert record["draft"]["bytes"] == len(text) < 20_000
    assert len(model.requests) == 1
    await model.requests[0].disconnected.wait()
    desk.editor.close(uri)


async def test_a_redirect_is_not_followed_and_no_key_goes_astray(desk, model):
    async with ScriptedServer() as elsewhere:
        target = f"{elsewhere.url}/chat/completions"
        desk.ask(model, Reply(307, {"location": target}, framing="length"), settings=AGAIN)
        uri = desk.open("redirect")
        record = check_record(await desk.editor.draft(uri))
        assert record["error"]["code"] == "invalid_response"
        assert record["error"]["http_status"] == 307
        assert "redirect" in record["error"]["message"]
        assert model.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert elsewhere.requests == []
        assert len(model.requests) == 1
    desk.editor.close(uri)


ODD_BUT_GOOD = {
    "a line separator": chat_pieces(["## Goal\n\nOne\u2028two\u2029three\u0085four\n"]),
    "a byte order mark": [b"\xef\xbb\xbf" + chat_chunk("## Goal\n\nOne\n"), *chat_pieces([])],
    "CRLF": [piece.replace(b"\n", b"\r\n") for piece in chat_pieces(["## Goal\n\nOne\n"])],
    "single bytes": [b"%c" % byte for byte in b"".join(chat_pieces(["## Goal\n\nOne \U0001f60b\n"]))],
    "a heading of another level and chatter": chat_pieces(
        ["Certainly! Here it is:\n\n```markdown\n# Goal\n\nOne\n", "```\n\nLet me know if you want more.\n"]
    ),
    "no done marker": chat_pieces(["## Goal\n\nOne\n"])[:-1],
}


@pytest.mark.parametrize("name", ODD_BUT_GOOD)
async def test_an_answer_of_an_odd_make_is_still_an_answer(desk, model, name):
    desk.ask(model, stream_reply(ODD_BUT_GOOD[name]))
    uri = desk.open("odd")
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "completed", record["error"]
    assert record["draft"]["state"] == "applied"
    text = desk.editor.text(uri)
    assert "## Goal\n\nOne" in text
    assert "Certainly" not in text
    assert "Let me know" not in text
    assert "```" not in text
    if name == "a line separator":
        assert "One\u2028two\u2029three\u0085four\n" in text
    desk.editor.close(uri)


async def test_a_line_of_five_megabytes_is_taken_in(desk, model, monkeypatch):
    monkeypatch.setattr(desk.editor, "seconds", 4 * SECONDS)
    long = "word " * 1_000_000
    desk.ask(model, stream_reply([chat_chunk(f"## Goal\n\n{long}\n"), *chat_pieces([])]))
    uri = desk.open("long")
    record = check_record(await desk.editor.draft(uri))
    assert record["status"] == "completed", record["error"]
    assert record["draft"]["state"] == "applied"
    assert long.rstrip() in desk.editor.text(uri)
    desk.editor.close(uri)


async def test_a_line_of_five_megabytes_that_is_no_message_is_a_typed_error(desk, model, monkeypatch):
    monkeypatch.setattr(desk.editor, "seconds", 4 * SECONDS)
    desk.ask(model, stream_reply([BEGIN, b"data: " + b"x" * 5_000_000 + b"\n\n"]), settings=ONCE)
    uri = desk.open("noise")
    record = check_record(await desk.editor.draft(uri))
    assert record["error"]["code"] == "invalid_response"
    assert record["draft"]["bytes"] == len("## Goal\n\nLimit ")
    assert len(record["error"]["message"]) < 1000
    desk.editor.close(uri)


COMMAND_LINE = [
    "401 invalid_api_key",
    "429 insufficient_quota",
    "503 service_unavailable",
    "a stall before the first byte",
    "a reset before the first byte",
    "a page with 200",
    "an empty body",
    "a stall mid-stream",
    "a reset",
    "finish length",
    "a refusal",
    "no section",
]


@pytest.mark.parametrize("name", COMMAND_LINE)
async def test_the_command_line_ends_with_the_error_and_its_cure(orch, homes, model, workspace, name):
    bad = BY_NAME[name]
    configure(homes, model.url, bad.settings)
    model.script(*bad.replies)
    path = workspace / "a.spec.md"
    path.write_text(SPEC)

    done = await orch("draft", "a.spec.md")

    assert done.code == 1
    assert done.out == ""
    assert path.read_text() == SPEC
    assert KEY not in done.err
    assert "Traceback" not in done.err
    *_, error, cure = done.err.rstrip("\n").split("\n")
    assert error.startswith(f"error[{bad.code}]: ")
    assert bad.says in error
    assert len(cure) > len("cure: ")
    assert cure.startswith("cure: ")
