"""The columns beside a record: what history, usage, hover and save ask for without reading the record itself.

They are derived from the record's JSON, in the transaction that writes it, and here alone. A record that cannot be
read has none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, cast

from orch_lsp.generation import Usage
from orch_lsp.runs.escape import plain
from orch_lsp.runs.labels import ListedRun, draft_waits, model_label, status_with, tokens_label
from orch_lsp.runs.status import RunStatus, SectionState

COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_write_input_tokens",
    "reasoning_output_tokens",
)
SUMMARY = (
    "run_id", "started_at", "status", "document", "provider", "kind", "model", "asked", *COUNTS,
    "cost_amount", "cost_currency", "error_code", "draft_state", "draft_partial", "cost_exact",
)  # fmt: skip
_STATUSES = frozenset(map(str, RunStatus))
_LISTED = (
    "started_at, summaries.status, error_code, provider, kind, model, document, input_tokens, output_tokens, "
    "summaries.draft_state"
)
_BELOW = "columns_below"
"""The key in `meta` of the id below which runs may have no columns; there is none when all have."""
_ABOVE_ALL = "~"
_LARGEST_COUNT = 10**12
"""Tokens of a run; what is beyond is no count, and the sum of millions of runs stays a number that SQLite has."""
_REPLACE_SUMMARY = f"INSERT OR REPLACE INTO summaries ({', '.join(SUMMARY)}) VALUES ({', '.join('?' * len(SUMMARY))})"  # noqa: S608 -- its parts are constants of ours, and values are bound
_REPLACE_SECTION = (
    "INSERT OR REPLACE INTO drafted (document, key, run_id, sha256, state, applied) VALUES (?, ?, ?, ?, ?, ?)"
)


def write(connection: sqlite3.Connection, values: Mapping[str, Any], document: str) -> None:
    """Bring the columns of a run in step with its record.

    Args:
        connection: In a transaction.
        values: The record as JSON values.
        document: What its document is called in the store, as it is indexed.
    """
    run_id = _text(values["run_id"])
    connection.execute(_REPLACE_SUMMARY, _summary(values))
    connection.execute("DELETE FROM drafted WHERE run_id = ?", (run_id,))
    connection.executemany(_REPLACE_SECTION, list(_sections(values, document)))


def remove(connection: sqlite3.Connection, run_id: str) -> None:
    """Forget the columns of a run."""
    connection.execute("DELETE FROM summaries WHERE run_id = ?", (run_id,))
    connection.execute("DELETE FROM drafted WHERE run_id = ?", (run_id,))


def writers(connection: sqlite3.Connection, document: str, sections: Iterable[tuple[str, str]]) -> set[str]:
    """Ids of the applied runs that say where sections of a document come from.

    Args:
        connection: Where.
        document: What it is called in the store.
        sections: Key and hash of each section.
    """
    found: set[str] = set()
    for key, digest in sections:
        for index, where, values in (
            ("drafted_by_text", "sha256 = ? AND key = ?", (digest, _text(key))),
            ("drafted_by_text", "sha256 = ?", (digest,)),
            ("drafted_by_key", "key = ? AND state = 'applied'", (_text(key),)),
        ):
            newest = connection.execute(
                f"SELECT run_id FROM drafted INDEXED BY {index}"  # noqa: S608 -- our own words only
                f" WHERE document = ? AND applied AND {where} ORDER BY run_id DESC LIMIT 1",
                (document, *values),
            ).fetchone()
            found.update(newest or ())
    return found


def listing(
    connection: sqlite3.Connection, where: str, arguments: Iterable[object]
) -> Generator[tuple[str, ListedRun | None]]:
    """Ids and lines of the runs that a condition of our own picks, newest first; no line where the columns tell none.

    Args:
        connection: Where.
        where: About `run_id` and `record`.
        arguments: Its values.
    """
    statement = f"SELECT run_id, {_LISTED} FROM runs LEFT JOIN summaries USING (run_id) WHERE {where}"  # noqa: S608 -- its parts are constants of ours, and values are bound
    for row in connection.execute(f"{statement} ORDER BY run_id DESC", tuple(arguments)):
        yield str(row[0]), _line(_Columns(*row))


def leave_for_later(connection: sqlite3.Connection) -> None:
    """Note that no run has its columns yet, as when the schema gets them: `catch_up` writes them in slices."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_BELOW, _ABOVE_ALL))


