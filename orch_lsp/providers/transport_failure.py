"""From what httpx raises to what happened, by the errors underneath and not by their words."""

from __future__ import annotations

import httpx

from orch_lsp.errors import ErrorCode
from orch_lsp.network.causes import cause_of
from orch_lsp.providers.failure import ConnectionLostError, ExchangeFailedError, Failure
from orch_lsp.providers.wording import clean_message

_TLS_ADVICE = (
    "Check the provider's `base_url` and the machine's clock; behind a company proxy, set `network.ca_bundle` "
    "in the user config to its certificate."
)
_DNS_ADVICE = "Check the host in the provider's `base_url`, the network and the proxy."
_REFUSED_ADVICE = "Start the server, or correct the provider's `base_url`."
_PROXY_ADVICE = "Check the proxy's address and credentials in the user config or the proxy variables."


def failure_from_transport(error: httpx.HTTPError | httpx.InvalidURL) -> ExchangeFailedError:
    """The failure that an httpx error is; a `ConnectionLostError` if a connection that stood has ended."""
    match error:
        case httpx.ConnectTimeout():
            failure = Failure(ErrorCode.TIMEOUT, "The server could not be reached in time.", repeat=True, once=True)
        case httpx.ProxyError():
            failure = Failure(
                ErrorCode.NETWORK_ERROR,
                clean_message(f"The proxy refused the request ({error})."),
                _PROXY_ADVICE,
                retryable=False if "407" in str(error) else None,
            )
        case httpx.ConnectError():
            failure = failure_from_causes(error)
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            failure = Failure(
                ErrorCode.INVALID_SETTINGS,
                clean_message(f"The request cannot be sent with these settings ({type(error).__name__})."),
                "Check the provider's `base_url`, `headers` and proxy in the user config.",
            )
        case httpx.RemoteProtocolError() if not _is_early_end(error):
            failure = Failure(
                ErrorCode.INVALID_RESPONSE,
                "What answered does not speak HTTP as it should.",
                "Check the provider's `base_url`: its scheme and port.",
            )
        case _:
            return ConnectionLostError(Failure(ErrorCode.NETWORK_ERROR, "The connection was lost.", repeat=True))
    return ExchangeFailedError(failure)


def failure_from_causes(error: BaseException) -> Failure:
    """The failure that a connection that could not be made is, by the operating system's errors underneath."""
    cause = cause_of(error)
    match cause.kind:
        case "certificate":
            message, advice = f"The server's certificate is not trusted: {clean_message(cause.words)}.", _TLS_ADVICE
        case "tls":
            message, advice = f"No secure connection could be made: {clean_message(cause.words)}.", _TLS_ADVICE
        case "host":
            message, advice = "The server's host name cannot be found.", _DNS_ADVICE
        case "refused":
            message, advice = "The server refused the connection.", _REFUSED_ADVICE
        case "unknown":
            return Failure(ErrorCode.NETWORK_ERROR, "The server cannot be reached.", repeat=cause.may_pass)
    return Failure(ErrorCode.NETWORK_ERROR, message, advice, repeat=cause.may_pass)


def _is_early_end(error: httpx.RemoteProtocolError) -> bool:
    # httpcore and h11 give no type for it, only these words.
    words = str(error).lower()
    return "disconnected" in words or "closed connection" in words or "without sending" in words
