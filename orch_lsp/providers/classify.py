"""From what a provider answered to what happened: by code and words first, by status last.

The same status means different things: 429 may be a limit that passes or a quota that does not, 400 may be a wrong
key, an empty account, a foreign region or a long prompt. So each rule looks for the most specific evidence, in the
order of the table, and words are only matched as whole phrases that providers are known to use (`failure_words`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.error_body import ErrorBody, read_error, read_error_body
from orch_lsp.providers.failure import Failure
from orch_lsp.providers.failure_words import (
    ABOUT_MODEL,
    ABOUT_PROMPT,
    CONTEXT_OVERFLOW,
    MODEL_NOT_FOUND,
    NOT_OVERFLOW,
    OUTPUT_LIMIT,
    OUTPUT_LIMIT_BEFORE,
    WRONG_PATH,
    pattern,
)
from orch_lsp.providers.json_values import mapping, sequence, text
from orch_lsp.providers.retry_after import retry_after_seconds
from orch_lsp.providers.wording import clean_message


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a failed answer. `status` is the answer's, or the one in an error inside a 200."""

    status: int
    body: ErrorBody
    is_inside: bool = False

    @property
    def blames_request(self) -> bool:
        """Whether the status says that the request, and not the server, is at fault."""
        return 400 <= self.status < 500

    def says(self, phrase: str) -> bool:
        """Whether the message holds a pattern."""
        return any(re.search(phrase, words, re.IGNORECASE) for words in self.body.words)


@dataclass(frozen=True, slots=True)
class _Rule:
    """Holds if the body names one of `codes`, the status is one of `statuses`, `phrase` is said, or `also` holds.

    A phrase counts where the request is to blame or nothing is known: in a 4xx, and inside a 200.
    """

    code: ErrorCode
    codes: frozenset[str] = frozenset()
    statuses: Container[int] = ()
    phrase: str | None = None
    also: Callable[[Evidence], bool] | None = None
    repeat: bool = False
    once: bool = False
    retryable: bool | None = None

    def applies(self, evidence: Evidence) -> bool:
        """Whether this is what happened."""
        if evidence.status in self.statuses or not evidence.body.codes.isdisjoint(self.codes):
            return True
        # Compiled, and kept by `re`, when it is first needed: an answer that is well needs none of them.
        if self.phrase and (evidence.blames_request or evidence.status == 200) and evidence.says(self.phrase):
            return True
        return self.also is not None and self.also(evidence)


def _phrases(*phrases: str) -> str:
    return "|".join(phrases)


def _is_daily_quota(evidence: Evidence) -> bool:
    """Gemini tells a limit that passes in a minute from one that passes tomorrow only by the quota's id."""
    violations = [mapping(item) for detail in evidence.body.details for item in sequence(detail.get("violations"))]
    return evidence.status == 429 and any("perday" in text(item.get("quotaId")).lower() for item in violations)


def _is_passing_budget(evidence: Evidence) -> bool:
    """OpenRouter answers 402 while requests in flight have reserved the rest of a budget."""
    return evidence.status == 402 and text(evidence.body.metadata.get("limit_source")) == "openrouter_in_flight_budget"


def _names_moderation(evidence: Evidence) -> bool:
    """OpenRouter lists what its moderation found."""
    return bool(sequence(evidence.body.metadata.get("reasons")))


def _is_overload_in_stream(evidence: Evidence) -> bool:
    """Inside a 200 there is no status to go by; elsewhere these words are weaker than the status."""
    return evidence.status == 200 and not evidence.body.codes.isdisjoint(
        ("unavailable", "service_unavailable_error", "overloaded")
    )


_MISSING_MODEL = frozenset({"model_not_found", "deploymentnotfound", "modelnotfound", "model_not_available"})


def _is_wrong_path(evidence: Evidence) -> bool:
    """Nothing serves the path that was asked: `base_url` is wrong, or lacks `/v1`."""
    if evidence.status in (401, 402, 429) or not evidence.body.codes.isdisjoint(_MISSING_MODEL):
        return False
    if evidence.status == 405 or (evidence.status == 404 and evidence.body.is_page):
        return True
    if evidence.says(ABOUT_MODEL):
        return False
    # An API whose model is missing answers in JSON; a plain 404 comes from a wrong path.
    is_bare = evidence.status == 404 and not evidence.body.is_json and evidence.body.message != ""
    return is_bare or evidence.says(pattern(WRONG_PATH))


