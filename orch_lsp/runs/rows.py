"""Runs, texts and checkpoints as rows: what the store does inside one transaction.

Every function takes a connection that the store has opened and checked; writing ones are called inside a
transaction that is undone if they raise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.runs import columns, packing, schema, search
from orch_lsp.runs.interruption import text_of_steps
from orch_lsp.runs.lifecycle import TRANSITIONS, IllegalTransitionError, refuse_draft_change
from orch_lsp.runs.status import LIVE as LIVE_STATUSES
from orch_lsp.runs.status import TERMINAL, DraftState, RunStatus
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.runs.record import RunRecord

LIVE = "status IN ('queued', 'running')"
_STATUSES = frozenset(map(str, RunStatus))
_DRAFT_STATES = frozenset({None, *map(str, DraftState)})
_SHORTEST = 8
"""How many characters of an id are enough to look for."""
_CANDIDATES = 3
"""How many runs are named when the beginning of an id fits more than one."""


def path_key(path: str) -> str:
    """A document's path as it is indexed; undecodable file names have no UTF-8 form of their own."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def insert(
    connection: sqlite3.Connection, record: RunRecord, document: str, texts: Iterable[str], heartbeat_at: str
) -> None:
    """Add a run, to be found by its `document`: a path below the root, or what tells a document without one apart.

    Raises:
        StoreError: There is one with this id.
    """
    try:
        connection.execute(
            "INSERT INTO runs (run_id, status, spec_path, draft_state, draft_partial, applied_at, heartbeat_at, record)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.run_id,
                str(record.status),
                path_key(document),
                *_found_by(record),
                heartbeat_at,
                schema.to_json(record),
            ),
        )
    except sqlite3.IntegrityError as error:
        raise StoreError(ErrorCode.STORE_ERROR, f"Run {record.run_id} is recorded already.") from error
    columns.write(connection, schema.to_dict(record), path_key(document))
    _keep_texts(connection, record, texts)


def exists(connection: sqlite3.Connection, run_id: str) -> bool:
    """Whether there is a run with this id."""
    return connection.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone() is not None


def update(
    connection: sqlite3.Connection,
    record: RunRecord,
    document: str,
    expected: RunStatus,
    texts: Iterable[str],
    *,
    behind: bool = False,
    reviewed: bool = False,
) -> bool:
    """Replace a run's record if its stored status is the expected one.

    Args:
        connection: In a transaction.
        record: The run as it shall be.
        document: What its document is called, as far as this process knows.
        expected: The status that it is thought to have.
        texts: Texts that the record names by hash.
        behind: Whether an earlier save of this process may have failed, so that the stored status may be an earlier
            one of the record's own.
        reviewed: Whether the record was made of the stored one, so that a draft that was dealt with may change: a
            section that was rejected can be taken after all.

    Returns:
        Whether there is such a run at all.

    Raises:
        IllegalTransitionError: The stored status is another, or cannot become the record's.
    """
    stored = connection.execute(
        "SELECT status, spec_path, draft_state, record FROM runs WHERE run_id = ?", (record.run_id,)
    ).fetchone()
    if stored is None:
        return False
    status, spec_path, draft_state, text = stored
    if status not in _STATUSES or draft_state not in _DRAFT_STATES:
        # A damaged column: the record itself tells, or else nobody does.
        status, draft_state = _states_in(text) or (expected, None)
    if record.status != expected and record.status not in TRANSITIONS[expected]:
        raise IllegalTransitionError(record.run_id, expected, record.status)
    lags = behind and status in LIVE_STATUSES and status in {change.status for change in record.status_timeline}
    if status != expected and not lags:
        raise IllegalTransitionError(record.run_id, RunStatus(status), record.status)
    if not reviewed:
        refuse_draft_change(record, DraftState(draft_state) if draft_state else None)
    if path_key(document) != spec_path:
        # The document was renamed while its run lived in memory under the old name.
        record = _with_spec_of(text, record)
    connection.execute(
        "UPDATE runs SET status = ?, draft_state = ?, draft_partial = ?, applied_at = ?, record = ? WHERE run_id = ?",
        (
            str(record.status),
            *_found_by(record),
            schema.to_json(schema.with_keys_of(record, text)),
            record.run_id,
        ),
    )
    values = schema.to_dict(record)
    columns.write(connection, values, spec_path)
    _keep_texts(connection, record, texts)
    if record.status in TERMINAL:
        search.add(connection, record.run_id, values, draft_text(connection, values))
    return True


