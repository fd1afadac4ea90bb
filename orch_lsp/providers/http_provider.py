"""A provider that is reached over HTTP: one class for all wire formats."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from orch_lsp import __version__
from orch_lsp.errors import ProviderError, SettingsError
from orch_lsp.late import late
from orch_lsp.providers.base import Batched, GenerationRequest, LimitsOutput, ModelInfo
from orch_lsp.providers.exchange import PreparedRequest, exchange
from orch_lsp.providers.failure import ExchangeFailedError
from orch_lsp.providers.listing import list_models
from orch_lsp.providers.retrying import Exchange, RetryingProvider
from orch_lsp.providers.wire import WireFormat
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers import http
    from orch_lsp.providers.batches import calls as batch_calls
    from orch_lsp.providers.batches import desk as batch_desk
    from orch_lsp.providers.batches import endpoint as batch_endpoint
    from orch_lsp.providers.batches import ledger as batch_ledger
    from orch_lsp.providers.batches import provider as batch_provider
else:
    batch_calls = late("orch_lsp.providers.batches.calls")
    batch_desk = late("orch_lsp.providers.batches.desk")
    batch_endpoint = late("orch_lsp.providers.batches.endpoint")
    batch_ledger = late("orch_lsp.providers.batches.ledger")
    batch_provider = late("orch_lsp.providers.batches.provider")
    http = late("orch_lsp.providers.http")


class HttpProvider(RetryingProvider):
    """Speaks `wire` to the endpoint of `settings`; see `RetryingProvider` for the other arguments.

    The HTTP client is made when it is first needed, on a worker thread, and kept until `aclose`.
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
        super().__init__(settings, api_key, sleep=sleep, jitter=jitter)
        self._wire = wire
        self._client: http.HttpClient | None = None
        self._opening = asyncio.Lock()
        self._batched: dict[Path, Batched] = {}

    @property
    def kind(self) -> str:
        """The wire format."""
        return self._wire.kind

    @property
    def default_max_output_tokens(self) -> int | None:
        """The limit that is sent where the request has none; None if none is."""
        return self._wire.default_max_output_tokens if isinstance(self._wire, LimitsOutput) else None

    def request_body(self, request: GenerationRequest) -> bytes | None:
        """The exact bytes that `stream` sends."""
        body = self._wire.body(request, self._settings)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        try:
            return text.encode()
        except UnicodeEncodeError:
            # A half of a character, as an editor's text may hold one, has no bytes in UTF-8.
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()

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

    def batched(self, folder: Path) -> Batched | None:
        """The same provider by batches; None if its service has none. One for each folder, however often it is asked.

        Args:
            folder: Where the state of its batches lies.
        """
        if not isinstance(self._wire, batch_endpoint.HasBatches):
            return None
        if folder not in self._batched:
            endpoint = self._wire.batch_endpoint(self._settings)
            ledger = batch_ledger.BatchLedger(folder, f"{self.kind} {self.server_address}")
            calls = batch_calls.Calls(self._opened, self._headers, self.id)
            desk = batch_desk.BatchDesk(
                endpoint, calls, ledger, attempts=self._settings.retry.attempts, sleep=self._sleep
            )
            served = batch_provider.Served(
                self._settings, self.server_address, self._wire, self._check_key, self._refined
            )
            self._batched[folder] = batch_provider.BatchedProvider(served, endpoint, desk)
        return self._batched[folder]

    async def aclose(self) -> None:
        """Close all connections."""
        for batched in self._batched.values():
            await batched.aclose()
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    @override
    async def _prepare(self, request: GenerationRequest) -> Exchange:
        client = await self._opened()
        prepared = self._prepared(request)
        return lambda notes: exchange(client, prepared, self._wire.decoder(self._settings), notes)

    async def _opened(self) -> http.HttpClient:
        async with self._opening:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(self._make_client)
                except SettingsError as error:
                    raise ProviderError(error.code, error.message, remediation=error.remediation) from error
            return self._client

    def _make_client(self) -> http.HttpClient:
        # Here, and so on the worker thread, because importing httpx would hold up the loop.

        return http.HttpClient(self._settings, self._endpoint)

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

    def _headers(self) -> dict[str, str]:
        shared = {
            "content-type": "application/json",
            "accept": "text/event-stream, application/x-ndjson, application/json",
            "accept-encoding": "identity",
            "user-agent": f"orch-lsp/{__version__}",
        }
        own = {name.lower(): value for name, value in self._settings.headers.items()}
        return {**shared, **self._wire.headers(self._api_key, self._settings), **own}
