"""The thread of a store: all its work, one call after the other, so that the event loop never waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from orch_lsp.errors import ErrorCode, StoreError

Result = TypeVar("Result")

PATIENCE_S = 20.0
"""How long a write waits for other processes before it fails."""
PAUSE_S = 0.05
"""How long it stands back between two tries: others that wait for the lock look for it now and then only."""


class StoreThread:
    """Does work in the order in which it was asked for; a call whose caller is cancelled is still done.

    There is no thread before the first call, nor while it rests.

    Args:
        close: Gives back what the work has opened; the last that is done before a rest.
    """

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close
        self._thread: ThreadPoolExecutor | None = None
        self._resting: ThreadPoolExecutor | None = None
        self._closed = False
        self._locked = False
        """Whether another process outlasted a whole patience: until it lets go, nobody waits so long again."""

    async def read(self, work: Callable[[], Result]) -> Result:
        """Do work.

        Raises:
            StoreError: The store is closed, or the work failed.
        """
        if self._closed:
            raise StoreError(ErrorCode.STORE_ERROR, "The record of runs is closed.")
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._awake(), work))

    async def write(self, work: Callable[[], Result]) -> Result:
        """Do work that another process may be in the way of: again and again, with room for readers in between."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + (0 if self._locked else PATIENCE_S)
        while True:
            try:
                result = await self.read(work)
            except StoreError as error:
                self._locked = error.retryable and clock() >= deadline
                if not error.retryable or self._locked:
                    raise
                await asyncio.sleep(PAUSE_S)
            else:
                self._locked = False
                return result

    async def aclose(self) -> None:
        """Finish what was asked, then give back the thread for good."""
        if self._closed:
            return
        self._closed = True
        await self.rest()

    async def rest(self) -> None:
        """Finish what was asked, then give back the thread and what was opened, until the next call."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._resting = thread
        try:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, self._close))
        finally:
            thread.shutdown(wait=False)

    def _awake(self) -> ThreadPoolExecutor:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="orch-run-store")
            resting, self._resting = self._resting, None
            if resting is not None:
                # The one before may still be closing the connection.
                self._thread.submit(resting.shutdown)
        return self._thread
