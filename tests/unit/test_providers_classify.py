"""From a failed answer to what happened: by code and words first, by status last."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.classify import failure_from_answer, failure_from_message, request_id_from
from orch_lsp.providers.error_body import FlatError, flat_error, read_error_body
from orch_lsp.providers.failure_words import CONTEXT_OVERFLOW, MODEL_NOT_FOUND, OUTPUT_LIMIT, WRONG_PATH
from orch_lsp.providers.retry_after import retry_after_seconds
from orch_lsp.providers.wording import MAX_MESSAGE

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def classify(status: int, body: object = None, headers: dict[str, str] | None = None):
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return failure_from_answer(status, headers or {}, content, "work")


def openai(code: str | None, message: str = "No.", **members: object) -> dict[str, object]:
    return {"error": {"message": message, "type": "x", "param": None, "code": code, **members}}


def gemini(status: str, message: str = "No.", *details: dict[str, object]) -> dict[str, object]:
    return {"error": {"code": 400, "message": message, "status": status, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, None, "invalid_auth"),
        (400, gemini("INVALID_ARGUMENT", "API key not valid.", {"reason": "API_KEY_INVALID"}), "invalid_auth"),
        (400, {"code": "invalid-argument", "error": "Incorrect API key provided."}, "invalid_auth"),
        (403, None, "permission_denied"),
        (403, {"type": "error", "error": {"type": "permission_error", "message": "No."}}, "permission_denied"),
        (403, openai("unsupported_country_region_territory"), "region_blocked"),
        (400, gemini("FAILED_PRECONDITION", "User location is not supported for the API use."), "region_blocked"),
        (402, None, "billing"),
        (400, {"error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}, "billing"),
        (429, openai("insufficient_quota"), "quota_exhausted"),
        (429, openai("credit_balance_exhausted", type="insufficient_quota"), "quota_exhausted"),
        (
            429,
            {"error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}},
            "quota_exhausted",
        ),
        (400, {"error": {"message": "You have reached your specified API usage limits."}}, "quota_exhausted"),
        (
            429,
            gemini("RESOURCE_EXHAUSTED", "Slow.", {"violations": [{"quotaId": "RequestsPerDayPerProject"}]}),
            "quota_exhausted",
        ),
        (429, gemini("RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: m"), "quota_exhausted"),
        (429, gemini("RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0.5"), "rate_limited"),
        (429, gemini("RESOURCE_EXHAUSTED", "", {"violations": [{"quotaId": "RequestsPerMinute"}]}), "rate_limited"),
        (429, None, "rate_limited"),
        (429, openai("rate_limit_exceeded", type="tokens"), "rate_limited"),
        (429, openai("rate_limit_exceeded", "Request too large for m: Limit 10, Requested 20."), "request_too_large"),
        (413, None, "request_too_large"),
        (400, openai("context_length_exceeded"), "context_length_exceeded"),
        (400, openai(None, "This model's maximum context length is 8192 tokens."), "context_length_exceeded"),
        (400, {"error": {"message": "prompt is too long: 9 tokens > 5 maximum"}}, "context_length_exceeded"),
        (400, gemini("INVALID_ARGUMENT", "The input token count (9) exceeds the maximum"), "context_length_exceeded"),
        (400, openai("exceed_context_size_error"), "context_length_exceeded"),
        (404, None, "model_not_found"),
        (400, openai("model_not_found"), "model_not_found"),
        (404, {"error": "model 'x' not found"}, "model_not_found"),
        (404, openai("DeploymentNotFound"), "model_not_found"),
        (400, openai("unsupported_parameter"), "invalid_request"),
        (422, {"detail": [{"loc": ["body"], "msg": "Field required"}]}, "invalid_request"),
        (400, openai("content_filter"), "content_filtered"),
        (400, openai(None, innererror={"code": "ResponsibleAIPolicyViolation"}), "content_filtered"),
        (403, {"error": {"code": 403, "message": "Flagged", "metadata": {"reasons": ["x"]}}}, "content_filtered"),
        (529, None, "overloaded"),
        (503, openai("server_is_overloaded"), "overloaded"),
        (500, openai("server_is_overloaded"), "overloaded"),
        (502, gemini("UNAVAILABLE"), "provider_unavailable"),
        (500, None, "provider_unavailable"),
        (502, b"<html><h1>Bad gateway</h1></html>", "provider_unavailable"),
        (409, None, "provider_unavailable"),
        (408, None, "timeout"),
        (504, None, "timeout"),
        (524, None, "timeout"),
        (407, b"<html>Proxy", "network_error"),
        (418, None, "invalid_request"),
    ],
)
def test_a_failed_answer_has_the_code_of_its_cause(status, body, code):
    assert classify(status, body).code == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Error 4291 at line 42", "invalid_request"),
        ("The word overloaded means too much", "invalid_request"),
        ("temperature 500 is too high", "invalid_request"),
    ],
)
def test_numbers_and_words_that_merely_occur_in_a_message_decide_nothing(message, code):
    assert classify(400, openai(None, message)).code == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"error": {"code": 502, "message": "Provider returned error"}}, "provider_unavailable"),
        ({"error": {"code": "server_error", "message": "Disconnected"}}, "provider_unavailable"),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded"),
        ({"type": "error", "code": "rate_limit_exceeded", "message": "Slow down"}, "rate_limited"),
        (
            {"error": {"type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400}},
            "invalid_request",
        ),
        ({"error": {"code": "invalid_prompt", "message": "No."}}, "content_filtered"),
        ({"error": "an error was encountered while running the model"}, "provider_unavailable"),
        ("plain words", "provider_unavailable"),
        (None, "provider_unavailable"),
        ([{"error": {"code": 503, "status": "UNAVAILABLE"}}], "overloaded"),
    ],
)
def test_an_error_inside_a_good_answer_has_the_code_of_its_cause(error, code):
    failure = failure_from_message(error, "work")
    assert failure.code == code
    assert failure.http_status == 200


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 524, 529])
def test_what_may_pass_is_tried_again_unless_the_server_says_not_to(status):
    assert classify(status).repeat
    assert classify(status).may_succeed_later
    refused = classify(status, headers={"x-should-retry": "false"})
    assert not refused.repeat
    assert refused.may_succeed_later


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 407, 413, 422])
def test_what_cannot_help_is_not_tried_again(status):
    assert not classify(status).repeat


def test_the_server_may_ask_for_another_try_of_a_request_that_nothing_else_is_known_of():
    assert classify(400, headers={"x-should-retry": "true"}).repeat
    assert not classify(401, headers={"x-should-retry": "true"}).repeat
    assert not classify(429, openai("insufficient_quota"), {"x-should-retry": "true"}).repeat


def test_a_budget_that_requests_in_flight_have_reserved_is_waited_for():
    body = {"error": {"code": 402, "message": "Busy", "metadata": {"limit_source": "openrouter_in_flight_budget"}}}
    failure = classify(402, body, {"retry-after": "3"})
    assert failure.code is ErrorCode.BILLING
    assert failure.repeat
    assert failure.may_succeed_later
    assert failure.retry_after_s == 3


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "7"}, None, 7),
        ({"retry-after": "0"}, None, 0),
        ({"retry-after": "1.5"}, None, 1.5),
        ({"retry-after": "2", "retry-after-ms": "1760"}, None, 1.76),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, None, 90),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, None, 0),
        ({"retry-after": "soon"}, None, None),
        ({"retry-after": "-5"}, None, None),
        ({"retry-after": "nan"}, None, None),
        ({"retry-after": "inf"}, None, None),
        ({"retry-after": ""}, None, None),
        ({}, gemini("RESOURCE_EXHAUSTED", "x", {"retryDelay": "48s"}), 48),
        ({}, gemini("RESOURCE_EXHAUSTED", "x", {"retryDelay": "48.5s"}), 48.5),
        ({}, openai(None, "Please try again in 1.76s."), 1.76),
        ({}, openai(None, "Please try again in 6m0s."), 360),
        ({}, openai(None, "Please try again in 250ms."), 0.25),
        ({}, openai(None, "Please retry after 17 seconds."), 17),
        ({}, openai(None, "Please retry in 10h17m5.5s."), 37025.5),
        ({}, openai(None, "Please try again in a while."), None),
    ],
)
def test_the_wait_that_is_asked_for_is_found_wherever_it_stands(headers, body, seconds):
    content = b"" if body is None else json.dumps(body).encode()
    assert retry_after_seconds(headers, read_error_body(content), NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (openai("x", "The words."), "The words."),
        ({"error": "The words."}, "The words."),
        ({"detail": "The words."}, "The words."),
        ({"detail": [{"msg": "The words."}]}, "The words."),
        ({"message": "The words."}, "The words."),
        ({"error": {"error": {"message": "The words."}}}, "The words."),
        ({"message": {"message": "The words."}}, "The words."),
        (b"The words.", "The words."),
        (b"<html><head><title>502</title><style>a{}</style></head><body>The  words.</body></html>", "502 The words."),
        (b"\xef\xbb\xbf" + b'{"error": "The words."}', "The words."),
        (openai("x", "The\nwords\u2028\x1b[31m."), "The words ."),
        (openai("x", "Incorrect key: <your-key>."), "Incorrect key: <your-key>."),
    ],
)
def test_the_message_is_found_and_made_one_plain_line(body, message):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert read_error_body(content).message == message


def test_a_long_message_is_cut():
    message = classify(400, openai(None, "word " * 1000)).message
    assert MAX_MESSAGE - 5 < len(message) <= MAX_MESSAGE
    assert message.endswith("…")


def test_a_message_does_not_repeat_what_is_shaped_like_a_secret():
    # Built from parts, so that it is a secret's shape and not one.
    secret = "sk-" + "proj-" + "Zx9" * 14
    assert secret not in classify(401, openai("invalid_api_key", f"Bad key {secret}")).message


@pytest.mark.parametrize("name", ["x-request-id", "request-id", "apim-request-id", "x-ds-trace-id"])
def test_the_request_id_is_found_under_the_names_that_providers_use(name):
    assert request_id_from({name: "req-1"}) == "req-1"
    assert request_id_from({}) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "code", "type", "status", "detail", "details", "metadata", "reasons", "msg"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(status=st.integers(400, 599), body=json_values)
def test_any_json_is_understood_as_some_failure(status, body):
    failure = classify(status, body)
    assert failure.http_status == status
    assert failure_from_message(body, "work").message


@given(status=st.integers(400, 599), body=st.binary(max_size=100))
def test_any_bytes_are_understood_as_some_failure(status, body):
    failure = classify(status, body)
    assert failure.message.startswith(f"work answered HTTP {status}")
    assert failure.message.isprintable()


# One message of each server, as its users report it.
OVERFLOWS = (
    ("OpenAI", "This model's maximum context length is 8192 tokens. However, your messages resulted in 9012 tokens."),
    (
        "OpenAI Responses",
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
    ),
    ("Anthropic", "prompt is too long: 213462 tokens > 200000 maximum"),
    ("Anthropic", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
    ("Gemini", "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575)."),
    ("xAI", "This model's maximum prompt length is 131072 but the request contains 537812 tokens."),
    ("Groq", "Please reduce the length of the messages or completion."),
    (
        "OpenRouter",
        "This endpoint's maximum context length is 200000 tokens. However, you requested about 250000 tokens.",
    ),
    ("OpenRouter", "Input length 300000 exceeds the maximum allowed input length of 262144 tokens."),
    ("Together", "The input (140000 tokens) is longer than the model's context length (131072 tokens)."),
    ("GitHub Copilot", "prompt token count of 130000 exceeds the limit of 128000"),
    (
        "Mistral",
        "Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length",
    ),
    ("Moonshot", "Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)"),
    ("MiniMax", "invalid params, context window exceeds limit (2013)"),
    ("DashScope", "Range of input length should be [1, 30720]"),
    ("BigModel", "Prompt exceeds max length"),
    ("Perplexity", "The total length of all messages is too long."),
    ("Cohere", "too many tokens: total number of tokens in the prompt cannot exceed 4081"),
    ("Amazon Bedrock", "ValidationException: Input is too long for requested model."),
    ("IBM watsonx", "the number of input tokens 9000 cannot exceed the total tokens limit 8192 for this model"),
    (
        "LM Studio",
        "Trying to keep the first 9021 tokens when context the overflows. However, the model is loaded with context",
    ),
    ("LM Studio", "The number of tokens to keep from the initial prompt is greater than the context length."),
    ("LM Studio", "Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)"),
    (
        "LM Studio with MLX",
        "Reached context length of 4096 tokens with model (arch: qwen) which does not currently support",
    ),
    ("MLX", "Context size has been exceeded."),
    ("llama.cpp", "the request exceeds the available context size, try increasing it"),
    ("llama.cpp", "request (9021 tokens) exceeds the available context size (4096 tokens), try increasing it"),
    ("llama-cpp-python", "Requested tokens (2285) exceed context window of 2048"),
    ("vLLM", "The decoder prompt (length 9021) is longer than the maximum model length of 4096."),
    ("vLLM", "This model's maximum context length is 4096 tokens and your request has 5000 input tokens"),
    ("SGLang", "The input (265330 tokens) is longer than the model's context length (262144 tokens)."),
    ("SGLang", "Input length (265330 tokens) exceeds the maximum allowed length (262138 tokens)."),
    ("SGLang", "Requested token count exceeds the model's maximum context length of 131072 tokens."),
    ("TGI", "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9021 `inputs` tokens"),
    ("TGI", "Input validation error: `inputs` must have less than 1024 tokens. Given: 2048"),
    ("Ollama", "prompt too long; exceeded max context length by 1119046 tokens"),
    ("Ollama", "the input length exceeds the context length"),
    ("TabbyAPI", "Prompt length 9021 is greater than max_seq_len 4096"),
    ("TabbyAPI", "Context length exceeded 4096"),
    ("KoboldCpp", "Your prompt does not fit into the context size"),
    ("LiteLLM", "ContextWindowExceededError: OpenAIException"),
    ("LocalAI", "number of tokens in the prompt exceeds the context size"),
    ("DeepSeek", "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens"),
    ("a gateway", "Prompt has 70000 tokens, but the configured context size is 65536 tokens"),
)


@pytest.mark.parametrize(("server", "message"), OVERFLOWS)
def test_a_prompt_that_does_not_fit_is_known_by_the_words_of_its_server(server, message):
    del server
    for status in (400, 413, 422, 500):
        for body in (openai(None, message), {"error": message}, {"detail": message}, message.encode()):
            assert classify(status, body).code == "context_length_exceeded"
    for error in ({"error": {"message": message}}, {"object": "error", "message": message, "code": 400}):
        assert failure_from_message(error, "work").code == "context_length_exceeded"


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (
            400,
            "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
            "invalid_request",
        ),
        (400, "Unknown parameter: 'context_size'", "invalid_request"),
        (400, "ThrottlingException: Too many tokens, please wait before trying again.", "rate_limited"),
        (429, "Rate limit reached: too many tokens per minute", "rate_limited"),
        (400, "temperature exceeds the limit", "invalid_request"),
        (500, "The engine has a fault", "provider_unavailable"),
    ],
)
def test_tokens_that_are_spoken_of_otherwise_are_no_overflow(status, message, code):
    assert classify(status, openai(None, message)).code == code


WRONG_PATHS = (
    (200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
    (404, {"error": "Unexpected endpoint or method. (POST /v2/chat)"}),
    (404, b"404 page not found"),
    (405, b"405 method not allowed"),
    (404, {"detail": "Not Found"}),
    (405, {"detail": "Method Not Allowed"}),
    (404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
    (404, openai(None, "Invalid URL (POST /chat/completions)")),
    (404, openai("unknown_url", "Unknown request URL: POST /openai/chat/completions. Please check the URL for typos")),
    (404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}),
    (404, {"error": {"code": "404", "message": "Resource not found"}}),
    (404, {"timestamp": "t", "status": 404, "error": "Not Found", "path": "/chat/completions"}),
    (404, {"message": "Route POST:/chat/completions not found", "error": "Not Found", "statusCode": 404}),
    (404, {"statusCode": 404, "message": "Cannot POST /chat/completions", "error": "Not Found"}),
    (404, {"type": "about:blank", "title": "Not Found", "status": 404}),
    (404, {"message": "no Route matched with those values"}),
    (404, {"code": 5, "error": "url.not_found", "method": "POST"}),
    (403, {"message": "Missing Authentication Token"}),
    (404, b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1>nginx</body></html>"),
    (405, b"<html><body><h1>405 Not Allowed</h1></body></html>"),
    (405, None),
    (404, b"Cannot POST /chat/completions"),
    (200, {"code": 500, "msg": "404 NOT_FOUND", "success": False}),
    (200, {"detail": "Not Found"}),
)


@pytest.mark.parametrize(("status", "body"), WRONG_PATHS)
def test_a_path_at_which_nothing_is_served_has_one_code_and_is_not_asked_again(status, body):
    failure = failure_from_message(body, "work") if status == 200 else classify(status, body)
    assert failure.code == "invalid_response"
    assert not failure.repeat
    assert not failure.may_succeed_later


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"error": "model 'x' not found"}),
        (404, {"error": 'model "x" not found, try pulling it first'}),
        (404, openai("model_not_found", "Not found")),
        (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}),
        (404, openai(None, "No endpoints found for some/model.")),
        (404, openai("DeploymentNotFound", "The API deployment for this resource does not exist.")),
        (404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}),
        (404, b"model x is not loaded"),
        (404, None),
    ],
)
def test_a_model_that_is_not_there_is_no_wrong_path(status, body):
    assert classify(status, body).code == "model_not_found"


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        ({"object": "error", "message": "The model `x` does not exist.", "code": 404}, "model_not_found", "`x`"),
        ({"code": "InvalidParameter", "message": "temperature is off"}, "invalid_request", "temperature"),
        ({"code": 429, "msg": "slow down", "success": False}, "rate_limited", "slow down"),
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, "provider_unavailable", "login fail"),
        ({"__type": "com.example#ThrottlingException", "message": "Slow"}, "rate_limited", "Slow"),
        (
            {"errors": [{"code": 7009, "message": "Upstream broke"}], "success": False},
            "provider_unavailable",
            "Upstream",
        ),
        ({"fault": {"faultstring": "Policy fell over"}}, "provider_unavailable", "Policy"),
        ({"error_code": 17, "error_msg": "Open api daily request limit reached"}, "provider_unavailable", "daily"),
        ({"statusCode": 401, "message": "Unauthorized"}, "invalid_auth", "Unauthorized"),
        ({"status": 503, "title": "Busy"}, "overloaded", "Busy"),
        ({"detail": [{"msg": "Field required"}]}, "provider_unavailable", "Field"),
    ],
)
def test_a_flat_error_is_one_with_its_words_and_code(message, code, words):
    assert flat_error(message) is FlatError.CERTAIN
    failure = failure_from_message(message, "work")
    assert failure.code == code
    assert words in failure.message


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ping"},
        {"type": "message_start", "message": {"id": "m", "role": "assistant"}},
        {"id": "x", "object": "chat.completion.chunk", "model": "m", "usage": {"prompt_tokens": 1}},
        {"status": "success"},
        {"code": 0, "success": True, "data": None},
        {"base_resp": {"status_code": 0, "status_msg": "success"}},
        {"sequence_number": 3},
    ],
)
def test_a_message_that_only_lacks_an_answer_is_no_error(message):
    assert flat_error(message) is FlatError.NONE


def test_words_alone_may_be_a_notice():
    assert flat_error({"message": "Loading the model"}) is FlatError.POSSIBLE
    assert flat_error({"status": "processing", "msg": "You are third in line"}) is FlatError.POSSIBLE


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "Token limit reached"}},
        {"error": {"message": "max_tokens limit reached", "code": 400}},
        {"error": {"code": "max_output_tokens", "message": "Stopped."}},
        {"error": "Maximum output tokens exceeded"},
        {"object": "error", "message": "The response was truncated"},
    ],
)
def test_a_limit_of_tokens_that_is_told_in_the_middle_has_cut_the_answer(error):
    assert failure_from_message(error, "work", has_text=True).code == "truncated"


def test_a_limit_that_may_be_the_prompts_or_the_answers_is_told_by_what_came_before():
    error = {"error": {"message": "Token limit exceeded"}}
    assert failure_from_message(error, "work").code == "context_length_exceeded"
    assert failure_from_message(error, "work", has_text=True).code == "truncated"
    about_prompt = {"error": {"message": "The prompt exceeds the model's token limit"}}
    assert failure_from_message(about_prompt, "work", has_text=True).code == "context_length_exceeded"


def test_a_proxy_that_wants_credentials_is_not_worth_another_try():
    failure = classify(407, b"<html>Proxy")
    assert (failure.repeat, failure.may_succeed_later) == (False, False)


def test_every_wording_names_its_server_and_stays_fast_on_hostile_words():
    for wordings in (CONTEXT_OVERFLOW, OUTPUT_LIMIT, WRONG_PATH, MODEL_NOT_FOUND):
        for words, servers in wordings:
            assert servers
            assert "*" not in words.replace(r"\*", "")
            assert "+" not in words.replace(r"\+", "").replace(r"\d+", "")


def test_an_error_that_is_quoted_inside_another_tells_what_happened():
    quoted = json.dumps({"error": {"message": "This model's maximum context length is 8192 tokens.", "code": 400}})
    metadata = {"provider_name": "X", "raw": quoted}
    body = {"error": {"message": "Provider returned error", "code": 400, "metadata": metadata}}
    failure = classify(400, body)
    assert failure.code == "context_length_exceeded"
    assert "8192 tokens" in failure.message
    nested = {"error": {"message": "Provider returned error", "metadata": {"raw": json.dumps(body)}}}
    assert classify(400, nested).code == "context_length_exceeded"


def test_words_late_in_a_long_message_are_found():
    message = "litellm.BadRequestError: " + "x " * 400 + "prompt is too long: 9 tokens > 5 maximum"
    failure = classify(400, openai(None, message))
    assert failure.code == "context_length_exceeded"
    assert len(failure.message) <= MAX_MESSAGE


@pytest.mark.parametrize(
    "unit", ["tokens ", "model ", "model a ", "requested url ", "route post ", "n_keep ", "max_tokens ", "input "]
)
def test_a_message_of_repeated_words_is_judged_within_a_bound_of_steps(unit):
    body = openai(None, unit * 100_000)
    assert classify(400, body).code in {"invalid_request", "context_length_exceeded", "model_not_found"}
