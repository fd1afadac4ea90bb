"""Services through any-llm: what it takes for a success is judged again, and it goes nowhere of its own accord."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import ClassVar

import pytest

from orch_lsp.errors import ErrorCode, ProviderError, SettingsError
from orch_lsp.generation import FinishReason
from orch_lsp.providers.any_llm import AnyLLMProvider, create
from orch_lsp.providers.base import (
    AttemptEnded,
    Finished,
    GenerationRequest,
    ModelResolved,
    ReasoningDelta,
    TextDelta,
    UsageReported,
)
from orch_lsp.settings.model import ProviderSettings, Retry, StreamLimits, Timeouts
from orch_lsp.testing import ChatDialect, ProviderConformance
from tests.fakes.scripted_server import (
    CHAT_DONE,
    Close,
    Reply,
    Reset,
    Send,
    Stall,
    chat_chunk,
    chat_error,
    chat_pieces,
    event,
    json_reply,
    stream_reply,
)

KEY = "canary-5e1f0c7a-key"
REQUEST = GenerationRequest("asked-model", "Be brief.", "Write.", "", (), max_output_tokens=50, temperature=0.5)
installed = find_spec("any_llm") is not None
needs_any_llm = pytest.mark.skipif(not installed, reason="the extra any-llm is not installed")


@pytest.mark.skipif(installed, reason="the extra any-llm is installed")
def test_without_the_extra_the_kind_says_what_to_install():
    with pytest.raises(SettingsError) as caught:
        create(ProviderSettings(name="far", kind="any-llm", base_url="https://api.example/v1"), None)
    assert caught.value.code is ErrorCode.INVALID_SETTINGS
    assert '`pip install ".[any-llm]"`' in caught.value.remediation


def settings_for(server, **changes) -> ProviderSettings:
    settings = ProviderSettings(
        name="far", kind="any-llm", base_url=server.url, options={"service": "openai"}, retry=Retry(attempts=1)
    )
    return replace(settings, **changes)


@needs_any_llm
class TestConformance(ProviderConformance):
    kind = "any-llm"
    dialect = ChatDialect()
    deviations: ClassVar = {
        "test_the_bytes_that_are_sent_are_those_that_are_told": "The library alone knows the bytes that it sends.",
    }

    @staticmethod
    def factory(settings, key):
        return create(replace(settings, options={"service": "openai"}), key)


async def ask(settings, key=KEY, request=REQUEST):
    """All events, and the error at their end."""

    async def at_once(_seconds: float) -> None: ...

    events = []
    provider = AnyLLMProvider(settings, key, sleep=at_once, jitter=lambda: 0.0)
    try:
        async for found in provider.stream(request):
            events.append(found)  # noqa: PERF401 -- what came before an error counts
    except ProviderError as error:
        return events, error
    finally:
        await provider.aclose()
    return events, None


def text_of(events) -> str:
    return "".join(found.text for found in events if isinstance(found, TextDelta))


@needs_any_llm
@pytest.mark.parametrize("service", ["openai", "moonshot", "openrouter", "zai", "llamacpp"])
async def test_a_complete_answer_is_a_success_with_all_that_is_recorded_of_it(provider, service):
    provider.script(stream_reply(chat_pieces(["Hello ", "world"]), headers={"x-request-id": "req-7"}))
    events, error = await ask(settings_for(provider, options={"service": service}))
    assert error is None
    assert text_of(events) == "Hello world"
    assert events[-1] == AttemptEnded(1, "ok", 200, "req-7", None)
    assert [found.finish_reason for found in events if isinstance(found, Finished)] == [FinishReason.STOP]
    assert [found.model for found in events if isinstance(found, ModelResolved)] == ["served-model"]
    usage = [found.usage for found in events if isinstance(found, UsageReported)][-1]
    assert (usage.input_tokens, usage.output_tokens) == (11, 2)
    request = provider.requests[0]
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json()["model"] == "asked-model"
    assert request.json()["messages"][1]["content"] == "Write."


@needs_any_llm
@pytest.mark.parametrize("member", ["reasoning_content", "reasoning"])
async def test_reasoning_is_kept_apart(provider, member):
    chunks = [chat_chunk(**{member: "Hmm."}), *chat_pieces(["Hello"])]
    provider.script(stream_reply(chunks))
    events, error = await ask(settings_for(provider, options={"service": "openrouter"}))
    assert error is None
    assert text_of(events) == "Hello"
    assert "".join(found.text for found in events if isinstance(found, ReasoningDelta)) == "Hmm."


HELLO = chat_chunk("Hello")


@needs_any_llm
@pytest.mark.parametrize(
    ("reply", "code", "text"),
    [
        pytest.param(stream_reply([HELLO]), "incomplete_output", "Hello", id="cut cleanly"),
        pytest.param(stream_reply([HELLO, b'data: {"cho']), "incomplete_output", "Hello", id="cut in an event"),
        pytest.param(stream_reply([HELLO], Close()), "incomplete_output", "Hello", id="cut without a last chunk"),
        pytest.param(stream_reply([HELLO], Reset()), "incomplete_output", "Hello", id="reset after text"),
        pytest.param(stream_reply([HELLO, CHAT_DONE]), "incomplete_output", "Hello", id="done without a reason"),
        pytest.param(stream_reply([]), "invalid_response", "", id="no body"),
        pytest.param(Reply(before=(Close(),)), "network_error", "", id="closed before the answer"),
        pytest.param(Reply(before=(Reset(),)), "network_error", "", id="reset before the answer"),
        pytest.param(
            Reply(headers={"content-type": "text/html"}, steps=(Send(b"<html>Sign in</html>"),)),
            "invalid_response",
            "",
            id="a web page",
        ),
        pytest.param(
            stream_reply([HELLO, b'error: {"message": "slot lost"}\n\n']),
            "incomplete_output",
            "Hello",
            id="error field",
        ),
        pytest.param(
            stream_reply([HELLO, event({"error": {"message": "Busy.", "type": "overloaded_error"}})]),
            "overloaded",
            "Hello",
            id="error in the stream",
        ),
        pytest.param(
            stream_reply([HELLO, event({"message": "Boom.", "code": "server_error"}, "error")]),
            "invalid_response",
            "Hello",
            id="error event of another shape",
        ),
        pytest.param(stream_reply([HELLO, b"data: {nonsense\n\n"]), "invalid_response", "Hello", id="no JSON"),
        pytest.param(stream_reply([HELLO, b"data: \xff\xfe\n\n"]), "invalid_response", "Hello", id="no UTF-8"),
        pytest.param(stream_reply([b"data: [1, 2]\n\n"]), "invalid_response", "", id="JSON of another shape"),
        pytest.param(json_reply({"choices": []}), "invalid_response", "", id="a document instead of a stream"),
        pytest.param(stream_reply(chat_pieces(["Hel"], finish="length")), "truncated", "Hel", id="output limit"),
        pytest.param(stream_reply(chat_pieces([], finish="content_filter")), "content_filtered", "", id="filtered"),
        pytest.param(stream_reply(chat_pieces(["Hel"], finish="tool_calls")), "incomplete_output", "Hel", id="tool"),
        pytest.param(stream_reply(chat_pieces([])), "empty_output", "", id="nothing said"),
        pytest.param(stream_reply(chat_pieces([" \n"])), "empty_output", " \n", id="blank"),
    ],
)
async def test_what_the_library_passes_off_as_a_success_is_none(provider, reply, code, text):
    provider.script(reply)
    events, error = await ask(settings_for(provider))
    assert error is not None
    assert str(error.code) == code
    assert text_of(events) == text
    assert events[-1].status == "error"
    assert events[-1].error.code == code
    assert KEY not in error.message


@needs_any_llm
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (chat_error(401, "invalid_api_key", f"Incorrect API key provided: {KEY}"), "invalid_auth"),
        (chat_error(403, "unsupported_country_region_territory"), "region_blocked"),
        (chat_error(404, "model_not_found"), "model_not_found"),
        (chat_error(400, "context_length_exceeded"), "context_length_exceeded"),
        (chat_error(400, "content_filter"), "content_filtered"),
        (chat_error(429, "insufficient_quota"), "quota_exhausted"),
        (chat_error(429, "rate_limit_exceeded"), "rate_limited"),
        (chat_error(503, "x"), "overloaded"),
        (chat_error(500, "x"), "provider_unavailable"),
        (chat_error(418, "x"), "invalid_request"),
        (Reply(502, {"content-type": "text/html"}, (Send(b"<html>Bad gateway</html>"),)), "provider_unavailable"),
    ],
)
async def test_a_failed_answer_is_told_by_what_it_says_and_not_by_its_status_alone(provider, reply, code):
    provider.script(reply)
    events, error = await ask(settings_for(provider))
    assert error is not None
    assert str(error.code) == code
    assert error.http_status == reply.status
    assert len(provider.requests) == 1
    assert KEY not in error.message
    assert events[-1].http_status == reply.status


@needs_any_llm
async def test_attempts_are_made_again_by_our_rules_alone(provider):
    busy = chat_error(429, "rate_limit_exceeded", headers={"retry-after": "1"})
    provider.script(busy, stream_reply(chat_pieces(["Hello"])))
    events, error = await ask(settings_for(provider, retry=Retry(attempts=2)))
    assert error is None
    assert [found.status for found in events if isinstance(found, AttemptEnded)] == ["error", "ok"]
    provider.script(chat_error(429, "insufficient_quota"))
    _, error = await ask(settings_for(provider, retry=Retry(attempts=3)))
    assert error is not None
    assert len(provider.requests) == 3


@needs_any_llm
async def test_a_redirect_is_not_followed(provider):
    target = f"{provider.url}/elsewhere"
    provider.script(Reply(307, {"location": target, "content-length": "0"}, framing="length"))
    _, error = await ask(settings_for(provider))
    assert error is not None
    assert error.code is ErrorCode.INVALID_RESPONSE
    assert [request.path for request in provider.requests] == ["/v1/chat/completions"]


@needs_any_llm
@pytest.mark.parametrize("key", [KEY, None])
async def test_nothing_of_the_environment_is_sent_and_it_cannot_move_the_request(provider, monkeypatch, key):
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "canary-of-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "x-stray: canary-of-the-environment\nAuthorization: Bearer stray")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    provider.script(stream_reply(chat_pieces(["Hello"])))
    _, error = await ask(settings_for(provider, headers={"X-Team": "search"}), key)
    assert error is None
    headers = provider.requests[0].headers
    assert "canary-of-the-environment" not in str(headers)
    assert headers.get("authorization") == (f"Bearer {key}" if key else None)
    assert headers["x-team"] == "search"
    assert not [name for name in headers if name.startswith("x-stainless")]


@needs_any_llm
async def test_leaving_the_stream_closes_the_connection(provider):
    provider.script(stream_reply([HELLO], Stall()))
    stream = AnyLLMProvider(settings_for(provider), KEY).stream(REQUEST)
    async for found in stream:
        if isinstance(found, TextDelta):
            break
    await stream.aclose()
    request = await provider.request(0)
    await request.disconnected.wait()


@needs_any_llm
@pytest.mark.parametrize(
    ("bounds", "steps", "text"),
    [
        (Timeouts(first_byte=0.3), (Stall(),), ""),
        (Timeouts(idle=0.3), (Send(HELLO), Stall()), "Hello"),
        (Timeouts(total=0.5), (Send(HELLO), Stall()), "Hello"),
    ],
)
async def test_every_wait_is_bounded(provider, bounds, steps, text):
    provider.script(stream_reply(chat_pieces(["Warm"])), Reply(steps=steps))
    await ask(settings_for(provider))  # loads the library, whose time is not the service's
    events, error = await ask(settings_for(provider, timeout=bounds))
    assert error is not None
    assert error.code is ErrorCode.TIMEOUT
    assert text_of(events) == text


@needs_any_llm
@pytest.mark.parametrize("limits", [StreamLimits(max_bytes=8), StreamLimits(max_events=2)])
async def test_an_answer_without_end_is_cut_off(provider, limits):
    provider.script(stream_reply([HELLO] * 9, Stall()))
    events, error = await ask(settings_for(provider, limits=limits))
    assert error is not None
    assert error.code is ErrorCode.INVALID_RESPONSE
    assert text_of(events).startswith("Hello")


@needs_any_llm
async def test_a_server_that_is_not_there_is_a_network_error():
    settings = ProviderSettings(
        name="far", kind="any-llm", base_url="http://127.0.0.1:9/v1", options={"service": "openai"}, retry=Retry(1)
    )
    _, error = await ask(settings)
    assert error is not None
    assert error.code is ErrorCode.NETWORK_ERROR
    assert "refused" in error.message


@needs_any_llm
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"service": "no-such-service"}, "no service named `no-such-service`"),
        ({}, "no service named `far`"),
        ({"service": "anthropic"}, "vendor's own client"),
        ({"service": "deepseek"}, "vendor's own client"),
        ({"service": "groq"}, "vendor's own client"),
        ({"service": "gemini"}, "lacks a package"),
    ],
)
async def test_a_service_that_cannot_be_used_as_it_is_says_so_and_nothing_is_sent(provider, options, words):
    _, error = await ask(settings_for(provider, options=options))
    assert error is not None
    assert error.code is ErrorCode.INVALID_SETTINGS
    assert words in error.message
    assert provider.requests == []


@needs_any_llm
@pytest.mark.parametrize("key", [None, "käy", "two\nwords"])
async def test_a_key_that_is_missing_or_none_is_told_before_anything_is_sent(provider, key):
    _, error = await ask(settings_for(provider, requires_key=True), key)
    assert error is not None
    assert error.code in {ErrorCode.MISSING_AUTH, ErrorCode.INVALID_AUTH}
    assert provider.requests == []


@needs_any_llm
async def test_the_service_s_list_of_models_is_had(provider):
    model = {"object": "model", "created": 1, "owned_by": "nobody"}
    provider.script(json_reply({"object": "list", "data": [{"id": "b", **model}, {"id": "a", **model}]}))
    assert [model.id for model in await AnyLLMProvider(settings_for(provider), KEY).models()] == ["b", "a"]
    assert provider.requests[0].path == "/v1/models"
    assert provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


@needs_any_llm
@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (chat_error(401, "invalid_api_key"), "invalid_auth"),
        (Reply(404, steps=(Send(b"no such page"),), framing="length"), "model_not_found"),
        (Reply(headers={"content-type": "text/html"}, steps=(Send(b"<html>"),)), "invalid_response"),
        (Reply(before=(Close(),)), "network_error"),
    ],
)
async def test_a_list_of_models_that_cannot_be_had_is_a_typed_error(provider, reply, code):
    provider.script(reply)
    with pytest.raises(ProviderError) as caught:
        await AnyLLMProvider(settings_for(provider), KEY).models()
    assert str(caught.value.code) == code
