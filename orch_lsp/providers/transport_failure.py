"""From what httpx raises to what happened, by the errors underneath and not by their words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from orch_lsp.errors import ErrorCode
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
    for cause in causes_of(error):
        match cause:
            case ssl.SSLCertVerificationError():
                reason = clean_message(cause.verify_message)
                return Failure(
                    ErrorCode.NETWORK_ERROR, f"The server's certificate is not trusted: {reason}.", _TLS_ADVICE
                )
            case ssl.SSLError():
                reason = clean_message(str(cause.reason or type(cause).__name__)).replace("_", " ").lower()
                return Failure(ErrorCode.NETWORK_ERROR, f"No secure connection could be made: {reason}.", _TLS_ADVICE)
            case socket.gaierror():
                return Failure(
                    ErrorCode.NETWORK_ERROR,
                    "The server's host name cannot be found.",
                    _DNS_ADVICE,
                    repeat=cause.errno == socket.EAI_AGAIN,
                )
            case ConnectionRefusedError():
                return Failure(
                    ErrorCode.NETWORK_ERROR, "The server refused the connection.", _REFUSED_ADVICE, repeat=True
                )
            case _:
                continue
    return Failure(ErrorCode.NETWORK_ERROR, "The server cannot be reached.", repeat=True)


def _is_early_end(error: httpx.RemoteProtocolError) -> bool:
    # httpcore and h11 give no type for it, only these words.
    words = str(error).lower()
    return "disconnected" in words or "closed connection" in words or "without sending" in words


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, each once."""
    seen: set[int] = set()
    pending: list[BaseException] = [error]
    while pending:
        cause = pending.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            pending.extend(cause.exceptions)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] -- a group of any exceptions
        pending.extend(linked for linked in (cause.__cause__, cause.__context__) if linked is not None)
