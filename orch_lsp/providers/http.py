"""The HTTP layer that every wire format shares, and the only module that knows httpx.

It never follows a redirect, never takes credentials from the system's netrc file, bounds every wait and every body,
and closes the socket as soon as the reader leaves. Import it late: httpx costs the start of the server dearly.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import zlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, closing
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpx

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.network.handshake import HandshakeGuard
from orch_lsp.network.tls import no_tls_context, tls_context
from orch_lsp.providers.clock import ExchangeClock, GraceOverError
from orch_lsp.providers.decompression import Decompressor, UnknownEncodingError
from orch_lsp.providers.endpoint import Endpoint
from orch_lsp.providers.failure import ConnectionLostError, ExchangeFailedError, Failure
from orch_lsp.providers.transport_failure import failure_from_transport
from orch_lsp.providers.wording import clean_message
from orch_lsp.settings.model import Network, ProviderSettings

# One line for each request at INFO, and at DEBUG what servers answer: neither belongs in a user's log.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

# A body that is cut is no JSON any more, and its code is lost.
_ERROR_BODY_BYTES = 8 * 1024 * 1024
_ERROR_BODY_SECONDS = 5.0
_DRAIN_SECONDS = 0.2


class HttpResponse:
    """An answer whose body has not been read yet; `headers` have lower-case names."""

    def __init__(self, response: httpx.Response, clock: ExchangeClock, max_bytes: int) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
        # Kept for the life of the answer: what pieces() leaves is drained from the same iterator.
        # Not aiter_raw(), which adds two layers that do nothing here and costs as much as parsing does.
        self._stream = cast("AsyncGenerator[bytes, None]", aiter(cast("httpx.AsyncByteStream", response.stream)))
        self._clock = clock
        self._max_bytes = max_bytes
        self._end_is_due = False
        self.was_left_open = False
        """Whether the model had ended its answer and the server did not, which is no fault of the answer."""

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes, content encoding undone, to its end; or as long as an end that is due is waited for.

        Raises:
            ConnectionLostError: The connection ended before the body did.
            ExchangeFailedError: A time-out, a cap, or a broken encoding.
        """
        decompressor = self._decompressor()
        clock, stream, left = self._clock, self._stream, self._max_bytes
        try:
            while True:
                with clock:
                    compressed = await anext(stream, None)
                if compressed is None:
                    break
                clock.received()
                for piece in (compressed,) if decompressor is None else self._decoded(decompressor, compressed):
                    left -= len(piece)
                    if left < 0:
                        raise self._invalid(f"The answer is larger than the limit of {self._max_bytes} bytes.")
                    yield piece
            if decompressor is not None and decompressor.ended_early:
                raise ConnectionLostError(
                    Failure(ErrorCode.NETWORK_ERROR, "The compressed answer was cut.", repeat=True)
                )
        except GraceOverError:
            self.was_left_open = True
        except httpx.HTTPError as error:
            raise failure_from_transport(error) from error

    def expect_end(self, *, soon: bool) -> None:
        """Say whether the model has ended its answer, after which only little is waited for."""
        if soon is not self._end_is_due:
            self._end_is_due = soon
            self._clock.expect_end(soon=soon)

    async def read_error_body(self) -> bytes:
        """The body of a failed answer, or as much of it as could be had."""
        body = bytearray()
        # The status has said already that the request failed; these are only its words.
        with contextlib.suppress(ExchangeFailedError, TimeoutError):
            async with asyncio.timeout(_ERROR_BODY_SECONDS), aclosing(self.pieces()) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) >= _ERROR_BODY_BYTES:
                        break
        return bytes(body[:_ERROR_BODY_BYTES])

    async def drain(self) -> None:
        """Read what follows a terminal marker, so that the connection can be used again; give up soon."""
        with contextlib.suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in self._stream:
                    pass

    async def aclose(self) -> None:
        """Stop reading."""
        await self._stream.aclose()

    def _decoded(self, decompressor: Decompressor, compressed: bytes) -> Iterator[bytes]:
        try:
            yield from decompressor.feed(compressed)
        except zlib.error as error:
            raise self._invalid("The answer's compression is broken.") from error

    def _decompressor(self) -> Decompressor | None:
        encoding = self.headers.get("content-encoding", "identity")
        if encoding == "identity":
            return None
        try:
            return Decompressor(encoding)
        except UnknownEncodingError as error:
            raise self._invalid(f"The answer has an encoding that was not asked for ({error}).") from error

    def _invalid(self, message: str) -> ExchangeFailedError:
        failure = Failure(ErrorCode.INVALID_RESPONSE, clean_message(message), http_status=self.status)
        return ExchangeFailedError(failure)


def _proxy(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    return httpx.Proxy(url, ssl_context=context if url.lower().startswith("https:") else None)


class HttpClient:
    """Connections to one endpoint. Make it on a worker thread: the first one loads certificates.

    Raises:
        SettingsError: A certificate, a key or a proxy cannot be used.
    """

    def __init__(self, settings: ProviderSettings, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
        network = settings.network
        # A server on this machine is asked directly; loading certificates would take longer than its first word.
        is_plain = endpoint.scheme == "http" and endpoint.is_loopback and network == Network()
        context = no_tls_context() if is_plain else tls_context(network)
        try:
            self._client = httpx.AsyncClient(
                verify=context,
                proxy=None if network.proxy is None else _proxy(network.proxy, context),
                # The environment is read for proxies only, and never to reach this machine through one.
                trust_env=network.proxy is None and not endpoint.is_loopback,
                follow_redirects=False,
                # Requests have nothing to do with each other: no cookie is taken.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                timeout=httpx.Timeout(None, connect=settings.timeout.connect),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=10, keepalive_expiry=30),
            )
        except ImportError as error:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS,
                "A SOCKS proxy is set, and the package that speaks to one is not installed.",
                remediation="Install `httpx[socks]` beside orch-lsp, or set an http proxy.",
            ) from error
        except (ValueError, httpx.InvalidURL) as error:
            raise SettingsError(
                ErrorCode.INVALID_SETTINGS,
                "The proxy's address cannot be used.",
                remediation="Correct `network.proxy` in the user config, or the proxy variables of the environment.",
            ) from error

    @asynccontextmanager
    async def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> AsyncGenerator[HttpResponse, None]:
        """Send one request; leaving the context closes the exchange.

        Raises:
            ExchangeFailedError: No answer came.
        """
        with closing(ExchangeClock(self._settings.timeout)) as clock:
            response = await self._answer(clock, method, path, headers, body)
            opened = HttpResponse(response, clock, self._settings.limits.max_bytes)
            async with aclosing(response), aclosing(opened):
                yield opened

    async def _answer(
        self, clock: ExchangeClock, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> httpx.Response:
        try:
            request = self._client.build_request(
                method, self._endpoint.url(path), headers=headers, content=body, extensions={"trace": HandshakeGuard()}
            )
            with clock:
                return await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise failure_from_transport(error) from error
        except UnicodeEncodeError as error:
            raise ExchangeFailedError(
                Failure(
                    ErrorCode.INVALID_SETTINGS,
                    "A header of the provider holds a character that no header can have.",
                    "Correct the provider's `headers` in the user config.",
                )
            ) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()
