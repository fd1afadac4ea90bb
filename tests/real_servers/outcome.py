"""What a caller has after asking a provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec

import pytest

from orch_lsp.errors import ProviderError
from orch_lsp.generation import Usage
from orch_lsp.providers.base import (
    AttemptEnded,
    Finished,
    GenerationRequest,
    ModelResolved,
    ReasoningDelta,
    TextDelta,
    UsageReported,
)
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings, Retry


def any_llm(*values: object) -> object:
    """A test parameter for which the extra is needed."""
    without = find_spec("any_llm") is None
    return pytest.param(*values, marks=pytest.mark.skipif(without, reason="the extra any-llm is not installed"))


@dataclass
class Outcome:
    text: str = ""
    reasoning: str = ""
    model: str | None = None
    usage: Usage | None = None
    finish: Finished | None = None
    error: ProviderError | None = None
    attempts: list[AttemptEnded] = field(default_factory=list)

    @property
    def code(self) -> str | None:
        return None if self.error is None else str(self.error.code)

    def take(self, event: object) -> None:
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
            case AttemptEnded():
                self.attempts.append(event)
            case _:
                pass


async def ask(
    kind: str, base_url: str, key: str | None, prompt: str, *, model: str = "one-text", limit: int | None = None
) -> Outcome:
    settings = ProviderSettings(
        name="real", kind=kind, base_url=base_url, retry=Retry(attempts=1), options={"service": "openai"}
    )
    provider = create_provider(settings, key)
    outcome = Outcome()
    try:
        async for event in provider.stream(
            GenerationRequest(model, "Draft the sections.", prompt, "", (), max_output_tokens=limit)
        ):
            outcome.take(event)
    except ProviderError as error:
        outcome.error = error
    finally:
        await provider.aclose()
    return outcome
