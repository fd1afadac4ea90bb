"""What a caller has after asking a provider: all events, sorted, and the error if there was one."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from orch_lsp.errors import OrchError
from orch_lsp.generation import Usage
from orch_lsp.providers.anthropic import AnthropicMessages
from orch_lsp.providers.base import (
    AttemptEnded,
    AttemptStarted,
    Finished,
    GenerationRequest,
    ModelResolved,
    Provider,
    ReasoningDelta,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.providers.gemini import Gemini
from orch_lsp.providers.http_provider import HttpProvider
from orch_lsp.providers.ollama import Ollama
from orch_lsp.providers.openai_chat import OpenAIChat
from orch_lsp.providers.openai_responses import OpenAIResponses
from orch_lsp.settings.model import ProviderSettings

WIRE_FORMATS = {wire.kind: wire for wire in (OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini(), Ollama())}
REQUEST = GenerationRequest("asked-model", "Be brief.", "Write.", "", ())
CANARY = "canary-key-never-to-be-shown"


@dataclass
class Outcome:
    """Events by kind; `waits` are the seconds that were slept."""

    text: str = ""
    reasoning: str = ""
    model: str | None = None
    usage: Usage | None = None
    finish: Finished | None = None
    error: OrchError | None = None
    started: list[AttemptStarted] = field(default_factory=list)
    attempts: list[AttemptEnded] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)

    @property
    def code(self) -> str | None:
        """The error's code."""
        return None if self.error is None else str(self.error.code)

    @property
    def statuses(self) -> list[str]:
        """Status of each attempt."""
        return [attempt.status for attempt in self.attempts]

    def take(self, event: object) -> None:
        """Sort in one event."""
        self.events.append(event)
        match event:
            case TextDelta(text):
                self.text += text
            case ReasoningDelta(text):
                self.reasoning += text
            case ModelResolved(model):
                self.model = model
            case UsageReported(usage):
                self.usage = usage
            case Finished():
                self.finish = event
            case AttemptStarted():
                self.started.append(event)
            case AttemptEnded():
                self.attempts.append(event)
            case Waiting():
                self.waiting.append(event)
            case _:
                pass


async def ask(
    base_url: str, *, kind: str = "openai-compatible", key: str | None = CANARY, jitter: float = 0.0, **settings: Any
) -> Outcome:
    """Ask a provider at `base_url` once; waits are noted and not slept."""
    outcome = Outcome()

    async def sleep(seconds: float) -> None:
        outcome.waits.append(seconds)

    try:
        provider = HttpProvider(
            ProviderSettings(name="work", kind=kind, base_url=base_url, **settings),
            key,
            WIRE_FORMATS[kind],
            sleep=sleep,
            jitter=lambda: jitter,
        )
    except OrchError as error:
        outcome.error = error
        return outcome
    return await hear(provider, REQUEST, outcome)


async def hear(provider: Provider, request: GenerationRequest, outcome: Outcome) -> Outcome:
    """Ask a provider once, note what comes, and close it."""
    try:
        async with aclosing(provider.stream(request)) as events:
            async for event in events:
                outcome.take(event)
    except OrchError as error:
        outcome.error = error
    finally:
        await provider.aclose()
    return outcome
