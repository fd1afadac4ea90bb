"""The review of a draft section by section: the state of the whole follows from those of its sections."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import RunError, SpecError
from orch_lsp.runs import drafts
from orch_lsp.runs.record import Draft, DraftSection
from orch_lsp.runs.schema import from_json, to_json
from orch_lsp.runs.status import WAITING, WRITTEN, DraftState, SectionState
from tests.fakes.records import completed, failed

KEYS = ("goal", "tasks", "notes")


def draft_in(*states: SectionState, whole: DraftState = DraftState.READY) -> Draft:
    sections = tuple(DraftSection(key, "0" * 64, state) for key, state in zip(KEYS, states, strict=False))
    return Draft("0" * 64, 3, whole, False, sections)


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        (("ready", "ready"), "ready"),
        (("ready", "applied"), "ready"),
        (("accepted", "rejected"), "ready"),
        (("applied", "edited"), "applied"),
        (("applied", "rejected"), "applied"),
        (("rejected", "rejected"), "discarded"),
    ],
)
def test_the_whole_follows_from_its_sections(states, whole):
    assert drafts.state_of(draft_in(*map(SectionState, states))) is DraftState(whole)


@pytest.mark.parametrize("state", list(DraftState))
def test_a_draft_whose_sections_are_not_known_keeps_its_state(state):
    assert drafts.state_of(draft_in(whole=state)) is state


def test_a_superseded_draft_stays_so_until_all_of_it_is_dealt_with():
    record = replace(completed(), draft=draft_in(SectionState.READY, SectionState.READY))
    record = drafts.superseded(record, KEYS)
    record = drafts.with_sections(record, {"goal": replace(record.draft.sections[0], state=SectionState.APPLIED)})
    assert record.draft.state is DraftState.SUPERSEDED
    record = drafts.reviewed(record, "tasks", SectionState.REJECTED)
    assert record.draft.state is DraftState.APPLIED


def test_sections_that_the_newer_draft_does_not_have_wait_on():
    record = replace(completed(), draft=draft_in(SectionState.READY, SectionState.READY, SectionState.APPLIED))
    record = drafts.superseded(record, {"goal", "notes"})
    assert [section.state for section in record.draft.sections] == ["superseded", "ready", "applied"]
    assert record.draft.state is DraftState.READY
    assert drafts.reviewed(record, "tasks", SectionState.REJECTED).draft.state is DraftState.APPLIED


def test_what_is_left_of_a_superseded_draft_is_superseded():
    record = replace(completed(), draft=draft_in(SectionState.READY, SectionState.READY))
    record = drafts.superseded(record, {"goal"})
    assert drafts.reviewed(record, "tasks", SectionState.REJECTED).draft.state is DraftState.SUPERSEDED


@pytest.mark.parametrize("state", [SectionState.READY, SectionState.REJECTED, SectionState.APPLIED])
def test_a_remark_leaves_the_state_of_a_section(state):
    record = replace(completed(), draft=draft_in(state, SectionState.READY))
    record = drafts.remarked(record, "goal", " Name the limit. ")
    assert (record.draft.sections[0].state, record.draft.sections[0].reason) == (state, "Name the limit.")
    assert drafts.remarked(record, "goal", None).draft.sections[0].reason is None


@given(
    st.lists(
        st.tuples(st.sampled_from(KEYS), st.sampled_from([SectionState.ACCEPTED, SectionState.REJECTED]), st.text()),
        max_size=12,
    ),
    st.sets(st.sampled_from(KEYS)),
)
def test_a_word_on_a_section_changes_it_alone_and_nothing_that_the_document_has(words, written):
    sections = tuple(
        DraftSection(key, "0" * 64, SectionState.APPLIED if key in written else SectionState.READY) for key in KEYS
    )
    record = replace(completed(), draft=replace(draft_in(), sections=sections))
    changed = False
    for key, state, reason in words:
        after = drafts.reviewed(record, key, state, reason)
        changed = changed or after is not record
        for old, new in zip(record.draft.sections, after.draft.sections, strict=True):
            if old.key != key or old.state in WRITTEN:
                assert new == old
            else:
                assert (new.state, new.sha256) == (state, old.sha256)
        record = after
    if changed:
        waits = any(section.state in WAITING for section in record.draft.sections)
        assert (record.draft.state is DraftState.READY) == waits
    assert from_json(to_json(record)) == record


def test_discarding_rejects_what_waits_and_leaves_the_rest():
    record = replace(completed(), draft=draft_in(SectionState.APPLIED, SectionState.ACCEPTED, SectionState.READY))
    left = drafts.discarded(record, "Not now.")
    assert [(one.state, one.reason) for one in left.draft.sections] == [
        ("applied", None), ("rejected", "Not now."), ("rejected", "Not now.")
    ]  # fmt: skip
    assert left.draft.state is DraftState.APPLIED
    partial = replace(completed(), draft=replace(draft_in(), partial=True))
    assert drafts.discarded(partial).draft.state is DraftState.DISCARDED


def test_a_section_that_is_not_there_and_a_run_without_a_draft_are_refused():
    with pytest.raises(SpecError, match="no section 'moon'; it has goal"):
        drafts.reviewed(replace(completed(), draft=draft_in(SectionState.READY)), "moon", SectionState.REJECTED)
    with pytest.raises(RunError):
        drafts.reviewed(failed(), "goal", SectionState.REJECTED)


def test_a_record_of_an_earlier_version_is_read():
    record = replace(completed(), draft=draft_in(SectionState.SUPERSEDED, whole=DraftState.SUPERSEDED))
    values = json.loads(to_json(record))
    for section in values["draft"]["sections"]:
        del section["reason"]
    del values["applications"]
    old = from_json(json.dumps(values))
    assert old == record
    assert drafts.reviewed(old, "goal", SectionState.ACCEPTED).draft.state is DraftState.SUPERSEDED
