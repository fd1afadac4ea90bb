"""OpenAI Chat Completions, and everything that speaks it.

Sources: the Chat Completions reference; what DeepSeek, Groq, Mistral, OpenRouter, Ollama, Perplexity, Azure and the
llama.cpp family add to it or leave out of it. A stream ends with `[DONE]`, which some leave out; the finish reason
comes before it, and the usage after the finish reason in a message without choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orch_lsp.generation import FinishReason
from orch_lsp.late import late
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, Provider
from orch_lsp.providers.chat_models import chat_models
from orch_lsp.providers.finish import reason_of
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.providers.openai_shared import openai_headers, openai_usage
from orch_lsp.providers.think_tags import ThinkTagSplitter
from orch_lsp.providers.wire import ModelPage
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers.batches import file_batches
    from orch_lsp.providers.batches.endpoint import BatchEndpoint
else:
    file_batches = late("orch_lsp.providers.batches.file_batches")

# How servers number the one choice of an answer; some do not.
_FIRST_CHOICE = (0, None, "0", "")


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that speaks Chat Completions."""
    return HttpProvider(settings, api_key, OpenAIChat())


class OpenAIChat:
    """The wire format of kind `openai-compatible`.

    Options of a preset: `auth` (`bearer`, default, or `api-key`), `path` (default `/chat/completions`),
    `api_version` (a query parameter), `max_tokens` (name of the member), `reasoning` (`effort`, `object` or `none`),
    `stream_usage` (`false` where the member that asks for usage is refused), `models_path` (default `/models`, none
    with `api_version`; empty where there is no list) and `think` (`implied` where answers begin inside a think tag
    that they only close).
    """

    kind = "openai-compatible"
    json_lines = False

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path below the base URL."""
        del request
        path = settings.options.get("path", "/chat/completions")
        version = settings.options.get("api_version")
        return f"{path}?api-version={version}" if version else path

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """The credential, if there is one."""
        return openai_headers(api_key, settings)

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object."""
        options = settings.options
        body: dict[str, object] = {
            "model": request.model,
            "messages": [
                {"role": "system", "content": request.system_instructions},
                {"role": "user", "content": request.prompt},
            ],
            "stream": True,
        }
        if options.get("stream_usage") != "false":
            body["stream_options"] = {"include_usage": True}
        if request.max_output_tokens is not None:
            body[options.get("max_tokens", "max_tokens")] = request.max_output_tokens
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.reasoning is not None:
            match options.get("reasoning", "effort"):
                case "object":
                    body["reasoning"] = {"effort": request.reasoning}
                case "effort":
                    body["reasoning_effort"] = request.reasoning
                case _:
                    pass
        return body

    def batch_endpoint(self, settings: ProviderSettings) -> BatchEndpoint:
        """Its batches."""
        del settings
        return file_batches.FileBatches("/v1/chat/completions")

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the list of models; the option `models_path` moves it, or says that there is none.

        Below the address of one Azure deployment, which takes a version, there is none.
        """
        default = "" if "api_version" in settings.options else "/models"
        return settings.options.get("models_path", default) or None

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """The list is one page."""
        del settings
        return chat_models(document)

    def decoder(self, settings: ProviderSettings) -> ChatDecoder:
        """A fresh decoder."""
        return ChatDecoder(thinks_first=settings.options.get("think") == "implied")


class ChatDecoder:
    """Reads the chunks of one answer, or the one message of an answer that was not streamed."""

    def __init__(self, *, thinks_first: bool = False) -> None:
        self._thinks_first = thinks_first
        self._model: object = None
        self._splitter: ThinkTagSplitter | None = None
        self._has_tool_call = False
        self._other_choice_ended = False

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one chunk."""
        del name
        self._chunk(message, "delta", answer)

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """Take `[DONE]`."""
        if data.strip().upper() != "[DONE]":
            return False
        self.end(answer)
        if answer.finish is None and answer.failure is None:
            # The marker says that the answer is complete; some servers give no reason besides. One that gives a reason
            # for another choice would have given it for this one.
            answer.finished(FinishReason.INCOMPLETE if self._other_choice_ended else FinishReason.STOP)
            self._settle(answer)
        answer.terminated = True
        return True

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Take an answer that was not streamed."""
        self._chunk(mapping(document), "message", answer)

    def end(self, answer: AnswerInProgress) -> None:
        """Settle the finish reason, which what was said besides may still change."""
        if self._splitter is not None:
            self._splitter.close()
            self._splitter = None
        self._settle(answer)

    def _settle(self, answer: AnswerInProgress) -> None:
        if answer.finish is None:
            return
        if answer.refusal:
            answer.finished(FinishReason.REFUSAL)
        if self._has_tool_call:
            answer.finished(FinishReason.TOOL_CALL)

    def _chunk(self, chunk: Mapping[str, object], member: str, answer: AnswerInProgress) -> None:
        if (model := chunk.get("model")) != self._model:
            self._model = model
            answer.model(text(model))
        for item in sequence(chunk.get("choices")):
            choice = mapping(item)
            finish = choice.get("finish_reason")
            if choice.get("index") not in _FIRST_CHOICE:
                # Further answers to one request, which was not asked for.
                self._other_choice_ended = self._other_choice_ended or bool(finish)
                continue
            self._content(mapping(choice.get(member)), answer)
            if finish:
                self._ended(finish, answer)
        usage = chunk.get("usage")
        if not usage and "x_groq" in chunk:
            usage = mapping(chunk["x_groq"]).get("usage")
        if usage:
            answer.usage(openai_usage(mapping(usage), "prompt", "completion"))

    def _ended(self, finish: object, answer: AnswerInProgress) -> None:
        raw = finish if isinstance(finish, str) else str(finish)
        if (reason := reason_of(raw)) is not None:
            answer.finished(reason, raw)

    def _content(self, delta: Mapping[str, object], answer: AnswerInProgress) -> None:
        for name, value in delta.items():
            if not value:
                continue
            match name:
                case "content":
                    self._text(value, answer)
                case "reasoning_content":
                    answer.reasoning(text(value))
                case "reasoning" if not delta.get("reasoning_content"):
                    answer.reasoning(text(value))
                case "reasoning_details" if not (delta.get("reasoning_content") or delta.get("reasoning")):
                    for detail in sequence(value):
                        answer.reasoning(text(mapping(detail).get("text")) or text(mapping(detail).get("summary")))
                case "refusal":
                    answer.declined(text(value))
                case "tool_calls" | "function_call":
                    self._has_tool_call = True
                case _:
                    pass

    def _text(self, content: object, answer: AnswerInProgress) -> None:
        if self._splitter is None:
            self._splitter = ThinkTagSplitter(answer, is_implied=self._thinks_first)
        if isinstance(content, str):
            self._splitter.feed(content)
        else:
            for part in sequence(content) or (content,):
                if isinstance(part, str):
                    self._splitter.feed(part)
                else:
                    self._part(mapping(part), answer, self._splitter)

    def _part(self, part: Mapping[str, object], answer: AnswerInProgress, splitter: ThinkTagSplitter) -> None:
        """Mistral gives content as a list when it thinks."""
        if part.get("type") == "thinking":
            thinking = part.get("thinking")
            answer.reasoning(text(thinking))
            for item in sequence(thinking):
                answer.reasoning(text(mapping(item).get("text")))
        elif part.get("type") in ("text", "output_text", None):
            splitter.feed(text(part.get("text")))
