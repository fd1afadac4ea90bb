"""Every wire format of ours keeps the promises that packages of others are tested against."""

from __future__ import annotations

from typing import ClassVar
from unittest import SkipTest

import pytest

from orch_lsp.errors import ProviderError
from orch_lsp.providers import anthropic, gemini, ollama, openai_chat, openai_responses
from orch_lsp.testing import (
    ChatDialect,
    GeminiDialect,
    MessagesDialect,
    OllamaDialect,
    ProviderConformance,
    ResponsesDialect,
)


class TestChatCompletions(ProviderConformance):
    kind = "openai-compatible"
    dialect = ChatDialect()
    factory = staticmethod(openai_chat.create)


class TestResponses(ProviderConformance):
    kind = "openai"
    dialect = ResponsesDialect()
    factory = staticmethod(openai_responses.create)


class TestMessages(ProviderConformance):
    kind = "anthropic"
    dialect = MessagesDialect()
    factory = staticmethod(anthropic.create)


class TestGemini(ProviderConformance):
    kind = "gemini"
    dialect = GeminiDialect()
    factory = staticmethod(gemini.create)


class TestOllama(ProviderConformance):
    kind = "ollama"
    dialect = OllamaDialect()
    factory = staticmethod(ollama.create)


class CarelessProvider:
    """Reports success for whatever it gets: the suite must notice."""

    def __init__(self, settings, key):
        self._inner = openai_chat.create(settings, key)

    def request_body(self, request):
        return b""

    async def stream(self, request):
        try:
            async for event in self._inner.stream(request):
                yield event
        except ProviderError:
            return

    async def aclose(self):
        await self._inner.aclose()


class Careless(ProviderConformance):
    kind = "careless"
    dialect = ChatDialect()
    factory = CarelessProvider
    deviations: ClassVar = {"test_a_redirect_is_not_followed": "It never asks."}


CAUGHT = [
    name
    for name in dir(ProviderConformance)
    if name.startswith("test_")
    and not any(
        word in name
        for word in ("whole", "key_is_sent", "no_credential", "packets", "separators", "closes_the_socket", "redirect")
    )
    and not any(word in name for word in ("passes_is_waited", "asked_again"))
]


@pytest.mark.parametrize("name", CAUGHT)
def test_a_provider_that_breaks_a_promise_is_caught(name):
    with pytest.raises(AssertionError):
        getattr(Careless(), name)()


def test_a_deviation_is_skipped_with_its_reason():
    with pytest.raises(SkipTest, match="It never asks"):
        Careless().test_a_redirect_is_not_followed()


def test_a_deviation_from_a_test_that_does_not_exist_is_a_mistake():
    with pytest.raises(TypeError, match="test_of_nothing"):
        type("Wrong", (ProviderConformance,), {"deviations": {"test_of_nothing": "No reason."}})
