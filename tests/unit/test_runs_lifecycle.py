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
    refuse_draft_change,
    transition,
)
from orch_lsp.runs.status import LIVE, TERMINAL, DraftState, RunStatus, StepStatus
from tests.fakes.records import completed, draft_of, queued, running

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
    record = transition(record, status)
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
        (RunStatus.COMPLETED, StepStatus.COMPLETED),
        (RunStatus.FAILED, StepStatus.FAILED),
        (RunStatus.CANCELLED, StepStatus.CANCELLED),
        (RunStatus.INTERRUPTED, StepStatus.INTERRUPTED),
    ],
)
def test_the_end_of_a_run_ends_its_running_steps_and_no_others(status, step_status):
    record = transition(running(), status)
    context, draft = record.steps
    assert draft.status is step_status
    assert draft.ended_at == record.timing.ended_at
    assert context.status is StepStatus.COMPLETED


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
