"""Work that must reach its end even when its task is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` until it is done; a cancellation that arrives meanwhile is raised afterwards.

    A commit is such work: cut short, nobody could tell whether it had happened. If it fails, its error is raised, and
    the cancellation at the task's next `await`.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            if task.cancelled():
                raise
            cancelled = error
        except BaseException:  # noqa: BLE001 -- raised again below, from the task itself
            break
    if cancelled is not None:
        if task.cancelled() or task.exception() is None:
            raise cancelled
        if (waiting := asyncio.current_task()) is not None:
            waiting.cancel()
    return task.result()
