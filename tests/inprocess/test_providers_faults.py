"""Everything that can go wrong between here and a model, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from orch_lsp.generation import FinishReason
from orch_lsp.settings.model import Retry, StreamLimits, Timeouts
from tests.fakes.provider_outcome import CANARY, ask
from tests.fakes.scripted_server import (
    CHAT_DONE,
    Close,
    Reply,
    Reset,
    ScriptedServer,
    Send,
    SendForever,
    Stall,
    chat_chunk,
    chat_error,
    chat_pieces,
    event,
    json_reply,
    messages_pieces,
    stream_reply,
)

GOOD = stream_reply(chat_pieces(["fine"]))
ONCE = Retry(attempts=1)
PARTIAL = [chat_chunk("half a "), chat_chunk("thought")]


@pytest.fixture
async def server():
    async with ScriptedServer() as running:
        yield running


async def test_a_key_that_is_missing_is_said_before_anything_is_sent(server):
    server.script(GOOD)
    outcome = await ask(server.url, key=None, requires_key=True, api_key_env="WORK_KEY")
    assert outcome.code == "missing_auth"
    assert "WORK_KEY" in outcome.error.remediation
    assert server.requests == []
    assert outcome.started == []


@pytest.mark.parametrize("key", ["a\nb", "a\x00b", "schlüssel", "a\u200bb"])
async def test_a_key_that_no_header_can_hold_is_said_before_anything_is_sent(server, key):
    server.script(GOOD)
    outcome = await ask(server.url, key=key)
    assert outcome.code == "invalid_auth"
    assert key not in str(outcome.error)
    assert server.requests == []


async def test_blanks_around_a_key_are_not_sent(server):
    server.script(GOOD)
    assert (await ask(server.url, key="  k-1\n")).error is None
    assert server.requests[0].headers["authorization"] == "Bearer k-1"


@pytest.mark.parametrize(
    ("status", "code_word", "code"),
    [
        (401, "invalid_api_key", "invalid_auth"),
        (403, "forbidden", "permission_denied"),
        (404, "model_not_found", "model_not_found"),
        (429, "insufficient_quota", "quota_exhausted"),
        (413, "too_large", "request_too_large"),
        (400, "context_length_exceeded", "context_length_exceeded"),
    ],
)
async def test_a_failure_that_cannot_pass_is_asked_once(server, status, code_word, code):
    server.script(chat_error(status, code_word, headers={"x-request-id": "req-9"}), GOOD)
    outcome = await ask(server.url, model="m")
    assert outcome.code == code
    assert outcome.error.http_status == status
    assert outcome.error.retryable is False
    assert len(server.requests) == 1
    assert outcome.waits == []
    assert outcome.attempts[0].request_id == "req-9"
    assert outcome.attempts[0].error == outcome.error.detail


async def test_a_wrong_key_is_told_with_its_variable_and_without_its_value(server):
    server.script(chat_error(401, "invalid_api_key", f"Incorrect API key provided: {CANARY}."))
    outcome = await ask(server.url, api_key_env="WORK_KEY")
    assert "WORK_KEY" in outcome.error.remediation
    assert CANARY not in repr(outcome.events) + str(outcome.error.detail)


async def test_a_server_that_echoes_the_key_cannot_make_it_recorded(server):
    headers = {"x-request-id": f"id-{CANARY}", "location": f"https://else.example/?k={CANARY}"}
    for reply in (
        stream_reply(chat_pieces(["x"]), headers=headers),
        stream_reply([event({"error": {"message": CANARY}})], headers=headers),
        json_reply({"error": CANARY}, 500, headers),
        json_reply({}, 307, headers),
        json_reply({}, headers={"content-encoding": CANARY}),
    ):
        server.script(reply)
        outcome = await ask(server.url, retry=ONCE)
        assert CANARY not in repr(outcome.events) + str(outcome.error and outcome.error.detail)


@pytest.mark.parametrize("status", [500, 502, 503, 529, 429, 408, 409])
async def test_a_failure_that_may_pass_is_asked_again(server, status):
    server.script(chat_error(status, "busy"), chat_error(status, "busy"), GOOD)
    outcome = await ask(server.url)
    if status == 408:
        assert outcome.code == "timeout"
        assert outcome.statuses == ["error", "error"]
        return
    assert outcome.error is None
    assert outcome.text == "fine"
    assert outcome.statuses == ["error", "error", "ok"]
    assert [started.number for started in outcome.started] == [1, 2, 3]
    assert [started.wait_s for started in outcome.started] == [0.0, *outcome.waits]
    assert [waiting.wait_s for waiting in outcome.waiting] == outcome.waits


async def test_the_last_failure_is_raised_when_all_attempts_are_used(server):
    server.script(chat_error(503, "busy"))
    outcome = await ask(server.url, retry=Retry(attempts=4))
    assert outcome.code == "overloaded"
    assert len(server.requests) == 4
    assert len(outcome.waits) == 3


async def test_a_wait_in_seconds_is_kept(server):
    server.script(chat_error(429, "slow_down", headers={"retry-after": "7"}), GOOD)
    outcome = await ask(server.url)
    assert outcome.text == "fine"
    assert outcome.waits == [7.0]


async def test_a_wait_until_a_date_is_kept(server):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.script(chat_error(429, "slow_down", headers={"retry-after": date}), GOOD)
    outcome = await ask(server.url)
    assert outcome.text == "fine"
    assert 20 < outcome.waits[0] <= 30


async def test_a_wait_above_the_limit_fails_at_once_and_says_how_long(server):
    server.script(chat_error(429, "slow_down", headers={"retry-after": "61"}), GOOD)
    outcome = await ask(server.url)
    assert outcome.code == "rate_limited"
    assert outcome.error.retry_after_s == 61
    assert outcome.error.retryable
    assert outcome.waits == []
    assert len(server.requests) == 1


async def test_a_wait_that_a_good_answer_names_means_nothing(server):
    server.script(stream_reply(chat_pieces(["fine"]), headers={"retry-after": "61"}))
    assert (await ask(server.url)).error is None


@pytest.mark.parametrize("end", [Close(), Reset()])
async def test_a_connection_that_ends_before_the_answer_is_tried_again(server, end):
    server.script(Reply(before=(end,)), GOOD)
    outcome = await ask(server.url)
    assert outcome.text == "fine"
    assert outcome.attempts[0].error.code == "network_error"
    assert outcome.attempts[0].http_status is None


@pytest.mark.parametrize("end", [Close(), Reset()])
async def test_a_connection_that_ends_before_any_text_is_tried_again(server, end):
    server.script(stream_reply([b": wait\n\n", chat_chunk(reasoning="why")], end), GOOD)
    outcome = await ask(server.url)
    assert outcome.text == "fine"
    assert outcome.statuses == ["error", "ok"]
    assert outcome.attempts[0].error.code == "network_error"
    assert outcome.attempts[0].http_status == 200


@pytest.mark.parametrize("end", [Close(), Reset()])
async def test_a_connection_that_ends_in_the_text_keeps_it_and_is_not_tried_again(server, end):
    server.script(stream_reply(PARTIAL, end), GOOD)
    outcome = await ask(server.url)
    assert outcome.code == "incomplete_output"
    assert outcome.error.retryable
    assert outcome.text == "half a thought"
    assert outcome.statuses == ["error"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
async def test_an_answer_that_ends_cleanly_in_the_text_is_not_complete(server, framing):
    server.script(Reply(steps=tuple(Send(piece) for piece in PARTIAL), framing=framing))
    outcome = await ask(server.url)
    assert outcome.code == "incomplete_output"
    assert outcome.text == "half a thought"
    assert outcome.finish is None


@pytest.mark.parametrize("then", [Stall(), SendForever(b": still here\n\n"), SendForever(b"data:\n\n")])
@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        ("openai-compatible", [*PARTIAL, chat_chunk(finish="stop")]),
        ("anthropic", messages_pieces(["half a ", "thought"])[:-1]),
        (
            "gemini",
            [event({"candidates": [{"content": {"parts": [{"text": "half a thought"}]}, "finishReason": "STOP"}]})],
        ),
        (
            "openai",
            [
                event({"type": "response.output_text.delta", "delta": "half a thought"}),
                event({"type": "response.completed", "response": {"status": "completed", "output": []}}),
            ],
        ),
        ("ollama", [b'{"message": {"content": "half a thought"}, "done": true, "done_reason": "stop"}\n']),
    ],
)
async def test_a_model_that_has_ended_is_not_waited_for_whatever_stays_open(server, kind, pieces, then):
    server.script(stream_reply(pieces, then))
    outcome = await ask(server.url, kind=kind, timeout=Timeouts(idle=0.3, total=20))
    assert (outcome.text, outcome.error) == ("half a thought", None)
    assert outcome.finish.finish_reason is FinishReason.STOP
    await server.requests[0].disconnected.wait()


@pytest.mark.parametrize(
    ("rest", "then"),
    [
        (b'data: {"usage": {"pro', Close()),
        (b": x\n\n", Reset()),
        (b'data: {"usage": {"pro', Reset()),
        (b"data: \xff\n\n", Close()),
    ],
)
async def test_an_answer_that_breaks_after_its_reason_and_before_its_marker_is_not_complete(server, rest, then):
    server.script(stream_reply([*PARTIAL, chat_chunk(finish="stop"), rest], then))
    outcome = await ask(server.url)
    assert outcome.code in {"incomplete_output", "invalid_response"}
    assert outcome.text == "half a thought"


async def test_half_a_message_after_the_reason_of_an_open_answer_does_not_matter(server):
    server.script(stream_reply([*PARTIAL, chat_chunk(finish="stop"), b'data: {"usage": {"pro'], Stall()))
    assert (await ask(server.url, timeout=Timeouts(idle=0.3))).error is None


async def test_the_usage_that_follows_the_reason_is_waited_for(server):
    usage = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})
    server.script(stream_reply([*PARTIAL, chat_chunk(finish="stop"), b": ping\n\n", usage], Stall()))
    outcome = await ask(server.url, timeout=Timeouts(idle=0.3))
    assert outcome.error is None
    assert outcome.usage.output_tokens == 4


async def test_a_reason_that_is_no_success_ends_the_wait_too(server):
    server.script(stream_reply([*PARTIAL, chat_chunk(finish="length")], Stall()))
    assert (await ask(server.url, timeout=Timeouts(idle=0.3))).code == "truncated"


@pytest.mark.parametrize("then", [Stall(), Reset()])
@pytest.mark.parametrize(
    "pieces",
    [
        [chat_chunk("half a ", finish="stop"), chat_chunk("thought", finish="stop")],
        [chat_chunk("half a "), chat_chunk(finish="stop"), chat_chunk("thought")],
    ],
)
async def test_a_reason_before_the_last_text_says_nothing_about_its_end(server, pieces, then):
    server.script(stream_reply(pieces, then))
    outcome = await ask(server.url, timeout=Timeouts(idle=0.3))
    assert outcome.text == "half a thought"
    assert outcome.code in {"timeout", "incomplete_output"}


@pytest.mark.parametrize("then", [Close(), Reset(), Stall(), SendForever(b": more\n\n")])
async def test_what_happens_after_the_end_does_not_matter(server, then):
    server.script(stream_reply(chat_pieces(["fine"]), then))
    outcome = await ask(server.url)
    assert outcome.error is None
    assert outcome.text == "fine"


async def test_a_stall_before_the_first_byte_times_out_and_is_tried_once_more(server):
    server.script(Reply(before=(Stall(),)))
    outcome = await ask(server.url, timeout=Timeouts(first_byte=0.2))
    assert outcome.code == "timeout"
    assert outcome.statuses == ["error", "error"]
    await asyncio.gather(*(request.disconnected.wait() for request in server.requests))


async def test_a_stall_after_the_head_times_out(server):
    server.script(Reply(steps=(Stall(),)))
    outcome = await ask(server.url, timeout=Timeouts(first_byte=0.2), retry=ONCE)
    assert outcome.code == "timeout"
    assert outcome.attempts[0].http_status == 200


async def test_a_stall_in_the_text_times_out_and_keeps_it(server):
    server.script(stream_reply(PARTIAL, Stall()))
    outcome = await ask(server.url, timeout=Timeouts(idle=0.2))
    assert outcome.code == "timeout"
    assert outcome.text == "half a thought"
    assert outcome.statuses == ["error"]
    await server.requests[0].disconnected.wait()


async def test_signs_of_life_are_no_stall_but_do_not_last_for_ever(server):
    server.script(stream_reply(PARTIAL, SendForever(b": still here\n\n")))
    outcome = await ask(server.url, timeout=Timeouts(idle=5, total=0.5))
    assert outcome.code == "timeout"
    assert "0.5 s" in outcome.error.message
    assert outcome.text == "half a thought"


async def test_an_endless_stream_ends_at_the_limit_of_bytes_and_keeps_the_text(server):
    server.script(stream_reply([chat_chunk("Goal: ")], SendForever(chat_chunk("word " * 100))))
    outcome = await ask(server.url, limits=StreamLimits(max_bytes=200_000))
    assert outcome.code == "invalid_response"
    assert 100_000 < len(outcome.text) < 200_000
    await server.requests[0].disconnected.wait()


async def test_an_endless_line_ends_at_the_limit_of_bytes(server):
    server.script(stream_reply([*PARTIAL, b"data: "], SendForever(b"x" * 65536)))
    outcome = await ask(server.url, limits=StreamLimits(max_bytes=1_000_000))
    assert outcome.code == "invalid_response"
    assert outcome.text == "half a thought"


async def test_an_endless_stream_ends_at_the_limit_of_events(server):
    server.script(stream_reply([], SendForever(chat_chunk("x"))))
    outcome = await ask(server.url, limits=StreamLimits(max_events=50))
    assert outcome.code == "invalid_response"
    assert outcome.text == "x" * 50


async def test_a_small_body_that_expands_without_end_ends_at_the_limit_of_bytes(server):
    bomb = gzip.compress(b"data: " + bytes(200_000_000))
    server.script(Reply(headers={"content-encoding": "gzip"}, steps=(Send(bomb),), framing="length"))
    outcome = await ask(server.url, limits=StreamLimits(max_bytes=1_000_000))
    assert outcome.code == "invalid_response"


async def test_the_code_in_an_error_body_of_megabytes_is_found(server):
    server.script(json_reply({"error": {"code": "insufficient_quota", "message": "No."}, "_pad": "x" * 5_000_000}, 429))
    outcome = await ask(server.url)
    assert outcome.code == "quota_exhausted"


async def test_an_error_body_without_end_is_read_in_part(server):
    server.script(Reply(status=400, headers={}, steps=(SendForever(b"no " * 1000),)))
    outcome = await ask(server.url)
    assert outcome.code == "invalid_request"
    assert len(outcome.error.message) <= 300


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip"])
async def test_a_compressed_stream_is_read(server, encoding):
    body = b"".join(chat_pieces(["fine"]))
    compressed = zlib.compress(body) if encoding == "deflate" else gzip.compress(body)
    steps = tuple(Send(compressed[i : i + 5]) for i in range(0, len(compressed), 5))
    server.script(Reply(headers={"content-encoding": encoding}, steps=steps))
    assert (await ask(server.url)).text == "fine"


async def test_a_compressed_stream_that_is_cut_is_not_complete(server):
    compressed = gzip.compress(b"".join([*PARTIAL, *chat_pieces(["x" * 50])]))
    server.script(
        Reply(headers={"content-encoding": "gzip"}, steps=(Send(compressed[: len(compressed) // 2]),), framing="close")
    )
    outcome = await ask(server.url, retry=ONCE)
    assert outcome.code in {"incomplete_output", "network_error"}


@pytest.mark.parametrize(
    ("encoding", "body"), [("br", b"x"), ("zstd", b"x"), ("gzip", b"data: plain\n\n"), ("gzip", b"\x1f\x8b\x08rubbish")]
)
async def test_an_encoding_that_cannot_be_undone_is_an_invalid_answer(server, encoding, body):
    server.script(Reply(headers={"content-encoding": encoding}, steps=(Send(body),), framing="length"))
    assert (await ask(server.url)).code == "invalid_response"


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Sign in</title>",
        b"<html>",
        b"",
        b"\n\n",
        b"Welcome to nginx",
        b"data: {not json}\n\n",
        b'{"half": ',
        b"[]",
        b'"text"',
        b"data: 7\n\n",
        b"data: " + b"[" * 200_000 + b"\n\n",
        b"\xff\xfe\x00",
    ],
)
@pytest.mark.parametrize("kind", ["openai-compatible", "openai", "anthropic", "gemini"])
async def test_a_good_status_with_something_else_is_an_invalid_answer(server, kind, body):
    server.script(Reply(headers={"content-type": "text/html"}, steps=(Send(body),) if body else (), framing="length"))
    outcome = await ask(server.url, kind=kind)
    assert outcome.code == "invalid_response"
    assert outcome.text == ""
    assert len(server.requests) == 1


async def test_an_answer_that_is_no_http_is_an_invalid_answer(server):
    server.script(Reply(raw_head=b"\x16\x03\x01 no http\r\n\r\n"))
    assert (await ask(server.url)).code == "invalid_response"


@pytest.mark.parametrize("bad", [b"data: \xff\xfe\xc3\x28\n\n", b"\xff: x\n\n", b'data: {"a": "\xc3\x28"}\n\n'])
async def test_bytes_that_are_not_utf_8_are_an_error_and_the_text_before_is_kept(server, bad):
    server.script(stream_reply([b"".join([*PARTIAL, bad, *chat_pieces(["more"])])]))
    outcome = await ask(server.url)
    assert outcome.code == "invalid_response"
    assert outcome.text == "half a thought"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
async def test_a_line_separator_inside_a_chunk_is_text(server, separator):
    server.script(stream_reply([chat_chunk(f"a{separator}b"), chat_chunk(finish="stop"), CHAT_DONE]))
    assert (await ask(server.url)).text == f"a{separator}b"


async def test_a_byte_order_mark_before_the_stream_hides_nothing(server):
    server.script(stream_reply([b"\xef\xbb\xbf", *chat_pieces(["fine"])]))
    assert (await ask(server.url)).text == "fine"


async def test_a_line_of_megabytes_is_read(server):
    server.script(stream_reply([event({"choices": [], "_pad": "x" * 5_000_000}), *chat_pieces(["fine"])]))
    assert (await ask(server.url)).text == "fine"


async def test_a_stream_in_single_bytes_is_read(server):
    body = b"".join(chat_pieces(["schön ", "😀"]))
    server.script(stream_reply([body[i : i + 1] for i in range(len(body))]))
    outcome = await ask(server.url)
    assert outcome.text == "schön 😀"
    assert outcome.usage.output_tokens == 2


async def test_an_answer_that_was_not_streamed_is_taken(server):
    message = {"role": "assistant", "content": "fine"}
    server.script(json_reply({"model": "n", "choices": [{"message": message, "finish_reason": "stop"}]}))
    outcome = await ask(server.url)
    assert (outcome.text, outcome.model, outcome.error) == ("fine", "n", None)


@pytest.mark.parametrize(
    ("pieces", "code", "finish"),
    [
        (chat_pieces(["text"], finish="length"), "truncated", FinishReason.LENGTH),
        (chat_pieces(["text"], finish="content_filter"), "content_filtered", FinishReason.CONTENT_FILTER),
        (chat_pieces(["text"], finish="tool_calls"), "incomplete_output", FinishReason.TOOL_CALL),
        (chat_pieces([""]), "empty_output", FinishReason.STOP),
        ([chat_chunk(refusal="I will not."), *chat_pieces([])], "refused", FinishReason.REFUSAL),
    ],
)
async def test_an_end_that_is_no_success_is_told_with_its_usage_and_asked_once(server, pieces, code, finish):
    server.script(stream_reply(pieces), GOOD)
    outcome = await ask(server.url)
    assert outcome.code == code
    assert outcome.finish.finish_reason is finish
    assert outcome.usage.input_tokens == 11
    assert outcome.statuses == ["error"]
    assert outcome.attempts[0].error.code == code
    assert outcome.attempts[0].http_status == 200
    assert len(server.requests) == 1


async def test_an_error_inside_a_stream_before_text_is_tried_again(server):
    server.script(stream_reply([event({"error": {"type": "overloaded_error", "message": "Busy"}}, "error")]), GOOD)
    outcome = await ask(server.url)
    assert outcome.text == "fine"
    assert outcome.attempts[0].error.code == "overloaded"


async def test_an_error_inside_a_stream_after_text_keeps_it_and_is_not_tried_again(server):
    server.script(stream_reply([*PARTIAL, event({"error": {"code": 502, "message": "Gone"}})]), GOOD)
    outcome = await ask(server.url)
    assert outcome.code == "provider_unavailable"
    assert outcome.error.message == "work reported an error: Gone"
    assert outcome.text == "half a thought"
    assert len(server.requests) == 1


async def test_a_wait_that_is_longer_than_the_limit_is_said(server):
    server.script(chat_error(429, "rate_limit_exceeded", headers={"retry-after": "3600"}))
    outcome = await ask(server.url)
    assert (outcome.code, outcome.waits) == ("rate_limited", [])
    assert outcome.error is not None
    assert "3600 s" in outcome.error.remediation


async def test_the_events_of_an_attempt_come_in_their_order(server):
    server.script(chat_error(503, "busy"), stream_reply(chat_pieces(["fine"], finish="length")))
    outcome = await ask(server.url)
    names = [type(entry).__name__ for entry in outcome.events]
    assert names[:4] == ["AttemptStarted", "AttemptEnded", "Waiting", "AttemptStarted"]
    assert names[-2:] == ["Finished", "AttemptEnded"]
    assert names[4] == "AnswerBegan"
    assert set(names[5:-2]) == {"ModelResolved", "TextDelta", "UsageReported"}


async def test_the_request_that_is_sent_is_the_one_that_is_told(server):
    server.script(GOOD)
    await ask(server.url, headers={"X-Team": "specs"})
    request = server.requests[0]
    assert request.method == "POST"
    assert request.headers["x-team"] == "specs"
    assert request.headers["accept-encoding"] == "identity"
    assert json.loads(request.body)["messages"][1]["content"] == "Write."


@pytest.mark.parametrize("headers", [{"x-team": "spezifikationen-ü"}, {"x-team": "a\nb"}, {"x team": "a"}])
async def test_a_header_that_cannot_be_sent_is_a_mistake_in_the_settings(server, headers):
    server.script(GOOD)
    outcome = await ask(server.url, headers=headers)
    assert outcome.code == "invalid_settings"
    assert server.requests == []


async def test_a_time_out_inside_a_task_that_is_being_cancelled_is_still_a_time_out(server):
    server.script(stream_reply(PARTIAL, Stall()))
    outcomes = []

    async def last_words():
        try:
            await asyncio.Event().wait()
        finally:
            outcomes.append(await ask(server.url, timeout=Timeouts(idle=0.2)))

    task = asyncio.create_task(last_words())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert outcomes[0].code == "timeout"


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"code": 429, "msg": "too busy", "success": False}),
        json_reply({"base_resp": {"status_code": 1002, "status_msg": "rate limit reached"}, "choices": None}),
        stream_reply([event({"object": "error", "message": "too busy", "code": 429})]),
        stream_reply([event({"code": 429, "message": "too busy"}), CHAT_DONE]),
        stream_reply(
            [event({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit reached"}})]
        ),
    ],
)
async def test_a_flat_error_inside_a_good_answer_is_told_in_its_words_and_tried_again(server, reply):
    server.script(reply, GOOD)
    outcome = await ask(server.url)
    assert outcome.waiting[0].error.code == "rate_limited"
    assert "too busy" in outcome.waiting[0].error.message or "rate limit" in outcome.waiting[0].error.message
    assert outcome.text == "fine"


async def test_words_that_may_be_a_notice_count_only_if_no_answer_follows(server):
    notice = event({"message": "The model is being loaded"})
    server.script(stream_reply([notice, *chat_pieces(["fine"])]))
    assert (await ask(server.url)).text == "fine"
    server.script(stream_reply([notice, CHAT_DONE]))
    outcome = await ask(server.url, retry=ONCE)
    assert "The model is being loaded" in outcome.error.message


@pytest.mark.parametrize(
    ("kind", "path", "words"),
    [
        ("openai-compatible", "", "`/v1`"),
        ("openai-compatible", "/v1/chat/completions", "leave out the path"),
        ("ollama", "/v1", "no path such as `/v1`"),
        ("anthropic", "", "`/v1`"),
    ],
)
@pytest.mark.parametrize(
    "reply", [json_reply({"detail": "Not Found"}, 404), json_reply({"error": "Unexpected endpoint or method."})]
)
async def test_a_wrong_address_is_asked_once_and_its_cure_names_the_setting(server, kind, path, words, reply):
    server.script(reply, GOOD)
    outcome = await ask(server.url.removesuffix("/v1") + path, kind=kind)
    assert outcome.code == "invalid_response"
    assert "`base_url`" in outcome.error.remediation
    assert words in outcome.error.remediation
    assert len(server.requests) == 1


async def test_an_answer_that_came_as_reasoning_is_kept_as_text_of_a_failure(server):
    pieces = [
        chat_chunk(reasoning_content="## Goal"),
        chat_chunk(reasoning_content=" is fair use."),
        chat_chunk(finish="stop"),
    ]
    server.script(stream_reply([*pieces, CHAT_DONE]), GOOD)
    outcome = await ask(server.url)
    assert outcome.code == "empty_output"
    assert outcome.text == "## Goal is fair use."
    assert "reasoning" in outcome.error.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [205, 206])
async def test_a_status_that_has_no_whole_answer_is_no_success_whatever_the_body_says(server, status):
    server.script(Reply(status=status, steps=tuple(Send(piece) for piece in chat_pieces(["fine"])), framing="length"))
    outcome = await ask(server.url)
    assert outcome.code == "invalid_response"
    assert outcome.error.http_status == status


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-4], lambda b: b[:-8] + b"\0\0\0\0" + b[-4:], lambda b: b[:-12] + b"\xff" * 12]
)
async def test_a_compressed_answer_that_is_damaged_after_its_end_is_whole(server, damage):
    compressor = zlib.compressobj(wbits=31)
    compressed = compressor.compress(b"".join(chat_pieces(["fine"])))
    # What was flushed can be read whatever becomes of the rest.
    compressed += compressor.flush(zlib.Z_SYNC_FLUSH) + compressor.flush()
    server.script(Reply(headers={"content-encoding": "gzip"}, steps=(Send(damage(compressed)),), framing="close"))
    outcome = await ask(server.url, retry=ONCE)
    assert (outcome.text, outcome.error) == ("fine", None)


@pytest.mark.parametrize("framing", ["document", "events", "gzip"])
async def test_a_message_that_would_fill_the_memory_is_refused_before_it_is_parsed(server, framing):
    bomb = b'{"choices":[' + b"[]," * 700_000 + b"1]}"
    if framing == "events":
        server.script(stream_reply([b"data: " + bomb + b"\n\n"]))
    else:
        headers = {"content-encoding": "gzip"} if framing == "gzip" else {}
        server.script(Reply(headers=headers, steps=(Send(gzip.compress(bomb) if headers else bomb),), framing="length"))
    outcome = await ask(server.url)
    assert outcome.code == "invalid_response"
    assert "values" in outcome.error.message


async def test_a_usage_of_megabytes_is_kept_in_part(server):
    usage = {
        "prompt_tokens": 3,
        "completion_tokens": 4,
        "extra": "a" * 3_000_000,
        "deep": [[[[[["x"]]]]]],
        "big": 10**30,
    }
    server.script(
        stream_reply([chat_chunk("fine"), chat_chunk(finish="stop"), event({"choices": [], "usage": usage}), CHAT_DONE])
    )
    outcome = await ask(server.url)
    assert outcome.error is None
    assert outcome.usage.output_tokens == 4
    assert len(json.dumps(outcome.usage.raw)) < 2_000
