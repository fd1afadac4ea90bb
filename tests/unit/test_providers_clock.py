"""The waits of an exchange are bounded, whoever is slow."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.clock import ExchangeClock
from orch_lsp.providers.failure import ExchangeFailedError
from orch_lsp.settings.model import Timeouts


async def turns(count: int) -> None:
    """Let the loop do other things."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_slow_reader_who_always_finds_bytes_at_hand_is_bound_by_the_time_for_the_whole():
    clock = ExchangeClock(Timeouts(total=0.05))

    async def read() -> None:
        while True:
            with clock:
                await turns(1)
            clock.received()
            await turns(3)

    with closing(clock), pytest.raises(ExchangeFailedError) as caught:
        await asyncio.wait_for(read(), 10)
    assert caught.value.failure.code == ErrorCode.TIMEOUT
    assert "0.05 s" in caught.value.failure.message


async def test_a_person_who_cancels_at_the_instant_of_a_time_out_is_obeyed():
    clock = ExchangeClock(Timeouts(first_byte=0.01))
    timed_out: list[ExchangeFailedError] = []

    async def wait() -> None:
        try:
            with closing(clock), clock:
                await asyncio.Event().wait()
        except ExchangeFailedError as error:
            timed_out.append(error)

    task = asyncio.create_task(wait())
    await turns(1)
    # Behind the clock's own timer, in the same turn of the loop or a later one that still comes before the task's.
    loop = asyncio.get_running_loop()
    loop.call_at(clock._deadline, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert timed_out == []
