"""OpenAI Responses.

Source: the Responses reference. A stream of typed events ends with `response.completed`, `.incomplete` or `.failed`,
or with an event `error`; without one of them it was cut. The usage is in the last event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orch_lsp.generation import FinishReason
from orch_lsp.late import late
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, Provider
from orch_lsp.providers.chat_models import chat_models
from orch_lsp.providers.classify import failure_from_message
from orch_lsp.providers.finish import reason_of, worse
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.openai_shared import openai_headers, openai_usage
from orch_lsp.providers.wire import ModelPage
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers.batches import file_batches
    from orch_lsp.providers.batches.endpoint import BatchEndpoint
else:
    file_batches = late("orch_lsp.providers.batches.file_batches")


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that speaks Responses."""
    return HttpProvider(settings, api_key, OpenAIResponses())


class OpenAIResponses:
    """The wire format of kind `openai`."""

    kind = "openai"
    json_lines = False

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path below the base URL."""
        del request, settings
        return "/responses"

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """The credential, if there is one."""
        return openai_headers(api_key, settings)

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object. Nothing is to be kept at the provider for later requests."""
        del settings
        body: dict[str, object] = {
            "model": request.model,
            "input": [{"role": "user", "content": request.prompt}],
            "stream": True,
            "store": False,
        }
        if request.system_instructions:
            body["instructions"] = request.system_instructions
        if request.max_output_tokens is not None:
            body["max_output_tokens"] = request.max_output_tokens
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.reasoning is not None:
            body["reasoning"] = {"effort": request.reasoning}
        return body

    def batch_endpoint(self, settings: ProviderSettings) -> BatchEndpoint:
        """Its batches."""
        del settings
        return file_batches.FileBatches("/v1/responses")

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the list of models."""
        del settings
        return "/models"

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """The list is one page."""
        del settings
        return chat_models(document)

    def decoder(self, settings: ProviderSettings) -> ResponsesDecoder:
        """A fresh decoder."""
        return ResponsesDecoder(settings.name)


class ResponsesDecoder:
    """Reads the events of one answer, or the one object of an answer that was not streamed."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._has_deltas = False

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one event, by the type in its data, which repeats the event's name."""
        match text(message.get("type")) or name:
            case "response.output_text.delta":
                self._has_deltas = True
                answer.text(text(message.get("delta")))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                answer.reasoning(text(message.get("delta")))
            case "response.refusal.delta":
                answer.declined(text(message.get("delta")))
            case "response.created":
                answer.model(text(mapping(message.get("response")).get("model")))
            case (
                "response.completed"
                | "response.incomplete"
                | "response.failed"
                | "response.cancelled"
                | "response.done"
            ):
                self._end(mapping(message.get("response")), answer)
                answer.terminated = True
            case "error":
                answer.failure = failure_from_message(message, self._provider, has_text=answer.has_text)
            case _:
                # Events that repeat in whole what came in parts, and those of tools that were not offered.
                pass

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """OpenRouter adds a `[DONE]` after the last event."""
        del answer
        return data.strip() == "[DONE]"

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Take an answer that was not streamed."""
        response = mapping(document)
        if "output" in response:
            self._end(response, answer)

    def end(self, answer: AnswerInProgress) -> None:
        """Nothing is to be settled: without a terminal event the answer was cut."""

    def _end(self, response: Mapping[str, object], answer: AnswerInProgress) -> None:
        answer.model(text(response.get("model")))
        has_tool_call = False
        for entry in sequence(response.get("output")):
            item = mapping(entry)
            has_tool_call = has_tool_call or item.get("type") in ("function_call", "custom_tool_call")
            if not self._has_deltas:
                self._item(item, answer)
        self._count(mapping(response.get("usage")), answer)
        status = text(response.get("status")).lower()
        if status == "failed" or response.get("error"):
            answer.failure = failure_from_message(response, self._provider, has_text=answer.has_text)
        elif status == "completed":
            reached_limit = _reached_limit(response, answer)
            reason = FinishReason.LENGTH if reached_limit else _completed(answer, has_tool_call=has_tool_call)
            answer.finished(reason, status)
        elif status == "incomplete":
            reason = text(mapping(response.get("incomplete_details")).get("reason"))
            told = worse(FinishReason.INCOMPLETE, reason_of(reason) or FinishReason.INCOMPLETE)
            answer.finished(told, f"{status}:{reason}" if reason else status)
        else:
            answer.finished(FinishReason.ERROR if status == "cancelled" else FinishReason.INCOMPLETE, status)

    def _item(self, item: Mapping[str, object], answer: AnswerInProgress) -> None:
        """One element of the output, where it did not come in parts before."""
        for entry in (*sequence(item.get("summary")), *sequence(item.get("content"))):
            part = mapping(entry)
            match part.get("type"):
                case "output_text":
                    answer.text(text(part.get("text")))
                case "summary_text" | "reasoning_text":
                    answer.reasoning(text(part.get("text")))
                case "refusal" if not answer.refusal:
                    answer.declined(text(part.get("refusal")))
                case _:
                    pass

    def _count(self, usage: Mapping[str, object], answer: AnswerInProgress) -> None:
        # Zero in and zero out is what an answer carries that was not counted.
        if count(usage.get("input_tokens")) or count(usage.get("output_tokens")):
            answer.usage(openai_usage(usage, "input", "output"))


def _reached_limit(response: Mapping[str, object], answer: AnswerInProgress) -> bool:
    """Whether an answer that is called complete was cut at the output limit.

    llama.cpp calls every answer complete, and does not repeat the limit as OpenAI does, whose word is taken.
    """
    usage = answer.last_usage()
    limit, produced = answer.max_output_tokens, usage.output_tokens if usage else None
    return (
        limit is not None and produced is not None and produced >= limit and response.get("max_output_tokens") is None
    )


def _completed(answer: AnswerInProgress, *, has_tool_call: bool) -> FinishReason:
    if answer.refusal:
        return FinishReason.REFUSAL
    return FinishReason.TOOL_CALL if has_tool_call else FinishReason.STOP
