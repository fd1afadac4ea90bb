"""A server over streamable HTTP: asked at one address, and bounded in all that it says.

The SDK's own transport speaks the protocol. The client below is what it sends with: requests go to the server's own
origin alone, what comes is counted, and an answer after which nothing good can come ends the talk with its reason.
Servers have one more stream, for what they want to say unasked; it is not opened.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast

import httpx2
from mcp.client.streamable_http import streamable_http_client
from typing_extensions import override

from orch_lsp import __version__
from orch_lsp.context.mcp.address import Address
from orch_lsp.context.mcp.http_faults import end_of, fault_of_answer, fault_of_transport
from orch_lsp.context.mcp.watch import Watch
from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.network.handshake import HandshakeGuard
from orch_lsp.network.tls import no_tls_context, tls_context
from orch_lsp.settings.model import Network

# They tell each request, the server's words and the number of the session: none of it belongs in a user's log.
logging.getLogger("httpx2").setLevel(logging.WARNING)
logging.getLogger("httpcore2").setLevel(logging.WARNING)
logging.getLogger("mcp.client.streamable_http").setLevel(logging.CRITICAL)

_GRACE_S = 0.5
_MOST_REDIRECTS = 3
_MOST_RETURNS = 20
"""How often a server may close a stream before its answer is in it, and be asked for the rest."""
_EVENTS = "text/event-stream"


class AnswerRefusedError(Exception):
    """An answer after which the talk is over; the watch knows why."""


@asynccontextmanager
async def reached(address: Address, watch: Watch) -> AsyncGenerator[Any, None]:
    """Open the talk with a server, and end its session afterwards.

    Args:
        address: Where it is.
        watch: Counts what it sends, and is told what is wrong with it.

    Raises:
        SettingsError: A certificate or a proxy cannot be used.
    """
    # Loading certificates takes a while.
    client = await asyncio.to_thread(_client, address, watch)
    largest = watch.most_bytes
    async with (
        client,
        streamable_http_client(address.url, http_client=client, max_sse_event_size=largest) as streams,
    ):
        try:
            yield streams
        finally:
            watch.is_over = True


def _client(address: Address, watch: Watch) -> _Client:
    network = address.network
    is_plain = address.url.startswith("http:") and network == Network()
    context = no_tls_context() if is_plain else tls_context(network)
    try:
        return _Client(
            address,
            watch,
            verify=context,
            proxy=None if network.proxy is None else _proxy(network.proxy, context),
            # The environment is read for proxies only, and never to reach this machine through one.
            trust_env=network.proxy is None and not address.is_loopback,
            follow_redirects=False,
            max_redirects=_MOST_REDIRECTS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            timeout=httpx2.Timeout(None),
            headers={
                "user-agent": f"orch-lsp/{__version__}",
                **address.headers,
                "accept-encoding": "identity",
            },
        )
    except ImportError as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            "A SOCKS proxy is set, and the package that speaks to one is not installed.",
            remediation="Install `httpx2[socks]` beside orch-lsp, or set an http proxy.",
        ) from error
    except (ValueError, httpx2.InvalidURL) as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            "The proxy's address cannot be used.",
            remediation="Correct `network.proxy` in the user config, or the proxy variables of the environment.",
        ) from error


def _proxy(url: str, context: ssl.SSLContext) -> httpx2.Proxy:
    return httpx2.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)


class _Client(httpx2.AsyncClient):
    """Sends what the SDK wants sent, within what may be sent and received."""

    def __init__(self, address: Address, watch: Watch, **options: Any) -> None:
        super().__init__(**options)
        self._address = address
        self._origin = _origin(httpx2.URL(address.url))
        self._watch = watch
        self._returns = 0

    @override
    async def send(
        self, request: httpx2.Request, *, stream: bool = True, auth: Any = None, follow_redirects: Any = False
    ) -> httpx2.Response:
        """Send a request of the SDK, unless the talk is over. No redirect is followed, and no body read, here.

        Raises:
            AnswerRefusedError: The talk is over.
            httpx2.HTTPError: No answer came.
        """
        if self._watch.is_cut or _origin(request.url) != self._origin:
            raise AnswerRefusedError
        if request.method == "GET":
            if "last-event-id" not in request.headers:
                return httpx2.Response(405, request=request)
            self._count_return()
        request.extensions["trace"] = HandshakeGuard()
        try:
            # A session is ended without much waiting.
            async with asyncio.timeout(_GRACE_S if request.method == "DELETE" else None):
                response = await super().send(request, stream=True, auth=None, follow_redirects=False)
        except httpx2.HTTPError as error:
            self._note(fault_of_transport(error))
            raise
        if request.method != "DELETE":
            await self._judge(request, response)
        response.stream = _Counted(cast("httpx2.AsyncByteStream", response.stream), response, self._watch)
        return response

    def _count_return(self) -> None:
        self._returns += 1
        if self._returns > _MOST_RETURNS:
            self._note("it put its answer off too often")
            self._watch.is_cut = True
            raise AnswerRefusedError

    async def _judge(self, request: httpx2.Request, response: httpx2.Response) -> None:
        reason = end_of(response, self._address, in_session="mcp-session-id" in request.headers)
        self._note(reason or fault_of_answer(response, self._address))
        if reason:
            await response.aclose()
            raise AnswerRefusedError

    def _note(self, fault: str) -> None:
        if not self._watch.is_over and not self._watch.is_cut:
            self._watch.fault = fault


class _Counted(httpx2.AsyncByteStream):
    """A body, counted as it comes."""

    def __init__(self, inner: httpx2.AsyncByteStream, response: httpx2.Response, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch
        self._has_events = response.headers.get("content-type", "").lower().startswith(_EVENTS)

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        watch = self._watch
        try:
            async for piece in self._inner:
                # A message is an event, which has two lines or more, each with an end of up to two characters.
                ends = piece.count(b"\n") + piece.count(b"\r") if self._has_events else 0
                if watch.is_too_much(len(piece), ends // 4):
                    raise AnswerRefusedError
                yield piece
        except httpx2.HTTPError as error:
            watch.fault = watch.fault or fault_of_transport(error)
            raise
        if self._has_events and not watch.is_over:
            # The SDK leaves a stream of events with the answer in it; it does not come to its end.
            watch.fault = watch.fault or "the connection ended before the answer was there"

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
