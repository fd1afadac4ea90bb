"""The lists of models that providers give, over a real socket, and the file that keeps them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orch_lsp.errors import ProviderError
from orch_lsp.model_lists.kept import KnownModels, ModelCache, nearest_models
from orch_lsp.providers.base import ModelInfo, ModelLister
from orch_lsp.providers.presets import PRESETS
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings
from tests.fakes.provider_outcome import CANARY
from tests.fakes.scripted_server import Reply, ScriptedServer, Send, chat_error, json_reply

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def server():
    async with ScriptedServer() as running:
        yield running


async def models_of(server, kind, key=CANARY, **options):
    settings = ProviderSettings(name="work", kind=kind, base_url=server.url, options=options, requires_key=True)
    provider = create_provider(settings, key)
    assert isinstance(provider, ModelLister)
    try:
        return await provider.models()
    finally:
        await provider.aclose()


@pytest.mark.parametrize("kind", ["openai-compatible", "openai"])
async def test_a_list_in_openai_s_form_is_read_with_the_sizes_that_others_add(server, kind):
    server.script(
        json_reply(
            {
                "object": "list",
                "data": [
                    {"id": "plain"},
                    {
                        "id": "openrouter",
                        "name": "Open Router",
                        "context_length": 9,
                        "top_provider": {"max_completion_tokens": 4},
                    },
                    {"id": "groq", "context_window": 8, "max_completion_tokens": 3},
                    {"id": "vllm", "max_model_len": 7},
                    {"id": "llama.cpp", "meta": {"n_ctx_train": 6}},
                    {"id": "plain"},
                    {"name": "without an id"},
                    "nonsense",
                ],
            }
        )
    )
    assert await models_of(server, kind) == (
        ModelInfo("plain"),
        ModelInfo("openrouter", "Open Router", 9, 4),
        ModelInfo("groq", None, 8, 3),
        ModelInfo("vllm", None, 7),
        ModelInfo("llama.cpp", None, 6),
    )
    request = server.requests[0]
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert request.headers["authorization"] == f"Bearer {CANARY}"


async def test_a_bare_array_is_a_list_too(server):
    server.script(json_reply([{"id": "m", "display_name": "M", "context_length": 5}]))
    assert await models_of(server, "openai-compatible") == (ModelInfo("m", "M", 5),)


async def test_anthropic_s_list_is_followed_to_its_end(server):
    first = {"data": [{"id": "a", "display_name": "A", "max_input_tokens": 5}], "has_more": True, "last_id": "a b"}
    server.script(json_reply(first), json_reply({"data": [{"id": "c"}], "has_more": False, "last_id": "c"}))
    assert await models_of(server, "anthropic") == (ModelInfo("a", "A", 5), ModelInfo("c"))
    assert [request.path for request in server.requests] == [
        "/v1/models?limit=1000",
        "/v1/models?limit=1000&after_id=a%20b",
    ]


async def test_gemini_s_list_is_followed_to_its_end_and_holds_only_what_writes(server):
    writer = {"name": "models/g", "displayName": "G", "inputTokenLimit": 9, "outputTokenLimit": 4}
    painter = {"name": "models/p", "supportedGenerationMethods": ["predict"]}
    other = {"name": "models/h", "supportedGenerationMethods": ["generateContent"]}
    server.script(json_reply({"models": [writer, painter], "nextPageToken": "t/1"}), json_reply({"models": [other]}))
    assert await models_of(server, "gemini") == (ModelInfo("g", "G", 9, 4), ModelInfo("h"))
    assert server.requests[1].path == "/v1/models?pageSize=1000&pageToken=t%2F1"
    assert CANARY not in server.requests[0].path


async def test_ollama_s_list_is_what_is_installed_with_the_window_of_each(server):
    server.route("/v1/api/tags", json_reply({"models": [{"name": "a:1b"}, {"model": "b"}, {}]}))
    server.script(json_reply({"model_info": {"gemma.context_length": 32768}}), chat_error(500, "x"))
    assert await models_of(server, "ollama") == (ModelInfo("a:1b", None, 32768), ModelInfo("b"))
    assert [json.loads(request.body) for request in server.requests[1:]] == [{"model": "a:1b"}, {"model": "b"}]


async def test_a_list_that_never_ends_is_left(server):
    server.script(json_reply({"models": [{"name": "models/g"}], "nextPageToken": "again"}))
    assert await models_of(server, "gemini") == (ModelInfo("g"),)
    assert len(server.requests) == 50


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (chat_error(401, "invalid_api_key", CANARY), "invalid_auth"),
        (chat_error(404, "x"), "model_not_found"),
        (chat_error(503, "x"), "overloaded"),
        (json_reply({}, 302, {"location": "https://else.example"}), "invalid_response"),
        (Reply(headers={"content-type": "text/html"}, steps=(Send(b"<html>"),)), "invalid_response"),
        (Reply(steps=(Send(b'{"half'),)), "invalid_response"),
    ],
)
async def test_a_list_that_cannot_be_had_is_a_typed_error_without_the_key(server, reply, code):
    server.script(reply)
    with pytest.raises(ProviderError) as raised:
        await models_of(server, "openai-compatible")
    assert raised.value.code == code
    assert CANARY not in str(raised.value.detail)


async def test_a_provider_without_a_list_says_so_and_sends_nothing(server):
    with pytest.raises(ProviderError):
        await models_of(server, "openai-compatible", models_path="")
    with pytest.raises(ProviderError):
        await models_of(server, "openai-compatible", key=None)
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "options"),
    [("perplexity", {}), ("github-models", {}), ("azure", {"api_version": "2024-10-21"})],
)
async def test_a_service_that_is_known_to_have_no_list_is_not_asked_and_its_documentation_is_named(
    server, name, options
):
    preset = PRESETS[name]
    provider = create_provider(replace(preset, base_url=server.url, options={**preset.options, **options}), "k-1")
    with pytest.raises(ProviderError) as raised:
        await provider.models()
    await provider.aclose()
    assert preset.docs_url in raised.value.remediation
    assert server.requests == []


async def test_azure_s_newer_route_has_a_list(server):
    server.script(json_reply({"data": [{"id": "gpt-4o"}]}))
    provider = create_provider(replace(PRESETS["azure"], base_url=server.url), "k-1")
    assert await provider.models() == (ModelInfo("gpt-4o"),)
    await provider.aclose()
    assert server.requests[0].headers["api-key"] == "k-1"


def test_the_local_provider_lists_no_models():
    assert not isinstance(create_provider(PRESETS["outline"], None), ModelLister)


KNOWN = KnownModels("work", "models.example", NOW, (ModelInfo("a", "A", 5, 4), ModelInfo("b")))


def test_a_kept_list_is_read_back_with_its_age(tmp_path):
    cache = ModelCache(tmp_path / "models")
    assert cache.read("work", "models.example") is None
    cache.write(KNOWN)
    assert cache.read("work", "models.example") == KNOWN
    assert KNOWN.age(NOW + timedelta(hours=2)) == timedelta(hours=2)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["work.json"]


def test_a_list_of_another_address_is_not_used(tmp_path):
    cache = ModelCache(tmp_path)
    cache.write(KNOWN)
    assert cache.read("work", "else.example") is None


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", "C:\\x", "work.x", "Ünïcode", "con"])
def test_a_provider_s_name_does_not_lead_out_of_the_folder(tmp_path, name):
    folder = tmp_path / "models"
    cache = ModelCache(folder)
    cache.write(KnownModels(name, None, NOW, (ModelInfo("a"),)))
    kept = cache.read(name, None)
    assert kept is not None
    assert kept.models == (ModelInfo("a"),)
    assert [path.parent for path in tmp_path.rglob("*.json")] == [folder]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"provider": "work"}', b"\xff", b"[" * 100_000])
def test_a_damaged_file_is_no_list(tmp_path, content):
    cache = ModelCache(tmp_path)
    (tmp_path / "work.json").write_bytes(content)
    assert cache.read("work", "models.example") is None
    cache.write(KNOWN)
    assert cache.read("work", "models.example") == KNOWN


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("claude-sonet-4-5", ("claude-sonnet-4-5",)),
        ("GPT-4o-Mini", ("gpt-4o-mini", "gpt-4o")),
        ("claude-sonnet", ("claude-sonnet-4-5",)),
        ("openai/gpt-4o", ("gpt-4o", "gpt-4o-mini")),
        ("something-else-entirely", ()),
        ("claude-opus-4-1", ()),
        ("gpt", ()),
        ("", ()),
    ],
)
def test_the_nearest_known_ids_are_found(asked, nearest):
    assert nearest_models(asked, ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"]) == nearest
