"""The order of steps, and what becomes of a wave of which one fails or is cancelled."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.orchestration.running.graph import StepSpec, run_in_waves, waves
from orch_lsp.orchestration.running.workflow import pending_steps, planned_steps
from orch_lsp.runs.status import StepStatus
from orch_lsp.workflows.library import packaged

DRAFT = planned_steps(packaged()["quick"], ())

SECTIONS = (
    StepSpec("outline", "outline"),
    StepSpec("section:goal", "section", needs=("outline",)),
    StepSpec("section:tasks", "section", needs=("outline",)),
    StepSpec("check", "check", needs=("section:goal", "section:tasks")),
)


def ids(planned: list[tuple[StepSpec, ...]]) -> list[list[str]]:
    return [[step.id for step in wave] for wave in planned]


def test_steps_that_need_the_same_form_a_wave() -> None:
    assert ids(waves(SECTIONS)) == [["outline"], ["section:goal", "section:tasks"], ["check"]]


def test_a_draft_is_read_for_written_and_checked_one_after_the_other() -> None:
    steps = pending_steps(DRAFT)
    assert [(step.id, step.name, step.wave, step.needs) for step in steps] == [
        ("context", "context", 0, ()), ("draft", "draft", 1, ("context",)), ("check", "check", 2, ("draft",)),
    ]  # fmt: skip
    assert {step.status for step in steps} == {StepStatus.PENDING}
    assert [step.id for step in steps if step.optional] == ["context"]


@pytest.mark.parametrize(
    "steps",
    [
        (StepSpec("a", "x", needs=("b",)), StepSpec("b", "x", needs=("a",))),
        (StepSpec("a", "x", needs=("a",)),),
        (StepSpec("a", "x", needs=("nowhere",)),),
        (StepSpec("a", "x"), StepSpec("a", "y")),
    ],
    ids=["a circle", "itself", "a step that there is not", "an id twice"],
)
def test_steps_that_have_no_order_are_refused(steps) -> None:
    with pytest.raises(ValueError, match="step"):
        waves(steps)


@given(st.data())
def test_every_step_comes_once_and_after_all_that_it_needs(data) -> None:
    count = data.draw(st.integers(0, 8))
    names = [str(number) for number in range(count)]
    steps = [
        StepSpec(name, "x", tuple(data.draw(st.lists(st.sampled_from(names[:number]), unique=True)) if number else ()))
        for number, name in enumerate(names)
    ]
    done: set[str] = set()
    for wave in waves(data.draw(st.permutations(steps))):
        assert all(done.issuperset(step.needs) for step in wave)
        done.update(step.id for step in wave)
    assert done == set(names)


async def test_the_steps_of_a_wave_run_side_by_side_and_the_next_wave_after_them() -> None:
    order: list[str] = []
    both = asyncio.Barrier(2)

    async def perform(step: StepSpec) -> None:
        order.append(f"{step.id} begins")
        if step.name == "section":
            await both.wait()
        order.append(f"{step.id} ends")

    await run_in_waves(SECTIONS, perform)
    assert order[:2] == ["outline begins", "outline ends"]
    assert set(order[2:4]) == {"section:goal begins", "section:tasks begins"}
    assert order[-2:] == ["check begins", "check ends"]


async def test_a_step_that_fails_leaves_those_beside_it_alone_and_no_further_wave_begins() -> None:
    seen: list[str] = []
    failed = asyncio.Event()

    async def perform(step: StepSpec) -> None:
        seen.append(step.id)
        if step.id == "section:goal":
            failed.set()
            raise LookupError(step.id)
        if step.id == "section:tasks":
            await failed.wait()
            seen.append("done")

    with pytest.raises(LookupError, match="section:goal"):
        await run_in_waves(SECTIONS, perform)
    assert seen == ["outline", "section:goal", "section:tasks", "done"]


async def test_who_cancels_the_graph_cancels_every_step_of_its_wave() -> None:
    at_work = asyncio.Barrier(3)
    cancelled: list[str] = []

    async def perform(step: StepSpec) -> None:
        if step.name != "section":
            return
        await at_work.wait()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(step.id)
            raise

    task = asyncio.create_task(run_in_waves(SECTIONS, perform))
    await at_work.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(cancelled) == ["section:goal", "section:tasks"]
