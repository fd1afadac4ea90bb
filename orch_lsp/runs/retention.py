"""How old runs leave the store: never a live one, never one whose draft still waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from orch_lsp.runs import columns, search
from orch_lsp.storage.database import Connection, Database

_KEPT = "status IN ('queued', 'running') OR draft_state = 'ready'"


def droppable(store: Database, keep_runs: int | None, keep_days: int | None, now: datetime) -> list[str]:
    """The runs that neither limit keeps.

    Args:
        store: Where.
        keep_runs: How many of the newest runs are kept; None is all.
        keep_days: For how many days before `now` runs are kept; None is for ever.
        now: The time at which they are looked for.
    """
    before = None if keep_days is None else _days_before(now, keep_days)

    def find(db: Connection) -> list[str]:
        return _prunable(db, keep_runs, before)

    nothing: list[str] = []
    return store.read(find, nothing)


def drop(store: Database, run_ids: Sequence[str]) -> int:
    """Drop runs, and the texts that only they named, unless they have to be kept by now; how many went.

    Other processes wait for the transaction: it is to be a short one.
    """
    return store.write(lambda db: sum(_drop(db, run_id) for run_id in run_ids))


def _prunable(db: Connection, keep_runs: int | None, before: datetime | None) -> list[str]:
    found: set[str] = set()
    if keep_runs is not None:
        statement = f"SELECT run_id, {_KEPT} FROM runs ORDER BY run_id DESC LIMIT -1 OFFSET ?"  # noqa: S608 -- its parts are constants of ours, and values are bound
        found.update(run_id for run_id, kept in db.execute(statement, (max(keep_runs, 0),)) if not kept)
    if before is not None:
        # Version 7 ids begin with the milliseconds of their creation.
        statement = f"SELECT run_id FROM runs WHERE run_id < ? AND NOT coalesce({_KEPT}, 0)"  # noqa: S608 -- its parts are constants of ours, and values are bound
        found.update(run_id for (run_id,) in db.execute(statement, (_first_id(before),)))
    # An id with a wrong byte in it names no run that could be asked for.
    return sorted(run_id for run_id in found if run_id.isascii())


def _days_before(moment: datetime, days: int) -> datetime | None:
    """The moment so many days earlier; None if the calendar does not reach so far back."""
    try:
        return moment - timedelta(days=days)
    except OverflowError:
        return None


def _first_id(moment: datetime) -> str:
    digits = f"{max(int(moment.timestamp() * 1000), 0):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def _drop(db: Connection, run_id: str) -> bool:
    statement = f"DELETE FROM runs WHERE run_id = ? AND NOT coalesce({_KEPT}, 0)"  # noqa: S608 -- our own words
    if not db.execute(statement, (run_id,)).rowcount:
        return False
    columns.remove(db, run_id)
    search.remove(db, run_id)
    db.execute("DELETE FROM checkpoints WHERE run_id = ?", (run_id,))
    texts = db.execute("SELECT sha256 FROM run_texts WHERE run_id = ?", (run_id,)).fetchall()
    db.execute("DELETE FROM run_texts WHERE run_id = ?", (run_id,))
    for digest in texts:
        unnamed = "NOT EXISTS (SELECT 1 FROM run_texts WHERE run_texts.sha256 = texts.sha256)"
        db.execute(f"DELETE FROM texts WHERE sha256 = ? AND {unnamed}", digest)  # noqa: S608 -- our own words
    return True