def _is_context_overflow(evidence: Evidence) -> bool:
    """Local servers answer 500 for it, too; where a limit of rates is meant, the prompt would fit."""
    return evidence.status != 429 and evidence.says(pattern(CONTEXT_OVERFLOW)) and not evidence.says(NOT_OVERFLOW)


def _is_output_limit(evidence: Evidence) -> bool:
    """The words name a parameter that was refused, where no answer had begun."""
    return evidence.says(pattern(OUTPUT_LIMIT) if evidence.is_inside else OUTPUT_LIMIT_BEFORE)


_RULES: tuple[_Rule, ...] = (
    _Rule(ErrorCode.NETWORK_ERROR, statuses=(407,), retryable=False),
    _Rule(ErrorCode.INVALID_RESPONSE, also=_is_wrong_path),
    _Rule(
        ErrorCode.REGION_BLOCKED,
        codes=frozenset({"unsupported_country_region_territory"}),
        phrase=_phrases("user location is not supported", "region, or territory not supported"),
    ),
    _Rule(
        ErrorCode.CONTENT_FILTERED,
        codes=frozenset(
            {
                "content_filter",
                "content_policy",
                "content_policy_violation",
                "invalid_prompt",
                "responsibleaipolicyviolation",
                "bio_policy",
                "misalignment_policy_violation",
            }
        ),
        phrase=_phrases("requires moderation", "content management policy"),
        also=_names_moderation,
    ),
    _Rule(
        ErrorCode.QUOTA_EXHAUSTED,
        codes=frozenset(
            {
                "insufficient_quota",
                "credit_balance_exhausted",
                "billing_hard_limit_reached",
                "enforced_spend_limit_reached",
                "contract_spend_limit_reached",
                "organization_on_hold",
                "quota_exceeded",
            }
        ),
        phrase=_phrases("reached your specified api usage limits", r"\blimit: 0\b(?![.\d])"),
        also=_is_daily_quota,
    ),
    _Rule(
        ErrorCode.INVALID_AUTH,
        codes=frozenset({"invalid_api_key", "authentication_error", "api_key_invalid", "unauthenticated"}),
        statuses=(401,),
        phrase=_phrases(
            "incorrect api key",
            "api key not valid",
            "invalid api[ _-]key",
            "invalid x-api-key",
            "invalid token(?! id| in)",
        ),
    ),
    _Rule(ErrorCode.BILLING, also=_is_passing_budget, repeat=True),
    _Rule(
        ErrorCode.BILLING,
        codes=frozenset({"billing_error", "billing_not_active", "arrearage"}),
        statuses=(402,),
        phrase=_phrases("credit balance is too low", "insufficient credits", "insufficient balance"),
    ),
    _Rule(
        ErrorCode.TRUNCATED,
        codes=frozenset(
            {"max_tokens", "max_tokens_reached", "max_output_tokens", "output_limit_exceeded", "output_token_limit"}
        ),
        also=_is_output_limit,
    ),
    _Rule(
        ErrorCode.CONTEXT_LENGTH_EXCEEDED,
        codes=frozenset(
            {
                "context_length_exceeded",
                "context_window_exceeded",
                "contextwindowexceedederror",
                "exceed_context_size_error",
                "model_context_window_exceeded",
                "prompt_too_long",
                "token_limit_exceeded",
                "too_many_prompt_tokens",
                "too_many_tokens",
            }
        ),
        also=_is_context_overflow,
    ),
    _Rule(
        ErrorCode.REQUEST_TOO_LARGE,
        codes=frozenset({"request_too_large"}),
        statuses=(413,),
        phrase=_phrases("request (?:entity )?too large", "payload too large"),
    ),
    _Rule(
        ErrorCode.MODEL_NOT_FOUND,
        codes=_MISSING_MODEL | {"not_found_error", "notfounderror", "not_found"},
        statuses=(404,),
        phrase=pattern(MODEL_NOT_FOUND),
    ),
    _Rule(
        ErrorCode.OVERLOADED,
        codes=frozenset({"overloaded_error", "server_is_overloaded"}),
        statuses=(503, 529),
        also=_is_overload_in_stream,
        repeat=True,
    ),
    _Rule(
        ErrorCode.RATE_LIMITED,
        codes=frozenset(
            {
                "rate_limit_exceeded",
                "rate_limit_error",
                "slow_down",
                "resource_exhausted",
                "throttlingexception",
                "throttling",
                "throttling.ratequota",
                "too_many_requests",
            }
        ),
        statuses=(429,),
        phrase=_phrases("rate.?limit (?:was |is )?(?:reached|exceeded|hit)", "too many requests", "throttl"),
        repeat=True,
    ),
    _Rule(
        ErrorCode.TIMEOUT,
        codes=frozenset({"timeout_error", "deadline_exceeded"}),
        statuses=(408, 504, 524),
        repeat=True,
        once=True,
    ),
    _Rule(
        ErrorCode.PERMISSION_DENIED,
        codes=frozenset({"permission_error", "permission_denied"}),
        statuses=(403,),
    ),
    _Rule(ErrorCode.PROVIDER_UNAVAILABLE, statuses=(409, *range(500, 600)), repeat=True),
    _Rule(
        ErrorCode.INVALID_REQUEST,
        codes=frozenset({"invalid_request_error", "invalid_argument", "invalidparameter", "badrequesterror"}),
        statuses=range(400, 500),
    ),
)
# The rule for an unknown error: the server accepted the request, so the fault is on its side.
_UNKNOWN = _Rule(ErrorCode.PROVIDER_UNAVAILABLE, repeat=True)