def index_words(connection: sqlite3.Connection, limit: int) -> bool:
    """Put some of the runs into the index of words that are not there yet; whether there may be more."""
    if not search.can_index():
        return False
    search.forget_dropped(connection)
    found = search.unsearched(connection, limit)
    for run_id, stored in found:
        values = search.values_of(stored)
        search.add(connection, run_id, values, draft_text(connection, values))
    return len(found) == limit


def draft_text(connection: sqlite3.Connection, values: Mapping[str, Any]) -> str:
    """The draft that a record, as JSON values, names; empty if there is none."""
    draft: object = values.get("draft")
    digest = cast("Mapping[str, object]", draft).get("sha256") if isinstance(draft, dict) else None
    return (text_of(connection, digest) or "") if isinstance(digest, str) else ""


def repair(connection: sqlite3.Connection, record: RunRecord) -> None:
    """Let the columns by which a run is found say what its record says."""
    connection.execute(
        "UPDATE runs SET status = ?, draft_state = ?, draft_partial = ?, applied_at = ? WHERE run_id = ?",
        (str(record.status), *_found_by(record), record.run_id),
    )
    (document,) = connection.execute("SELECT spec_path FROM runs WHERE run_id = ?", (record.run_id,)).fetchone()
    columns.write(connection, schema.to_dict(record), str(document))


def _states_in(stored: object) -> tuple[str, str | None] | None:
    try:
        record = schema.from_json(stored)
    except StoreError:
        return None
    return str(record.status), str(record.draft.state) if record.draft else None


def _with_spec_of(stored: object, record: RunRecord) -> RunRecord:
    try:
        return replace(record, spec=schema.from_json(stored).spec)
    except StoreError:
        return record


def _found_by(record: RunRecord) -> tuple[str | None, bool | None, str | None]:
    draft = record.draft
    return (
        str(draft.state) if draft else None,
        draft.partial if draft else None,
        record.applied.at if record.applied else None,
    )


def _keep_texts(connection: sqlite3.Connection, record: RunRecord, texts: Iterable[str]) -> None:
    for text in texts:
        digest = sha256(text)
        if text_of(connection, digest) is None:
            packed = packing.pack(text.encode("utf-8", "surrogatepass"))
            connection.execute(
                "INSERT OR REPLACE INTO texts (sha256, utf8, packing) VALUES (?, ?, ?)", (digest, *packed)
            )
        connection.execute("INSERT INTO run_texts VALUES (?, ?) ON CONFLICT DO NOTHING", (record.run_id, digest))
    if record.status in TERMINAL and record.draft and text_of(connection, record.draft.sha256) is not None:
        connection.execute("DELETE FROM checkpoints WHERE run_id = ?", (record.run_id,))


def text_of(connection: sqlite3.Connection, digest: str) -> str | None:
    """The text with this SHA-256; None if there is none, or if what is there is not it."""
    row = connection.execute("SELECT utf8, packing FROM texts WHERE sha256 = ?", (digest,)).fetchone()
    utf8 = None if row is None else packing.unpack(*row)
    return utf8.decode("utf-8", "surrogatepass") if utf8 is not None and sha256(utf8) == digest else None


