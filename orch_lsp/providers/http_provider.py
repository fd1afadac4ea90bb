"""A provider that is reached over HTTP: one class for all wire formats."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp import __version__
from orch_lsp.errors import ErrorCode, ProviderError, SettingsError
from orch_lsp.providers.base import (
    AttemptEnded,
    AttemptStarted,
    GenerationRequest,
    LimitsOutput,
    ModelInfo,
    StreamEvent,
    TextDelta,
    Waiting,
)
from orch_lsp.providers.endpoint import endpoint_of
from orch_lsp.providers.exchange import ExchangeNotes, PreparedRequest, exchange
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.listing import list_models
from orch_lsp.providers.retry import delay_s
from orch_lsp.providers.wire import WireFormat
from orch_lsp.redaction import Redactor
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers.http import HttpClient


class HttpProvider:
    """Speaks `wire` to the endpoint of `settings`.

    The HTTP client is made when it is first needed, on a worker thread, and kept until `aclose`.

    Args:
        settings: The provider as the user level describes it.
        api_key: The key, or None; it goes into the headers of requests to this endpoint and nowhere else.
        wire: The wire format.
        sleep: Waits the given seconds between attempts.
        jitter: A number in [0, 1) for each wait.

    Raises:
        SettingsError: `base_url` cannot be used.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        api_key: str | None,
        wire: WireFormat,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._api_key = api_key.strip() if api_key else None
        self._wire = wire
        self._endpoint = endpoint_of(settings)
        self._sleep = sleep
        self._jitter = jitter
        self._redactor = Redactor()
        if self._api_key:
            self._redactor.add(self._api_key)
        self._client: HttpClient | None = None
        self._opening = asyncio.Lock()

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._settings.name

    @property
    def kind(self) -> str:
        """The wire format."""
        return self._wire.kind

    @property
    def server_address(self) -> str | None:
        """Host, or host:port, that requests go to."""
        return self._endpoint.server_address

    @property
    def default_max_output_tokens(self) -> int | None:
        """The limit that is sent where the request has none; None if none is."""
        return self._wire.default_max_output_tokens if isinstance(self._wire, LimitsOutput) else None

    def request_body(self, request: GenerationRequest) -> bytes | None:
        """The exact bytes that `stream` sends."""
        body = self._wire.body(request, self._settings)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and yield what comes; see `base` for the order of events.

        Raises:
            ProviderError: The request failed for good.
        """
        self._check_key()
        client = await self._opened()
        prepared = self._prepared(request)
        number, wait_s = 1, 0.0
        earlier: list[ErrorCode] = []
        while True:
            yield AttemptStarted(number, self.id, request.model, self.server_address, wait_s)
            notes = ExchangeNotes()
            has_text = False
            try:
                async with aclosing(exchange(client, prepared, self._wire.decoder(self._settings), notes)) as events:
                    async for event in events:
                        has_text = has_text or isinstance(event, TextDelta)
                        yield event
            except ExchangeFailedError as failed:
                failure = self._refined(failed.failure, request.model)
            else:
                yield AttemptEnded(number, "ok", notes.http_status, self._request_id(notes), None)
                return
            error = failure.error()
            yield AttemptEnded(number, "error", notes.http_status, self._request_id(notes), error.detail)
            delay = None if has_text else delay_s(failure, number, earlier, self._settings.retry, self._jitter)
            if delay is None:
                raise error
            yield Waiting(delay, error.detail)
            await self._sleep(delay)
            earlier.append(failure.code)
            number, wait_s = number + 1, delay

    async def models(self) -> tuple[ModelInfo, ...]:
        """Ask the provider for its models.

        Raises:
            ProviderError: There is no list, or it could not be had.
        """
        self._check_key()
        client = await self._opened()
        headers = {**self._headers(), "accept": "application/json", "accept-encoding": "gzip"}
        try:
            return await list_models(client, self._wire, self._settings, headers)
        except ExchangeFailedError as failed:
            raise self._refined(failed.failure, None).error() from failed

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _opened(self) -> HttpClient:
        async with self._opening:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(self._make_client)
                except SettingsError as error:
                    raise ProviderError(error.code, error.message, remediation=error.remediation) from error
            return self._client

    def _make_client(self) -> HttpClient:
        # Here, and so on the worker thread, because importing httpx would hold up the loop.
        from orch_lsp.providers.http import HttpClient

        return HttpClient(self._settings, self._endpoint)

    def _prepared(self, request: GenerationRequest) -> PreparedRequest:
        return PreparedRequest(
            path=self._wire.path(request, self._settings),
            headers=self._headers(),
            body=self.request_body(request) or b"",
            json_lines=self._wire.json_lines,
            max_events=self._settings.limits.max_events,
            provider=self.id,
            max_output_tokens=request.max_output_tokens,
        )

    def _request_id(self, notes: ExchangeNotes) -> str | None:
        return None if notes.request_id is None else self._redactor.redact_known(notes.request_id)

    def _headers(self) -> dict[str, str]:
        shared = {
            "content-type": "application/json",
            "accept": "text/event-stream, application/x-ndjson, application/json",
            "accept-encoding": "identity",
            "user-agent": f"orch-lsp/{__version__}",
        }
        own = {name.lower(): value for name, value in self._settings.headers.items()}
        return {**shared, **self._wire.headers(self._api_key, self._settings), **own}

    def _check_key(self) -> None:
        key = self._api_key
        if not key:
            if self._settings.requires_key:
                failure = Failure(ErrorCode.MISSING_AUTH, f"{self.id} needs an API key, and none is set.")
                raise self._refined(failure, None).error()
        elif not (key.isascii() and key.isprintable()):
            failure = Failure(
                ErrorCode.INVALID_AUTH, f"The API key of {self.id} holds a character that no key can have."
            )
            raise self._refined(failure, None).error()

    def _refined(self, failure: Failure, model: str | None) -> Failure:
        # Loaded when something has failed; the first word of an answer does not wait for it.
        from orch_lsp.providers.remedies import with_remedy

        failure = with_remedy(failure, self._settings, model, has_key=self._api_key is not None)
        return replace(failure, message=self._redactor.redact_known(failure.message))
