"""`orch-lsp models`: the provider's own list, the kept one without a network, and a hint for a misspelt id."""

from __future__ import annotations

from tests.fakes.scripted_server import chat_error, json_reply

LISTED = {"data": [{"id": "big-model", "context_length": 200_000}, {"id": "small-model", "name": "Small"}]}


async def test_a_list_is_shown_kept_and_used_for_a_hint(orch, homes, provider, workspace):
    homes.use(provider.url)
    provider.route("/v1/models", json_reply(LISTED))
    provider.script(chat_error(404, "model_not_found"))

    asked = await orch("models")

    assert (asked.code, asked.out) == (
        0,
        "work  big-model    200000 tokens\nwork  small-model  window unknown  Small\n",
    )
    assert asked.err == "work: 2 models, by its own list\n"
    provider.route("/v1/models", chat_error(401, "invalid_api_key"))
    kept = await orch("models", "work", "--json")
    (found,) = kept.json()["providers"]
    assert kept.code == 0
    assert (found["provider"], found["source"], found["error"]["code"]) == ("work", "cache", "invalid_auth")
    assert found["age_s"] >= 0
    assert found["models"][0] == {
        "id": "big-model", "name": None, "context_window": 200_000, "max_output_tokens": None,
    }  # fmt: skip
    asked_before = len(provider.requests)
    offline = await orch("models", "--offline")
    assert "by the list that was kept on 2" in offline.err
    assert len(provider.requests) == asked_before
    (workspace / "a.spec.md").write_text("# A\n\nLimit each client.\n")
    failed = await orch("draft", "a.spec.md", "--model", "smal-model")
    assert failed.code == 1
    assert "error[model_not_found]" in failed.err
    assert "The nearest known: `small-model`" in failed.err


async def test_each_provider_that_gave_no_list_is_named(orch, homes, provider):
    away = '[providers.away]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:1/v1"\n'
    homes.use(provider.url, more=away)
    provider.route("/v1/models", json_reply(LISTED))

    asked = await orch("models")

    assert asked.code == 1
    assert "error[network_error]: away at 127.0.0.1:1: The server refused the connection.\n" in asked.err
    assert "work: 2 models, by its own list\n" in asked.err


async def test_without_a_list_and_without_a_provider_the_error_says_what_to_do(orch, homes, provider):
    nothing = await orch("models", "--json")
    assert (nothing.code, nothing.json()["error"]["code"]) == (2, "missing_provider")
    homes.use(provider.url)
    provider.script(chat_error(401, "invalid_api_key"))
    refused = await orch("models")
    assert (refused.code, refused.out) == (1, "")
    assert "error[invalid_auth]" in refused.err
    unknown = await orch("models", "wrok")
    assert unknown.code == 2
    assert "did you mean `work`?\n" in unknown.err
    far = await orch("models", "zzz")
    assert (far.code, "expected one of anthropic, " in far.err) == (2, True)
    outline = await orch("models", "outline")
    assert (outline.code, outline.out) == (1, "")
    assert "outline has no models" in outline.err
    assert "cure: Use it as it is" in outline.err