def count_spoilt_texts(connection: sqlite3.Connection) -> int:
    """How many texts do not fit the hash under which they are kept."""
    texts = connection.execute("SELECT sha256, utf8, packing FROM texts")
    unpacked = ((digest, packing.unpack(stored, how)) for digest, stored, how in texts)
    return sum(utf8 is None or sha256(utf8) != digest for digest, utf8 in unpacked)


def add_checkpoint(connection: sqlite3.Connection, run_id: str, step: str, start: int, text: str) -> None:
    """Keep a piece of a step's raw answer; the same piece again replaces the first.

    Raises:
        RunError: `unknown_run`.
    """
    if not exists(connection, run_id):
        raise unknown(run_id)
    connection.execute(
        "INSERT INTO checkpoints (run_id, step, start, utf8) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id, step, start) DO UPDATE SET utf8 = excluded.utf8",
        (run_id, step, start, text.encode("utf-8", "surrogatepass")),
    )


def checkpointed_steps(connection: sqlite3.Connection, run_id: str) -> list[str]:
    """The ids of the steps of which text was kept, in the order in which their first pieces came."""
    statement = "SELECT step FROM checkpoints WHERE run_id = ? GROUP BY step ORDER BY min(rowid)"
    return [str(step) for (step,) in connection.execute(statement, (run_id,))]


def checkpointed_by_step(connection: sqlite3.Connection, run_id: str) -> dict[str, str]:
    """The raw text so far of each step of a run that has any, by the step's id."""
    steps = checkpointed_steps(connection, run_id)
    return {step: text for step in steps if (text := checkpointed_of(connection, run_id, step))}


def checkpointed(connection: sqlite3.Connection, run_id: str) -> str:
    """The raw text of a run so far, of all its steps."""
    return text_of_steps(checkpointed_by_step(connection, run_id))


def checkpointed_of(connection: sqlite3.Connection, run_id: str, step: str) -> str:
    """A step's raw text so far: the pieces in the order of their offsets, what overlaps taken from the later one."""
    text = ""
    statement = "SELECT start, utf8 FROM checkpoints WHERE run_id = ? AND step = ? ORDER BY start"
    rows = connection.execute(statement, (run_id, step))
    pieces: list[str] = []
    length = 0
    for start, utf8 in rows:
        if not isinstance(start, int) or not isinstance(utf8, bytes):
            continue
        piece = _as_far_as_readable(utf8)
        if start < length:
            text = "".join(pieces)[:start]
            pieces, length = [text], len(text)
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces)


def _as_far_as_readable(utf8: bytes) -> str:
    try:
        return utf8.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return utf8.decode("utf-8", "replace")


def record_of(connection: sqlite3.Connection, identifier: str) -> RunRecord:
    """The run with this id, or with an id that begins so.

    Raises:
        RunError: `unknown_run`: there is none, or more than one.
        StoreError: Its record cannot be read.
    """
    return record_from(*_stored(connection, identifier.strip().lower()))


def record_from(run_id: str, stored: object) -> RunRecord:
    """The record that a run has.

    Raises:
        StoreError: It cannot be read, or is another run's.
    """
    record = schema.from_json(stored)
    if record.run_id != run_id:
        raise schema.unreadable("it names another run")
    return record


def _stored(connection: sqlite3.Connection, identifier: str) -> tuple[str, object]:
    exact = connection.execute("SELECT run_id, record FROM runs WHERE run_id = ?", (path_key(identifier),)).fetchone()
    if exact is not None:
        return exact
    if len(identifier) < _SHORTEST or not set(identifier) <= set("0123456789abcdef-"):
        raise unknown(identifier)
    rows = connection.execute(
        "SELECT run_id, record FROM runs WHERE run_id >= ? AND run_id < ? ORDER BY run_id DESC LIMIT ?",
        (identifier, identifier + "g", _CANDIDATES + 1),
    ).fetchall()
    if len(rows) > 1:
        named = [path_key(str(run_id)) for run_id, _ in rows[:_CANDIDATES]]
        more = ", …" if len(rows) > _CANDIDATES else ""
        message = f"More than one run begins with {identifier}: {', '.join(named)}{more}; give more of its id."
        raise RunError(ErrorCode.UNKNOWN_RUN, message)
    if not rows:
        raise unknown(identifier)
    return rows[0]


