"""Answers for `ScriptedServer` in the dialects of the wire formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from orch_lsp.testing.server import Reply, Send, Step

_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}


def event(data: object, name: str = "") -> bytes:
    """One server-sent event that holds `data` as JSON."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def chat_chunk(
    text: str | None = None, *, finish: str | None = None, model: str = "served-model", **delta: object
) -> bytes:
    """One chunk of a Chat Completions stream."""
    content = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": {**content, **delta}, "finish_reason": finish}
    return event({**_CHUNK, "model": model, "choices": [choice]})


def chat_usage(input_tokens: int, output_tokens: int) -> bytes:
    """The chunk that carries the usage."""
    return event(
        {
            **_CHUNK,
            "model": "served-model",
            "choices": [],
            "usage": {
                "prompt_tokens": input_tokens,
                "completion_tokens": output_tokens,
                "total_tokens": input_tokens + output_tokens,
            },
        },
    )


CHAT_DONE = b"data: [DONE]\n\n"


def chat_pieces(texts: Iterable[str], *, finish: str = "stop") -> list[bytes]:
    """A whole Chat Completions stream, one element an event."""
    texts = list(texts)
    return [*(chat_chunk(text) for text in texts), chat_chunk(finish=finish), chat_usage(11, len(texts)), CHAT_DONE]


def messages_pieces(texts: Iterable[str], *, stop_reason: str = "end_turn") -> list[bytes]:
    """A whole Anthropic Messages stream, one element an event."""
    texts = list(texts)
    start = {"id": "msg_1", "model": "served-model", "usage": {"input_tokens": 11, "output_tokens": 1}}
    pieces = [
        event({"type": "message_start", "message": start}, "message_start"),
        event(
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            "content_block_start",
        ),
    ]
    for text in texts:
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        pieces.append(event(delta, "content_block_delta"))
    ending = {"delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": len(texts)}}
    return [
        *pieces,
        event({"type": "content_block_stop", "index": 0}, "content_block_stop"),
        event({"type": "message_delta", **ending}, "message_delta"),
        event({"type": "message_stop"}, "message_stop"),
    ]


def stream_reply(pieces: Sequence[bytes], *then: Step, headers: Mapping[str, str] | None = None) -> Reply:
    """A 200 that sends `pieces` one by one, and then takes the further steps."""
    steps = (*(Send(piece) for piece in pieces), *then)
    return Reply(headers={"content-type": "text/event-stream", **(headers or {})}, steps=steps)


def json_reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON document with a length."""
    steps = (Send(json.dumps(value).encode()),)
    return Reply(status, {"content-type": "application/json", **(headers or {})}, steps, framing="length")


def chat_error(
    status: int, code: str, message: str = "No.", headers: Mapping[str, str] | None = None, **members: object
) -> Reply:
    """An error in the shape that OpenAI and most others use."""
    error = {"message": message, "type": "error", "param": None, "code": code, **members}
    return json_reply({"error": error}, status, headers)
