"""Anthropic Messages.

Source: the Messages reference, version 2023-06-01. A stream is `message_start`, content blocks, `message_delta` with
the stop reason, `message_stop`; some relays leave out the last. Input tokens are counted apart from cached ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.late import late
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, ModelInfo, Provider
from orch_lsp.providers.classify import failure_from_message
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.finish import reason_of
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.usage import sane_usage
from orch_lsp.providers.wire import ModelPage
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers.batches import message_batches
    from orch_lsp.providers.batches.endpoint import BatchEndpoint
else:
    message_batches = late("orch_lsp.providers.batches.message_batches")

# The API demands a limit. This is one that every model in service accepts and that a whole spec fits into.
DEFAULT_MAX_OUTPUT_TOKENS = 8192

LEAST_CACHED_CHARACTERS = 4096
"""About 1,024 tokens: the API keeps nothing shorter."""

# Words of our settings that this API does not know.
_EFFORTS: Mapping[str, str | None] = {"none": None, "minimal": "low"}
_COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that speaks Anthropic Messages."""
    return HttpProvider(settings, api_key, AnthropicMessages())


class AnthropicMessages:
    """The wire format of kind `anthropic`.

    Options of a preset: `version`, the API's version header; `cache`, which is `false` if no beginning of a prompt is
    to be marked for keeping.
    """

    kind = "anthropic"
    json_lines = False
    default_max_output_tokens = DEFAULT_MAX_OUTPUT_TOKENS

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path below the base URL."""
        del request, settings
        return "/messages"

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """The version, which is required, and the credential."""
        headers = {"anthropic-version": settings.options.get("version", "2023-06-01")}
        if api_key:
            headers["x-api-key"] = api_key
        return headers

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object."""
        body: dict[str, object] = {
            "model": request.model,
            "max_tokens": request.max_output_tokens or DEFAULT_MAX_OUTPUT_TOKENS,
            "messages": [{"role": "user", "content": _content(request, settings)}],
            "stream": True,
        }
        if request.system_instructions:
            body["system"] = request.system_instructions
        if request.temperature is not None:
            body["temperature"] = request.temperature
        effort = _EFFORTS.get(request.reasoning or "", request.reasoning)
        if effort is not None:
            body["output_config"] = {"effort": effort}
        return body

    def batch_endpoint(self, settings: ProviderSettings) -> BatchEndpoint:
        """Its batches."""
        del settings
        return message_batches.MessageBatches()

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the first part of the list."""
        del settings
        return "/models?limit=1000"

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """The list comes in parts of at most a thousand."""
        page = mapping(document)
        entries = [mapping(item) for item in sequence(page.get("data"))]
        models = tuple(
            ModelInfo(
                text(entry.get("id")),
                text(entry.get("display_name")) or None,
                count(entry.get("max_input_tokens")) or None,
                count(entry.get("max_tokens")) or None,
            )
            for entry in entries
            if text(entry.get("id"))
        )
        last = text(page.get("last_id"))
        more = page.get("has_more") is True and last
        return ModelPage(models, f"{self.models_path(settings)}&after_id={quote(last, safe='')}" if more else None)

    def decoder(self, settings: ProviderSettings) -> MessagesDecoder:
        """A fresh decoder."""
        return MessagesDecoder(settings.name)


def _content(request: GenerationRequest, settings: ProviderSettings) -> str | list[dict[str, object]]:
    """The prompt; in blocks, with a mark behind each beginning that is worth keeping and may be."""
    marks = [mark for mark in request.cache_marks if mark >= LEAST_CACHED_CHARACTERS]
    if not marks or settings.options.get("cache") == "false":
        return request.prompt
    bounds = (0, *marks, len(request.prompt))
    blocks: list[dict[str, object]] = [
        {"type": "text", "text": request.prompt[start:end]} for start, end in pairwise(bounds) if start < end
    ]
    for block in blocks[: len(marks)]:
        block["cache_control"] = {"type": "ephemeral"}
    return blocks


class MessagesDecoder:
    """Reads the events of one answer."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._id: str | None = None
        self._has_tool_call = False
        self._usage: dict[str, object] = {}

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one event, by the type in its data, which repeats the event's name."""
        match text(message.get("type")) or name:
            case "message_start":
                self._start(mapping(message.get("message")), answer)
            case "content_block_start":
                self._block(mapping(message.get("content_block")), answer)
            case "content_block_delta":
                self._delta(mapping(message.get("delta")), answer)
            case "message_delta":
                self._stop_reason(mapping(message.get("delta")), answer)
                self._count(mapping(message.get("usage")), answer)
            case "message_stop":
                self.end(answer)
                answer.terminated = True
            case "error":
                answer.failure = failure_from_message(message, self._provider, has_text=answer.has_text)
            case _:
                # Pings, block ends and event types to come carry no text.
                pass

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """Proxies that translate may add a `[DONE]`."""
        del answer
        return data.strip() == "[DONE]"

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Take an answer that was not streamed."""
        message = mapping(document)
        if message.get("type") != "message":
            return
        answer.model(text(message.get("model")))
        for block in sequence(message.get("content")):
            self._block(mapping(block), answer)
        self._stop_reason(message, answer)
        self._count(mapping(message.get("usage")), answer)
        self.end(answer)

    def end(self, answer: AnswerInProgress) -> None:
        """A call of a tool is no text, whatever reason comes with it."""
        if answer.finish is not None and self._has_tool_call:
            answer.finished(FinishReason.TOOL_CALL)

    def _start(self, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        identity = text(message.get("id"))
        if self._id is not None and identity != self._id:
            answer.failure = Failure(
                ErrorCode.INVALID_RESPONSE, "A second answer began inside the first; only the first is kept."
            )
            return
        self._id = identity
        answer.model(text(message.get("model")))
        self._count(mapping(message.get("usage")), answer)

    def _block(self, block: Mapping[str, object], answer: AnswerInProgress) -> None:
        match block.get("type"):
            case "text":
                answer.text(text(block.get("text")))
            case "thinking":
                answer.reasoning(text(block.get("thinking")))
            case "tool_use":
                self._has_tool_call = True
            case _:
                pass

    def _delta(self, delta: Mapping[str, object], answer: AnswerInProgress) -> None:
        match delta.get("type"):
            case "text_delta":
                answer.text(text(delta.get("text")))
            case "thinking_delta":
                answer.reasoning(text(delta.get("thinking")))
            case _:
                pass

    def _stop_reason(self, source: Mapping[str, object], answer: AnswerInProgress) -> None:
        raw = source.get("stop_reason")
        if not raw:
            return
        raw = raw if isinstance(raw, str) else str(raw)
        reason = reason_of(raw)
        if reason is FinishReason.REFUSAL:
            answer.declined(text(mapping(source.get("stop_details")).get("explanation")))
        if reason is not None:
            answer.finished(reason, raw)

    def _count(self, usage: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Counts come in parts, and the later part may restate the earlier one."""
        self._usage.update({key: value for key, value in usage.items() if value is not None})
        counts = {name: count(self._usage.get(name)) for name in _COUNTS}
        uncached, cache_read, cache_write = (
            counts["input_tokens"],
            counts["cache_read_input_tokens"],
            counts["cache_creation_input_tokens"],
        )
        answer.usage(
            sane_usage(
                dict(self._usage),
                input_tokens=None if uncached is None else uncached + (cache_read or 0) + (cache_write or 0),
                output_tokens=counts["output_tokens"],
                cache_read=cache_read,
                cache_write=cache_write,
                reasoning=count(mapping(self._usage.get("output_tokens_details")).get("thinking_tokens")),
            )
        )
