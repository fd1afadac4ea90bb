"""What providers do wrong, each with what must become of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.scripted_server import (
    CHAT_DONE,
    Close,
    Reply,
    Reset,
    Send,
    SendForever,
    Stall,
    chat_chunk,
    chat_error,
    chat_pieces,
    event,
    json_reply,
    stream_reply,
)

BEGUN = "## Goal\n\nLimit "
"""The text that arrives before it goes wrong in the middle."""
BEGIN = chat_chunk(BEGUN)
AGAIN = "retry = { attempts = 3, max_wait = 0.01 }"
ONCE = "retry = { attempts = 1 }"
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><p>Welcome to the proxy.</p></body></html>"


@dataclass(frozen=True)
class BadAnswer:
    """A provider's script, and the record that it must lead to."""

    name: str
    replies: tuple[Reply, ...]
    code: str
    retryable: bool = False
    attempts: int = 1
    http_status: int | None = 200
    """Of the run's error; None where no answer came, and where the answer itself was sound."""
    kept: str = ""
    """The text that must be kept; it arrived before the answer went wrong."""
    finish: str | None = None
    raw_finish: tuple[str, ...] = ()
    retry_after_s: float | None = None
    settings: str = AGAIN
    says: str = ""
    """Words that the message holds."""

    def __str__(self) -> str:
        return self.name


def _status(status: int, provider_code: str, code: str, *, retryable: bool = False, attempts: int = 1) -> BadAnswer:
    name = f"{status} {provider_code}"
    return BadAnswer(name, (chat_error(status, provider_code),), code, retryable, attempts, status)


STATUSES = [
    _status(401, "invalid_api_key", "invalid_auth"),
    _status(402, "billing_error", "billing"),
    _status(403, "permission_denied", "permission_denied"),
    _status(403, "unsupported_country_region_territory", "region_blocked"),
    _status(404, "model_not_found", "model_not_found"),
    _status(400, "context_length_exceeded", "context_length_exceeded"),
    _status(400, "invalid_request_error", "invalid_request"),
    _status(413, "request_too_large", "request_too_large"),
    _status(429, "insufficient_quota", "quota_exhausted"),
    _status(429, "rate_limit_exceeded", "rate_limited", retryable=True, attempts=3),
    _status(500, "server_error", "provider_unavailable", retryable=True, attempts=3),
    _status(503, "service_unavailable", "overloaded", retryable=True, attempts=3),
    _status(529, "overloaded_error", "overloaded", retryable=True, attempts=3),
    _status(504, "gateway_timeout", "timeout", retryable=True, attempts=2),
    BadAnswer(
        "429 Retry-After above the limit",
        (chat_error(429, "rate_limit_exceeded", headers={"retry-after": "3600"}),),
        "rate_limited", True, 1, 429, retry_after_s=3600.0,
    ),
    BadAnswer(
        "500 page",
        (Reply(500, {"content-type": "text/html"}, (Send(PAGE),)),), "provider_unavailable", True, 3, 500,
    ),
]  # fmt: skip

BEFORE_TEXT = [
    BadAnswer(
        "a stall before the first byte", (Reply(before=(Stall(),)),), "timeout", True, 2, None,
        settings=f"{AGAIN}\ntimeout = {{ first_byte = 0.3 }}", says="0.3 s",
    ),
    BadAnswer(
        "a stall after the headers", (Reply(steps=(Stall(),)),), "timeout", True, 2, 200,
        settings=f"{AGAIN}\ntimeout = {{ first_byte = 0.3 }}", says="0.3 s",
    ),
    BadAnswer(
        "comments for ever", (Reply(steps=(SendForever(b": still there\n\n"),)),), "timeout", True, 1, 200,
        settings=f"{AGAIN}\ntimeout = {{ total = 0.5 }}", says="0.5 s",
    ),
    BadAnswer("an end before the first byte", (Reply(before=(Close(),)),), "network_error", True, 3, None),
    BadAnswer("a reset before the first byte", (Reply(before=(Reset(),)),), "network_error", True, 3, None),
    BadAnswer("no HTTP", (Reply(raw_head=b"220 mail ESMTP\r\n\r\n"),), "invalid_response", False, 1, None),
    BadAnswer(
        "a page with 200", (Reply(200, {"content-type": "text/html"}, (Send(PAGE),)),), "invalid_response",
        says="web page",
    ),
    BadAnswer("a page labelled as a stream", (stream_reply([PAGE]),), "invalid_response", says="web page"),
    BadAnswer("an empty body", (Reply(steps=()),), "invalid_response", says="no body"),
    BadAnswer("an empty body with a length", (Reply(steps=(), framing="length"),), "invalid_response", says="no body"),
    BadAnswer("JSON of another kind", (json_reply({"hello": "world"}),), "invalid_response"),
    BadAnswer(
        "a cut before the first word", (stream_reply([chat_chunk(role="assistant")]),), "network_error", True, 3, 200
    ),
]  # fmt: skip

