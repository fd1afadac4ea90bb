"""The store of runs, with real files and its real thread."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import stat
import unicodedata
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.runs import pages, rows
from orch_lsp.runs.lifecycle import IllegalDraftStateError, IllegalTransitionError, transition
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.record import Owner, RunRecord
from orch_lsp.runs.status import DraftState, RunStatus, StepStatus
from orch_lsp.runs.store import RunStore, Standing
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.text import normalised, sha256
from tests.fakes.records import applied, completed, draft_of, failed, queued, running, with_steps_done

SETTINGS = RunSettings(lease_s=120)
posix = pytest.mark.skipif(os.name != "posix", reason="permission bits")


def here() -> Owner:
    return this_process()


def gone() -> Owner:
    return replace(this_process(), pid=2**30)


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def root(tmp_path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    return root


async def opened(root: Path | None, *, settings: RunSettings = SETTINGS, document: str | None = None) -> RunStore:
    return await RunStore.open(root, owner=here(), settings=settings, document=document)


@pytest.fixture
async def store(root):
    store = await opened(root)
    yield store
    await store.aclose()


async def added(store: RunStore, record: RunRecord, *texts: str) -> RunRecord:
    """Put a run that is in any status into the store, by the way that runs take."""
    await store.create(replace(record, status=RunStatus.QUEUED, status_timeline=record.status_timeline[:1]))
    before = RunStatus.QUEUED
    for number, change in enumerate(record.status_timeline[1:], start=2):
        part = replace(record, status=change.status, status_timeline=record.status_timeline[:number])
        await store.save(part, expected=before, texts=texts)
        before = change.status
    return record


async def test_a_run_is_there_after_the_store_was_closed_and_opened(root):
    store = await opened(root)
    record = await added(store, completed("text", ("goal", "G")), "text")
    await store.aclose()
    again = await opened(root)
    assert await again.get(record.run_id) == record
    assert await again.text(sha256("text")) == "text"
    assert again.notices == ()
    await again.aclose()


async def test_reading_leaves_no_trace_in_a_workspace(root, store):
    assert await store.list() == []
    assert await store.newest_for("a.md") is None
    assert await store.text("0" * 64) is None
    assert list(await store.reconcile()) == []
    assert await store.prune(0, 0) == 0
    assert list(root.iterdir()) == []
    assert store.location == root / ".orch" / "local" / "runs.db"


@posix
async def test_only_the_user_can_read_what_is_written(root, store):
    await store.create(queued())
    local = root / ".orch" / "local"
    assert stat.S_IMODE(local.stat().st_mode) == 0o700
    for file in local.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    secret = root.parent / "state" / "store-secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


async def test_the_workspace_gets_the_files_that_keep_git_in_order(root, store):
    await store.create(queued())
    assert (root / ".orch" / "local" / ".gitignore").read_text() == "*\n"
    assert (root / ".orch" / ".gitattributes").read_text() == "provenance/** merge=union\n"


async def test_a_gitattributes_file_of_the_user_is_left_alone(root, store):
    (root / ".orch").mkdir()
    (root / ".orch" / ".gitattributes").write_text("mine\n")
    await store.create(queued())
    assert (root / ".orch" / ".gitattributes").read_text() == "mine\n"


async def test_a_second_live_run_on_a_document_is_refused(store):
    first = queued("a.md", owner=here())
    await store.create(first)
    with pytest.raises(RunError, match=first.run_id) as caught:
        await store.create(queued("a.md", owner=here()))
    assert caught.value.code == ErrorCode.RUN_IN_PROGRESS
    assert [record.run_id for record in await store.list()] == [first.run_id]
    await store.create(queued("b.md", owner=here()))
    await store.save(transition(first, RunStatus.CANCELLED), expected=RunStatus.QUEUED)
    await store.create(queued("a.md", owner=here()))


async def test_a_run_without_an_owner_does_not_block_its_document(store):
    orphan = queued("a.md", owner=gone())
    await store.create(orphan)
    (ended,) = await store.create(queued("a.md", owner=here()))
    assert ended.run_id == orphan.run_id
    assert (await store.get(orphan.run_id)).status is RunStatus.INTERRUPTED


async def test_a_run_cannot_be_recorded_twice(store):
    record = await added(store, completed())
    with pytest.raises(StoreError):
        await store.create(replace(queued("other.md"), run_id=record.run_id))


async def test_a_save_needs_the_expected_status(store):
    record = queued(owner=here())
    await store.create(record)
    active = transition(record, RunStatus.RUNNING)
    await store.save(active, expected=RunStatus.QUEUED)
    stale = transition(record, RunStatus.CANCELLED)
    other = await opened(store.root)
    with pytest.raises(IllegalTransitionError):
        await other.save(stale, expected=RunStatus.QUEUED)
    with pytest.raises(IllegalTransitionError):
        await other.save(record, expected=RunStatus.RUNNING)
    await other.aclose()
    assert await store.get(record.run_id) == active


async def test_a_terminal_status_is_final_in_the_store_too(store):
    record = await added(store, completed("t"))
    for status in set(RunStatus) - {RunStatus.COMPLETED}:
        with pytest.raises(IllegalTransitionError):
            await store.save(replace(record, status=status), expected=RunStatus.COMPLETED)
    assert await store.get(record.run_id) == record


async def test_draft_states_are_recorded_and_final(store):
    record = await added(store, completed("t", ("goal", "G")), "t")
    assert await store.ready_draft_for(record.spec.path) == record
    done = applied(record)
    await store.save(done, expected=RunStatus.COMPLETED)
    assert await store.ready_draft_for(record.spec.path) is None
    assert done.draft is not None
    written = [(section.key, section.sha256) for section in done.draft.sections]
    assert list(await store.applied_for(record.spec.path, written)) == [done]
    discarded = replace(record, draft=draft_of("t", state=DraftState.DISCARDED))
    with pytest.raises(IllegalDraftStateError):
        await store.save(discarded, expected=RunStatus.COMPLETED)
    assert await store.get(record.run_id) == done


async def test_an_unknown_run_is_a_typed_error(store):
    await added(store, completed())
    for call in (
        store.get("01a20957-dbed-7256-a7ea-8f999c9abe09"),
        store.get("short"),
        store.get("%"),
        store.get("zzzzzzzzzz"),
        store.get("\ud800" * 9),
        store.save(queued(), expected=RunStatus.QUEUED),
        store.checkpoint("nope", "draft", 0, "x"),
        store.dismiss("nope"),
        store.partial_text("nope"),
        store.add_late_text("nope", "x"),
    ):
        with pytest.raises(RunError) as caught:
            await call
        assert caught.value.code == ErrorCode.UNKNOWN_RUN


async def test_a_unique_prefix_of_eight_characters_finds_a_run(store):
    first = await added(store, replace(completed(), run_id="00000000-aaaa-7000-8000-000000000001"))
    second = await added(store, replace(completed(), run_id="00000000-bbbb-7000-8000-000000000002"))
    third = await added(store, replace(completed(), run_id="0000000f-bbbb-7000-8000-000000000003"))
    assert await store.get("0000000F") == third
    assert await store.get("00000000-a") == first
    with pytest.raises(RunError, match=f"More than one run begins with 00000000: {second.run_id}, {first.run_id}; "):
        await store.get("00000000")
    for number in (4, 5):
        await added(store, replace(completed(), run_id=f"00000000-cccc-7000-8000-00000000000{number}"))
    with pytest.raises(RunError, match=r"0005, \S+0004, \S+0002, …; give more"):
        await store.get("00000000")
    with pytest.raises(RunError, match=r"too short .* 8 characters or more"):
        await store.get("0000000")


async def test_history_is_listed_newest_first_and_filtered(store):
    records = [await added(store, completed(path=path)) for path in ("a.md", "b.md", "a.md")]
    live = queued("c.md", owner=here())
    await store.create(live)
    assert list(await store.list()) == [live, *records[::-1]]
    assert list(await store.list(2)) == [live, records[2]]
    assert list(await store.list(spec_path="a.md")) == [records[2], records[0]]
    assert list(await store.list(statuses=[RunStatus.QUEUED])) == [live]
    assert list(await store.list(statuses=[])) == []
    assert await store.newest_for("a.md") == records[2]
    assert await store.newest_for("z.md") is None


async def test_a_complete_draft_is_not_hidden_by_a_later_partial_one(store):
    complete = await added(store, completed("t"), "t")
    part = replace(running(), draft=draft_of("p", partial=True))
    partial = await added(store, transition(part, RunStatus.FAILED), "p")
    assert await store.ready_draft_for(complete.spec.path) == complete
    assert list(await store.ready_drafts(complete.spec.path)) == [complete, partial]
    assert await store.standing(complete.spec.path) == Standing(waiting=complete, newest=partial)
    assert await store.standing("another.md") == Standing()


@given(st.lists(st.text(st.characters(), min_size=1, max_size=5), max_size=6), st.randoms())
def test_checkpoints_concatenate_to_the_text_in_whatever_order_they_came(pieces, random):
    from orch_lsp.runs.migrations import MIGRATIONS

    text = "".join(pieces)
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(";".join(MIGRATIONS))
        record = queued()
        rows.insert(db, record, "a.md", (), "now")
        starts = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
        order = list(zip(starts, pieces, strict=True))
        random.shuffle(order)
        for start, piece in (*order, *order[:1]):
            rows.add_checkpoint(db, record.run_id, "draft", start, piece)
        assert rows.checkpointed(db, record.run_id) == text
        rows.add_checkpoint(db, record.run_id, "draft", 0, text)
        assert rows.checkpointed(db, record.run_id).startswith(text[: len(text)])


async def test_overlapping_checkpoints_do_not_repeat_text(store):
    record = queued(owner=here())
    await store.create(record)
    await store.checkpoint(record.run_id, "draft", 0, "hello wor")
    await store.checkpoint(record.run_id, "draft", 6, "world")
    assert await store.partial_text(record.run_id) == "hello world"


async def test_partial_text_outlives_its_run_and_its_checkpoints(store):
    record = await added(store, running(owner=here()))
    await store.checkpoint(record.run_id, "draft", 0, "so far")
    assert await store.partial_text(record.run_id) == "so far"
    ended = transition(replace(record, draft=draft_of("so far!", partial=True)), RunStatus.CANCELLED)
    await store.save(ended, expected=RunStatus.RUNNING, texts=["so far!"])
    assert await store.partial_text(record.run_id) == "so far!"
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,)


async def test_checkpoints_stay_until_the_draft_is_kept(store):
    record = await added(store, running(owner=here()))
    await store.checkpoint(record.run_id, "draft", 0, "so far")
    await store.save(transition(record, RunStatus.FAILED), expected=RunStatus.RUNNING)
    assert await store.partial_text(record.run_id) == "so far"


async def test_reconciling_touches_only_runs_whose_owner_is_gone(store):
    orphan = await added(store, running("a.md", owner=gone()))
    mine = await added(store, running("b.md", owner=here()))
    elsewhere = await added(store, running("c.md", owner=Owner("elsewhere.invalid", 1, 0.0)))
    await store.checkpoint(orphan.run_id, "draft", 0, "hel")
    await store.checkpoint(orphan.run_id, "draft", 3, "lo")
    (ended,) = await store.reconcile()
    assert ended == await store.get(orphan.run_id)
    assert ended.status is RunStatus.INTERRUPTED
    assert ended.error is not None
    assert ended.error.code == "interrupted"
    assert ended.draft == draft_of("hello", partial=True)
    assert ended.steps[1].status is StepStatus.INTERRUPTED
    assert ended.steps[1].attempts[0].status == "error"
    assert await store.text(sha256("hello")) == "hello"
    assert await store.partial_text(orphan.run_id) == "hello"
    assert await store.get(mine.run_id) == mine
    assert await store.get(elsewhere.run_id) == elsewhere
    assert list(await store.reconcile()) == []


async def test_a_draft_that_was_stored_before_the_owner_went_is_kept(store):
    record = await added(store, running(owner=gone()))
    with_draft = replace(record, draft=draft_of("whole"))
    await store.save(with_draft, expected=RunStatus.RUNNING, texts=["whole"])
    await store.checkpoint(record.run_id, "draft", 0, "raw")
    (ended,) = await store.reconcile()
    assert ended.draft == with_draft.draft
    assert await store.text(sha256("whole")) == "whole"


async def test_a_silent_owner_elsewhere_is_believed_until_its_lease_ends(store):
    record = await added(store, running(owner=Owner("elsewhere.invalid", 1, 0.0)))
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("UPDATE runs SET heartbeat_at = '2026-01-01T00:00:00.000Z'")
    await store.heartbeat([record.run_id])
    assert list(await store.reconcile()) == []
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("UPDATE runs SET heartbeat_at = '2026-01-01T00:00:00.000Z'")
    (ended,) = await store.reconcile()
    assert ended.run_id == record.run_id


async def test_an_owner_that_comes_back_late_may_add_its_text_but_not_its_status(store):
    record = await added(store, running(owner=gone()))
    await store.checkpoint(record.run_id, "draft", 0, "so")
    await store.reconcile()
    late = await opened(store.root)
    with pytest.raises(IllegalTransitionError):
        await late.save(transition(with_steps_done(record), RunStatus.COMPLETED), expected=RunStatus.RUNNING)
    changed = await late.add_late_text(record.run_id, "so far")
    assert changed.status is RunStatus.INTERRUPTED
    assert changed.draft == draft_of("so far", partial=True)
    assert await late.partial_text(record.run_id) == "so far"
    assert await late.add_late_text(record.run_id, "so") == changed
    await late.aclose()


async def test_late_text_does_not_touch_a_draft_that_was_dealt_with(store):
    record = await added(store, completed("t"), "t")
    assert await store.add_late_text(record.run_id, "longer text") == record


async def test_a_dismissed_failure_stays_dismissed(root, store):
    record = await added(store, transition(running(), RunStatus.FAILED))
    assert not await store.is_dismissed(record.run_id)
    await store.dismiss(record.run_id)
    assert await store.is_dismissed(record.run_id)
    again = await opened(root)
    assert await again.is_dismissed(record.run_id)
    await again.aclose()


async def test_runs_follow_a_renamed_document(store):
    record = await added(store, completed("t", path="old.md"), "t")
    live = await added(store, running("old.md", owner=here()))
    assert await store.relink("old.md", "new.md") == 2
    assert await store.relink("old.md", "old.md") == 0
    assert await store.newest_for("old.md") is None
    assert (await store.get(record.run_id)).spec.path == "new.md"
    await store.save(transition(live, RunStatus.CANCELLED), expected=RunStatus.RUNNING)
    found = await store.newest_for("new.md")
    assert found is not None
    assert (found.run_id, found.status, found.spec.path) == (live.run_id, RunStatus.CANCELLED, "new.md")


async def test_documents_without_a_root_are_told_apart_and_listed_together(tmp_path):
    one = await opened(None, document="/one/spec.md")
    two = await opened(None, document="untitled:Untitled-1")
    every = await opened(None)
    first = queued("spec.md", owner=here())
    second = queued("spec.md", owner=here())
    await one.create(first)
    await two.create(second)
    with pytest.raises(RunError):
        await one.create(queued("spec.md", owner=here()))
    assert list(await one.list(spec_path="spec.md")) == [first]
    assert await two.newest_for("spec.md") == second
    assert list(await every.list()) == [second, first]
    assert await every.get(first.run_id) == first
    assert one.location == tmp_path / "state" / "documents" / "runs.db"
    await two.save(transition(second, RunStatus.CANCELLED), expected=RunStatus.QUEUED)
    assert await two.relink("untitled:Untitled-1", "/two/spec.md") == 1
    saved = await opened(None, document="/two/spec.md")
    found = await saved.newest_for("spec.md")
    assert found is not None
    assert found.run_id == second.run_id
    for store in (one, two, every, saved):
        await store.aclose()


async def test_undecodable_paths_and_texts_are_kept(store):
    record = await added(store, completed("\ud800 text", path="a\udcff.md"), "\ud800 text")
    assert await store.newest_for("a\udcff.md") == record
    assert await store.text(sha256("\ud800 text")) == "\ud800 text"


def first_ids(now: datetime, days: list[int]) -> list[str]:
    made = [int((now - timedelta(days=age)).timestamp() * 1000) for age in days]
    return [f"{f'{at:012x}'[:8]}-{f'{at:012x}'[8:]}-7000-8000-{age:012x}" for at, age in zip(made, days, strict=True)]


async def test_pruning_keeps_the_newest_the_live_and_the_waiting(root, store):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    names = first_ids(now, [50, 40, 30, 20, 10, 0])
    waiting, live, old, shared, recent, newest = names
    await added(store, replace(completed("w", path="w.md"), run_id=waiting), "w")
    await added(store, replace(running("l.md", owner=here()), run_id=live))
    for name, text in ((old, "old"), (shared, "both"), (recent, "both"), (newest, "new")):
        await added(store, applied(replace(completed(text), run_id=name)), text)
    assert await store.prune() == 0
    assert await store.prune(keep_days=25, now=now) == 1
    assert await store.text(sha256("old")) is None
    assert await store.prune(keep_runs=2) == 1
    assert [record.run_id for record in await store.list()] == [newest, recent, live, waiting]
    assert await store.text(sha256("both")) == "both"
    assert await store.prune(keep_runs=0, now=now) == 2
    assert [record.run_id for record in await store.list()] == [live, waiting]
    assert await store.text(sha256("both")) is None
    assert await store.text(sha256("w")) == "w"


@pytest.mark.parametrize("vacuum", [True, False])
async def test_pruning_gives_room_back_if_it_may(root, vacuum):
    store = await opened(root, settings=replace(SETTINGS, vacuum=vacuum))
    big = random.Random(1).randbytes(500_000).hex()
    await added(store, applied(completed(big)), big)
    assert await store.prune(keep_runs=0) == 1
    await store.aclose()
    assert (store.location.stat().st_size < len(big) / 4) == vacuum


async def test_a_record_that_cannot_be_read_is_kept_skipped_and_reported_once(store):
    good = await added(store, completed())
    bad = await added(store, replace(completed(), run_id="00000000-0000-7000-8000-000000000001"))
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("UPDATE runs SET record = '{\"schema\": 7}' WHERE run_id = ?", (bad.run_id,))
    assert list(await store.list()) == [good]
    await store.list()
    (notice,) = store.notices
    assert bad.run_id in notice
    assert store.take_notices() == (notice,)
    assert store.take_notices() == ()
    with pytest.raises(StoreError):
        await store.get(bad.run_id)
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("SELECT record FROM runs WHERE run_id = ?", (bad.run_id,)).fetchone() == ('{"schema": 7}',)


async def test_an_unreadable_live_run_is_not_touched(store):
    record = await added(store, running(owner=gone()))
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("UPDATE runs SET record = '?'")
    assert list(await store.reconcile()) == []
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("SELECT status FROM runs").fetchone() == ("running",)
    assert record.run_id in store.notices[0]


async def test_the_event_loop_is_never_blocked(root):
    owner = here()
    with blockbuster_ctx("orch_lsp"):
        store = await RunStore.open(root, owner=owner, settings=SETTINGS)
        record = await added(store, running(owner=owner), "text")
        await store.checkpoint(record.run_id, "draft", 0, "so far")
        assert await store.newest_for(record.spec.path) == record
        await store.reconcile()
        await store.prune(0)
        _ = store.location
        await store.aclose()


async def test_a_write_whose_caller_was_cancelled_is_still_done(store):
    record = queued(owner=here())
    task = asyncio.create_task(store.create(record))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.get(record.run_id) == record


async def test_calls_are_done_in_the_order_in_which_they_were_made(store):
    record = queued(owner=here())
    active = transition(record, RunStatus.RUNNING)
    await asyncio.gather(
        store.create(record),
        store.save(active, expected=RunStatus.QUEUED),
        *(store.checkpoint(record.run_id, "draft", index, str(index)) for index in range(10)),
        store.save(transition(active, RunStatus.CANCELLED), expected=RunStatus.RUNNING),
    )
    assert await store.partial_text(record.run_id) == "0123456789"


async def test_a_closed_store_says_so(root):
    store = await opened(root)
    await store.aclose()
    await store.aclose()
    with pytest.raises(StoreError, match="closed"):
        await store.list()


async def test_a_removed_database_does_not_lose_the_run_at_work(root, store):
    record = await added(store, running(owner=here()))
    for file in store.location.parent.iterdir():
        file.unlink()
    ended = transition(replace(with_steps_done(record), draft=draft_of("t")), RunStatus.COMPLETED)
    await store.save(ended, expected=RunStatus.RUNNING, texts=["t"])
    assert await store.get(record.run_id) == ended
    again = await opened(root)
    assert await again.get(record.run_id) == ended
    assert await again.text(sha256("t")) == "t"
    await again.aclose()


async def test_a_run_whose_earlier_save_failed_can_still_be_ended(store):
    record = queued(owner=here())
    await store.create(record)
    # As if `running` could not be written: the disk was full then, and has room now.
    ended = transition(transition(record, RunStatus.RUNNING), RunStatus.COMPLETED)
    await store.save(ended, expected=RunStatus.RUNNING)
    assert await store.get(record.run_id) == ended


async def test_a_run_that_could_not_be_written_is_found_as_if_it_were_and_written_later(store, root):
    record = queued(owner=here())
    path = record.spec.path
    await store.create(record)
    text = "## Goal\nG\n"
    ended = transition(
        replace(transition(record, RunStatus.RUNNING), draft=draft_of(text, ("goal", "G"))), RunStatus.COMPLETED
    )
    await store.hold(ended, [text])
    assert await store.get(record.run_id) == await store.get(record.run_id[:13]) == ended
    assert list(await store.list()) == list(await store.list(spec_path=path)) == [ended]
    assert list(await store.list(statuses=[RunStatus.QUEUED])) == list(await store.list(spec_path="other.md")) == []
    assert await store.newest_for(path) == await store.ready_draft_for(path) == ended
    assert await store.ready_draft_for("other.md") is None
    assert await store.text(sha256(text)) == text
    other = await opened(root)
    assert (await other.get(record.run_id)).status is RunStatus.QUEUED

    await store.write_held()

    assert await other.get(record.run_id) == ended
    assert await other.text(sha256(text)) == text
    await other.aclose()


async def test_a_run_that_somebody_else_ended_meanwhile_is_not_held_any_longer(store, root):
    record = await added(store, running(owner=here()))
    other = await opened(root)
    ended = transition(record, RunStatus.INTERRUPTED)
    await other.save(ended, expected=RunStatus.RUNNING)
    await other.aclose()
    await store.hold(replace(record, brief_sha256=sha256("held")), [])
    await store.write_held()
    assert await store.get(record.run_id) == ended


async def test_a_beginning_that_runs_share_names_none_of_them_though_one_is_held(store):
    one, other = (
        queued(path, owner=here(), run_id=f"0190aaaa-0000-7000-8000-00000000000{number}")
        for number, path in enumerate(("a.md", "b.md"))
    )
    await store.create(one)
    await store.create(other)
    await store.hold(one, [])
    with pytest.raises(RunError):
        await store.get("0190aaaa-0000")
    assert await store.get(one.run_id) == one


async def test_a_run_that_ends_while_others_are_written_late_is_not_overwritten(store):
    """Its end cannot be written, and is held: what is written afterwards is that, not what was held before."""
    one, other = [await added(store, running(path, owner=here())) for path in ("a.md", "b.md")]
    text = "## Goal\nG\n"
    ended = transition(replace(with_steps_done(other), draft=draft_of(text, ("goal", "G"))), RunStatus.COMPLETED)
    await store.hold(one, [])
    await store.hold(other, [])
    writing = asyncio.create_task(store.write_held())
    await asyncio.sleep(0)
    await store.hold(ended, [text])
    await writing
    assert await store.get(other.run_id) == ended
    assert await store.text(sha256(text)) == text


async def test_the_stored_record_is_the_documented_json(store):
    record = await added(store, completed("t"), "t")
    with closing(sqlite3.connect(store.location)) as db:
        (text,) = db.execute("SELECT record FROM runs").fetchone()
    assert json.loads(text)["run_id"] == record.run_id


def with_later_keys(root: Path, run_id: str) -> None:
    """Let a later version have written the run's record."""
    with closing(sqlite3.connect(root / ".orch/local/runs.db")) as db, db:
        (stored,) = db.execute("SELECT record FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        values = json.loads(stored)
        values["foresight"] = [{"rule": "later"}]
        values["steps"][1]["forecast"] = ["goal"]
        if values["draft"]:
            values["draft"]["notes"] = ["kept apart"]
        db.execute("UPDATE runs SET record = ? WHERE run_id = ?", (json.dumps(values), run_id))


def stored_values(root: Path, run_id: str) -> dict[str, object]:
    with closing(sqlite3.connect(root / ".orch/local/runs.db")) as db:
        (stored,) = db.execute("SELECT record FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return json.loads(stored)


async def with_the_draft_discarded(store: RunStore, record: RunRecord) -> None:
    assert record.draft is not None
    draft = replace(record.draft, state=DraftState.DISCARDED)
    await store.save(replace(record, draft=draft), expected=record.status)


async def with_the_document_renamed(store: RunStore, record: RunRecord) -> None:
    assert await store.relink(record.spec.path, "docs/new.spec.md") == 1


@pytest.mark.parametrize("rewritten", [with_the_draft_discarded, with_the_document_renamed])
async def test_what_a_later_version_put_on_a_record_outlives_a_rewrite_by_this_one(root, store, rewritten):
    record = completed("text", ("goal", "G"))
    await store.take_over(record, ["text"])
    with_later_keys(root, record.run_id)
    await rewritten(store, record)
    values = stored_values(root, record.run_id)
    assert values["foresight"] == [{"rule": "later"}]
    assert values["steps"][1]["forecast"] == ["goal"]
    assert values["draft"]["notes"] == ["kept apart"]


async def test_an_interrupted_run_of_a_later_version_keeps_its_keys_also_when_late_text_is_added(root, store):
    record = running(owner=gone())
    await store.create(record)
    await store.save(record, expected=RunStatus.QUEUED)
    with_later_keys(root, record.run_id)
    (ended,) = await store.reconcile()
    assert ended.status is RunStatus.INTERRUPTED
    await store.add_late_text(record.run_id, "late")
    values = stored_values(root, record.run_id)
    assert values["status"] == "interrupted"
    assert values["foresight"] == [{"rule": "later"}]
    assert values["steps"][1]["forecast"] == ["goal"]


async def test_a_run_that_moves_to_another_store_takes_the_keys_of_a_later_version_along(root, store, tmp_path):
    record = completed("text", ("goal", "G"))
    await store.take_over(record, ["text"])
    with_later_keys(root, record.run_id)
    (tmp_path / "other").mkdir()
    other = await opened(tmp_path / "other")
    await other.take_over(await store.get(record.run_id), ["text"])
    await other.aclose()
    assert stored_values(tmp_path / "other", record.run_id)["foresight"] == [{"rule": "later"}]


def spoil(store: RunStore, statement: str, *arguments: object) -> None:
    """Change the database behind the store's back."""
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute(statement, arguments)


@pytest.mark.parametrize(
    "stored",
    [
        "CAST(x'7b22ff' AS TEXT)",
        "CAST(replace(CAST(record AS BLOB), 'plain', x'ff') AS TEXT)",
        "CAST(replace(record, 'run_id', CAST(x'72f56e5f6964' AS TEXT)) AS TEXT)",
        "x'00ff'",
        "7",
        "replace(record, 'completed', 'zzz')",
        "replace(record, run_id, '00000000-0000-7000-8000-00000000000f')",
        "replace(hex(zeroblob(5000)), '00', '[')",
    ],
)
async def test_a_record_with_a_wrong_byte_hides_no_other(root, store, stored):
    first, bad, last = [await added(store, completed(path=f"{name}.md")) for name in "abc"]
    spoil(store, f"UPDATE runs SET record = {stored} WHERE run_id = ?", bad.run_id)
    assert list(await store.list()) == [last, first]
    assert await store.newest_for("b.md") is None
    assert len([notice for notice in store.notices if bad.run_id in notice]) == 1
    with pytest.raises(StoreError) as caught:
        await store.get(bad.run_id)
    assert "kept" in caught.value.remediation
    new = await added(store, completed(path="b.md"))
    assert await store.newest_for("b.md") == new
    assert await store.relink("b.md", "d.md") == 2
    assert await store.prune(keep_runs=0) == 0
    other = await opened(root)
    assert len(await other.list()) == 3
    await other.aclose()


async def test_an_id_with_a_wrong_byte_hides_no_other_run(store):
    good, bad = [await added(store, completed(path="a.md")) for _ in range(2)]
    spoil(store, "UPDATE runs SET run_id = CAST(x'30ff31' AS TEXT) WHERE run_id = ?", bad.run_id)
    assert list(await store.list()) == [good]
    assert await store.relink("a.md", "b.md") == 2
    await store.prune(keep_runs=0)
    assert await store.check() is None
    assert await store.newest_for("b.md") is not None


@pytest.mark.parametrize("utf8", ["x'ff00fe'", "7", "'text'", "x'74657874'"])
async def test_a_text_that_is_not_what_was_kept_is_never_served_and_heals_when_it_comes_again(store, utf8):
    record = await added(store, completed("the text", ("goal", "G")), "the text")
    spoil(store, f"UPDATE texts SET utf8 = {utf8}")
    assert await store.text(sha256("the text")) is None
    assert await store.check() is None
    assert "Texts that are not what was kept" in store.notices[-1]
    again = await added(store, completed("the text", ("goal", "G"), path="other.md"), "the text")
    assert await store.text(sha256("the text")) == "the text"
    assert list(await store.list()) == [again, record]


async def test_a_checkpoint_with_a_wrong_byte_costs_no_other(store):
    record = await added(store, running(owner=gone()))
    for number, piece in enumerate(["one ", "two ", "three"]):
        await store.checkpoint(record.run_id, "draft", number * 4, piece)
    spoil(store, "UPDATE checkpoints SET utf8 = x'74ff6f20' WHERE start = 4")
    (ended,) = await store.reconcile()
    assert ended.draft is not None
    assert await store.text(ended.draft.sha256) == "one t\ufffdo three"


@pytest.mark.parametrize("column", ["status", "draft_state"])
async def test_a_state_that_nobody_knows_is_read_from_the_record_itself(store, column):
    record = await added(store, completed("text", ("goal", "G")), "text")
    spoil(store, f"UPDATE runs SET {column} = 'zzz'")
    assert record.draft is not None
    discarded = replace(record, draft=replace(record.draft, state=DraftState.DISCARDED))
    await store.save(discarded, expected=record.status)
    assert await store.get(record.run_id) == discarded
    with pytest.raises(IllegalDraftStateError):
        await store.save(record, expected=record.status)


async def test_a_run_that_is_live_in_the_index_alone_blocks_nobody(store):
    record = await added(store, completed(path="a.md"))
    spoil(store, "UPDATE runs SET status = 'running'")
    assert list(await store.reconcile()) == []
    new = queued("a.md", owner=here())
    await store.create(new)
    assert list(await store.list()) == [new, record]


async def test_a_missing_table_costs_its_own_content_alone(root, store):
    record = await added(store, completed("text", ("goal", "G")), "text")
    spoil(store, "DROP TABLE texts")
    new = await added(store, completed("new", ("goal", "N"), path="b.md"), "new")
    assert list(await store.list()) == [new, record]
    assert await store.text(sha256("new")) == "new"
    assert await store.text(sha256("text")) is None
    (notice,) = store.notices
    assert "set aside" in notice
    assert "of its runs, 2 could be taken over" in notice


def page_of(store: RunStore, name: str) -> tuple[int, int]:
    """The first page of a table, and the size of pages."""
    with closing(sqlite3.connect(store.location)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (number,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    return number, size


@pytest.mark.parametrize("index", ["sqlite_autoindex_runs_1", "runs_by_document", "sqlite_autoindex_texts_1"])
async def test_a_broken_index_costs_no_run(root, index):
    store = await opened(root)
    kept = [await added(store, completed(f"text {n}", path=f"{n}.md"), f"text {n}") for n in range(30)]
    number, size = page_of(store, index)
    await store.aclose()
    content = bytearray(store.location.read_bytes())
    content[(number - 1) * size : number * size] = b"\xa5" * size
    store.location.write_bytes(content)

    again = await opened(root)
    await again.ready_drafts("1.md")
    assert await again.text(sha256("text 7")) == "text 7"
    assert list(await again.list(limit=None)) == kept[::-1]
    assert await again.text(sha256("text 7")) == "text 7"
    await again.aclose()


async def test_a_broken_page_of_records_costs_the_runs_on_it_alone(root):
    store = await opened(root)
    kept = [await added(store, completed(f"text {n}", path=f"{n}.md"), f"text {n}") for n in range(60)]
    await store.aclose()
    with closing(sqlite3.connect(store.location)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
    content = bytearray(store.location.read_bytes())
    at = content.index(kept[30].run_id.encode() + b"completed")
    content[at // size * size : at // size * size + size] = b"\xa5" * size
    store.location.write_bytes(content)

    again = await opened(root)
    left = list(await again.list(limit=None))
    assert 50 < len(left) < 60
    assert left == sorted((run for run in kept if run in left), key=lambda run: run.run_id, reverse=True)
    assert await again.text(sha256("text 2")) == "text 2"
    (notice,) = again.notices
    assert f"of its runs, {len(left)} could be taken over" in notice
    await again.aclose()


async def test_readers_are_answered_while_a_write_waits_for_another_program(root, store):
    record = await added(store, running(owner=here()))
    with closing(sqlite3.connect(store.location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.save(replace(record, brief_sha256="new"), expected=record.status))
        for _ in range(3):
            assert await store.get(record.run_id) == record
        assert not writing.done()
        other.execute("ROLLBACK")
    await writing
    assert (await store.get(record.run_id)).brief_sha256 == "new"


async def test_a_draft_does_not_wait_until_all_old_runs_are_dropped(store):
    for number in range(300):
        await store.take_over(replace(completed(path=f"{number}.md"), draft=None), [f"text {number}", "shared"])
    pruning = asyncio.create_task(store.prune(keep_runs=1))
    await asyncio.sleep(0)
    new = queued("new.md", owner=here())
    await store.create(new)
    assert not pruning.done()
    dropped = await pruning
    left = list(await store.list(limit=None))
    assert (dropped, left[0]) == (301 - len(left), new)
    assert await store.text(sha256("text 0")) is None
    assert await store.text(sha256("shared")) == "shared"


@pytest.mark.parametrize("days", [10**6, 10**9, 10**12])
async def test_runs_are_kept_for_longer_than_dates_go(store, days):
    await added(store, completed())
    assert await store.prune(keep_days=days) == 0


async def test_the_pages_of_a_forgotten_run_go_with_it(tmp_path, store):
    old, kept = [await added(store, replace(completed(path=f"{name}.md"), draft=None)) for name in "ab"]
    folder = tmp_path / "state" / "pages"
    for number, name in enumerate([f"run-{old.run_id}", f"draft-{old.run_id}", f"run-{kept.run_id}", "doctor"]):
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / f"{name}.md").write_text("page")
    assert await store.prune(keep_runs=1) == 1
    assert sorted(page.name for page in folder.rglob("*.md")) == sorted([f"run-{kept.run_id}.md", "doctor.md"])


async def test_lists_of_runs_go_with_a_forgotten_run_and_pages_do_not_pile_up(tmp_path, store):
    folder = tmp_path / "state" / "pages"

    def add(number: int, name: str) -> None:
        (folder / str(number)).mkdir(parents=True)
        (folder / str(number) / name).write_text("page")
        os.utime(folder / str(number) / name, (number, number))

    for number in range(pages.LISTS_KEPT + 5):
        add(number, pages.HISTORY)
    for number in range(1000, 1000 + pages.PAGES_KEPT - 3):
        add(number, "run-x.md")
    pages.keep_newest()
    left = sorted(int(page.parent.name) for page in folder.glob("*/*.md"))
    assert left == [12, 13, 14, *range(1000, 1000 + pages.PAGES_KEPT - 3)]
    await added(store, replace(completed(), draft=None))
    assert await store.prune(keep_runs=0) == 1
    assert not list(folder.glob("*/history.md"))


async def test_only_the_runs_that_say_where_a_section_comes_from_are_loaded(store):
    def run(*bodies, path="a.md"):
        return applied(completed("t", *bodies, path=path))

    first = await added(store, run(("goal", "Fast."), ("tasks", "- one")), "t")
    second = await added(store, run(("goal", "Slow.")), "t")
    third = await added(store, run(("scope", "Fast.")), "t")
    fourth = await added(store, run(("tasks", "- two")), "t")
    await added(store, run(("goal", "Fast."), path="b.md"), "t")
    await added(store, completed("t", ("goal", "Fast."), path="a.md"), "t")

    async def of(key, body, *named):
        return list(await store.applied_for("a.md", [(key, sha256(normalised(body)))], named))

    assert await of("goal", "Fast.") == [third, second, first]
    assert await of("tasks", "- two") == [fourth]
    assert await of("tasks", "- by hand", first.run_id, "nobody") == [fourth, first]
    assert await of("other", "- one") == [first]
    assert await of("other", "nothing") == []
    await store.relink("a.md", "c.md")
    assert await of("goal", "Fast.") == []
    assert len(await store.applied_for("c.md", [("goal", sha256(normalised("Fast.")))])) == 3


async def test_runs_are_found_by_words_of_their_records_and_drafts(root, store):
    limiter = await added(store, completed("## Goal\n\nThrottle each café.\n"), "## Goal\n\nThrottle each café.\n")
    other = await added(
        store, completed("## Goal\n\nSend mail.\n", path="docs/mail.spec.md"), "## Goal\n\nSend mail.\n"
    )
    refused = await added(store, failed("rate_limited"))

    async def found(words, **more):
        return list(await store.list(search=words, **more))

    assert await found("throttle") == [limiter]
    assert await found("CAFE thrott") == [limiter]
    assert await found("mail") == await found("docs/mail.spec.md") == [other]
    assert await found("rate_limited") == [refused]
    # A part of any run's id may begin with the last of these words.
    assert [run for run in await found("some-model-2") if run.run_id != refused.run_id] == [other, limiter]
    assert await found("goal", limit=1) == [other]
    assert await found("goal", spec_path=limiter.spec.path) == [limiter]
    for nothing in ("throttle mail", "unheard", '"*(', "goal NOT mail", "words: x"):
        assert await found(nothing) == []
    assert await found("") == await found("  ") == [refused, other, limiter]
    # An index that is behind, as after an earlier version wrote, catches up.
    with closing(sqlite3.connect(store.location)) as db:
        db.execute("DELETE FROM searched")
        db.commit()
    assert await found("throttle") == [limiter]
    done = applied(limiter)
    await store.save(done, expected=RunStatus.COMPLETED)
    assert await found("throttle") == [done]
    assert await store.prune(keep_runs=2) == 1
    assert await found("throttle") == []
    assert await store.check() is None


@pytest.mark.parametrize(
    "words", ["Größe", "größe", "GRÖßE", unicodedata.normalize("NFD", "Größe"), "grö", "İstanbul", "istanbul", "ΟΔΟΣ"]
)
async def test_words_are_found_as_they_are_written_in_any_script(store, words):
    text = "## Ziel\n\nDie Größe in İstanbul, οδος.\n"
    record = await added(store, completed(text), text)
    assert list(await store.list(search=words)) == [record]


@pytest.mark.parametrize("words", ["Größe", unicodedata.normalize("NFD", "Größe"), "größe"[2:]])
async def test_without_an_index_words_are_found_as_they_are_written(store, words):
    record = await added(store, completed("t", path="docs/Größe.spec.md"), "t")
    with closing(sqlite3.connect(store.location)) as db:
        db.execute("DROP TABLE run_words")
        db.commit()
    assert list(await store.list(search=words)) == [record]


async def test_without_an_index_of_words_the_records_are_searched(store):
    record = await added(store, completed("t", path="docs/mail.spec.md"), "t")
    with closing(sqlite3.connect(store.location)) as db:
        db.execute("DROP TABLE run_words")
        db.commit()
    assert list(await store.list(search="mail")) == [record]
    assert list(await store.list(search="nowhere")) == []
