"""How a scripted server speaks like each of the known APIs, good answers and bad ones.

The conformance suite needs no more of an API than this; a package that speaks another one describes it in the same way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from orch_lsp.testing.answers import chat_pieces, event, messages_pieces

End = Literal["stop", "length", "content_filter"]
Fault = Literal["auth", "quota", "rate_limit", "model", "overloaded", "server"]

STATUSES: Mapping[Fault, int] = {
    "auth": 401,
    "quota": 429,
    "rate_limit": 429,
    "model": 404,
    "overloaded": 503,
    "server": 500,
}


class Dialect(Protocol):
    """An API, as far as a test has to speak it."""

    @property
    def key_header(self) -> str:
        """The header that carries the key, in lower case."""
        ...

    @property
    def content_type(self) -> str:
        """Of a streamed answer."""
        ...

    @property
    def ends(self) -> frozenset[End]:
        """Those that the API knows."""
        ...

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """A whole answer, one element a message, with a usage of 11 tokens in and one out for each text."""
        ...

    def error(self, fault: Fault, message: str) -> bytes:
        """The body of a failed answer."""
        ...


class ChatDialect:
    """OpenAI Chat Completions."""

    key_header = "authorization"
    content_type = "text/event-stream"
    ends: frozenset[End] = frozenset({"stop", "length", "content_filter"})

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """Chunks, a finish reason, the usage, and the marker."""
        return chat_pieces(texts, finish=end)

    def error(self, fault: Fault, message: str) -> bytes:
        """An error as OpenAI writes it."""
        return _openai_error(fault, message)


class ResponsesDialect:
    """OpenAI Responses."""

    key_header = "authorization"
    content_type = "text/event-stream"
    ends: frozenset[End] = frozenset({"stop", "length", "content_filter"})

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """Deltas, and an event that holds how the answer ended."""
        deltas = [event({"type": "response.output_text.delta", "delta": text}) for text in texts]
        kind = "response.completed" if end == "stop" else "response.incomplete"
        reason = {"length": "max_output_tokens"}.get(end, end)
        response: dict[str, object] = {
            "model": "served-model",
            "status": kind.removeprefix("response."),
            "incomplete_details": None if end == "stop" else {"reason": reason},
            "output": [],
            "usage": {"input_tokens": 11, "output_tokens": len(texts)},
        }
        return [*deltas, event({"type": kind, "response": response}, kind)]

    def error(self, fault: Fault, message: str) -> bytes:
        """An error as OpenAI writes it."""
        return _openai_error(fault, message)


class MessagesDialect:
    """Anthropic Messages, which reports no content filter."""

    key_header = "x-api-key"
    content_type = "text/event-stream"
    ends: frozenset[End] = frozenset({"stop", "length"})

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """Named events from `message_start` to `message_stop`."""
        return messages_pieces(texts, stop_reason="end_turn" if end == "stop" else "max_tokens")

    def error(self, fault: Fault, message: str) -> bytes:
        """An error as Anthropic writes it."""
        kinds: Mapping[Fault, str] = {
            "auth": "authentication_error",
            "quota": "rate_limit_error",
            "rate_limit": "rate_limit_error",
            "model": "not_found_error",
            "overloaded": "overloaded_error",
            "server": "api_error",
        }
        details = {"details": {"error_code": "enforced_spend_limit_reached"}} if fault == "quota" else {}
        error = {"type": kinds[fault], "message": message, **details}
        return json.dumps({"type": "error", "error": error}).encode()


class GeminiDialect:
    """Gemini."""

    key_header = "x-goog-api-key"
    content_type = "text/event-stream"
    ends: frozenset[End] = frozenset({"stop", "length", "content_filter"})

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """Messages with CRLF line ends, the last of them with the finish reason."""
        reasons: Mapping[End, str] = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
        messages: list[dict[str, object]] = [
            {"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}}]} for text in texts
        ]
        messages.append(
            {
                "candidates": [{"finishReason": reasons[end]}],
                "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": len(texts)},
                "modelVersion": "served-model",
            }
        )
        return [event(message).replace(b"\n", b"\r\n") for message in messages]

    def error(self, fault: Fault, message: str) -> bytes:
        """An error as Google writes it."""
        words: Mapping[Fault, str] = {
            "auth": "UNAUTHENTICATED",
            "quota": "RESOURCE_EXHAUSTED",
            "rate_limit": "RESOURCE_EXHAUSTED",
            "model": "NOT_FOUND",
            "overloaded": "UNAVAILABLE",
            "server": "INTERNAL",
        }
        details = [{"violations": [{"quotaId": "RequestsPerDay"}]}] if fault == "quota" else []
        error = {"code": STATUSES[fault], "message": message, "status": words[fault], "details": details}
        return json.dumps({"error": error}).encode()


class OllamaDialect:
    """Ollama's own API, which reports no content filter."""

    key_header = "authorization"
    content_type = "application/x-ndjson"
    ends: frozenset[End] = frozenset({"stop", "length"})

    def answer(self, texts: Sequence[str], end: End = "stop") -> list[bytes]:
        """One object a line, the last of them done."""
        messages: list[dict[str, object]] = [
            {"model": "served-model", "message": {"role": "assistant", "content": text}, "done": False}
            for text in texts
        ]
        last = {"model": "served-model", "message": {"role": "assistant", "content": ""}, "done": True}
        counts = {"prompt_eval_count": 11, "eval_count": len(texts)}
        messages.append({**last, "done_reason": end, **counts})
        return [json.dumps(message, ensure_ascii=False).encode() + b"\n" for message in messages]

    def error(self, fault: Fault, message: str) -> bytes:
        """An error as Ollama writes it; only its cloud has quotas, and names them in words."""
        words = "You have reached your specified API usage limits. " if fault == "quota" else ""
        return json.dumps({"error": words + message}).encode()


def _openai_error(fault: Fault, message: str) -> bytes:
    codes: Mapping[Fault, str] = {
        "auth": "invalid_api_key",
        "quota": "insufficient_quota",
        "rate_limit": "rate_limit_exceeded",
        "model": "model_not_found",
        "overloaded": "server_is_overloaded",
        "server": "server_error",
    }
    return json.dumps({"error": {"message": message, "type": "error", "param": None, "code": codes[fault]}}).encode()
