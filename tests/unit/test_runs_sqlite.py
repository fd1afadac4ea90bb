"""SQLite as the store uses it, and where a store may be."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.runs.connection import record_of_runs
from orch_lsp.runs.migrations import SCHEMA
from orch_lsp.runs.place import state_place, workspace_place
from orch_lsp.storage import binding, sqlite
from orch_lsp.storage.place import DatabasePlace, is_writable
from orch_lsp.storage.schema import is_bound, is_empty, version_of


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("name", ["nfs", "nfs4", "cifs", "SMB3", "9p", "drvfs", "fuse.sshfs", "vboxsf"])
def test_network_file_systems_get_the_rollback_journal(name):
    assert not sqlite.wal_can_work(PurePosixPath("/home/me/project/.orch/local/runs.db"), name)


@pytest.mark.parametrize("name", ["ext4", "btrfs", "tmpfs", "apfs", "NTFS", "overlay", "fuse", None])
def test_local_file_systems_get_wal(name):
    assert sqlite.wal_can_work(PurePosixPath("/home/me/project/.orch/local/runs.db"), name)


@pytest.mark.parametrize(
    "path",
    [
        PurePosixPath("/home/me/Dropbox/project/.orch/local/runs.db"),
        PurePosixPath("/Users/me/Library/Mobile Documents/com~apple~CloudDocs/p/.orch/local/runs.db"),
        PureWindowsPath(r"C:\Users\me\OneDrive - Work\p\.orch\local\runs.db"),
        PureWindowsPath(r"G:\Google Drive\p\.orch\local\runs.db"),
    ],
)
def test_synced_folders_get_the_rollback_journal(path):
    assert not sqlite.wal_can_work(path, "ext4")


@pytest.mark.skipif(sys.platform != "linux", reason="the table of mounts is Linux's")
def test_the_file_system_of_a_path_is_known():
    assert sqlite.file_system_of(Path("/proc/self")) == "proc"


@pytest.mark.parametrize(("wal", "mode"), [(True, "wal"), (False, "delete")])
def test_the_journal_is_the_chosen_one(tmp_path, wal, mode):
    path = tmp_path / "runs.db"
    path.touch()
    with closing(sqlite.connect(path)) as connection:
        assert sqlite.choose_journal(connection, wal=wal) == mode


@pytest.mark.skipif(sys.platform == "win32", reason="the file system layer without shared memory is Unix's")
def test_a_file_system_without_shared_memory_falls_back_to_the_rollback_journal(tmp_path):
    uri = f"{(tmp_path / 'runs.db').as_uri()}?vfs=unix-dotfile"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        assert sqlite.choose_journal(connection, wal=True) == "delete"
        SCHEMA.migrate(connection, b"x" * 32)
        assert is_bound(connection, b"x" * 32)


def test_others_keep_the_journal_in_which_they_found_the_database(tmp_path):
    path = tmp_path / "runs.db"
    path.touch()
    with closing(sqlite.connect(path)) as first, closing(sqlite.connect(path)) as second:
        sqlite.choose_journal(first, wal=True)
        first.execute("CREATE TABLE t (x)")
        assert second.execute("SELECT count(*) FROM t").fetchone() == (0,)
        second.execute("PRAGMA busy_timeout = 1")
        assert sqlite.choose_journal(second, wal=False) == "wal"


def test_a_failed_migration_changes_nothing(tmp_path):
    path = tmp_path / "runs.db"
    path.touch()
    failing = replace(SCHEMA, migrations=(*SCHEMA.migrations, "CREATE TABLE a (x); CREATE TABLE a (x)"))
    with closing(sqlite.connect(path)) as connection:
        with pytest.raises(sqlite3.Error):
            failing.migrate(connection, b"x" * 32)
        assert is_empty(connection)


def test_a_later_migration_keeps_what_is_there(tmp_path):
    path = tmp_path / "runs.db"
    path.touch()
    later = replace(SCHEMA, migrations=(*SCHEMA.migrations, "CREATE TABLE later (x)"))
    with closing(sqlite.connect(path)) as connection:
        SCHEMA.migrate(connection, b"x" * 32)
        before = connection.execute("SELECT * FROM meta").fetchall()
        later.migrate(connection, b"x" * 32)
        assert version_of(connection) == later.version == SCHEMA.version + 1
        assert connection.execute("SELECT * FROM meta").fetchall() == before
        with pytest.raises(StoreError) as caught:
            SCHEMA.refuse_newer(connection)
        assert caught.value.code == ErrorCode.STORE_NEWER


def test_nothing_in_a_schema_is_trusted(tmp_path):
    path = tmp_path / "runs.db"
    path.touch()
    with closing(sqlite.connect(path)) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    ("code", "words", "retryable"),
    [
        (sqlite3.SQLITE_BUSY, "locked by another process", True),
        (sqlite3.SQLITE_FULL, "no room left", False),
        (sqlite3.SQLITE_READONLY, "read-only", False),
        (sqlite3.SQLITE_IOERR_WRITE, "disk reported an error", False),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened", False),
        (sqlite3.SQLITE_CORRUPT, "damaged", False),
        (0, "boom", False),
    ],
)
def test_every_failure_is_a_store_error_in_words(code, words, retryable):
    error = sqlite3.OperationalError("boom")
    error.sqlite_errorcode = code
    told = sqlite.store_error(error, "The record of runs")
    assert told.code == ErrorCode.STORE_ERROR
    assert words in told.message
    assert told.retryable == retryable


def test_only_damage_is_damage():
    for code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT_INDEX):
        error = sqlite3.DatabaseError()
        error.sqlite_errorcode = code
        assert sqlite.is_damage(error)
    for code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN):
        error = sqlite3.OperationalError()
        error.sqlite_errorcode = code
        assert not sqlite.is_damage(error)


def test_processes_and_threads_agree_on_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: binding.user_secret(), range(32)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 32
    assert [file.name for file in (tmp_path / "state").iterdir()] == ["store-secret"]


def test_a_secret_that_is_none_is_an_error(tmp_path):
    binding.user_secret()
    (tmp_path / "state" / "store-secret").write_bytes(b"short")
    with pytest.raises(OSError, match="32 bytes"):
        binding.user_secret()


@pytest.mark.skipif(sys.platform == "win32", reason="needs symlinks")
def test_a_linked_secret_is_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"x" * 32)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "store-secret").symlink_to(other)
    with pytest.raises(OSError):  # noqa: PT011 -- the words are the system's
        binding.user_secret()


def test_a_binding_fits_one_id_and_one_secret():
    made = binding.binding_of("id", b"a" * 32)
    assert binding.is_bound("id", made, b"a" * 32)
    assert not binding.is_bound("id", made, b"b" * 32)
    assert not binding.is_bound("other", made, b"a" * 32)
    assert not binding.is_bound("id", "", b"a" * 32)
    assert not binding.is_bound("id", "\ud800", b"a" * 32)


def test_each_workspace_has_its_own_folder_in_the_state_folder(tmp_path):
    places = {state_place(root).database for root in (None, tmp_path / "a", tmp_path / "b")}
    assert len(places) == 3
    assert all(place.is_relative_to(tmp_path / "state") for place in places)
    assert not state_place(tmp_path).in_workspace
    assert workspace_place(tmp_path).in_workspace


def test_a_place_can_be_judged_before_it_exists(tmp_path):
    assert is_writable(DatabasePlace(tmp_path / "not" / "yet" / "runs.db", tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_never_ends_is_a_typed_error_and_the_store_works_afterwards(tmp_path):
    notices: list[str] = []
    store = record_of_runs(tmp_path, notices.append, patience_s=0.1)
    store.write(lambda db: db.execute("INSERT INTO texts (sha256, utf8) VALUES ('a', x'00')"))
    with closing(sqlite3.connect(store.location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process") as caught:
            store.write(lambda db: db.execute("INSERT INTO texts (sha256, utf8) VALUES ('b', x'00')"))
        assert caught.value.retryable
        other.execute("ROLLBACK")
    store.write(lambda db: db.execute("INSERT INTO texts (sha256, utf8) VALUES ('c', x'00')"))
    keys = store.read(lambda db: db.execute("SELECT sha256 FROM texts ORDER BY 1").fetchall(), [])
    assert keys == [("a",), ("c",)]
    assert notices == []
    store.close()


def test_work_that_raises_is_undone(tmp_path):
    store = record_of_runs(tmp_path, print)

    def work(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO texts (sha256, utf8) VALUES ('a', x'00')")
        raise LookupError

    with pytest.raises(LookupError):
        store.write(work)
    assert store.read(lambda db: db.execute("SELECT count(*) FROM texts").fetchone(), None) == (0,)
    store.close()


def test_without_a_usable_secret_nothing_is_recorded_and_the_reason_is_told(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "store-secret").write_bytes(b"short")
    store = record_of_runs(tmp_path, [].append)
    with pytest.raises(StoreError, match="store-secret") as caught:
        store.write(lambda db: db.execute("SELECT 1"))
    assert caught.value.code == ErrorCode.STORE_ERROR
