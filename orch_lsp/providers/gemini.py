"""Gemini `streamGenerateContent`, of AI Studio and Vertex AI.

Source: the Gemini API reference, v1beta. Each message repeats the usage so far; the last one has the finish reason, and
the end of the bytes is the end of the answer. Without `alt=sse` the same messages come as one JSON array. The key goes
into a header, never into the URL, where it would end in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from orch_lsp.generation import FinishReason
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.base import GenerationRequest, ModelInfo, Provider
from orch_lsp.providers.finish import reason_of
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.json_values import count, mapping, sequence, text
from orch_lsp.providers.usage import sane_usage
from orch_lsp.providers.wire import ModelPage
from orch_lsp.settings.model import ProviderSettings


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that speaks Gemini."""
    return HttpProvider(settings, api_key, Gemini())


class Gemini:
    """The wire format of kind `gemini`. Option of a preset: `auth`, `bearer` for Vertex AI."""

    kind = "gemini"
    json_lines = False

    def path(self, request: GenerationRequest, settings: ProviderSettings) -> str:
        """Path below the base URL; the model is part of it, so it is quoted whole."""
        del settings
        model = (request.model or "").removeprefix("models/")
        return f"/models/{quote(model, safe='')}:streamGenerateContent?alt=sse"

    def headers(self, api_key: str | None, settings: ProviderSettings) -> dict[str, str]:
        """The credential, if there is one."""
        if not api_key:
            return {}
        if settings.options.get("auth") == "bearer":
            return {"authorization": f"Bearer {api_key}"}
        return {"x-goog-api-key": api_key}

    def body(self, request: GenerationRequest, settings: ProviderSettings) -> Mapping[str, object]:
        """The request as a JSON object. `reasoning` is a level, or a budget in tokens if it is a number."""
        del settings
        generation: dict[str, object] = {}
        if request.max_output_tokens is not None:
            generation["maxOutputTokens"] = request.max_output_tokens
        if request.temperature is not None:
            generation["temperature"] = request.temperature
        if request.reasoning is not None:
            generation["thinkingConfig"] = _thinking(request.reasoning)
        body: dict[str, object] = {"contents": [{"role": "user", "parts": [{"text": request.prompt}]}]}
        if request.system_instructions:
            body["systemInstruction"] = {"parts": [{"text": request.system_instructions}]}
        if generation:
            body["generationConfig"] = generation
        return body

    def models_path(self, settings: ProviderSettings) -> str | None:
        """Path of the first part of the list."""
        del settings
        return "/models?pageSize=1000"

    def models_page(self, document: object, settings: ProviderSettings) -> ModelPage:
        """The list comes in parts, and holds models that generate no text."""
        page = mapping(document)
        entries = [mapping(item) for item in sequence(page.get("models"))]
        models = tuple(
            ModelInfo(
                text(entry.get("name")).removeprefix("models/"),
                text(entry.get("displayName")) or None,
                count(entry.get("inputTokenLimit")) or None,
                count(entry.get("outputTokenLimit")) or None,
            )
            for entry in entries
            if text(entry.get("name")) and _generates(entry)
        )
        token = text(page.get("nextPageToken"))
        return ModelPage(models, f"{self.models_path(settings)}&pageToken={quote(token, safe='')}" if token else None)

    def decoder(self, settings: ProviderSettings) -> GeminiDecoder:
        """A fresh decoder."""
        del settings
        return GeminiDecoder()


class GeminiDecoder:
    """Reads the messages of one answer."""

    def __init__(self) -> None:
        self._raw_block: str | None = None
        self._has_tool_call = False

    def message(self, name: str, message: Mapping[str, object], answer: AnswerInProgress) -> None:
        """Take one message."""
        del name
        answer.model(text(message.get("modelVersion")))
        for item in sequence(message.get("candidates")):
            candidate = mapping(item)
            if candidate.get("index") in (0, None):
                for part in sequence(mapping(candidate.get("content")).get("parts")):
                    self._part(mapping(part), answer)
                self._ended(candidate.get("finishReason"), answer)
        self._raw_block = text(mapping(message.get("promptFeedback")).get("blockReason")) or self._raw_block
        self._count(mapping(message.get("usageMetadata")), answer)

    def marker(self, data: str, answer: AnswerInProgress) -> bool:
        """Proxies that translate may add a `[DONE]`."""
        del answer
        return data.strip() == "[DONE]"

    def document(self, document: object, answer: AnswerInProgress) -> None:
        """Take an answer that was not streamed as events: one message, or an array of them."""
        for message in sequence(document) or (document,):
            self.message("", mapping(message), answer)
        self.end(answer)

    def end(self, answer: AnswerInProgress) -> None:
        """The end of the bytes settles the finish reason."""
        if self._raw_block is not None:
            answer.finished(FinishReason.CONTENT_FILTER, f"promptFeedback:{self._raw_block}")
        elif answer.finish is not None and self._has_tool_call:
            answer.finished(FinishReason.TOOL_CALL)

    def _ended(self, finish: object, answer: AnswerInProgress) -> None:
        if not finish:
            return
        raw = finish if isinstance(finish, str) else str(finish)
        if (reason := reason_of(raw)) is not None:
            answer.finished(reason, raw)

    def _part(self, part: Mapping[str, object], answer: AnswerInProgress) -> None:
        if "functionCall" in part:
            self._has_tool_call = True
        elif part.get("thought") is True:
            answer.reasoning(text(part.get("text")))
        else:
            answer.text(text(part.get("text")))

    def _count(self, usage: Mapping[str, object], answer: AnswerInProgress) -> None:
        candidates, thoughts = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
        produced = None if candidates is None and thoughts is None else (candidates or 0) + (thoughts or 0)
        answer.usage(
            sane_usage(
                usage,
                input_tokens=count(usage.get("promptTokenCount")),
                output_tokens=produced,
                cache_read=count(usage.get("cachedContentTokenCount")),
                reasoning=thoughts,
            )
        )


def _thinking(reasoning: str) -> dict[str, object]:
    if reasoning == "none":
        return {"thinkingBudget": 0}
    if reasoning.isascii() and reasoning.isdigit():
        return {"thinkingBudget": int(reasoning)}
    return {"thinkingLevel": "high" if reasoning in ("xhigh", "max") else reasoning}


def _generates(entry: Mapping[str, object]) -> bool:
    methods = sequence(entry.get("supportedGenerationMethods"))
    return not methods or "generateContent" in methods
