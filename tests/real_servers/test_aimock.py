"""A mock of several providers that none of us wrote: its dialects, its faults, its key check."""

from __future__ import annotations

import pytest

from orch_lsp.generation import FinishReason
from tests.real_servers.conftest import ANSWER
from tests.real_servers.outcome import any_llm, ask

PATHS = {
    "openai-compatible": "/v1",
    "openai": "/v1",
    "anthropic": "/v1",
    "gemini": "/v1beta",
    "ollama": "",
    "any-llm": "/v1",
}
DIALECTS = [kind if kind != "any-llm" else any_llm(kind) for kind in PATHS]


@pytest.mark.parametrize("kind", DIALECTS)
async def test_a_whole_answer_is_a_success(aimock, kind):
    outcome = await ask(kind, aimock.url + PATHS[kind], aimock.key, "Please: mock answer")
    assert outcome.error is None
    assert outcome.text == ANSWER
    assert outcome.finish is not None
    assert outcome.finish.finish_reason is FinishReason.STOP
    assert outcome.attempts[0].status == "ok"


@pytest.mark.parametrize("kind", DIALECTS)
async def test_reasoning_is_kept_apart(aimock, kind):
    outcome = await ask(kind, aimock.url + PATHS[kind], aimock.key, "Please: mock reasoning")
    assert outcome.error is None
    assert outcome.text == ANSWER
    # The mock has a name of its own for it in Ollama's dialect.
    assert outcome.reasoning == ("" if kind == "ollama" else "Let me think.")


FAULTS = {
    "mock length": "truncated",
    "mock filter": "content_filtered",
    "mock tool": "incomplete_output",
    "mock nothing": "empty_output",
    "mock cut": "incomplete_output",
    "mock disconnect": "incomplete_output",
    "mock busy": "rate_limited",
    "mock fault": "provider_unavailable",
    "mock overload": "overloaded",
}
# Ends that the mock words in its own way, and what they then are.
ITS_OWN_WORDS = {
    ("openai", "mock length"): "incomplete_output",
    ("openai", "mock filter"): "provider_unavailable",
    ("anthropic", "mock filter"): "incomplete_output",
}


@pytest.mark.parametrize("kind", DIALECTS)
@pytest.mark.parametrize("prompt", FAULTS)
async def test_no_fault_is_a_success(aimock, kind, prompt):
    if kind == "ollama" and prompt in {"mock length", "mock filter"}:
        pytest.skip("the mock always says `stop` in Ollama's dialect")
    outcome = await ask(kind, aimock.url + PATHS[kind], aimock.key, f"Please: {prompt}")
    assert outcome.code == ITS_OWN_WORDS.get((kind, prompt), FAULTS[prompt])
    # The mock cuts between the halves of a character that needs two.
    assert ANSWER.startswith(outcome.text.rstrip("\ufffd"))
    if prompt in {"mock cut", "mock disconnect"}:
        assert 0 < len(outcome.text) < len(ANSWER)


@pytest.mark.parametrize("kind", DIALECTS)
async def test_a_wrong_key_is_told(aimock, kind):
    outcome = await ask(kind, aimock.url + PATHS[kind], "canary-of-somebody-else", "Please: mock answer")
    assert outcome.code == "invalid_auth"


@pytest.mark.parametrize("kind", ["openai-compatible", "openai", "anthropic", "gemini", "ollama"])
async def test_a_draft_from_the_command_line_is_whole(aimock, kind, orch, homes, workspace):
    homes.configure(
        f'provider = "mocked"\n[providers.mocked]\nkind = "{kind}"\nbase_url = "{aimock.url}{PATHS[kind]}"\n'
        'model = "some-model"\napi_key_env = "MOCK_KEY"\n'
    )
    brief = "# Rate limiter\n\nPlease: mock answer.\n"
    (workspace / "a.spec.md").write_text(brief)
    done = await orch("draft", "a.spec.md", env={"MOCK_KEY": aimock.key})
    assert done.code == 0, done.err
    assert done.out == brief + "\n" + ANSWER
