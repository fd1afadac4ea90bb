"""Kind `editor`: the models that an editor has of its own, asked over the connection to the editor.

The editor decides where a request goes, and asks its person for consent. It reports neither usage nor why a model
stopped: both stay unknown on the record, and an answer counts as complete only if its text proves it (`end_mark`).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, closing
from typing import Protocol

from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.generation import FinishReason
from orch_lsp.markdown.reader import read
from orch_lsp.providers.base import (
    Finished,
    GenerationRequest,
    ModelInfo,
    ModelResolved,
    StreamEvent,
    TextDelta,
)
from orch_lsp.providers.clock import ExchangeClock
from orch_lsp.providers.end_mark import EndMark
from orch_lsp.providers.single_attempt import single_attempt
from orch_lsp.settings.model import ProviderSettings

KIND = "editor"

NOT_REPORTED = ("not reported", "end mark in the text")
"""Stands on the record where other providers give their own words for the end."""


class EditorModels(Protocol):
    """The models of the connected editor."""

    async def models(self) -> tuple[ModelInfo, ...]:
        """Those that it lets us use, with ids of the form `vendor/id`.

        Raises:
            ProviderError: It has none, or does not answer.
        """
        ...

    def ask(self, body: Mapping[str, object]) -> AsyncGenerator[TextDelta | ModelResolved, None]:
        """Put a request before a model; closing the generator cancels it.

        Raises:
            ProviderError: There is no such editor or model, or it did not answer.
        """
        ...


class NoEditor:
    """Stands for the editor where there is none: on the command line."""

    async def models(self) -> tuple[ModelInfo, ...]:
        """Raise: there are none."""
        raise unavailable("There is no editor here whose models could be asked.")

    async def ask(self, body: Mapping[str, object]) -> AsyncGenerator[TextDelta | ModelResolved, None]:
        """Raise: there is nobody to ask."""
        raise unavailable("There is no editor here whose models could be asked.")
        yield TextDelta(str(body))  # pragma: no cover -- makes it a generator


def unavailable(message: str) -> ProviderError:
    """The error of an editor that has no models for us."""
    return ProviderError(
        ErrorCode.PROVIDER_UNAVAILABLE,
        message,
        remediation="Run the command in VS Code with models set up there (such as Copilot's), or choose another "
        "provider: `orch-lsp doctor` lists them.",
        retryable=False,
    )


def create(settings: ProviderSettings, api_key: str | None) -> EditorProvider:
    """The provider where no editor is connected; the server makes its own, with its client."""
    del api_key
    return EditorProvider(settings, NoEditor())


class EditorProvider:
    """Asks the editor, once: whether to try again is for the person whose allowance it takes."""

    kind = KIND

    def __init__(self, settings: ProviderSettings, editor: EditorModels) -> None:
        self._settings = settings
        self._editor = editor

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._settings.name

    @property
    def server_address(self) -> None:
        """None: only the editor knows where its models are."""
        return None

    def request_body(self, request: GenerationRequest) -> bytes:
        """The question to the editor, as JSON. There is no role of a system: its words come first, as a user's."""
        return json.dumps(_body(request), ensure_ascii=False, separators=(",", ":")).encode()

    async def models(self) -> tuple[ModelInfo, ...]:
        """Ask the editor for its models.

        Raises:
            ProviderError: There is no list, or it could not be had.
        """
        return await self._editor.models()

    def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and yield what comes; see `base` for the order of events.

        Raises:
            ProviderError: The request failed, or its answer is not proved to be whole.
        """
        return single_attempt(self.id, request.model, self._exchange(request))

    async def _exchange(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        answer = _Answer(self._settings, request)
        async with aclosing(self._events(request, answer)) as events:
            async for event in events:
                yield event
        if rest := answer.end.flush():
            answer.texts.append(rest)
            yield TextDelta(rest)
        # Reads the whole answer as Markdown.
        if (failure := await asyncio.to_thread(answer.failure)) is not None:
            raise failure
        yield Finished(FinishReason.STOP, NOT_REPORTED)

    async def _events(self, request: GenerationRequest, answer: _Answer) -> AsyncGenerator[StreamEvent, None]:
        with closing(ExchangeClock(self._settings.timeout)) as clock:
            async with aclosing(self._editor.ask(_body(request))) as pieces:
                while True:
                    with clock:
                        piece = await anext(pieces, None)
                    if piece is None:
                        return
                    clock.received()
                    if isinstance(piece, ModelResolved):
                        yield piece
                    elif text := answer.take(piece.text):
                        yield TextDelta(text)

    async def aclose(self) -> None:
        """Nothing is held between requests."""


class _Answer:
    """The text of one answer, and whether it is whole."""

    def __init__(self, settings: ProviderSettings, request: GenerationRequest) -> None:
        self.end = EndMark(request.prompt)
        self.texts: list[str] = []
        self._request = request
        self._limits = settings.limits
        self._characters = self._pieces = 0

    def take(self, text: str) -> str:
        """The part of the text that can be passed on by now.

        Raises:
            ProviderError: A cap is reached; characters count as bytes.
        """
        self._characters += len(text)
        self._pieces += 1
        if self._characters > self._limits.max_bytes or self._pieces > self._limits.max_events:
            raise ProviderError(ErrorCode.INVALID_RESPONSE, "The answer is larger than the limits of the settings.")
        passed = self.end.feed(text)
        self.texts.append(passed)
        return passed

    def failure(self) -> ProviderError | None:
        """The reason why the answer is not one that can be used, or None."""
        text = "".join(self.texts)
        if not text.strip():
            return ProviderError(ErrorCode.EMPTY_OUTPUT, "The editor's model gave no text.")
        if not self.end.was_seen:
            return _incomplete("the mark that was asked for as its last line is not there")
        if missing := _missing_titles(text, [section.title for section in self._request.sections]):
            return _incomplete(f"it ends without {', '.join(missing)}")
        return None


def _incomplete(reason: str) -> ProviderError:
    return ProviderError(
        ErrorCode.INCOMPLETE_OUTPUT,
        f"An editor does not tell whether a model's answer is whole, and this one does not prove it: {reason}.",
        remediation="Retry, or choose another model. The text that came is kept as a partial draft.",
    )


def _missing_titles(text: str, titles: list[str]) -> list[str]:
    """Titles that an answer by headings lacks; none if it has as many headings, in words of its own."""
    headings = read(text).headings
    found = {heading.text.strip().casefold(): heading.level for heading in headings}
    present = [title for title in titles if title.casefold() in found]
    if len(titles) < 2 or not present:
        return []
    level = min(found[title.casefold()] for title in present)
    beside = sum(heading.level == level for heading in headings)
    return [] if beside >= len(titles) else [title for title in titles if title not in present]


def _body(request: GenerationRequest) -> dict[str, object]:
    end = EndMark(request.prompt)
    options = {
        "max_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "reasoning_effort": request.reasoning,
    }
    return {
        "model": request.model,
        "messages": [
            {"role": "user", "content": request.system_instructions},
            {"role": "user", "content": f"{request.prompt}\n\n{end.demand}"},
        ],
        "modelOptions": {name: value for name, value in options.items() if value is not None},
    }
