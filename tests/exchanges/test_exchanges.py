"""Every recorded exchange is reported as what it is, however it is delivered, and no fault is ever a success."""

from __future__ import annotations

import asyncio
import os

import pytest

from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest
from orch_lsp.providers.reader import AnswerReader
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings, Retry, Timeouts
from tests.exchanges.replay import KINDS, exchanges, replay
from tests.fakes.provider_outcome import WIRE_FORMATS, Outcome

pytestmark = pytest.mark.skipif(not exchanges(), reason="ORCH_EXCHANGES does not name a folder of recorded exchanges")

FULL = os.environ.get("ORCH_CI_FULL") == "1"
# Each piece is a chunk of HTTP, and so a packet; characters of body that take seconds, not minutes.
LARGEST = {"@chunk=1": 3_000, "@chunk=7": 20_000}
DELIVERIES = ("", "@chunk=1", "@chunk=7", "@crlf", "@comments", "@gzip", "@close")
# What else servers do that changes nothing about the answer; `@cr` is for event streams only.
DISGUISES = ("@cr", "@bom", "@noctype", "@ctype=text~html", "@cl", "@stale", "@nodone", "@slow=1", "@hugeline=3000000")
CODES = {
    "auth": "invalid_auth",
    "permission": "permission_denied",
    "region": "region_blocked",
    "billing": "billing",
    "quota": "quota_exhausted",
    "rate_limit": "rate_limited",
    "request_too_large": "request_too_large",
    "context_length": "context_length_exceeded",
    "not_found": "model_not_found",
    "invalid_request": "invalid_request",
    "content_policy": "content_filtered",
    "overloaded": "overloaded",
    "timeout": "timeout",
    "server": "provider_unavailable",
    "conflict": "provider_unavailable",
}
FINISH_CODES = {
    FinishReason.LENGTH: {"truncated"},
    FinishReason.TOOL_CALL: {"incomplete_output"},
    FinishReason.CONTENT_FILTER: {"content_filtered"},
    FinishReason.REFUSAL: {"refused"},
}


async def run(
    port: int, name: str, options: str = "", *, attempts: int = 1, timeouts: Timeouts | None = None
) -> Outcome:
    exchange = exchanges()[name]
    prefix = f"{options}/" if options else ""
    settings = ProviderSettings(
        name="recorded",
        kind=KINDS[exchange["api"]],
        base_url=f"http://127.0.0.1:{port}/{prefix}{name}/v1",
        retry=Retry(attempts=attempts),
        timeout=timeouts or Timeouts(),
    )
    provider = create_provider(settings, "not-a-key")
    outcome = Outcome()
    try:
        async for event in provider.stream(GenerationRequest("asked", "", "prompt", "", ())):
            outcome.take(event)
    except ProviderError as error:
        outcome.error = error
    finally:
        await provider.aclose()
    return outcome


def check(name: str, outcome: Outcome) -> None:
    exchange = exchanges()[name]
    expected = exchange["expected"]
    if name == "anthropic-stream-spliced-generations":
        assert outcome.error is not None
        assert outcome.error.code is ErrorCode.INVALID_RESPONSE
        # Only the first of the two is kept.
        assert (outcome.text, outcome.reasoning) == ("", "I will call the tool.")
        return
    text, reasoning = expected["text"] or "", expected["reasoning"] or ""
    if text.startswith("<think>"):
        assert f"<think>{outcome.reasoning}</think>{outcome.text}" == text
    else:
        assert outcome.text == text
        assert outcome.reasoning == reasoning
    if expected["model"] is not None or expected["error"] is None:
        assert outcome.model == expected["model"]
    check_usage(expected, outcome.usage)
    if expected["error"] is not None:
        check_error(expected["error"], outcome.error)
    elif not expected["complete"]:
        assert outcome.finish is None
        assert outcome.error is not None
        assert outcome.error.code is ErrorCode.INCOMPLETE_OUTPUT
    else:
        check_finish(expected, outcome)
    assert len(outcome.attempts) == 1
    assert (outcome.attempts[0].status == "ok") == (outcome.error is None)


def check_error(expected: dict, error: ProviderError | None) -> None:
    assert error is not None
    assert error.code == CODES[expected["kind"]]
    assert error.retryable == expected["retryable"]
    assert error.retry_after_s == expected["retry_after_s"]
    if expected["status"] is not None:
        assert error.http_status == expected["status"]


