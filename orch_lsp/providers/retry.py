"""The attempts of one request: which failures are tried again, when, and what is told about it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.base import AttemptEnded, AttemptStarted, StreamEvent, TextDelta, Waiting
from orch_lsp.providers.exchange import ExchangeNotes
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.settings.model import Retry

_FIRST_DELAY_S = 0.5
_OVERLOADED_FIRST_DELAY_S = 2.0
_LONGEST_DELAY_S = 8.0
# Added to what a provider asks for, so that clients that were refused together do not come back together.
_JITTER_S = 0.25


@dataclass(frozen=True, slots=True)
class AttemptLoop:
    """Repeats an exchange as the settings and the failures allow.

    `refine` makes a failure fit for the user: its cure, and no key in its words; `redact` does the latter for ids.
    `sleep` takes seconds; `random` gives a number in [0, 1).
    """

    provider: str
    model: str | None
    server_address: str | None
    retry: Retry
    refine: Callable[[Failure], Failure]
    redact: Callable[[str], str]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]

    async def run(
        self, start: Callable[[ExchangeNotes], AsyncGenerator[StreamEvent, None]]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Yield the events of the attempts.

        Raises:
            ProviderError: The last attempt failed, or must not be repeated.
        """
        number, wait_s = 1, 0.0
        earlier: list[ErrorCode] = []
        while True:
            yield AttemptStarted(number, self.provider, self.model, self.server_address, wait_s)
            notes = ExchangeNotes()
            has_text = False
            try:
                async with aclosing(start(notes)) as events:
                    async for event in events:
                        has_text = has_text or isinstance(event, TextDelta)
                        yield event
            except ExchangeFailedError as failed:
                failure = self.refine(failed.failure)
            else:
                yield AttemptEnded(number, "ok", notes.http_status, self._request_id(notes), None)
                return
            error = failure.error()
            yield AttemptEnded(number, "error", notes.http_status, self._request_id(notes), error.detail)
            delay = None if has_text else self.delay_s(failure, number, earlier)
            if delay is None:
                raise error
            yield Waiting(delay, error.detail)
            await self.sleep(delay)
            earlier.append(failure.code)
            number, wait_s = number + 1, delay

    def delay_s(self, failure: Failure, number: int, earlier: list[ErrorCode]) -> float | None:
        """Seconds until the attempt after `number`, or None if there must not be one."""
        if not failure.repeat or number >= self.retry.attempts:
            return None
        if failure.once and failure.code in earlier:
            return None
        asked = failure.retry_after_s
        if asked is not None:
            return None if asked > self.retry.max_wait else min(asked + _JITTER_S * self.random(), self.retry.max_wait)
        first = _OVERLOADED_FIRST_DELAY_S if failure.code is ErrorCode.OVERLOADED else _FIRST_DELAY_S
        longest = min(first * 2 ** (number - 1), _LONGEST_DELAY_S, self.retry.max_wait)
        return longest * (0.5 + 0.5 * self.random())

    def _request_id(self, notes: ExchangeNotes) -> str | None:
        return None if notes.request_id is None else self.redact(notes.request_id)
