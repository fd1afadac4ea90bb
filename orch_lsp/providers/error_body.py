"""Code, type and message of an error body, in any of the known shapes.

Shapes: `{"error": {message, type, code, …}}` (OpenAI, Azure, Anthropic, Gemini, OpenRouter and most others), an array
around it (Gemini without `alt=sse`), `{"error": "text", "code": …}` (Ollama, xAI), `{"detail": "text" | [{msg}]}`
(FastAPI, Mistral), `{"message": …}` (Cohere, old vLLM), `{"object": "error", …}` (vLLM, MLX), `{"code": …, "msg": …}`
(BigModel, DashScope), `{"errors": [{message}]}` (Cloudflare), `{"base_resp": {status_code, status_msg}}` (MiniMax),
`{"__type": …, "message": …}` (AWS), `{"title": …, "status": …}` (RFC 9457), plain text, markup, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from orch_lsp.providers.json_reading import parse_json
from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.providers.wording import clean_message

_MAX_PLAIN_TEXT = 200
_MAX_WORDS = 2_000
_MAX_QUOTED = 16_000
_CODE_MEMBERS = (
    "code", "type", "status", "error_type", "error_code", "reason", "__type", "errorCode", "errorType", "error",
)  # fmt: skip
_STATUS_MEMBERS = ("status_code", "statusCode", "code", "status", "type", "error_code")
_WORD_MEMBERS = (
    "error", "detail", "msg", "error_msg", "error_message", "errorMessage", "errorMsg", "Message", "status_msg",
    "faultstring", "exception", "title",
)  # fmt: skip
# Values of a member that says how it went, where it went well.
_GOOD = frozenset({"", "0", "ok", "success", "succeeded", "true", "processing", "queued", "running", "in_progress"})


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """`message` is fit to be shown; `codes` are lower-cased; `status` is one that stands in the body itself.

    `words` are all that is said, at greater length: what tells the failure may stand late in a long message.
    """

    message: str
    words: tuple[str, ...]
    codes: frozenset[str]
    status: int | None
    details: tuple[Mapping[str, object], ...]
    metadata: Mapping[str, object]
    request_id: str | None
    is_json: bool = True
    is_page: bool = False


class FlatError(Enum):
    """Whether an object without a member `error` is one."""

    NONE = auto()
    POSSIBLE = auto()
    CERTAIN = auto()


def flat_error(message: Mapping[str, object]) -> FlatError:
    """Whether a message that is no part of an answer tells of a failure.

    Words alone may be a notice; they count if no answer follows.
    """
    if text(message.get("object")).lower() == "error" or _names_error(text(message.get("type"))):
        return FlatError.CERTAIN
    if message.get("success") is False or message.get("ok") is False or sequence(message.get("errors")):
        return FlatError.CERTAIN
    if any(
        text(message.get(member)) for member in ("error_msg", "error_message", "errorMessage", "errorMsg", "__type")
    ):
        return FlatError.CERTAIN
    base = mapping(message.get("base_resp"))
    if base and _is_bad(base.get("status_code")):
        return FlatError.CERTAIN
    words = any(text(message.get(member)) for member in ("message", "msg", "Message", "title", "detail"))
    if not words:
        return FlatError.CERTAIN if mapping(message.get("fault")) or message.get("detail") else FlatError.NONE
    hints = ("code", "status", "status_code", "statusCode", "error_code", "errorCode")
    is_bad = any(_is_bad(message[member]) for member in hints if member in message)
    return FlatError.CERTAIN if is_bad or text(message.get("detail")) else FlatError.POSSIBLE


def _names_error(word: str) -> bool:
    word = word.lower()
    return word == "exception" or word.endswith(("error", "exception"))


def _is_bad(value: object) -> bool:
    """Whether a code is one of a failure."""
    if isinstance(value, str):
        value = value.strip().lower()
        if not (value.isascii() and value.isdigit()):
            return value not in _GOOD
        value = int(value[:9])
    return isinstance(value, int) and not isinstance(value, bool) and value != 0 and not 200 <= value < 300


def read_error(value: object) -> ErrorBody:
    """Read a parsed body, or the error object of a stream."""
    if items := sequence(value):
        value = items[0]
    outer = mapping(value)
    inner = mapping(outer.get("error")) or _inner(outer)
    # An error object may itself hold one: {"type": "error", "error": {...}}.
    nested = mapping(inner.get("error"))
    layers = [layer for layer in (nested, inner, outer) if layer]
    details = tuple(mapping(item) for layer in layers for item in sequence(layer.get("details")))
    members = [*layers, *details, *(mapping(layer.get("innererror")) for layer in layers)]
    members += [mapping(layer.get("details")) for layer in layers]
    metadata = next((found for layer in layers if (found := mapping(layer.get("metadata")))), mapping(None))
    said = next(_messages(value, layers), "")
    codes = frozenset(_codes(members))
    words = (clean_message(said, _MAX_WORDS),)
    # OpenRouter says that somebody answered with an error, and quotes it. Quotations in quotations double in length, so
    # that few fit.
    if quoted := text(metadata.get("raw"))[:_MAX_QUOTED]:
        inner = read_error_body(quoted.encode())
        said = f"{said}: {inner.message}" if inner.message else said
        codes, words = codes | inner.codes, words + inner.words
    return ErrorBody(
        message=clean_message(said),
        words=words,
        codes=codes,
        status=next(_statuses(layers), None),
        details=details,
        metadata=metadata,
        request_id=next((found for layer in layers if (found := text(layer.get("request_id")))), None),
    )


def read_error_body(body: bytes) -> ErrorBody:
    """Read the bytes of a failed answer."""
    decoded = body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    try:
        value = parse_json(decoded)
    except ValueError:
        said = read_error(clean_message(decoded)[:_MAX_PLAIN_TEXT])
        return replace(said, is_json=False, is_page=decoded.startswith("<"))
    return read_error(value)


def _inner(outer: Mapping[str, object]) -> Mapping[str, object]:
    """The object that stands for `error`, under the names that gateways give it."""
    if errors := sequence(outer.get("errors")):
        return mapping(errors[0])
    return mapping(outer.get("base_resp")) or mapping(outer.get("fault")) or mapping(outer.get("Error"))


def _messages(value: object, layers: list[Mapping[str, object]]) -> Iterator[str]:
    yield from (found for layer in layers if (found := text(layer.get("message"))))
    for layer in layers:
        for member in _WORD_MEMBERS:
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
            if isinstance(value, str) and value and len(value) < _MAX_PLAIN_TEXT:
                yield value.lower().rpartition("#")[2]


def _statuses(layers: list[Mapping[str, object]]) -> Iterator[int]:
    for layer in layers:
        for member in _STATUS_MEMBERS:
            value = layer.get(member)
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
                yield value