_NOTHING_THERE = (
    "Check the provider's `base_url` and the model's id: the server has nothing at this address, and says no more."
)


def failure_from_answer(status: int, headers: Mapping[str, str], body: bytes, provider: str) -> Failure:
    """The failure that an answer with an error status is."""
    said = read_error_body(body)
    message = f"{provider} answered HTTP {status}" + (f": {said.message}" if said.message else " without a message.")
    return _failure(Evidence(status, said), headers, message, http_status=status)


def failure_from_message(value: object, provider: str, *, has_text: bool = False) -> Failure:
    """The failure that an error object inside an answer is: in a 200 document, or in a stream, perhaps after text."""
    said = read_error(value)
    message = f"{provider} reported an error" + (f": {said.message}" if said.message else " without a message.")
    evidence = Evidence(said.status or 200, said, is_inside=True)
    failure = _failure(evidence, {}, message, http_status=200)
    if failure.code is ErrorCode.CONTEXT_LENGTH_EXCEEDED and has_text and not evidence.says(ABOUT_PROMPT):
        # The prompt did fit, and only the answer can have met the limit.
        return replace(failure, code=ErrorCode.TRUNCATED)
    return failure


def _failure(evidence: Evidence, headers: Mapping[str, str], message: str, http_status: int) -> Failure:
    rule = next((rule for rule in _RULES if rule.applies(evidence)), _UNKNOWN)
    repeat = rule.repeat
    # The server's own word on repeating; it cannot make a request useful that the code says is hopeless.
    match headers.get("x-should-retry", "").lower():
        case "false":
            repeat = False
        case "true" if rule.code is ErrorCode.INVALID_REQUEST:
            repeat = True
        case _:
            pass
    return Failure(
        rule.code,
        clean_message(message),
        _NOTHING_THERE if rule.code is ErrorCode.MODEL_NOT_FOUND and not evidence.body.message else None,
        retryable=True if rule.repeat else rule.retryable,
        repeat=repeat,
        once=rule.once,
        http_status=http_status,
        retry_after_s=retry_after_seconds(headers, evidence.body, datetime.now(UTC)),
    )


_REQUEST_ID_HEADERS = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-ms-client-request-id",
    "mistral-correlation-id",
    "x-ds-trace-id",
    "x-debug-trace-id",
)


def request_id_from(headers: Mapping[str, str]) -> str | None:
    """The id under which the provider's support finds the exchange."""
    return next((clean_message(found)[:128] for name in _REQUEST_ID_HEADERS if (found := headers.get(name))), None)
