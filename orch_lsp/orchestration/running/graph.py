"""The order of steps: which wait for which, and which may run side by side.

Knows nothing of what a step does: no provider, no run, no editor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step as it is planned.

    Attributes:
        id: Tells it from the other steps of its run.
        name: Its kind; several steps may be of one.
        needs: Ids of the steps that end before it begins.
        optional: Whether the run may complete although this step failed.
    """

    id: str
    name: str
    needs: tuple[str, ...] = ()
    optional: bool = False


def waves(steps: Sequence[StepSpec]) -> list[tuple[StepSpec, ...]]:
    """The steps in waves: each begins when the one before has ended, and its steps may run side by side.

    Raises:
        ValueError: Two steps have one id, or one needs a step that there is not, or by a circle itself.
    """
    left = {step.id: step for step in steps}
    if len(left) != len(steps):
        msg = "two steps have the same id"
        raise ValueError(msg)
    planned: list[tuple[StepSpec, ...]] = []
    done: set[str] = set()
    while left:
        wave = tuple(step for step in left.values() if done.issuperset(step.needs))
        if not wave:
            msg = f"what these steps need never ends: {', '.join(left)}"
            raise ValueError(msg)
        planned.append(wave)
        done.update(step.id for step in wave)
        left = {name: step for name, step in left.items() if name not in done}
    return planned


async def run_in_waves(steps: Sequence[StepSpec], perform: Callable[[StepSpec], Awaitable[None]]) -> None:
    """Perform the steps, wave by wave. One that raises leaves those beside it alone, and no further wave begins.

    Raises:
        Exception: From the first step of a wave that raised one, after all of the wave have ended.
        asyncio.CancelledError: Whoever waits was cancelled; all steps have ended.
    """
    for wave in waves(steps):
        if len(wave) == 1:
            await perform(wave[0])
            continue
        failures: dict[str, Exception] = {}
        async with asyncio.TaskGroup() as group:
            for step in wave:
                group.create_task(_to_its_end(perform, step, failures), name=f"step {step.id}")
        for step in wave:
            if step.id in failures:
                raise failures[step.id]


async def _to_its_end(
    perform: Callable[[StepSpec], Awaitable[None]], step: StepSpec, failures: dict[str, Exception]
) -> None:
    try:
        await perform(step)
    except Exception as error:  # noqa: BLE001 -- the steps beside it have been paid for, and go on
        failures[step.id] = error
