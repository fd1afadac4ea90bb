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
from orch_lsp.providers.error_body import read_error_body
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
