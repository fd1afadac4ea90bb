"""A provider over a real socket: what a good answer looks like from the outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orch_lsp.generation import FinishReason
from orch_lsp.providers.base import (
    AttemptEnded,
    AttemptStarted,
    Finished,
    GenerationRequest,
    ModelResolved,
    TextDelta,
    UsageReported,
)
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings
from tests.fakes.scripted_server import ScriptedServer, chat_pieces, event, messages_pieces, stream_reply

REQUEST = GenerationRequest("asked-model", "Be brief.", "Write.", "", (), max_output_tokens=50, temperature=0.5)


@pytest.mark.parametrize(
    ("kind", "pieces", "path", "key_header"),
    [
        (
            "openai-compatible",
            chat_pieces(["Hello ", "world"]),
            "/v1/chat/completions",
            ("authorization", "Bearer k-1"),
        ),
        ("anthropic", messages_pieces(["Hello ", "world"]), "/v1/messages", ("x-api-key", "k-1")),
    ],
)
async def test_a_stream_yields_text_usage_finish_and_one_attempt(kind, pieces, path, key_header):
    async with ScriptedServer() as server:
        server.script(stream_reply(pieces, headers={"x-request-id": "req-7"}))
        provider = create_provider(ProviderSettings(name="fake", kind=kind, base_url=server.url), "k-1")
        events = [event async for event in provider.stream(REQUEST)]
        request = await server.request(0)
        await provider.aclose()
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Hello world"
    assert events[0] == AttemptStarted(1, "fake", "asked-model", server_address_of(request), 0.0)
    assert events[-1] == AttemptEnded(1, "ok", 200, "req-7", None)
    assert isinstance(events[-2], Finished)
    assert events[-2].finish_reason is FinishReason.STOP
    usage = [event.usage for event in events if isinstance(event, UsageReported)][-1]
    assert (usage.input_tokens, usage.output_tokens) == (11, 2)
    assert request.path == path
    assert request.headers[key_header[0]] == key_header[1]
    assert request.body == provider.request_body(REQUEST)


def server_address_of(request):
    return request.headers["host"]


@pytest.mark.parametrize(
    ("base", "options", "path"),
    [
        ("/openai/v1", {}, "/openai/v1/chat/completions"),
        (
            "/openai/deployments/mine",
            {"api_version": "2024-10-21"},
            "/openai/deployments/mine/chat/completions?api-version=2024-10-21",
        ),
    ],
)
async def test_both_routes_of_azure_are_spoken(base, options, path):
    async with ScriptedServer() as server:
        server.script(
            stream_reply([event({"choices": [], "model": "", "prompt_filter_results": []}), *chat_pieces(["x"])])
        )
        azure = PRESETS["azure"]
        url = server.url.removesuffix("/v1") + base
        provider = create_provider(replace(azure, base_url=url, options={**azure.options, **options}), "k-1")
        events = [entry async for entry in provider.stream(REQUEST)]
        await provider.aclose()
    request = server.requests[0]
    assert request.path == path
    assert request.headers["api-key"] == "k-1"
    assert "authorization" not in request.headers
    assert "max_completion_tokens" in request.body.decode()
    assert [entry.model for entry in events if isinstance(entry, ModelResolved)] == ["served-model"]
