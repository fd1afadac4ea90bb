"""A database that is broken is set aside, whole and under another name, by one process alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from orch_lsp.storage import sqlite
from orch_lsp.storage.claim import exclusive
from orch_lsp.storage.place import side_files
from orch_lsp.storage.schema import Schema


def set_aside(database: Path, schema: Schema) -> Path | None:
    """Move a damaged database and the files beside it out of the way.

    Returns:
        Where it is now; None if it turned out to be sound, or another process was first.

    Raises:
        OSError: It cannot be moved.
        sqlite3.Error: It cannot be looked at, for a reason other than damage.
    """
    with exclusive(database.with_name(database.name + ".lock")):
        if not database.exists() or not is_damaged(database, schema):
            return None
        target = _free_name(database)
        # The log goes first: beside a new database, SQLite would replay it.
        for file in (*side_files(database), database):
            if file.exists():
                file.rename(target.with_name(target.name + file.name.removeprefix(database.name)))
        return target


def remove(database: Path, seen: tuple[int, int] | None) -> None:
    """Remove a database that can be made again, and the files beside it.

    Args:
        database: The file.
        seen: Its device and inode as they were when it was found unusable: another process may have made a new one.

    Raises:
        OSError: It cannot be removed.
    """
    with exclusive(database.with_name(database.name + ".lock")):
        if identity_of(database) != seen:
            return
        for file in (*side_files(database), database):
            file.unlink(missing_ok=True)


def identity_of(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _free_name(database: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return database.with_name(f"{database.name}.damaged-{stamp}")


def is_damaged(database: Path, schema: Schema) -> bool:
    """Whether a database is broken, or lacks tables of its schema.

    Raises:
        sqlite3.Error: It cannot be looked at, for a reason other than damage.
    """
    try:
        with closing(sqlite.connect(database)) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            return not sound or not schema.is_whole(connection)
    except sqlite3.Error as error:
        if sqlite.is_damage(error):
            return True
        raise
