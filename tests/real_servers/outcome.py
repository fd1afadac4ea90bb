"""Asking a provider of a kind, as a user's settings describe it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from orch_lsp.providers.base import GenerationRequest
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings, Retry
from tests.fakes.provider_outcome import Outcome, hear


def any_llm(*values: object) -> object:
    """A test parameter for which the extra is needed."""
    without = find_spec("any_llm") is None
    return pytest.param(*values, marks=pytest.mark.skipif(without, reason="the extra any-llm is not installed"))


async def ask(
    kind: str, base_url: str, key: str | None, prompt: str, *, model: str = "one-text", limit: int | None = None
) -> Outcome:
    """What came of one request."""
    settings = ProviderSettings(
        name="real", kind=kind, base_url=base_url, retry=Retry(attempts=1), options={"service": "openai"}
    )
    request = GenerationRequest(model, "Draft the sections.", prompt, "", (), max_output_tokens=limit)
    return await hear(create_provider(settings, key), request, Outcome())