def check_finish(expected: dict, outcome: Outcome) -> None:
    assert outcome.finish is not None
    assert outcome.finish.finish_reason == expected["finish"]
    assert outcome.finish.raw_finish_reasons == (expected["finish_reason"],)
    if outcome.finish.finish_reason is FinishReason.STOP and not expected["empty_output"]:
        assert outcome.error is None
    else:
        assert outcome.error is not None
        assert outcome.error.code in FINISH_CODES[outcome.finish.finish_reason]
    if expected["refusal"]:
        assert outcome.error is not None
        assert expected["refusal"][:100] in outcome.error.message


def check_usage(expected: dict, usage: Usage | None) -> None:
    if expected["usage_check"] != "exact":
        return
    if expected["input_tokens"] is None and expected["output_tokens"] is None:
        assert usage is None
        return
    assert usage is not None
    total = expected.get("input_tokens_total")
    assert usage.input_tokens == (expected["input_tokens"] if total is None else total)
    produced = expected.get("output_tokens_total")
    assert usage.output_tokens == (expected["output_tokens"] if produced is None else produced)
    cached = expected["cached_input_tokens"]
    # A part that is larger than its whole is not a count.
    assert usage.cache_read_input_tokens == (None if cached is not None and cached > usage.input_tokens else cached)
    assert usage.reasoning_output_tokens == expected["reasoning_tokens"]
    if "cache_write_input_tokens" in expected:
        assert usage.cache_write_input_tokens == expected["cache_write_input_tokens"]
    assert usage.raw


