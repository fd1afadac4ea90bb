"""A database that an earlier version made, used by this one; and one that a later version made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.runs.record import Owner
from orch_lsp.runs.status import RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.text import sha256
from tests.fakes.records import NOBODY, completed, queued

VERSION_1 = Path(__file__).with_name("store_version_1.sql")
"""Made by a version that knew schema 1: a run that was applied, one that failed, one that streams."""
TEXT = "## Goal\n\nLimit clients. Grüße.\n"


@pytest.fixture
def location(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path))
    path = tmp_path / "documents" / "runs.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db:
        db.executescript(VERSION_1.read_text(encoding="utf-8"))
    return path


async def opened(owner: Owner = NOBODY) -> RunStore:
    return await RunStore.open(None, owner=owner, settings=RunSettings())


def columns(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(statement).fetchall()


async def test_a_store_of_the_first_version_is_read_and_written_by_this_one(location):
    store = await opened()
    assert len(await store.reconcile()) == 1
    live, failed, done = await store.list()
    assert [run.status for run in (live, failed, done)] == [
        RunStatus.INTERRUPTED, RunStatus.FAILED, RunStatus.COMPLETED,
    ]  # fmt: skip
    assert await store.partial_text(live.run_id) == "so far"
    assert await store.text(sha256(TEXT)) == TEXT
    assert done.draft is not None
    written = [("goal", done.draft.sections[0].sha256)]
    assert list(await store.applied_for("docs/a.spec.md", written)) == [done]
    await store.create(queued("b.md"))
    assert len(await store.list()) == 4
    assert store.notices == ()
    await store.aclose()
    assert columns(location, "PRAGMA integrity_check") == [("ok",)]


async def test_the_columns_of_old_records_are_filled_from_them(location):
    store = await opened()
    await store.create(queued("b.md"))
    assert columns(location, "SELECT count(*) FROM summaries") == [(1,)], "whoever opens it does not wait for that"
    await store.catch_up()
    (_, _, done) = await store.list(statuses=[RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.RUNNING])
    assert columns(
        location, "SELECT run_id, model, asked, input_tokens, cost_amount FROM summaries ORDER BY run_id LIMIT 1"
    ) == [(done.run_id, "some-model-2", 1, 812, "0.25")]
    assert done.draft is not None
    assert columns(location, "SELECT document, key, run_id, sha256, state, applied FROM drafted") == [
        ("docs/a.spec.md", "goal", done.run_id, done.draft.sections[0].sha256, "applied", 1)
    ]
    assert columns(location, "SELECT count(*) FROM summaries") == [(4,)]
    await store.aclose()


async def test_many_old_runs_are_brought_up_to_date_in_slices_and_what_is_asked_for_is_right_meanwhile(location):
    with closing(sqlite3.connect(location)) as db:
        ((old, record),) = db.execute("SELECT run_id, record FROM runs WHERE status = 'completed'")
        for number in range(450):
            run_id = f"{old[:-4]}{number:04}"
            row = (run_id, f"docs/{number % 2}.md", "a", "now", record.replace(old, run_id))
            insert = "INSERT INTO runs (run_id, status, spec_path, applied_at, heartbeat_at, record)"
            db.execute(f"{insert} VALUES (?, 'completed', ?, ?, ?, ?)", row)
        db.execute("UPDATE runs SET record = '{' WHERE run_id LIKE '%0007'")
        db.commit()
    store = await opened()
    (model, *_) = await store.list(statuses=[RunStatus.COMPLETED], limit=1)
    assert model.draft is not None
    written = [("goal", model.draft.sections[0].sha256)]

    (newest,) = await store.applied_for("docs/0.md", written)

    assert newest.run_id.endswith("0448")
    filled = columns(location, "SELECT count(*) FROM summaries JOIN runs USING (run_id) WHERE spec_path = 'docs/0.md'")
    assert filled == [(225,)]
    assert columns(location, "SELECT count(*) FROM summaries") == filled
    assert len(await store.list(limit=None)) == 452
    assert sum(total.runs for total in (await store.usage(["day"]))["day"]) == 452
    assert columns(location, "SELECT count(*) FROM summaries") == [(453,)]
    assert columns(location, "SELECT count(*) FROM meta WHERE key = 'columns_below'") == [(0,)]
    await store.aclose()


async def test_an_old_record_that_cannot_be_read_stays_and_keeps_nobody_from_the_others(location):
    with closing(sqlite3.connect(location)) as db:
        db.execute("UPDATE runs SET record = '{' WHERE status = 'failed'")
        db.commit()
    store = await opened()
    await store.create(queued("b.md"))
    assert len(await store.list()) == 3
    assert "cannot be shown" in store.notices[0]
    assert columns(location, "SELECT count(*) FROM runs") == [(4,)]
    await store.aclose()


async def test_a_store_of_a_later_version_is_neither_read_nor_written(location):
    store = await opened()
    await store.create(queued("b.md"))
    with closing(sqlite3.connect(location)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version + 1}")
    before = location.read_bytes()
    for use in (store.list(), store.create(queued("c.md")), store.reconcile(), opened()):
        with pytest.raises(StoreError) as caught:
            await use
        assert caught.value.code == ErrorCode.STORE_NEWER
    assert location.read_bytes() == before
    await store.aclose()


async def test_texts_are_kept_once_and_packed(location):
    store = await opened()
    long = "## Goal\n\n" + "Limit each client to 100 requests a minute.\n" * 200
    for _ in range(2):
        run = completed(long)
        await store.take_over(run, [long])
    assert await store.text(sha256(long)) == long
    ((size, packing),) = columns(location, f"SELECT length(utf8), packing FROM texts WHERE sha256 = '{sha256(long)}'")
    assert packing == "zlib"
    assert isinstance(size, int)
    assert size * 20 < len(long)
    assert await store.check() is None
    with closing(sqlite3.connect(location)) as db:
        db.execute("UPDATE texts SET utf8 = zeroblob(10) WHERE packing = 'zlib'")
        db.commit()
    assert await store.text(sha256(long)) is None
    await store.check()
    assert any("Texts that are not what was kept" in notice for notice in store.notices)
    await store.aclose()


async def test_the_checkpoints_of_two_steps_do_not_overwrite_each_other(location):
    store = await opened()
    run = queued("b.md")
    await store.create(run)
    await store.checkpoint(run.run_id, "section:goal", 0, "one")
    await store.checkpoint(run.run_id, "section:tasks", 0, "two")
    await store.checkpoint(run.run_id, "section:goal", 3, " more")
    assert await store.partial_text(run.run_id) == "one more\n\ntwo"
    await store.aclose()
