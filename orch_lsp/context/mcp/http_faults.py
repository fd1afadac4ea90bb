"""The reason why a server over HTTP gives nothing, by its answer or by how the connection to it ended, as a clause."""

from __future__ import annotations

import httpx2

from orch_lsp.context.mcp.address import Address
from orch_lsp.context.mcp.answer import shown
from orch_lsp.network.causes import cause_of

_KEEP_THE_METHOD = frozenset((307, 308))
_REFUSALS = frozenset((401, 403))
_GONE, _TOO_MANY = 404, 429
_TAKEN = frozenset((202, 204))
_JSON, _EVENTS = "application/json", "text/event-stream"


def end_of(response: httpx2.Response, address: Address, *, in_session: bool) -> str:
    """The reason for which nothing more is asked of a server after this answer; empty if the talk can go on."""
    status = response.status_code
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return "it sent a compressed answer, which nobody asked for"
    if response.next_request is not None:
        return _redirect(response, response.next_request.url, address)
    if status in _REFUSALS:
        return f"it refused the request (HTTP {status}): {_cure(address)}; there is no login by OAuth"
    if status == _GONE and in_session:
        return f"it ended the session (HTTP {status})"
    if status == _TOO_MANY:
        return f"it was asked too often (HTTP {status})"
    return ""


def _cure(address: Address) -> str:
    if not address.variables:
        return f"name the variable that holds your key in `api_key_env` of your own `[mcp.{address.name}]`"
    held = ", ".join(f"{variable} (header {header})" for header, variable in address.variables.items())
    return f"look at the environment variable {held}"


def _redirect(response: httpx2.Response, to: httpx2.URL, address: Address) -> str:
    sent = response.request.url
    is_own = (to.scheme, to.host, to.port) == (sent.scheme, sent.host, sent.port)
    if is_own and response.status_code in _KEEP_THE_METHOD:
        return ""
    place = shown(str(to.copy_with(userinfo=b"", query=None, fragment=None)), address.secrets)
    return f"it redirects to {place} (HTTP {response.status_code}), which is not followed: if that is it, set its `url`"


def fault_of_answer(response: httpx2.Response, address: Address) -> str:
    """The fault of an answer that can still be made good by a later one; empty if there is none that HTTP knows."""
    status = response.status_code
    written = response.headers.get("content-type", "").partition(";")[0].strip()
    kind = written.lower()
    if status >= 400:
        return "" if kind == _JSON else f"it answered HTTP {status}"
    if status in _TAKEN or kind in {_JSON, _EVENTS}:
        return ""
    return f"it is no server of the protocol: it sent {shown(written, address.secrets) or 'an answer of no type'}"


def fault_of_transport(error: httpx2.HTTPError) -> str:
    """The reason for which no answer came, or not all of it."""
    match error:
        case httpx2.ProxyError():
            return "the proxy refused the request"
        case httpx2.ConnectError():
            return _unconnected(error)
        case httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError():
            return "it cannot be asked with this `url` and these `headers`"
        case httpx2.RemoteProtocolError() if not _is_early_end(error):
            return "it does not speak HTTP as it should"
        case _:
            return "the connection was lost"


def _is_early_end(error: httpx2.RemoteProtocolError) -> bool:
    # The library gives no type for it, only these words.
    words = str(error).lower()
    return "disconnected" in words or "closed connection" in words or "without sending" in words


def _unconnected(error: httpx2.ConnectError) -> str:
    cause = cause_of(error)
    match cause.kind:
        case "certificate":
            return f"its certificate is not trusted: {shown(cause.words, ())}"
        case "tls":
            return f"no secure connection could be made: {shown(cause.words, ())}"
        case "host":
            return "its host name cannot be found"
        case "refused":
            return "it refused the connection"
        case "unknown":
            return "it cannot be reached"