@pytest.mark.timeout(1800 if FULL else 120)
@pytest.mark.parametrize("delivery", DELIVERIES)
async def test_every_exchange_is_reported_as_what_it_is(delivery, subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            with subtests.test(name):
                if not FULL and len(exchange["response"]["body_text"]) > LARGEST.get(delivery, 1 << 30):
                    pytest.skip("a body this large takes minutes in such pieces; ORCH_CI_FULL=1 runs it")
                check(name, await run(port, name, delivery))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("disguise", DISGUISES)
async def test_no_other_habit_of_servers_changes_an_answer(disguise, subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            body = exchange["response"]["body_text"]
            if disguise == "@cr" and exchange["api"] == "ollama":
                continue
            if disguise == "@slow=1" and len(body) > 2_000:
                continue
            with subtests.test(name):
                outcome = await run(port, name, disguise)
                if outcome.model == "huge":
                    # The inserted message names a model of its own.
                    outcome.model = exchange["expected"]["model"]
                check(name, outcome)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_every_stream_reads_the_same_in_pieces_of_any_size(size, subtests):
    for name, exchange in exchanges().items():
        if exchange["response"]["status"] == 200:
            with subtests.test(name):
                body = exchange["response"]["body_text"].encode()
                assert read(exchange["api"], body, size) == read(exchange["api"], body, len(body))


def read(api: str, body: bytes, size: int) -> tuple[object, ...]:
    """What the bytes mean to the wire format, without a network."""
    wire = WIRE_FORMATS[KINDS[api]]
    answer = AnswerInProgress()
    settings = ProviderSettings(name="recorded", kind=wire.kind, base_url=None)
    reader = AnswerReader(
        wire.decoder(settings), answer, json_lines=wire.json_lines, max_events=1 << 30, provider="recorded"
    )
    outcome = Outcome()
    for position in range(0, len(body), size):
        reader.feed(body[position : position + size])
        for event in answer.take():
            outcome.take(event)
        if reader.is_over:
            break
    if not reader.is_over:
        reader.close()
    for event in answer.take(last=True):
        outcome.take(event)
    return outcome.text, outcome.reasoning, outcome.model, outcome.usage, answer.finish, reader.verdict()


def text_of(expected: dict) -> str:
    """The text without the reasoning that stands before it in tags."""
    text = expected["text"] or ""
    return text.partition("</think>")[2] if text.startswith("<think>") else text


@pytest.mark.parametrize("fault", ["drop", "cut", "rst", "stall"])
async def test_an_answer_that_is_cut_keeps_its_text_and_is_never_complete(fault, subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            expected = exchange["expected"]
            if not exchange["stream"] or exchange["response"]["status"] != 200:
                continue
            body = exchange["response"]["body_text"].encode()
            with subtests.test(name):
                timeouts = Timeouts(idle=0.3) if fault == "stall" else None
                outcome = await run(port, name, f"@{fault}={len(body) // 2}", timeouts=timeouts)
                if fault == "stall" and outcome.error is None:
                    # The model had ended; the server did not.
                    assert outcome.finish is not None
                    assert outcome.finish.finish_reason is FinishReason.STOP
                    assert outcome.text == text_of(expected)
                    continue
                assert outcome.error is not None
                if fault == "stall":
                    assert outcome.error.code == "timeout"
                elif expected["error"] is None:
                    assert outcome.error.code == ("incomplete_output" if outcome.text.strip() else "network_error")
                assert text_of(expected).startswith(outcome.text)
                assert [attempt.status for attempt in outcome.attempts] == ["error"]


async def test_an_answer_without_its_last_message_is_complete_only_if_the_reason_came_before(subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            expected = exchange["expected"]
            with subtests.test(name):
                outcome = await run(port, name, "@nofinal")
                if outcome.error is None:
                    assert expected["error"] is None
                    assert outcome.finish is not None
                    assert outcome.finish.finish_reason is FinishReason.STOP
                    assert outcome.text == text_of(expected)
                else:
                    assert text_of(expected).startswith(outcome.text)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("html", "invalid_response"),
        ("empty", "invalid_response"),
        ("badutf8", "invalid_response"),
        ("reset", "network_error"),
        ("eof", "network_error"),
        ("badstatus", "invalid_response"),
        ("redirect=127.0.0.1:9", "invalid_response"),
        ("redirself", "invalid_response"),
        ("redirself=302", "invalid_response"),
    ],
)
async def test_a_broken_answer_is_a_typed_error_and_never_complete(fault, code, subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            if exchange["response"]["status"] != 200:
                continue
            with subtests.test(name):
                outcome = await run(port, name, f"@{fault}")
                assert outcome.error is not None
                assert outcome.error.code == code
                assert text_of(exchange["expected"]).startswith(outcome.text)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "provider_unavailable"),
        (502, "provider_unavailable"),
        (503, "overloaded"),
        (529, "overloaded"),
        (504, "timeout"),
        (408, "timeout"),
        (413, "request_too_large"),
        (404, "model_not_found"),
        (401, "invalid_auth"),
        (400, "invalid_request"),
    ],
)
async def test_a_failing_status_has_one_code_in_every_dialect(status, code, subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            if exchange["response"]["status"] == 200 and exchange["stream"]:
                with subtests.test(name):
                    outcome = await run(port, name, f"@fail={status}x9")
                    assert outcome.error is not None
                    assert outcome.error.code == code


async def test_a_failing_status_is_never_a_success_whatever_the_body_says(subtests):
    async with replay() as port:
        for name, exchange in exchanges().items():
            if exchange["response"]["status"] == 200:
                for status in (201, 204, 301, 400, 429, 500, 503):
                    with subtests.test(name, status=status):
                        outcome = await run(port, name, f"@status={status}")
                        if status == 201:
                            check(name, outcome)
                            continue
                        assert outcome.error is not None
                        assert outcome.error.http_status == status
                        assert outcome.text == ""


async def test_a_stalled_answer_times_out_and_keeps_its_text():
    async with replay() as port:
        outcome = await run(port, "openai-chat-stream-long", "@stall=9000", timeouts=Timeouts(idle=0.2))
    assert outcome.error is not None
    assert outcome.error.code is ErrorCode.TIMEOUT
    assert outcome.text


@pytest.mark.parametrize("fault", ["@hang", "@ttfb=60000"])
@pytest.mark.parametrize("kind", sorted(set(KINDS.values())))
async def test_an_answer_that_never_begins_times_out(kind, fault):
    name = next(name for name, exchange in exchanges().items() if KINDS[exchange["api"]] == kind)
    async with replay() as port:
        outcome = await run(port, name, fault, timeouts=Timeouts(first_byte=0.2))
    assert outcome.error is not None
    assert outcome.error.code is ErrorCode.TIMEOUT


@pytest.mark.parametrize(
    ("options", "statuses"),
    [
        ("@fail=503x1,rams=1", ["error", "ok"]),
        ("@fail=429x2,ra=0", ["error", "error", "ok"]),
        ("@fail=500x1,radate=0", ["error", "ok"]),
        ("@fail=529x1,rty,rams=1", ["error", "ok"]),
        ("@rstx=1", ["error", "ok"]),
        ("@fail=503x1,norty", ["error"]),
        ("@fail=429x1,ra=3600", ["error"]),
        ("@fail=429x1,radate=3600", ["error"]),
        ("@fail=400x1,ra=0", ["error"]),
        ("@fail=401x1,rty", ["error"]),
    ],
)
async def test_attempts_that_fail_before_text_are_repeated_only_where_it_can_help(options, statuses):
    async with replay() as port:
        outcome = await asyncio.wait_for(run(port, "openai-chat-stream-long", options, attempts=3), 30)
    assert [attempt.status for attempt in outcome.attempts] == statuses
    assert (outcome.error is None) == (statuses[-1] == "ok")
