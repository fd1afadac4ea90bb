"""The base of providers that reach a service: a checked key, attempts by the rules of `retry`, remedies."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from orch_lsp.errors import ErrorCode
from orch_lsp.late import late
from orch_lsp.providers.base import (
    AttemptEnded,
    AttemptStarted,
    GenerationRequest,
    StreamEvent,
    TextDelta,
    Waiting,
)
from orch_lsp.providers.endpoint import endpoint_of
from orch_lsp.providers.exchange import ExchangeNotes
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.retry import delay_s
from orch_lsp.redaction import Redactor
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers import remedies
else:
    remedies = late("orch_lsp.providers.remedies")

Exchange: TypeAlias = Callable[[ExchangeNotes], AsyncGenerator[StreamEvent, None]]
"""One attempt: yields what comes, and raises `ExchangeFailedError` after it if that is no whole answer."""


class RetryingProvider(ABC):
    """Asks the endpoint of `settings`, again where that can help.

    Args:
        settings: The provider as the user level describes it.
        api_key: The key, or None; it goes with requests to this endpoint and nowhere else.
        sleep: Waits the given seconds between attempts.
        jitter: A number in [0, 1) for each wait.

    Raises:
        SettingsError: `base_url` cannot be used.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        api_key: str | None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._api_key = api_key.strip() if api_key else None
        self._endpoint = endpoint_of(settings)
        self._sleep = sleep
        self._jitter = jitter
        self._redactor = Redactor()
        if self._api_key:
            self._redactor.add(self._api_key)

    @property
    def id(self) -> str:
        """The name that settings and records use."""
        return self._settings.name

    @property
    def server_address(self) -> str | None:
        """Host, or host:port, that requests go to."""
        return self._endpoint.server_address

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask, and yield what comes; see `base` for the order of events.

        Raises:
            ProviderError: The request failed for good.
        """
        self._check_key()
        exchange = await self._prepare(request)
        number, wait_s = 1, 0.0
        earlier: list[ErrorCode] = []
        while True:
            yield AttemptStarted(number, self.id, request.model, self.server_address, wait_s)
            notes = ExchangeNotes(self._redactor)
            has_text = False
            try:
                async with aclosing(exchange(notes)) as events:
                    async for event in events:
                        has_text = has_text or isinstance(event, TextDelta)
                        yield event
            except ExchangeFailedError as failed:
                failure = self._refined(failed.failure, request.model)
            else:
                yield AttemptEnded(number, "ok", notes.http_status, notes.request_id, None)
                return
            error = failure.error()
            yield AttemptEnded(number, "error", notes.http_status, notes.request_id, error.detail)
            delay = None if has_text else delay_s(failure, number, earlier, self._settings.retry, self._jitter)
            if delay is None:
                raise error
            yield Waiting(delay, error.detail)
            await self._sleep(delay)
            earlier.append(failure.code)
            number, wait_s = number + 1, delay

    @abstractmethod
    async def _prepare(self, request: GenerationRequest) -> Exchange:
        """Everything that is done once, however many attempts there are."""

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

        failure = remedies.with_remedy(failure, self._settings, model, has_key=self._api_key is not None)
        message = self._redactor.redact_known(failure.message)
        if failure.code is ErrorCode.NETWORK_ERROR:
            # With a fallback, or a proxy in between, "the server" could be anybody.
            where = f" at {self.server_address}" if self.server_address else ""
            message = f"{self.id}{where}: {message}"
        return replace(failure, message=message)