def unknown(identifier: str) -> RunError:
    """The error for an id that no run has."""
    if len(identifier) < _SHORTEST:
        message = f"{identifier!r} is too short for a run's id: {_SHORTEST} characters or more are needed."
        return RunError(ErrorCode.UNKNOWN_RUN, message)
    return RunError(ErrorCode.UNKNOWN_RUN, f"There is no run {identifier[:64]!r} in this workspace's record.")


def select(
    connection: sqlite3.Connection, where: str = "1", arguments: Iterable[object] = (), order: str = "run_id DESC"
) -> Iterator[tuple[str, object]]:
    """Ids and stored records of the runs that a condition of our own picks."""
    statement = f"SELECT run_id, record FROM runs WHERE {where} ORDER BY {order}"  # noqa: S608 -- our own words only
    yield from ((str(run_id), stored) for run_id, stored in connection.execute(statement, tuple(arguments)))


def select_live(
    connection: sqlite3.Connection, where: str, arguments: Iterable[object]
) -> list[tuple[str, object, str]]:
    """Ids, stored records and last signs of life of the runs that a condition of our own picks."""
    statement = f"SELECT run_id, record, heartbeat_at FROM runs WHERE {where}"  # noqa: S608 -- our own words only
    found = connection.execute(statement, tuple(arguments)).fetchall()
    return [(str(run_id), stored, str(heartbeat_at)) for run_id, stored, heartbeat_at in found]


def dismiss(connection: sqlite3.Connection, run_id: str, at: str) -> None:
    """Note when the user dismissed a run.

    Raises:
        RunError: `unknown_run`.
    """
    done = connection.execute("UPDATE runs SET dismissed_at = ? WHERE run_id = ?", (at, path_key(run_id)))
    if done.rowcount == 0:
        raise unknown(run_id)


def is_dismissed(connection: sqlite3.Connection, run_id: str) -> bool:
    """Whether the user dismissed a run."""
    where = "run_id = ? AND dismissed_at IS NOT NULL"
    return bool(connection.execute(f"SELECT 1 FROM runs WHERE {where}", (path_key(run_id),)).fetchone())  # noqa: S608 -- its parts are constants of ours, and values are bound


def heartbeat(connection: sqlite3.Connection, run_ids: Iterable[str], at: str) -> None:
    """Note the time of the owner's last sign of life."""
    pairs = [(at, run_id) for run_id in run_ids]
    connection.executemany("UPDATE runs SET heartbeat_at = ? WHERE run_id = ?", pairs)


def relink(connection: sqlite3.Connection, old: str, new: str, *, is_path: bool) -> int:
    """Give all runs of a document its new name; their number.

    Args:
        connection: In a transaction.
        old: Its path below the root, or what told it apart.
        new: The same, as it is now.
        is_path: Whether the records name the document in this way, too. One that cannot be read is left as it is.
    """
    found = list(select(connection, "spec_path = ?", [path_key(old)]))
    connection.execute("UPDATE runs SET spec_path = ? WHERE spec_path = ?", (path_key(new), path_key(old)))
    connection.execute("UPDATE drafted SET document = ? WHERE document = ?", (path_key(new), path_key(old)))
    for run_id, stored in found if is_path else ():
        if (record := _renamed(run_id, stored, new)) is not None:
            connection.execute("UPDATE runs SET record = ? WHERE run_id = ?", (schema.to_json(record), run_id))
            columns.write(connection, schema.to_dict(record), path_key(new))
    return len(found)


def _renamed(run_id: str, stored: object, path: str) -> RunRecord | None:
    try:
        record = record_from(run_id, stored)
    except StoreError:
        return None
    return replace(record, spec=replace(record.spec, path=path))
