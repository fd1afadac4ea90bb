"""Kind `any-llm`: the services that the library any-llm knows and no wire format of ours speaks. An extra.

Registered by its entry point alone, as a package of somebody else's would be. any-llm and the vendors' clients that it
drives do the talking, so what they take for a success is judged here again: an answer counts as complete only if a
finish reason was seen, which the library does not ask for (a stream that was cut, an empty body and a web page all end
quietly in it). They are loaded with the first request, on a worker thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, closing
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from typing_extensions import override

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.late import late
from orch_lsp.providers.answer import AnswerInProgress
from orch_lsp.providers.any_llm_client import AnyLLMClient, open_client
from orch_lsp.providers.base import (
    GenerationRequest,
    ModelInfo,
    Provider,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
)
from orch_lsp.providers.clock import ExchangeClock
from orch_lsp.providers.exchange import ExchangeNotes
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.finish import failure_at_end, failure_without_end
from orch_lsp.providers.json_values import mapping
from orch_lsp.providers.openai_chat import ChatDecoder
from orch_lsp.providers.retrying import Exchange, RetryingProvider
from orch_lsp.settings.model import ProviderSettings, StreamLimits

if TYPE_CHECKING:
    from orch_lsp.providers import any_llm_failure
else:
    any_llm_failure = late("orch_lsp.providers.any_llm_failure")

KIND = "any-llm"


def create(settings: ProviderSettings, api_key: str | None) -> Provider:
    """A provider that any-llm reaches.

    Raises:
        SettingsError: The extra is not installed, or `base_url` cannot be used.
    """
    if find_spec("any_llm") is None:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.kind` is `{KIND}`, which needs a package that is not installed.",
            remediation='Install orch-lsp from its checkout with the extra: `pip install ".[any-llm]"`.',
        )
    return AnyLLMProvider(settings, api_key)


class AnyLLMProvider(RetryingProvider):
    """Asks the service named by the option `service`, else by the provider's own name, at `base_url`."""

    kind = KIND

    def request_body(self, request: GenerationRequest) -> bytes | None:
        """The library's arguments as JSON: only the library knows the bytes that a service gets."""
        return json.dumps(_parameters(request), ensure_ascii=False, separators=(",", ":")).encode()

    async def models(self) -> tuple[ModelInfo, ...]:
        """Ask the service for its models.

        Raises:
            ProviderError: There is no list, or it could not be had.
        """
        self._check_key()
        client: AnyLLMClient | None = None
        with closing(ExchangeClock(self._settings.timeout)) as clock:
            try:
                client = await self._client(ExchangeNotes(self._redactor))
                with clock:
                    listed = await client.models()
                return tuple(ModelInfo(str(model.id)) for model in listed)
            except Exception as error:
                raise self._refined(self._failure(error, has_text=False), None).error() from error
            finally:
                if client is not None:
                    await client.aclose()

    async def aclose(self) -> None:
        """Nothing is kept between requests."""

    @override
    async def _prepare(self, request: GenerationRequest) -> Exchange:
        return lambda notes: self._exchange(request, notes)

    async def _exchange(self, request: GenerationRequest, notes: ExchangeNotes) -> AsyncGenerator[StreamEvent, None]:
        """One request and its answer.

        Raises:
            ExchangeFailedError: After everything that had arrived was yielded, `Finished` included.
        """
        answer = AnswerInProgress()
        reading = _Reading(answer, self._settings.limits)
        failure: Failure | None = None
        async with aclosing(self._chunks(request, notes)) as chunks:
            try:
                async for chunk in chunks:
                    for event in reading.take(chunk):
                        yield event
                failure = reading.verdict()
            except Exception as error:  # noqa: BLE001 -- whatever dozens of libraries raise is a failed attempt
                failure = self._failure(error, has_text=answer.has_text)
        for event in answer.take(last=True):
            yield event
        if answer.finish is not None:
            yield answer.finish
        if failure is not None:
            raise ExchangeFailedError(replace(failure, http_status=failure.http_status or notes.http_status))

    async def _chunks(
        self, request: GenerationRequest, notes: ExchangeNotes
    ) -> AsyncGenerator[Mapping[str, object], None]:
        client: AnyLLMClient | None = None
        with closing(ExchangeClock(self._settings.timeout)) as clock:
            try:
                client = await self._client(notes)
                with clock:
                    chunks = await client.ask(_parameters(request))
                while True:
                    with clock:
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    clock.received()
                    yield chunk.model_dump(exclude_none=True)
            finally:
                if client is not None:
                    await client.aclose()

    async def _client(self, notes: ExchangeNotes) -> AnyLLMClient:
        # Loading any-llm takes seconds when it is first needed.
        return await asyncio.to_thread(open_client, self._settings, self._endpoint, self._api_key, notes)

    def _failure(self, error: Exception, *, has_text: bool) -> Failure:
        # Loads httpx, as the libraries have done by now.

        return any_llm_failure.failure_from_library(error, self.id, has_text=has_text)


class _Reading:
    """Reads the library's chunks, which have the form of Chat Completions, by our own rules for those."""

    def __init__(self, answer: AnswerInProgress, limits: StreamLimits) -> None:
        self._answer = answer
        self._limits = limits
        self._decoder = ChatDecoder()
        self._events = self._characters = 0

    def take(self, chunk: Mapping[str, object]) -> list[StreamEvent]:
        """The events of one chunk.

        Raises:
            ExchangeFailedError: A cap is reached. The library shows no bytes, so characters count as such.
        """
        self._events += 1
        self._decoder.message("", mapping(chunk), self._answer)
        events = self._answer.take()
        self._characters += sum(len(event.text) for event in events if isinstance(event, TextDelta | ReasoningDelta))
        if self._events > self._limits.max_events:
            raise _invalid(f"The answer has more than the limit of {self._limits.max_events} events.")
        if self._characters >= self._limits.max_bytes:
            raise _invalid(f"The answer is larger than the limit of {self._limits.max_bytes} bytes.")
        return events

    def verdict(self) -> Failure | None:
        """The failure that the whole answer is, or None for a success."""
        answer = self._answer
        self._decoder.end(answer)
        if answer.finish is not None:
            return failure_at_end(answer)
        if not self._events:
            return Failure(ErrorCode.INVALID_RESPONSE, "The answer holds nothing that this API sends.")
        return failure_without_end(has_text=answer.has_text, lost=False)


def _parameters(request: GenerationRequest) -> dict[str, object]:
    parameters: dict[str, object] = {
        "model": request.model,
        "messages": [
            {"role": "system", "content": request.system_instructions},
            {"role": "user", "content": request.prompt},
        ],
        "stream": True,
    }
    if request.max_output_tokens is not None:
        parameters["max_tokens"] = request.max_output_tokens
    if request.temperature is not None:
        parameters["temperature"] = request.temperature
    if request.reasoning is not None:
        parameters["reasoning_effort"] = request.reasoning
    return parameters


def _invalid(message: str) -> ExchangeFailedError:
    return ExchangeFailedError(Failure(ErrorCode.INVALID_RESPONSE, message))
