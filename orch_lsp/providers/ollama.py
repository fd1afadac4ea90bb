"""Ollama `/api/chat`.

Source: Ollama's API reference. One JSON object a line; the last has `done: true`, the reason and the counts. An error
in the middle is a line `{"error": "…"}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from orch_lsp.generation import FinishReason
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, ModelInfo, Provider
from orch_lsp.providers.finish import reason_of
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.think_tags import ThinkTagSplitter
from orch_lsp.providers.usage import sane_usage
from orch_lsp.providers.wire import ModelPage
from orch_lsp.settings.model import ProviderSettings

# The API's words for those of our settings that it does not know.
_THINK: Mapping[str, bool | str] = {"none": False, "minimal": "low", "xhigh": "high", "max": "high"}


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that speaks Ollama's own API."""
    return HttpProvider(settings, api_key, Ollama())


class Ollama:
    """The wire format of kind `ollama`.

    Option of a preset: `num_ctx`, the context window to load the model with. Without it the server uses its own
    default and silently drops the beginning of a longer prompt.
    """

    kind = "ollama"
    json_lines = True

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path below the base URL."""
        del request, settings
        return "/api/chat"

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """The credential, which only Ollama's cloud asks for."""
        del settings
        return {"authorization": f"Bearer {api_key}"} if api_key else {}

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object."""
        parameters: dict[str, object] = {}
        if request.max_output_tokens is not None:
            parameters["num_predict"] = request.max_output_tokens
        if request.temperature is not None:
            parameters["temperature"] = request.temperature
        if settings.options.get("num_ctx", "").isdigit():
            parameters["num_ctx"] = int(settings.options["num_ctx"])
        body: dict[str, object] = {
            "model": request.model,
            "messages": [
                {"role": "system", "content": request.system_instructions},
                {"role": "user", "content": request.prompt},
            ],
            "stream": True,
        }
        if parameters:
            body["options"] = parameters
        if request.reasoning is not None:
            body["think"] = _THINK.get(request.reasoning, request.reasoning)
        return body

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the list of what is installed."""
        del settings
        return "/api/tags"

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """The list is one page; it does not tell the size of the context window."""
        del settings
        entries = [mapping(item) for item in sequence(mapping(document).get("models"))]
        names = [text(entry.get("name")) or text(entry.get("model")) for entry in entries]
        return ModelPage(tuple(ModelInfo(name) for name in names if name))

    def description_request(self, model: str) -> tuple[str, bytes]:
        """The question for one model's sizes."""
        return "/api/show", json.dumps({"model": model}).encode()

    def described(self, model: ModelInfo, document: object) -> ModelInfo:
        """The window that the model was trained with, which stands under a name that holds its architecture."""
        sizes = mapping(mapping(document).get("model_info"))
        windows = (count(value) for name, value in sizes.items() if name.endswith(".context_length"))
        return replace(model, context_window=next((window for window in windows if window), None))

    def decoder(self, settings: ProviderSettings) -> OllamaDecoder:
        """A fresh decoder."""
        del settings
        return OllamaDecoder()


class OllamaDecoder:
    """Reads the lines of one answer; `/api/generate`, which proxies imitate, differs in two names."""

    def __init__(self) -> None:
        self._splitter: ThinkTagSplitter | None = None
        self._has_tool_call = False

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one line."""
        del name
        answer.model(text(message.get("model")))
        said = mapping(message.get("message"))
        answer.reasoning(text(said.get("thinking")) or text(message.get("thinking")))
        if self._splitter is None:
            self._splitter = ThinkTagSplitter(answer)
        self._splitter.feed(text(said.get("content")) or text(message.get("response")))
        self._has_tool_call = self._has_tool_call or bool(said.get("tool_calls"))
        if message.get("done") is True:
            self._end(message, answer)

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """The format has no marker besides its messages."""
        del data, answer
        return False

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Lines are read as messages, also when there is only one."""
        self.message("", mapping(document), answer)

    def end(self, answer: AnswerInProgress) -> None:
        """Without `done` the answer was cut; what the splitter held back is text."""
        del answer
        if self._splitter is not None:
            self._splitter.close()

    def _end(self, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        self.end(answer)
        raw = text(message.get("done_reason"))
        answer.usage(
            sane_usage(
                # Durations are left out: they are not counts.
                {name: message[name] for name in ("prompt_eval_count", "eval_count") if name in message},
                input_tokens=count(message.get("prompt_eval_count")),
                output_tokens=count(message.get("eval_count")),
            )
        )
        # Servers of before 2024 say `done` without a reason.
        answer.finished(reason_of(raw) or FinishReason.STOP, *((raw,) if raw else ()))
        if self._has_tool_call:
            answer.finished(FinishReason.TOOL_CALL)
        answer.terminated = True
