"""How old runs leave the store: never a live one, never one whose draft still waits."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from orch_lsp.runs.connection import StoreConnection

_KEPT = "status IN ('queued', 'running') OR draft_state = 'ready'"


def prune(store: StoreConnection, keep_runs: int | None, before: datetime | None, *, vacuum: bool) -> int:
    """Drop the runs that neither limit keeps, and what only they used.

    Args:
        store: Where.
        keep_runs: How many of the newest runs are kept; None is all.
        before: Runs created before this time are dropped; None is none.
        vacuum: Whether the room that became free is given back to the file system.

    Returns:
        How many runs were dropped.
    """

    def find(db: sqlite3.Connection) -> list[str]:
        return _prunable(db, keep_runs, before)

    nothing: list[str] = []
    if not store.read(find, nothing):
        return 0
    dropped = store.write(lambda db: _drop(db, _prunable(db, keep_runs, before)))
    if vacuum:
        store.give_back_room()
    return dropped


def _prunable(db: sqlite3.Connection, keep_runs: int | None, before: datetime | None) -> list[str]:
    found: set[str] = set()
    if keep_runs is not None:
        statement = f"SELECT run_id, {_KEPT} FROM runs ORDER BY run_id DESC LIMIT -1 OFFSET ?"  # noqa: S608
        found.update(run_id for run_id, kept in db.execute(statement, (max(keep_runs, 0),)) if not kept)
    if before is not None:
        # Version 7 ids begin with the milliseconds of their creation.
        statement = f"SELECT run_id FROM runs WHERE run_id < ? AND NOT coalesce({_KEPT}, 0)"  # noqa: S608
        found.update(run_id for (run_id,) in db.execute(statement, (_first_id(before),)))
    return sorted(found)


def _first_id(moment: datetime) -> str:
    digits = f"{max(int(moment.timestamp() * 1000), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _drop(db: sqlite3.Connection, run_ids: list[str]) -> int:
    for run_id in run_ids:
        db.execute("DELETE FROM checkpoints WHERE run_id = ?", (run_id,))
        db.execute("DELETE FROM run_texts WHERE run_id = ?", (run_id,))
        db.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))
    db.execute("DELETE FROM texts WHERE sha256 NOT IN (SELECT sha256 FROM run_texts)")
    return len(run_ids)
