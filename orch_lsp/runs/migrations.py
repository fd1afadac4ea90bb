"""The database's schema, as numbered steps that are only ever appended to.

A record is one JSON value; the columns and tables beside it exist only to find it and to add it up (see `columns`).
A new key of the record is no migration, as each version writes back what it does not know.
"""

from __future__ import annotations

import sqlite3
import uuid

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.runs import binding, columns

_FIRST = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE runs (
  run_id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  spec_path TEXT NOT NULL,
  draft_state TEXT,
  draft_partial INTEGER,
  applied_at TEXT,
  heartbeat_at TEXT NOT NULL,
  dismissed_at TEXT,
  record TEXT NOT NULL
);
CREATE INDEX runs_by_document ON runs (spec_path, run_id);
CREATE INDEX runs_live ON runs (run_id) WHERE status IN ('queued', 'running');
CREATE INDEX runs_ready ON runs (spec_path, run_id) WHERE draft_state = 'ready';
CREATE INDEX runs_applied ON runs (spec_path, run_id) WHERE applied_at IS NOT NULL;
CREATE TABLE texts (
  sha256 TEXT PRIMARY KEY,
  utf8 BLOB NOT NULL
);
CREATE TABLE run_texts (
  run_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (run_id, sha256)
) WITHOUT ROWID;
CREATE INDEX run_texts_by_text ON run_texts (sha256);
CREATE TABLE checkpoints (
  run_id TEXT NOT NULL,
  start INTEGER NOT NULL,
  utf8 BLOB NOT NULL,
  PRIMARY KEY (run_id, start)
);
"""

_SECOND = f"""
ALTER TABLE checkpoints RENAME TO checkpoints_1;
CREATE TABLE checkpoints (
  run_id TEXT NOT NULL,
  step TEXT NOT NULL,
  start INTEGER NOT NULL,
  utf8 BLOB NOT NULL,
  PRIMARY KEY (run_id, step, start)
);
INSERT INTO checkpoints SELECT run_id, 'draft', start, utf8 FROM checkpoints_1;
DROP TABLE checkpoints_1;
ALTER TABLE texts ADD COLUMN packing TEXT;
CREATE TABLE summaries (
  run_id TEXT PRIMARY KEY,
  started_at TEXT,
  status TEXT,
  document TEXT,
  provider TEXT,
  kind TEXT,
  model TEXT,
  asked INTEGER NOT NULL,
  {", ".join(f"{count} INTEGER" for count in columns.COUNTS)},
  cost_amount TEXT,
  cost_currency TEXT,
  error_code TEXT,
  draft_state TEXT,
  draft_partial INTEGER
) WITHOUT ROWID;
CREATE TABLE drafted (
  document TEXT NOT NULL,
  key TEXT NOT NULL,
  run_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  applied INTEGER NOT NULL,
  PRIMARY KEY (document, key, run_id)
) WITHOUT ROWID;
CREATE INDEX drafted_by_text ON drafted (document, sha256, run_id) WHERE applied;
CREATE INDEX drafted_by_key ON drafted (document, key, run_id) WHERE applied AND state = 'applied';
CREATE INDEX drafted_by_run ON drafted (run_id)
"""  # noqa: S608 -- our own words only

_THIRD = """
CREATE TABLE searched (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL UNIQUE
)
"""
"""The index of words itself is made by `search`: not each SQLite can."""

_COLUMNS = {
    "meta": ["key", "value"],
    "runs": [
        "run_id", "status", "spec_path", "draft_state", "draft_partial", "applied_at", "heartbeat_at", "dismissed_at",
        "record",
    ],
    "texts": ["sha256", "utf8", "packing"],
    "run_texts": ["run_id", "sha256"],
    "checkpoints": ["run_id", "step", "start", "utf8"],
    "summaries": list(columns.SUMMARY),
    "drafted": ["document", "key", "run_id", "sha256", "state", "applied"],
    "searched": ["number", "run_id"],
}  # fmt: skip
MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD)
VERSION = len(MIGRATIONS)
_COLUMNS_SINCE = 2
"""The version whose tables beside the records are filled from them."""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version as the file has it; 0 is a new file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def refuse_newer(connection: sqlite3.Connection) -> None:
    """Stop before anything is read or written that a newer version may have given another meaning.

    Raises:
        StoreError: `store_newer`.
    """
    version = version_of(connection)
    if version > VERSION:
        message = f"The record of runs has schema version {version}; this orch-lsp knows {VERSION}."
        raise StoreError(ErrorCode.STORE_NEWER, message)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the file holds nothing yet."""
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return version_of(connection) == 0 and objects == 0


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether a file that says to have our schema has its tables with their columns; a new file need not."""
    if version_of(connection) != VERSION:
        return True
    return all(
        [column[1] for column in connection.execute(f"PRAGMA table_info({table})")] == names
        for table, names in _COLUMNS.items()
    )


def migrate(connection: sqlite3.Connection, secret: bytes) -> None:
    """Bring the schema up to date, in one transaction that only one process enters.

    Raises:
        StoreError: `store_newer`.
        sqlite3.Error: It cannot be written; nothing was changed.
    """
    if version_of(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        refuse_newer(connection)
        first = version_of(connection)
        for migration in MIGRATIONS[first:]:
            for statement in migration.split(";"):
                connection.execute(statement)
        if first < _COLUMNS_SINCE:
            columns.fill(connection)
        if first == 0:
            store_id = str(uuid.uuid4())
            pairs = [("store_id", store_id), ("binding", binding.binding_of(store_id, secret))]
            connection.executemany("INSERT INTO meta (key, value) VALUES (?, ?)", pairs)
        connection.execute(f"PRAGMA user_version = {VERSION:d}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


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