IN_THE_MIDDLE = [
    BadAnswer(
        "a stall mid-stream", (stream_reply([BEGIN], Stall()),), "timeout", True, 1, 200, BEGUN,
        settings=f"{AGAIN}\ntimeout = {{ idle = 0.3 }}", says="0.3 s",
    ),
    BadAnswer("a clean cut", (stream_reply([BEGIN]),), "incomplete_output", True, 1, 200, BEGUN),
    BadAnswer("a cut of the framing", (stream_reply([BEGIN], Close()),), "incomplete_output", True, 1, 200, BEGUN),
    BadAnswer("a reset", (stream_reply([BEGIN], Reset()),), "incomplete_output", True, 1, 200, BEGUN),
    BadAnswer(
        "bytes that are not UTF-8",
        (stream_reply([BEGIN, b'data: {"choices":[{"index":0,"delta":{"content":"\xff\xfe"}}]}\n\n', CHAT_DONE]),),
        "invalid_response", kept=BEGUN, says="UTF-8",
    ),
    BadAnswer(
        "data that is not JSON", (stream_reply([BEGIN, b"data: {oops\n\n", CHAT_DONE]),), "invalid_response",
        kept=BEGUN, says="JSON",
    ),
    BadAnswer(
        "an error inside the stream",
        (stream_reply([BEGIN, event({"error": {"message": "Engine fault.", "code": "server_error"}})]),),
        "provider_unavailable", True, 1, 200, BEGUN, says="Engine fault.",
    ),
]  # fmt: skip

ENDS = [
    BadAnswer(
        "finish length", (stream_reply(chat_pieces([BEGUN], finish="length")),), "truncated", True, 1, 200, BEGUN,
        "length", ("length",),
    ),
    BadAnswer(
        "a content filter", (stream_reply(chat_pieces([BEGUN], finish="content_filter")),), "content_filtered", False,
        1, 200, BEGUN, "content_filter", ("content_filter",),
    ),
    BadAnswer(
        "a refusal", (stream_reply([chat_chunk(refusal="I would rather not."), *chat_pieces([])]),), "refused", False,
        1, 200, "", "refusal", ("stop",), says="I would rather not.",
    ),
    BadAnswer(
        "a tool call",
        (
            stream_reply([
                BEGIN,
                chat_chunk(tool_calls=[{"index": 0, "function": {"name": "shell", "arguments": "{}"}}]),
                *chat_pieces([], finish="tool_calls"),
            ]),
        ),
        "incomplete_output", True, 1, 200, BEGUN, "tool_call", ("tool_calls",),
    ),
    BadAnswer(
        "a finish that nobody knows", (stream_reply(chat_pieces([BEGUN], finish="gave_up")),), "incomplete_output",
        True, 1, 200, BEGUN, "other", ("gave_up",),
    ),
    BadAnswer(
        "no text", (stream_reply(chat_pieces([])),), "empty_output", True, 1, 200, "", "stop", ("stop",),
    ),
    BadAnswer(
        "no section", (stream_reply(chat_pieces(["Sure! Which client ", "do you mean?\n"])),), "unusable_draft", True,
        1, None, "Sure! Which client do you mean?\n", "stop", ("stop",),
    ),
]  # fmt: skip

BAD_ANSWERS = [*STATUSES, *BEFORE_TEXT, *IN_THE_MIDDLE, *ENDS]
BY_NAME = {answer.name: answer for answer in BAD_ANSWERS}
