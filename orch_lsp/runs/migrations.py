"""The database's schema, as numbered steps that are only ever appended to.

A record is one JSON value; the columns and tables beside it exist only to find it and to add it up (see `columns`).
A new key of the record is no migration, as each version writes back what it does not know; a new word in the place
of a known one is.
"""

from __future__ import annotations

import sqlite3

from orch_lsp.runs import columns
from orch_lsp.storage.schema import Schema

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

_FOURTH = ""
"""Steps may be `pending`: earlier versions cannot read such a record, and shall leave the store alone."""

_FIFTH = f"""
CREATE INDEX summaries_by_group ON summaries (
  substr(started_at, 1, 10), provider, model, document, cost_currency,
  started_at, asked, {", ".join(columns.COUNTS)}, cost_amount
)
"""
"""Holds whatever `usage_rows` adds up, in the order of its groups: nothing is sorted."""

_SIXTH = ""
"""Sections of a draft may be `accepted`, `rejected` and `edited`, which earlier versions cannot read."""

_SEVENTH = f"""
ALTER TABLE summaries ADD COLUMN cost_exact INTEGER;
DROP INDEX summaries_by_group;
CREATE INDEX summaries_by_group ON summaries (
  substr(started_at, 1, 10), provider, model, document, cost_currency,
  started_at, asked, {", ".join(columns.COUNTS)}, cost_amount, cost_exact
)
"""
"""Whether a cost rests on the price of that very model; of earlier runs that is not known."""

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
MIGRATIONS: tuple[str, ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH)
_COLUMNS_SINCE = 2
"""The version that has tables beside the records; those of earlier runs are filled in slices."""


def _fill(connection: sqlite3.Connection, version: int) -> None:
    if 0 < version < _COLUMNS_SINCE:
        # Reading all records takes too long for the one that opens the store.
        columns.leave_for_later(connection)


SCHEMA = Schema("The record of runs", "runs", MIGRATIONS, _COLUMNS, _fill)
VERSION = SCHEMA.version
