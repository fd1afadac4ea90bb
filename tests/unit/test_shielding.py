"""Work that must reach its end: neither its error nor the cancellation that came meanwhile is lost."""

from __future__ import annotations

import asyncio

import pytest

from orch_lsp.orchestration.asking.shielding import to_the_end


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancellation_that_comes_meanwhile_is_never_lost(fails: bool) -> None:
    begun, go = asyncio.Event(), asyncio.Event()
    noted: list[str] = []

    async def work() -> None:
        begun.set()
        await go.wait()
        noted.append("work")
        if fails:
            raise OSError

    async def writer() -> None:
        while True:
            await asyncio.sleep(0)
            try:
                await to_the_end(work())
            except OSError:
                noted.append("error")

    task = asyncio.create_task(writer())
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert noted[:1] == ["work"]
    assert ("error" in noted) == fails
