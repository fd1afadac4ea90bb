"""The life of a run: whatever is tried, its timeline stays true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.runs.lifecycle import (
    TRANSITIONS,
    IllegalDraftStateError,
    IllegalTransitionError,
    UnfinishedStepsError,
    refuse_draft_change,
    status_of,
    transition,
)
from orch_lsp.runs.record import Step
from orch_lsp.runs.status import LIVE, TERMINAL, DraftState, RunStatus, StepStatus
from tests.fakes.records import completed, draft_of, queued, running, with_steps_done

times = st.none() | st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z")


@given(st.lists(st.tuples(st.sampled_from(RunStatus), times), max_size=8))
def test_any_sequence_of_transitions_keeps_the_timeline_true(attempts):
    record = queued()
    for status, at in attempts:
        before = record
        try:
            record = transition(record, status, at)
        except IllegalTransitionError:
            assert status not in TRANSITIONS[before.status]
            assert record == before
    statuses = [change.status for change in record.status_timeline]
    moments = [change.at for change in record.status_timeline]
    assert statuses[0] is RunStatus.QUEUED
    assert statuses[-1] is record.status
    assert len(set(statuses)) == len(statuses)
    assert moments == sorted(moments)
    if record.status in {RunStatus.COMPLETED, RunStatus.FAILED}:
        assert RunStatus.RUNNING in statuses
    assert (record.timing.ended_at is not None) == (record.status in TERMINAL)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_terminal_status_is_final(status):
    record = running()
    record = transition(with_steps_done(record) if status is RunStatus.COMPLETED else record, status)
    for wanted in RunStatus:
        with pytest.raises(IllegalTransitionError):
            transition(record, wanted)


def test_every_status_is_either_live_or_terminal():
    assert set(RunStatus) == LIVE | TERMINAL
    assert not LIVE & TERMINAL
    assert set(TRANSITIONS) == set(RunStatus)


@pytest.mark.parametrize(
    ("status", "step_status"),
    [
        (RunStatus.FAILED, StepStatus.FAILED),
        (RunStatus.CANCELLED, StepStatus.CANCELLED),
        (RunStatus.INTERRUPTED, StepStatus.INTERRUPTED),
    ],
)
def test_the_end_of_a_run_ends_its_running_steps_and_skips_those_to_come(status, step_status):
    record = transition(running(), status)
    context, draft, check = record.steps
    assert draft.status is step_status
    assert draft.ended_at == record.timing.ended_at
    assert context.status is StepStatus.COMPLETED
    assert (check.status, check.started_at, check.ended_at) == (StepStatus.SKIPPED, None, None)
    assert str(status) in (check.skip_reason or "")


@pytest.mark.parametrize("left", sorted(set(StepStatus) - {StepStatus.COMPLETED, StepStatus.SKIPPED}))
def test_a_run_with_a_step_that_did_not_succeed_is_not_completed(left):
    record = with_steps_done(running())
    record = replace(record, steps=(*record.steps[:-1], replace(record.steps[-1], status=left)))
    with pytest.raises(UnfinishedStepsError, match=f"check .{left}."):
        transition(record, RunStatus.COMPLETED)


def test_a_run_completes_although_an_optional_step_failed():
    done = with_steps_done(running())
    context, *others = done.steps
    failed = replace(done, steps=(replace(context, status=StepStatus.FAILED), *others))
    assert transition(failed, RunStatus.COMPLETED).status is RunStatus.COMPLETED
    unlike = replace(done, steps=(replace(context, status=StepStatus.FAILED, optional=False), *others))
    with pytest.raises(UnfinishedStepsError):
        transition(unlike, RunStatus.COMPLETED)


@given(st.lists(st.sampled_from(StepStatus), max_size=5), st.sampled_from(sorted(TERMINAL - {RunStatus.COMPLETED})))
def test_whatever_its_steps_did_no_step_of_an_ended_run_is_at_work_or_to_come(statuses, end):
    steps = tuple(Step(str(number), "draft", 0, status) for number, status in enumerate(statuses))
    ended = transition(replace(transition(queued(), RunStatus.RUNNING), steps=steps), end)
    assert not {step.status for step in ended.steps} & {StepStatus.PENDING, StepStatus.RUNNING}
    for before, after in zip(steps, ended.steps, strict=True):
        if before.status in {StepStatus.PENDING, StepStatus.RUNNING}:
            assert after.status is not StepStatus.COMPLETED
        else:
            assert after == before


def test_the_step_that_failed_outweighs_those_that_were_cancelled_because_of_it():
    statuses = [StepStatus.COMPLETED, StepStatus.CANCELLED, StepStatus.FAILED]
    assert status_of([Step(status, "draft", 0, status) for status in statuses]) is RunStatus.FAILED
    assert status_of([Step(status, "draft", 0, status) for status in statuses[:2]]) is RunStatus.CANCELLED
    assert status_of([Step("a", "draft", 0, StepStatus.PENDING)]) is RunStatus.RUNNING
    assert status_of([]) is RunStatus.COMPLETED


@pytest.mark.parametrize("wanted", list(DraftState))
def test_a_draft_that_waits_may_become_anything(wanted):
    record = completed()
    refuse_draft_change(replace(record, draft=draft_of("x", state=wanted)), DraftState.READY)


@pytest.mark.parametrize("stored", [DraftState.APPLIED, DraftState.DISCARDED, DraftState.SUPERSEDED])
def test_a_draft_that_was_dealt_with_stays_so(stored):
    record = completed()
    for wanted in set(DraftState) - {stored}:
        with pytest.raises(IllegalDraftStateError):
            refuse_draft_change(replace(record, draft=draft_of("x", state=wanted)), stored)
    with pytest.raises(IllegalDraftStateError):
        refuse_draft_change(replace(record, draft=None), stored)
    refuse_draft_change(replace(record, draft=draft_of("x", state=stored)), stored)


def test_a_draft_never_vanishes_from_a_record():
    with pytest.raises(IllegalDraftStateError):
        refuse_draft_change(replace(completed(), draft=None), DraftState.READY)
