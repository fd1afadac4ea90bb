"""What an error body says, whichever of the known shapes it has.

Shapes: `{"error": {message, type, code, …}}` (OpenAI, Azure, Anthropic, Gemini, OpenRouter and most others), an array
around it (Gemini without `alt=sse`), `{"error": "text", "code": …}` (Ollama, xAI), `{"detail": "text" | [{msg}]}`
(FastAPI, Mistral), `{"message": …}` (Cohere, old vLLM), plain text, markup, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.providers.wording import clean_message

_MAX_PLAIN_TEXT = 200
_CODE_MEMBERS = ("code", "type", "status", "error_type", "error_code", "reason")


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """`message` is fit to be shown; `codes` are lower-cased; `status` is one that stands in the body itself."""

    message: str
    codes: frozenset[str]
    status: int | None
    details: tuple[Mapping[str, object], ...]
    metadata: Mapping[str, object]
    request_id: str | None


def read_error(value: object) -> ErrorBody:
    """What a parsed body, or the error object of a stream, says."""
    if items := sequence(value):
        value = items[0]
    outer = mapping(value)
    inner = mapping(outer.get("error"))
    # An error object may itself hold one: {"type": "error", "error": {...}}.
    nested = mapping(inner.get("error"))
    layers = [layer for layer in (nested, inner, outer) if layer]
    details = tuple(mapping(item) for layer in layers for item in sequence(layer.get("details")))
    members = [*layers, *details, *(mapping(layer.get("innererror")) for layer in layers)]
    members += [mapping(layer.get("details")) for layer in layers]
    return ErrorBody(
        message=clean_message(next(_messages(value, layers), "")),
        codes=frozenset(_codes(members)),
        status=next(_statuses(layers), None),
        details=details,
        metadata=next((found for layer in layers if (found := mapping(layer.get("metadata")))), mapping(None)),
        request_id=next((found for layer in layers if (found := text(layer.get("request_id")))), None),
    )


def read_error_body(body: bytes) -> ErrorBody:
    """What the bytes of a failed answer say."""
    decoded = body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    try:
        value: object = json.loads(decoded)
    except (ValueError, RecursionError):
        value = clean_message(decoded)[:_MAX_PLAIN_TEXT]
    return read_error(value)


def _messages(value: object, layers: list[Mapping[str, object]]) -> Iterator[str]:
    yield from (found for layer in layers if (found := text(layer.get("message"))))
    for layer in layers:
        for member in ("error", "detail", "msg", "title"):
            if found := text(layer.get(member)):
                yield found
        for item in sequence(layer.get("detail")):
            if found := text(mapping(item).get("msg")):
                yield found
        yield from (
            found for member in ("detail", "message") if (found := text(mapping(layer.get(member)).get("message")))
        )
    if found := text(value):
        yield found


def _codes(members: list[Mapping[str, object]]) -> Iterator[str]:
    for layer in members:
        for member in _CODE_MEMBERS:
            value = layer.get(member)
            if isinstance(value, str) and value:
                yield value.lower()


def _statuses(layers: list[Mapping[str, object]]) -> Iterator[int]:
    for layer in layers:
        for member in ("status_code", "code", "status", "type"):
            value = layer.get(member)
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
                yield value
