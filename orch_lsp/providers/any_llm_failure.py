"""From what any-llm, or a client that it drives, raises to what happened: by the answer itself where it can be had.

any-llm sorts errors by status and by words in the message, and so takes an exhausted quota for a rate limit. The
client's own error, which it keeps, holds status, headers and body; those go the way of every other failed answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from orch_lsp.errors import ErrorCode, OrchError
from orch_lsp.network.causes import causes_of
from orch_lsp.providers.classify import failure_from_answer, failure_from_message
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.finish import failure_without_end
from orch_lsp.providers.json_values import mapping
from orch_lsp.providers.transport_failure import failure_from_causes
from orch_lsp.providers.wording import clean_message

# Classes of any-llm's own for errors without an answer to look at, by name: the library need not be loaded here.
_BY_NAME: Mapping[str, ErrorCode] = {
    "MissingApiKeyError": ErrorCode.MISSING_AUTH,
    "AuthenticationError": ErrorCode.INVALID_AUTH,
    "InsufficientFundsError": ErrorCode.BILLING,
    "RateLimitError": ErrorCode.RATE_LIMITED,
    "ModelNotFoundError": ErrorCode.MODEL_NOT_FOUND,
    "ContextLengthExceededError": ErrorCode.CONTEXT_LENGTH_EXCEEDED,
    "ContentFilterError": ErrorCode.CONTENT_FILTERED,
    "UnsupportedParameterError": ErrorCode.INVALID_REQUEST,
    "InvalidRequestError": ErrorCode.INVALID_REQUEST,
    "UpstreamProviderError": ErrorCode.PROVIDER_UNAVAILABLE,
    "GatewayTimeoutError": ErrorCode.TIMEOUT,
    "NotImplementedError": ErrorCode.INVALID_REQUEST,
}
_REPEATED = frozenset({ErrorCode.RATE_LIMITED, ErrorCode.PROVIDER_UNAVAILABLE})
# Names that httpx, its successor and the vendors' clients share.
_TIMED_OUT = frozenset({"TimeoutException", "ConnectTimeout", "ReadTimeout", "APITimeoutError", "TimeoutError"})
_LOST = frozenset({"RemoteProtocolError", "ReadError", "WriteError", "CloseError", "IncompleteReadError"})
_UNREACHABLE = frozenset({"ConnectError", "ProxyError", "APIConnectionError"})
_MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RecursionError)


def failure_from_library(error: Exception, provider: str, *, has_text: bool) -> Failure:
    """The failure that an error of the library, or of a client below it, is."""
    causes = tuple(_chain(error))
    for cause in causes:
        if isinstance(cause, ExchangeFailedError):
            return cause.failure
        if isinstance(cause, OrchError):
            return Failure(cause.code, cause.message, cause.remediation)
    for cause in causes:
        if (failure := _from_answer(cause, provider)) is not None:
            return failure
    if (failure := _from_transport(error, causes, has_text=has_text)) is not None:
        return failure
    original = _original(error)
    if isinstance(original, _MALFORMED):
        # The library judges by words, and takes `invalid start byte` for a wrong request.
        return Failure(
            ErrorCode.INVALID_RESPONSE, f"The answer of {provider} cannot be read ({type(original).__name__})."
        )
    code = next((found for cause in causes for name in _names(cause) if (found := _BY_NAME.get(name))), None)
    if code is not None:
        return Failure(code, _said(provider, error), repeat=code in _REPEATED)
    return Failure(ErrorCode.PROVIDER_UNAVAILABLE, _said(provider, error))


def _from_answer(error: BaseException, provider: str) -> Failure | None:
    """By status, headers and body, where an error has them."""
    response: Any = getattr(error, "response", None)
    body: object = getattr(error, "body", None)
    status: object = getattr(response, "status_code", None)
    if isinstance(status, int) and status >= 400:
        headers = {str(name).lower(): str(value) for name, value in dict(response.headers).items()}
        return failure_from_answer(status, headers, _content(response, body), provider)
    if isinstance(status, int) and 300 <= status < 400:
        return Failure(
            ErrorCode.INVALID_RESPONSE,
            f"{provider} answered with a redirect (HTTP {status}).",
            "Redirects are not followed, so that no key goes astray; set the final address as `base_url`.",
        )
    if said := mapping(body):
        # An error inside the stream; OpenAI's client takes off the object around it.
        return failure_from_message(said if "error" in said else {"error": said}, provider)
    return None


def _content(response: Any, body: object) -> bytes:
    try:
        content: object = response.content
    except Exception:  # noqa: BLE001 -- each HTTP library has an error of its own for a body that was not read
        content = None
    if isinstance(content, bytes) and content:
        return content
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    return json.dumps(body if "error" in mapping(body) else {"error": body}, default=str).encode()


def _from_transport(error: Exception, causes: tuple[BaseException, ...], *, has_text: bool) -> Failure | None:
    names = {name for cause in causes for name in _names(cause)}
    if names & _TIMED_OUT:
        return Failure(ErrorCode.TIMEOUT, "The server could not be reached in time.", repeat=True, once=True)
    if names & _LOST:
        return failure_without_end(has_text=has_text, lost=True)
    if names & _UNREACHABLE:
        return failure_from_causes(error)
    return None


def _chain(error: Exception) -> Iterator[BaseException]:
    """The error, the one that any-llm keeps in it, and what caused them."""
    yield from causes_of(error)
    original = _original(error)
    if original is not error:
        yield from causes_of(original)


def _original(error: Exception) -> Exception:
    original: object = getattr(error, "original_exception", None)
    return original if isinstance(original, Exception) else error


def _names(error: BaseException) -> Iterator[str]:
    return (kind.__name__ for kind in type(error).__mro__)


def _said(provider: str, error: Exception) -> str:
    return clean_message(f"{provider} failed in any-llm: {error}")
