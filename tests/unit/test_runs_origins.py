"""Sections are matched with the runs that wrote them by their text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.runs.origins import (
    ProvenanceEntry,
    entry_of,
    from_line,
    merged,
    newest_by_key,
    section_origins,
    taken_back,
    to_line,
)
from orch_lsp.runs.record import new_run_id
from orch_lsp.runs.status import DraftState
from orch_lsp.text import sha256
from tests.fakes.records import applied, completed, section

names = st.text(min_size=1, max_size=20)
entries = st.builds(
    ProvenanceEntry,
    key=st.sampled_from(["goal", "tasks", "tasks~2"]) | names,
    run_id=st.uuids().map(str),
    provider=names,
    model=st.none() | names,
    time=st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "Z"),
    text_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    prompt_name=names,
    prompt_version=names,
)
RUN = applied(completed("draft", ("goal", "Be fast."), ("tasks", "- one")))


def entry(key: str, body: str, time: str = "2026-01-01T00:00:00.000Z", run_id: str | None = None) -> ProvenanceEntry:
    return ProvenanceEntry(key, run_id or new_run_id(), "work", "m", time, sha256(body), "draft", "1")


@given(entries)
def test_an_entry_survives_its_line(value):
    line = to_line(value)
    assert len(line.splitlines()) == 1
    assert from_line(line) == value


@pytest.mark.parametrize(
    "change",
    [
        {"key": None},
        {"key": ""},
        {"key": "x" * 600},
        {"run_id": "../../etc/passwd"},
        {"run_id": 5},
        {"time": "yesterday"},
        {"text_sha256": "ABC"},
        {"model": 3},
        {"prompt": "draft"},
        {"prompt": {"name": "draft"}},
        {"prompt": {"name": [], "version": "1"}},
    ],
)
def test_a_line_with_a_wrong_value_is_no_entry(change):
    values = {**json.loads(to_line(entry("goal", "x"))), **change}
    with pytest.raises(ValueError, match="`"):
        from_line(json.dumps(values))


@pytest.mark.parametrize("line", ["<<<<<<< HEAD", "[]", "null", "[" * 50_000, "\ufffd"])
def test_a_line_that_is_no_json_object_is_no_entry(line):
    with pytest.raises(ValueError, match="it is"):
        from_line(line)


@given(st.lists(entries, max_size=8), st.randoms())
def test_the_newest_entry_wins_in_whatever_order_a_merge_left_them(found, random):
    newest = newest_by_key(found)
    random.shuffle(found)
    assert newest_by_key(found) == newest
    for key, kept in newest.items():
        assert kept.time == max(other.time for other in found if other.key == key)


def test_a_section_that_holds_a_draft_names_its_run():
    sections = [section("tasks", "- one"), section("goal", "Be fast.\n\n")]
    assert merged([], sections, [RUN]) == (entry_of(RUN, sections[1]), entry_of(RUN, sections[0]))
    assert [item.key for item in merged([], sections, [RUN])] == ["goal", "tasks"]


def test_an_edited_section_keeps_the_entry_it_had():
    before = merged([], [section("goal", "Be fast.")], [RUN])
    assert merged(before, [section("goal", "Be faster.")], [RUN]) == before


def test_sections_that_are_gone_blank_or_never_drafted_have_no_entry():
    before = merged([], [section("goal", "Be fast."), section("tasks", "- one")], [RUN])
    assert merged(before, [section("goal", "TODO", placeholder=True), section("own", "Mine.")], [RUN]) == ()


def test_a_run_that_was_never_applied_wrote_nothing():
    assert merged([], [section("goal", "Be fast.")], [replace(RUN, applied=None)]) == ()


def test_a_renamed_heading_takes_its_entry_along():
    before = (entry("goal", "Be fast."),)
    after = merged(before, [section("aim", "Be fast.")], [])
    assert after == (replace(before[0], key="aim"),)


def test_the_newest_run_that_drafted_a_text_is_its_writer():
    newer = applied(completed("draft", ("goal", "Be fast.")))
    (found,) = merged([entry("goal", "Be fast.")], [section("goal", "Be fast.")], [newer, RUN])
    assert found.run_id == newer.run_id


def test_merging_twice_changes_nothing():
    sections = [section("goal", "Be fast."), section("tasks", "edited")]
    once = merged([entry("tasks", "- one")], sections, [RUN])
    assert merged(once, sections, [RUN]) == once
    assert merged(once, sections, []) == once


def test_origins_come_from_the_local_history_first():
    origins = section_origins([entry("goal", "Be fast.")], [section("goal", "Be fast.")], [RUN])
    assert origins["goal"].run is RUN
    assert origins["goal"].unchanged


def test_an_edited_section_still_knows_who_drafted_it():
    origin = section_origins([], [section("goal", "Be faster.")], [RUN])["goal"]
    assert origin.run is RUN
    assert not origin.unchanged


def test_a_section_whose_draft_never_went_in_is_the_persons_own():
    goal, tasks = RUN.draft.sections  # type: ignore[union-attr]
    sections = (goal, replace(tasks, state=DraftState.READY))
    half = replace(RUN, draft=replace(RUN.draft, sections=sections))  # type: ignore[type-var]
    assert set(section_origins([], [section("goal", "Edited."), section("tasks", "Mine.")], [half])) == {"goal"}


def test_an_undone_edit_leaves_no_origin():
    assert section_origins([], [section("goal", "TODO", placeholder=True)], [RUN]) == {}
    assert section_origins([], [section("own", "Mine.")], [RUN]) == {}


def test_a_clone_without_history_is_served_by_its_entries():
    committed = entry("goal", "Be fast.")
    origins = section_origins([committed], [section("goal", "Be fast."), section("tasks", "x")], [])
    assert origins["goal"].entry == committed
    assert origins["goal"].unchanged
    assert not section_origins([committed], [section("goal", "Other.")], [])["goal"].unchanged
    assert "tasks" not in origins


def test_a_colleagues_newer_draft_beats_an_older_local_one():
    committed = entry("goal", "Theirs.", time="2999-01-01T00:00:00.000Z")
    origin = section_origins([committed], [section("goal", "Theirs.")], [RUN])["goal"]
    assert origin.entry == committed
    edited = section_origins([committed], [section("goal", "Theirs, edited.")], [RUN])["goal"]
    assert edited.entry == committed


def test_an_entry_of_a_local_run_is_shown_from_the_local_history():
    committed = replace(entry("goal", "Be faster."), run_id=RUN.run_id)
    origin = section_origins([committed], [section("goal", "Be faster.")], [RUN])["goal"]
    assert origin.run is RUN
    assert origin.unchanged


def test_a_moved_section_is_found_by_its_text():
    origin = section_origins([], [section("aim", "Be fast.")], [RUN])["aim"]
    assert origin.run is RUN
    assert origin.unchanged


OLDER = applied(completed("draft", ("goal", "Be quick."), ("tasks", "- other")))
TODO = section("tasks", "TODO", placeholder=True)
BLANK = [section("brief", "Mine."), section("goal", "", placeholder=True), TODO]


@pytest.mark.parametrize(
    ("sections", "runs", "gone"),
    [
        ([section("goal", "Be fast."), section("tasks", "- one")], [RUN], []),
        (BLANK, [RUN], [RUN]),
        ([], [RUN], [RUN]),
        ([section("goal", "Be fast, please."), TODO], [RUN], []),
        ([section("goal", "Be fast."), section("tasks", "- one")], [RUN, OLDER], [OLDER]),
        (BLANK, [RUN, OLDER], [RUN, OLDER]),
        ([section("goal", "Be quick.\n\nBe fast."), section("tasks", "- one")], [RUN, OLDER], []),
        (BLANK, [completed("draft", ("goal", "Be fast."))], []),
    ],
    ids=["there", "undone", "removed", "edited", "replaced", "both undone", "added to", "never applied"],
)
def test_a_draft_of_which_nothing_is_left_was_taken_back(sections, runs, gone):
    assert taken_back(sections, runs) == {run.run_id for run in gone}
