"""llama.cpp's own server, on all of its dialects, through the providers and through a whole draft."""

from __future__ import annotations

import pytest

from orch_lsp.generation import FinishReason
from orch_lsp.providers.base import GenerationRequest, TextDelta
from orch_lsp.providers.registry import create_provider
from orch_lsp.settings.model import ProviderSettings
from tests.real_servers import tiny_model
from tests.real_servers.outcome import any_llm, ask

DIALECTS = ["openai-compatible", "openai", "anthropic", any_llm("any-llm")]


@pytest.mark.parametrize("kind", DIALECTS)
async def test_a_whole_answer_is_a_success_with_its_counts(llama_cpp, kind):
    outcome = await ask(kind, f"{llama_cpp.url}/v1", llama_cpp.key, "Draft it.")
    assert outcome.error is None
    assert outcome.text == tiny_model.TEXT
    assert outcome.finish is not None
    assert outcome.finish.finish_reason is FinishReason.STOP
    assert outcome.usage is not None
    assert outcome.usage.output_tokens == tiny_model.output_tokens()
    assert outcome.usage.input_tokens is not None
    # One token a character: the two texts, the template's marks, and the begin of the text.
    assert outcome.usage.input_tokens > len("Draft the sections.Draft it.")
    assert outcome.model
    assert [attempt.http_status for attempt in outcome.attempts] == [200]


@pytest.mark.parametrize("kind", DIALECTS)
async def test_the_output_limit_is_a_truncated_answer_that_is_kept(llama_cpp, kind):
    outcome = await ask(kind, f"{llama_cpp.url}/v1", llama_cpp.key, "Draft it.", limit=5)
    assert outcome.code == "truncated"
    assert outcome.text == "".join(tiny_model.pieces()[:5])


@pytest.mark.parametrize("kind", DIALECTS)
@pytest.mark.parametrize("key", ["canary-of-somebody-else", None])
async def test_a_wrong_key_is_told(llama_cpp, kind, key):
    outcome = await ask(kind, f"{llama_cpp.url}/v1", key, "Draft it.")
    assert outcome.code == "invalid_auth"
    assert outcome.error is not None
    assert outcome.error.http_status == 401
    assert outcome.text == ""


@pytest.mark.parametrize("kind", DIALECTS)
async def test_a_prompt_beyond_the_context_is_told(llama_cpp, kind):
    outcome = await ask(kind, f"{llama_cpp.url}/v1", llama_cpp.key, "x" * (2 * tiny_model.CONTEXT_TOKENS))
    assert outcome.code == "context_length_exceeded"
    assert outcome.error is not None
    assert outcome.error.http_status == 400
    assert not outcome.error.retryable


@pytest.mark.parametrize("kind", ["openai-compatible", "openai", "anthropic"])
async def test_a_wrong_path_is_told(llama_cpp, kind):
    outcome = await ask(kind, f"{llama_cpp.url}/v9", llama_cpp.key, "Draft it.")
    assert outcome.code == "model_not_found"
    assert outcome.error is not None
    assert "base_url" in outcome.error.remediation


@pytest.mark.parametrize("kind", ["openai-compatible", "openai", "anthropic"])
async def test_the_server_answers_others_after_a_stream_was_left(llama_cpp, kind):
    provider = create_provider(ProviderSettings(name="real", kind=kind, base_url=f"{llama_cpp.url}/v1"), llama_cpp.key)
    stream = provider.stream(GenerationRequest("one-text", "", "Draft it.", "", ()))
    async for event in stream:
        if isinstance(event, TextDelta):
            break
    await stream.aclose()
    await provider.aclose()
    # It has one slot: the next answer waits for the end of the one that was left.
    outcome = await ask(kind, f"{llama_cpp.url}/v1", llama_cpp.key, "Draft it.")
    assert outcome.text == tiny_model.TEXT


@pytest.mark.parametrize("kind", ["openai-compatible", "openai", "anthropic"])
async def test_a_draft_from_the_command_line_is_whole(llama_cpp, kind, orch, homes, workspace):
    homes.configure(
        f'provider = "local"\n[providers.local]\nkind = "{kind}"\nbase_url = "{llama_cpp.url}/v1"\n'
        'model = "one-text"\napi_key_env = "LOCAL_KEY"\n'
    )
    brief = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"
    (workspace / "a.spec.md").write_text(brief)
    done = await orch("draft", "a.spec.md", "--write", "--json", env={"LOCAL_KEY": llama_cpp.key})
    assert done.code == 0, done.err
    record = done.json()
    assert record["status"] == "completed"
    assert record["finish_reason"] == "stop"
    assert record["usage"]["output_tokens"] == tiny_model.output_tokens()
    assert record["draft"]["state"] == "applied"
    assert (workspace / "a.spec.md").read_text() == brief + "\n" + tiny_model.TEXT
    assert llama_cpp.key not in done.out + done.err
