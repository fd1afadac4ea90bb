"""The waits of one exchange, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.settings.model import Timeouts

_T = TypeVar("_T")


class ExchangeClock:
    """Counts from its creation: to the first byte, between bytes, and in all.

    Time that the reader spends between two waits counts against the whole only.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._now = asyncio.get_running_loop().time
        self._started = self._now()
        self._has_received = False

    def received(self) -> None:
        """Bytes of the body have come: from now on gaps are measured."""
        self._has_received = True

    async def wait(self, awaitable: Awaitable[_T]) -> _T:
        """Await the next bytes.

        Raises:
            ExchangeFailedError: None came in time.
        """
        patience = (
            self._now() + self._timeouts.idle if self._has_received else self._started + self._timeouts.first_byte
        )
        end = self._started + self._timeouts.total
        try:
            async with asyncio.timeout_at(min(patience, end)):
                return await awaitable
        except TimeoutError as error:
            raise ExchangeFailedError(self._failure(total=end <= patience)) from error

    def _failure(self, *, total: bool) -> Failure:
        if total:
            return Failure(
                ErrorCode.TIMEOUT,
                f"The answer was not complete within {self._timeouts.total:g} s.",
                "Raise the provider's `timeout.total` in the user config, or ask for fewer sections.",
            )
        if self._has_received:
            return Failure(
                ErrorCode.TIMEOUT,
                f"The answer stalled: nothing came for {self._timeouts.idle:g} s.",
                "Retry, or raise the provider's `timeout.idle` in the user config.",
                repeat=True,
                once=True,
            )
        return Failure(
            ErrorCode.TIMEOUT,
            f"No answer came within {self._timeouts.first_byte:g} s.",
            "Retry, or raise the provider's `timeout.first_byte` in the user config.",
            repeat=True,
            once=True,
        )
