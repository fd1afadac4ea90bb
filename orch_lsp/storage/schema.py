"""A database's schema, as numbered steps that are only ever appended to.

The first step makes a table `meta (key, value)`, which holds to whom the database belongs.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.storage import binding


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a database, and how older versions are brought to them.

    Attributes:
        what: The database's name, as a sentence begins: `The record of runs`.
        items: Its contents, in the plural: `runs`.
        migrations: SQL statements, apart by semicolons, that lead from each version to the next.
        tables: The columns of each table in the newest version.
        fill: Called in the transaction of a migration, with the version that the file had, after its statements.
        is_derived: Whether all of it can be made again from something else. Then a database that is damaged, or of a
            later version, is removed rather than kept.
    """

    what: str
    items: str
    migrations: Sequence[str]
    tables: Mapping[str, Sequence[str]]
    fill: Callable[[sqlite3.Connection, int], None]
    is_derived: bool = False

    @property
    def version(self) -> int:
        """The newest version, as the file's `user_version` says it."""
        return len(self.migrations)

    def refuse_newer(self, connection: sqlite3.Connection) -> None:
        """Stop before anything is read or written that a newer version may have given another meaning.

        Raises:
            StoreError: `store_newer`.
        """
        version = version_of(connection)
        if version > self.version:
            message = f"{self.what} has schema version {version}; this orch-lsp knows {self.version}."
            raise StoreError(ErrorCode.STORE_NEWER, message)

    def is_whole(self, connection: sqlite3.Connection) -> bool:
        """Whether a file that says to have our schema has its tables with their columns; a new file need not."""
        if version_of(connection) != self.version:
            return True
        return all(
            [column[1] for column in connection.execute(f"PRAGMA table_info({table})")] == list(names)
            for table, names in self.tables.items()
        )

    def migrate(self, connection: sqlite3.Connection, secret: bytes) -> None:
        """Bring the schema up to date, in one transaction that only one process enters.

        Raises:
            StoreError: `store_newer`.
            sqlite3.Error: It cannot be written; nothing was changed.
        """
        if version_of(connection) == self.version:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            self.refuse_newer(connection)
            first = version_of(connection)
            for migration in self.migrations[first:]:
                for statement in migration.split(";"):
                    connection.execute(statement)
            self.fill(connection, first)
            if first == 0:
                store_id = str(uuid.uuid4())
                pairs = [("store_id", store_id), ("binding", binding.binding_of(store_id, secret))]
                connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", pairs)
            connection.execute(f"PRAGMA user_version = {self.version:d}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version as the file has it; 0 is a new file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file holds nothing yet."""
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return version_of(connection) == 0 and objects == 0


def is_bound(connection: sqlite3.Connection, secret: bytes) -> bool:
    """Whether the database was made by this user; False for one that holds something else altogether.

    Raises:
        sqlite3.Error: It cannot be read.
    """
    # A view or a trigger in place of the table is code that somebody else wrote.
    found = connection.execute("SELECT type FROM sqlite_schema WHERE name = 'meta'").fetchall()
    if found != [("table",)]:
        return False
    try:
        rows = connection.execute("SELECT key, value FROM meta WHERE key IN ('store_id', 'binding') LIMIT 2").fetchall()
    except sqlite3.OperationalError:
        return False
    values = {str(key): str(value) for key, value in rows}
    return binding.is_bound(values.get("store_id", ""), values.get("binding", ""), secret)
