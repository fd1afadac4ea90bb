"""Several documents in one command: some at once, until all are done or too many have failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Ending = Literal["drafted", "done", "failed", "refused", "cancelled", "left"]
"""Endings of one document: `done` before this command, `refused` before a run, `left` not begun."""

_IN_WORDS: dict[Ending, str] = {
    "drafted": "drafted", "done": "done before", "failed": "failed", "refused": "refused", "cancelled": "cancelled",
    "left": "not begun",
}  # fmt: skip
_FAILURES: frozenset[Ending] = frozenset({"failed", "refused"})
_MOST_NAMED = 10


@dataclass(slots=True)
class Tally:
    """The endings of the documents of a command so far."""

    endings: dict[Path, Ending] = field(default_factory=dict[Path, Ending])

    @property
    def failures(self) -> int:
        """How many failed or were refused."""
        return sum(ending in _FAILURES for ending in self.endings.values())

    def summary(self) -> str:
        """All of it on one line, the failures by name."""
        endings = list(self.endings.values())
        said = ", ".join(f"{endings.count(one)} {words}" for one, words in _IN_WORDS.items() if one in endings)
        failed = [str(path) for path, ending in self.endings.items() if ending in _FAILURES]
        more = f" and {len(failed) - _MOST_NAMED} more" if len(failed) > _MOST_NAMED else ""
        named = f" ({', '.join(failed[:_MOST_NAMED])}{more})" if failed else ""
        return f"{said}{named}"


async def each_of(
    paths: Sequence[Path],
    perform: Callable[[Path], Awaitable[Ending]],
    *,
    jobs: int,
    most_failures: int | None = None,
) -> Tally:
    """Perform something on each path, at most `jobs` at once, in their order.

    None is begun after one was cancelled, or once `most_failures` have failed; those that go on are ended first.
    """
    tally = Tally()
    waiting = list(dict.fromkeys(paths))
    stopped = False

    async def work() -> None:
        nonlocal stopped
        while waiting and not stopped:
            path = waiting.pop(0)
            ending = await perform(path)
            tally.endings[path] = ending
            too_many = most_failures is not None and tally.failures >= most_failures
            stopped = stopped or ending == "cancelled" or too_many

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(1, min(jobs, len(waiting)))):
                group.create_task(work(), name="one document after the other")
    except BaseExceptionGroup as faults:
        # A fault of the program is told as what it is, from where it came.
        raise faults.exceptions[0] from None
    for path in waiting:
        tally.endings[path] = "left"
    return tally
