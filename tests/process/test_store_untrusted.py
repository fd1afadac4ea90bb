"""A repository that brings a record of its own, symlinks, or a file that is no database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.runs.migrations import VERSION
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import completed, queued

posix = pytest.mark.skipif(os.name != "posix", reason="needs symlinks")
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def root(tmp_path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    return root


async def opened(root: Path) -> RunStore:
    return await RunStore.open(root, owner=this_process(), settings=RunSettings())


async def filled(root: Path, path: str = "a.md") -> Path:
    """A database with one run, made by the user whose state folder is in use."""
    store = await opened(root)
    await store.create(queued(path))
    await store.aclose()
    return store.location


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


async def refused(root: Path, state: Path, words: str) -> None:
    """The store works, in the state folder, and says why."""
    store = await opened(root)
    assert store.location.is_relative_to(state / "workspaces")
    (notice,) = store.notices
    assert words in notice
    record = queued("b.md")
    await store.create(record)
    assert list(await store.list()) == [record]
    await store.aclose()
    again = await opened(root)
    assert await again.get(record.run_id) == record
    await again.aclose()


async def test_a_database_that_another_user_made_is_refused_and_left_alone(tmp_path, root, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "attacker"))
    database = await filled(root)
    before = contents(database.parent)
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    await refused(root, tmp_path / "state", "another state folder's secret: set ORCH_STATE_HOME back")
    assert contents(database.parent) == before


@pytest.mark.parametrize(
    "statements",
    [
        "CREATE TABLE t (x)",
        "CREATE TABLE meta (key TEXT, value TEXT); CREATE TABLE runs (x); PRAGMA user_version = 1",
        "CREATE VIEW meta AS SELECT 'binding' AS key, 'x' AS value",
        "CREATE TABLE meta (something)",
        "CREATE TABLE t (x); PRAGMA user_version = 999",
    ],
)
async def test_a_database_of_another_making_is_refused(tmp_path, root, statements):
    local = root / ".orch" / "local"
    local.mkdir(parents=True)
    with closing(sqlite3.connect(local / "runs.db")) as db:
        db.executescript(statements)
    before = contents(local)
    await refused(root, tmp_path / "state", "another state folder's secret: set ORCH_STATE_HOME back")
    assert contents(local) == before


async def test_the_log_of_a_planted_database_is_left_alone_too(tmp_path, root):
    local = root / ".orch" / "local"
    local.mkdir(parents=True)
    made = tmp_path / "made"
    made.mkdir()
    with closing(sqlite3.connect(made / "runs.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        for name in ("runs.db", "runs.db-wal"):
            shutil.copy(made / name, local / name)
    before = contents(local)
    assert len(before["runs.db-wal"]) > 0
    await refused(root, tmp_path / "state", "another state folder's secret: set ORCH_STATE_HOME back")
    assert {name: content for name, content in contents(local).items() if name in before} == before


async def test_a_copied_binding_does_not_fit_another_store_id(tmp_path, root):
    database = await filled(root)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE meta SET value = 'another' WHERE key = 'store_id'")
    await refused(root, tmp_path / "state", "another state folder's secret: set ORCH_STATE_HOME back")


async def test_a_moved_workspace_keeps_its_history(tmp_path, root):
    await filled(root)
    moved = tmp_path / "moved"
    root.rename(moved)
    store = await opened(moved)
    assert len(await store.list()) == 1
    assert store.notices == ()
    await store.aclose()


@posix
@pytest.mark.parametrize("link", [".orch", ".orch/local"])
async def test_a_linked_folder_is_refused(tmp_path, root, link):
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    (root / link).symlink_to(outside, target_is_directory=True)
    await refused(root, tmp_path / "state", f"`{link}` is not a plain folder")
    assert list(outside.iterdir()) == []


@posix
@pytest.mark.parametrize("name", ["runs.db", "runs.db-wal", "runs.db-shm", "runs.db-journal"])
@pytest.mark.parametrize("exists", [True, False])
async def test_a_linked_file_is_refused(tmp_path, root, name, exists):
    target = tmp_path / "target"
    if exists:
        target.write_bytes(b"precious")
    local = root / ".orch" / "local"
    local.mkdir(parents=True)
    (local / name).symlink_to(target)
    await refused(root, tmp_path / "state", f"`.orch/local/{name}` is not a plain file")
    assert target.exists() == exists
    assert not exists or target.read_bytes() == b"precious"


@posix
async def test_a_link_that_appears_while_the_store_is_open_is_refused(tmp_path, root):
    store = await opened(root)
    await store.create(queued("a.md"))
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    for file in store.location.parent.iterdir():
        file.unlink()
    store.location.symlink_to(target)
    record = queued("b.md")
    await store.create(record)
    assert store.location.is_relative_to(tmp_path / "state")
    assert target.read_bytes() == b"precious"
    assert await store.get(record.run_id) == record
    await store.aclose()


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)


@needs_git
@pytest.mark.parametrize("nested", [False, True])
async def test_a_tracked_database_is_refused_even_if_it_is_the_users_own(tmp_path, root, nested):
    top, root = root, root / "packages" / "one" if nested else root
    root.mkdir(parents=True, exist_ok=True)
    git(top, "init", "-q")
    await filled(root)
    git(top, "add", "-f", str(root / ".orch" / "local" / "runs.db"))
    await refused(root, tmp_path / "state", "tracked by git")


@needs_git
async def test_an_untracked_database_in_a_repository_is_used_and_stays_untracked(root):
    git(root, "init", "-q")
    await filled(root)
    store = await opened(root)
    assert store.notices == ()
    assert len(await store.list()) == 1
    await store.aclose()
    git(root, "add", "-A")
    listed = subprocess.run(["git", "ls-files"], cwd=root, check=True, capture_output=True, text=True).stdout
    assert listed.split() == [".orch/.gitattributes"]


@needs_git
@posix
async def test_a_repository_cannot_make_git_run_its_programs(tmp_path, root):
    git(root, "init", "-q")
    ran = tmp_path / "ran"
    program = root / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    program.chmod(0o755)
    hooks = root / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman"):
        shutil.copy(program, hooks / hook)
    git(root, "config", "core.fsmonitor", str(program))
    git(root, "config", "core.hooksPath", str(hooks))
    await filled(root)
    store = await opened(root)
    await store.list()
    await store.aclose()
    assert not ran.exists()


@needs_git
@posix
async def test_a_program_named_git_in_the_workspace_is_not_run(tmp_path, root, monkeypatch):
    git(root, "init", "-q")
    ran = tmp_path / "ran"
    program = root / "git"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{root}:{os.environ['PATH']}")
    await filled(root)
    assert not ran.exists()


@posix
async def test_a_writer_killed_in_rollback_mode_does_not_lock_anybody_out(root):
    database = await filled(root)
    script = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = DELETE")
db.execute("PRAGMA cache_size = 2")
db.execute("BEGIN IMMEDIATE")
for number in range(500):
    db.execute("INSERT INTO texts (sha256, utf8) VALUES (?, randomblob(4000))", (str(number),))
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, str(database)], check=False)
    assert database.with_name("runs.db-journal").exists()
    store = await opened(root)
    assert len(await store.list()) == 1
    await store.create(queued("b.md"))
    assert store.notices == ()
    await store.aclose()
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("SELECT count(*) FROM texts").fetchone() == (0,)


async def test_a_newer_store_is_not_opened_and_not_changed(root):
    database = await filled(root)
    with closing(sqlite3.connect(database)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = database.read_bytes()
    with pytest.raises(StoreError) as caught:
        await opened(root)
    assert caught.value.code == ErrorCode.STORE_NEWER
    assert database.read_bytes() == before


async def test_a_store_that_a_newer_version_takes_over_is_not_written_any_more(root):
    store = await opened(root)
    await store.create(queued("a.md"))
    with closing(sqlite3.connect(store.location)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    for call in (store.create(queued("b.md")), store.list(), store.prune(0)):
        with pytest.raises(StoreError) as caught:
            await call
        assert caught.value.code == ErrorCode.STORE_NEWER
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        db.execute(f"PRAGMA user_version = {VERSION}")
    await store.create(queued("b.md"))
    await store.aclose()


@pytest.mark.parametrize("damage", ["not a database", "truncated", "overwritten"])
async def test_a_damaged_store_is_set_aside_whole_and_a_new_one_begun(root, damage):
    store = await opened(root)
    for number in range(30):
        await store.create(completed("x" * 5_000, path=f"{number}.md"), ["x" * 5_000 + str(number)])
    await store.aclose()
    database = store.location
    content = database.read_bytes()
    spoiled = {
        "not a database": b"garbage" * 1_000,
        "truncated": content[: len(content) // 2],
        "overwritten": content[:4096] + os.urandom(len(content) - 4096),
    }[damage]
    database.write_bytes(spoiled)
    again = await opened(root)
    assert list(await again.list()) == []
    record = queued("new.md")
    await again.create(record)
    assert list(await again.list()) == [record]
    assert again.location == database
    (notice,) = again.notices
    (aside,) = [file for file in database.parent.iterdir() if "damaged" in file.name and file.suffix != ".lock"]
    assert aside.name in notice
    assert aside.read_bytes() == spoiled
    await again.aclose()
    third = await opened(root)
    assert third.notices == ()
    assert list(await third.list()) == [record]
    await third.aclose()


async def test_damage_that_shows_while_the_store_is_open_is_dealt_with(root):
    one, two = await opened(root), await opened(root)
    record = queued("a.md", owner=this_process())
    await one.create(record)
    await two.list()
    with closing(sqlite3.connect(one.location)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    one.location.write_bytes(b"garbage" * 10_000)
    await one.save(record, expected=record.status)
    assert await one.get(record.run_id) == record
    assert list(await two.list()) == [record]
    asides = [file for file in one.location.parent.iterdir() if "damaged" in file.name]
    assert len([file for file in asides if not file.name.endswith(("-wal", "-shm"))]) == 1
    await one.aclose()
    await two.aclose()
