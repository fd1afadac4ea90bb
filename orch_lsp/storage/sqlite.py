"""SQLite as it is used here: how a connection is made, and what its errors mean."""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from pathlib import Path, PurePath

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.storage.place import side_files

BUSY_TIMEOUT_S = 0.5
"""How long SQLite itself waits for a lock; `database` tries again until its patience ends."""
NETWORK_FILE_SYSTEMS = re.compile(
    r"nfs4?|cifs|smb[23]?|smbfs|afpfs|webdav|davfs2?|9p|drvfs|vboxsf|vmhgfs|prl_fs|glusterfs|ceph|lustre|afs|ncpfs"
    r"|fuse\.(sshfs|s3fs|rclone|vmhgfs-fuse|glusterfs)"
)
SYNCED_FOLDERS = (
    "box sync",
    "dropbox",
    "google drive",
    "googledrive",
    "icloud drive",
    "mobile documents",
    "nextcloud",
    "onedrive",
    "owncloud",
)


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing database file; nothing in it is changed, and nothing in its schema is trusted.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    return _connected(f"{path.absolute().as_uri()}?mode=rw")


def look_at(path: Path) -> sqlite3.Connection:
    """Open an existing database file so that reading and closing leave no trace in it or beside it.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    # With its log in use, SQLite needs the files beside it, which are there; else it would leave new ones behind.
    in_use = any(_size(file) for file in side_files(path) if not file.name.endswith("-shm"))
    return _connected(f"{path.absolute().as_uri()}?{'mode=ro' if in_use else 'immutable=1'}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    # One flipped byte must not keep the rows beside it from being read.
    connection.text_factory = _decoded
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _decoded(utf8: bytes) -> str:
    return utf8.decode("utf-8", "surrogateescape")


def choose_journal(connection: sqlite3.Connection, *, wal: bool) -> str:
    """Put the database into WAL mode, or into rollback mode where WAL cannot work; the mode that holds then.

    Raises:
        sqlite3.Error: Neither works.
    """
    if not wal:
        with suppress(sqlite3.OperationalError):
            # Others that use the database keep it in the mode in which they found it.
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        return _journal_mode(connection)
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        if is_busy(error):
            raise
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    return _journal_mode(connection)


def _journal_mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0]).lower()


def wal_can_work(path: PurePath, file_system: str | None) -> bool:
    """Whether shared memory beside the file can be trusted: not on network file systems, not in synced folders."""
    if file_system is not None and NETWORK_FILE_SYSTEMS.fullmatch(file_system.lower()):
        return False
    return not any(part.lower().startswith(SYNCED_FOLDERS) for part in path.parts)


def file_system_of(path: Path) -> str | None:
    """The name of the file system that holds `path`, or None where it cannot be told."""
    import psutil

    try:
        partitions = psutil.disk_partitions(all=True)
    except (OSError, psutil.Error):
        return None
    holding = [partition for partition in partitions if path.is_relative_to(partition.mountpoint)]
    best = max(holding, key=lambda partition: len(PurePath(partition.mountpoint).parts), default=None)
    return best.fstype if best else None


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error, 0 where there is none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, or lacks what we put there; nothing else justifies setting a file aside."""
    if primary_code(error) == sqlite3.SQLITE_ERROR:
        return str(error).startswith(("no such table", "no such column"))
    return primary_code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_damage_within(error: sqlite3.Error) -> bool:
    """Whether what a full-text index keeps is broken, which a check of the file does not find in every SQLite."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT_VTAB


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection was in the way."""
    return primary_code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


_MEANING = {
    sqlite3.SQLITE_FULL: "there is no room left",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_PERM: "it is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
}


def store_error(error: sqlite3.Error, what: str) -> StoreError:
    """The error that a user sees when SQLite fails; `what` is the database as a sentence begins."""
    if is_busy(error):
        return StoreError(
            ErrorCode.STORE_ERROR, f"{what} is locked by another process.", retryable=True,
            remediation="Let the other program finish or close it (a backup, a database browser, another orch-lsp that "
            "tidies up), then try again.",
        )  # fmt: skip
    meaning = _MEANING.get(primary_code(error), f"{error}")
    return StoreError(ErrorCode.STORE_ERROR, f"{what} cannot be used: {meaning}.")