def is_behind(connection: sqlite3.Connection) -> bool:
    """Whether there may be runs without columns."""
    return connection.execute("SELECT 1 FROM meta WHERE key = ?", (_BELOW,)).fetchone() is not None


def catch_up(connection: sqlite3.Connection, limit: int, document: str | None = None) -> bool:
    """Write the columns of some runs that have none, newest first; those of a record that cannot be read stay empty.

    Args:
        connection: In a transaction.
        limit: How many.
        document: Only runs of this document, as it is called in the store.

    Returns:
        Whether there may be more of them.
    """
    if (row := connection.execute("SELECT value FROM meta WHERE key = ?", (_BELOW,)).fetchone()) is None:
        return False
    of_document = "spec_path = ? AND NOT EXISTS (SELECT 1 FROM summaries WHERE summaries.run_id = runs.run_id)"
    where, value = ("run_id < ?", row[0]) if document is None else (of_document, document)
    statement = f"SELECT run_id, spec_path, record FROM runs WHERE {where} ORDER BY run_id DESC LIMIT ?"  # noqa: S608 -- its parts are constants of ours, and values are bound
    found = connection.execute(statement, (value, limit)).fetchall()
    for run_id, of, record in found:
        try:
            write(connection, json.loads(record), str(of))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            connection.execute("INSERT OR IGNORE INTO summaries (run_id, asked) VALUES (?, 0)", (_text(run_id),))
    if document is None and len(found) < limit:
        connection.execute("DELETE FROM meta WHERE key = ?", (_BELOW,))
    elif document is None:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (_text(found[-1][0]), _BELOW))
    return len(found) == limit


class _Columns(NamedTuple):
    """A row of `_LISTED`, behind the run's id; a store may hold anything there."""

    run_id: object
    started_at: object
    status: object
    error_code: object
    provider: object
    kind: object
    model: object
    document: object
    input_tokens: object
    output_tokens: object
    draft_state: object


def _line(row: _Columns) -> ListedRun | None:
    if row.status not in _STATUSES:
        return None
    return ListedRun(
        str(row.run_id),
        plain(row.started_at),
        status_with(RunStatus(row.status), _known(row.error_code)),
        model_label(str(row.provider), _known(row.model), kind=_known(row.kind)),
        plain(row.document),
        tokens_label(Usage(_count(row.input_tokens), _count(row.output_tokens))),
        draft_waits(RunStatus(row.status), _known(row.draft_state)),
    )  # fmt: skip


def _known(value: object) -> str | None:
    return None if value is None else str(value)


def _summary(values: Mapping[str, Any]) -> Sequence[object]:
    usage: Mapping[str, Any] = values.get("usage") or {}
    cost: Mapping[str, Any] = values.get("cost") or {}
    draft: Mapping[str, Any] = values.get("draft") or {}
    error: Mapping[str, Any] = values.get("error") or {}
    amount = _amount(cost.get("amount"))
    return (
        _text(values["run_id"]),
        _text(values["timing"]["started_at"]),
        _text(values["status"]),
        _text(values["spec"]["path"]),
        _text(values["provider"]["id"]),
        _text(values["provider"]["kind"]),
        _text(values["model"]["resolved"] or values["model"]["requested"]),
        any(step.get("attempts") for step in values.get("steps") or ()),
        *(_count(usage.get(name)) for name in COUNTS),
        amount,
        None if amount is None else _text(cost.get("currency")),
        _text(error.get("code")),
        _text(draft.get("state")),
        bool(draft.get("partial")) if draft else None,
        exact if isinstance(exact := cost.get("exact"), bool) else None,
    )


def _sections(values: Mapping[str, Any], document: str) -> Generator[tuple[object, ...]]:
    draft: Mapping[str, Any] = values.get("draft") or {}
    applied = bool(values.get("applied"))
    for section in cast("Sequence[Mapping[str, Any]]", draft.get("sections") or ()):
        yield (
            document,
            _text(section["key"]),
            _text(values["run_id"]),
            _text(section["sha256"]),
            # Found by its key, as one that was applied.
            _text("applied" if section["state"] == SectionState.EDITED else section["state"]),
            applied,
        )


def _text(value: object) -> str | None:
    """A value as SQLite can have it: half a character has no UTF-8 form of its own."""
    return None if value is None else str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value <= _LARGEST_COUNT else None


def _amount(value: object) -> str | None:
    try:
        amount = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return str(value) if amount is not None and amount.is_finite() else None
