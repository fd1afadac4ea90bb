"""The waits of one exchange, bounded."""

from __future__ import annotations

import asyncio
import math

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.settings.model import Timeouts

GRACE_S = 4.0
"""How long an answer is waited for that the model has ended: for its usage and its terminal marker, in seconds."""


class GraceOverError(Exception):
    """The model has ended its answer, and the server does not end it."""


class ExchangeClock:
    """Counts from its creation: to the first byte, between bytes, and in all.

    Time that the reader spends between two waits counts against the whole only. There is one timer for the whole
    exchange, which looks at the deadline of the wait that is going on when it fires: `asyncio.timeout` sets and cancels
    a timer for each wait, 3 to 4 µs against 0.8, with which `benchmarks/stream.py` gives 1.6 to 1.7 times bare httpx;
    its limit is 1.5, and this gives 1.2.

    The clock itself is the context of each wait, and is closed when the exchange is over.

    Raises:
        ExchangeFailedError: Nothing came in time; on entering, if the time for the whole is up.
        GraceOverError: The end was expected, and the time that was left for it is up.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._end = self._started + timeouts.total
        self._has_received = False
        self._last_end = math.inf
        self._deadline = 0.0
        self._waiting: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fires_at = math.inf
        self._has_expired = False
        self._cancelling = 0

    def received(self) -> None:
        """Bytes of the body have come: from now on gaps are measured."""
        self._has_received = True

    def expect_end(self, *, soon: bool) -> None:
        """From now on wait no longer than `GRACE_S` in all, whatever comes; or, if not `soon`, as before."""
        self._last_end = self._loop.time() + min(GRACE_S, self._timeouts.idle) if soon else math.inf

    def close(self) -> None:
        """The exchange is over."""
        if self._timer is not None:
            self._timer.cancel()

    def __enter__(self) -> None:
        now = self._loop.time()
        if now >= self._end or now >= self._last_end:
            # The timer alone never fires while a slow reader finds bytes at hand whenever it looks.
            raise self._error(total=True)
        patience = now + self._timeouts.idle if self._has_received else self._started + self._timeouts.first_byte
        self._deadline = min(self._end, patience, self._last_end)
        if self._fires_at > self._deadline:
            self._arm()
        task = self._waiting = asyncio.current_task()
        self._cancelling = task.cancelling() if task is not None else 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        task, self._waiting = self._waiting, None
        if kind is not asyncio.CancelledError or task is None or not self._has_expired:
            return
        # As in asyncio.timeout(): somebody else's cancellation goes first.
        if task.uncancel() <= self._cancelling:
            raise self._error(total=self._deadline >= self._end) from None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look)
        self._fires_at = self._deadline

    def _look(self) -> None:
        self._timer = None
        self._fires_at = math.inf
        if self._waiting is None:
            # The reader is busy; the next wait arms the timer again.
            return
        if self._loop.time() < self._deadline:
            self._arm()
            return
        self._has_expired = True
        self._waiting.cancel()

    def _error(self, *, total: bool) -> Exception:
        return GraceOverError() if self._last_end < math.inf else ExchangeFailedError(self._failure(total=total))

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
