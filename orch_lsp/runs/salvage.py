"""Copies into the new database all that can still be read of one that was set aside.

A damaged page costs the rows on it, and no others: each table is read from both ends, by row number, without its
indexes. Every row is checked before it is copied; the file that was set aside stays as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orch_lsp.errors import StoreError
from orch_lsp.runs import packing, rows
from orch_lsp.storage import sqlite
from orch_lsp.storage.schema import is_bound
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.runs.record import RunRecord


def copy_readable(damaged: Path, target: sqlite3.Connection, secret: bytes | None) -> int:
    """Copy the readable runs of a database with their texts and checkpoints.

    Args:
        damaged: The file that was set aside.
        target: The new database, in a transaction.
        secret: The user's secret, to which the damaged file has to be bound; None if only the user could write there.

    Returns:
        How many runs were copied.

    Raises:
        sqlite3.Error: The new database cannot be written.
    """
    try:
        source = sqlite.look_at(damaged)
    except sqlite3.Error:
        return 0
    with closing(source):
        return _copy(source, target) if secret is None or _is_bound(source, secret) else 0


def _is_bound(source: sqlite3.Connection, secret: bytes) -> bool:
    try:
        return is_bound(source, secret)
    except sqlite3.Error:
        return False


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    named: dict[str, list[str]] = {}
    copied: set[str] = set()
    for run_id, spec_path, heartbeat_at, record in _rows(source, "runs", "run_id, spec_path, heartbeat_at, record"):
        try:
            run = rows.record_from(str(run_id), record)
        except StoreError:
            continue
        if not rows.exists(target, run.run_id):
            rows.insert(target, run, str(spec_path), (), str(heartbeat_at))
            copied.add(run.run_id)
            for digest in _texts_of(run):
                named.setdefault(digest, []).append(run.run_id)
    how = "packing" if _has(source, "texts", "packing") else "NULL"
    for digest, stored, packed in _rows(source, "texts", f"sha256, utf8, {how}"):
        utf8 = packing.unpack(stored, packed)
        if digest in named and utf8 is not None and sha256(utf8) == digest:
            pair = (digest, *packing.pack(utf8))
            target.execute("INSERT OR REPLACE INTO texts (sha256, utf8, packing) VALUES (?, ?, ?)", pair)
            links = [(run_id, digest) for run_id in named[digest]]
            target.executemany("INSERT OR IGNORE INTO run_texts VALUES (?, ?)", links)
    step = "step" if _has(source, "checkpoints", "step") else "'draft'"
    for run_id, name, start, utf8 in _rows(source, "checkpoints", f"run_id, {step}, start, utf8"):
        if run_id in copied and isinstance(start, int) and isinstance(utf8, bytes):
            target.execute("INSERT OR IGNORE INTO checkpoints VALUES (?, ?, ?, ?)", (run_id, str(name), start, utf8))
    return len(copied)


def _has(source: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether a table has a column, which an earlier version did not give it; yes if nobody knows."""
    with suppress(sqlite3.DatabaseError):
        return any(known[1] == column for known in source.execute(f"PRAGMA table_info({table})"))
    return True


def _texts_of(record: RunRecord) -> set[str]:
    """The hashes of the texts that a record names."""
    digests = {record.spec.sha256_before, *(step.output_sha256 for step in record.steps)}
    if record.draft is not None:
        digests.add(record.draft.sha256)
    return {digest for digest in digests if digest is not None}


def _rows(source: sqlite3.Connection, table: str, columns: str) -> Generator[tuple[Any, ...]]:
    """The rows of a table up to the first damage from its beginning, and from its end."""
    last = None
    with suppress(sqlite3.DatabaseError):
        statement = f"SELECT rowid, {columns} FROM {table} NOT INDEXED ORDER BY rowid"  # noqa: S608 -- our own words
        for number, *values in source.execute(statement):
            if last is not None and number <= last:
                break
            last = number
            yield tuple(values)
        else:
            return
    before = None
    with suppress(sqlite3.DatabaseError):
        statement = f"SELECT rowid, {columns} FROM {table} NOT INDEXED ORDER BY rowid DESC"  # noqa: S608 -- as above
        for number, *values in source.execute(statement):
            if (last is not None and number <= last) or (before is not None and number >= before):
                break
            before = number
            yield tuple(values)
