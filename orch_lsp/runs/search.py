"""Words of runs, in SQLite's full-text index: of the record's names and messages, and of the draft.

The index holds no text of its own. A run is put in when it ends; those of earlier versions, and those that a SQLite
without FTS5 wrote, when somebody searches. A run that is dropped leaves its words behind until there are more of those
than of others; the index is made anew then. Without FTS5 each record is read.
"""

from __future__ import annotations

import functools
import json
import re
import sqlite3
import unicodedata
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from typing import Any, cast

_CREATE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS run_words USING"
    " fts5(words, content='', detail=none, tokenize=\"unicode61 remove_diacritics 2\")"
)
_LIVE = "status IN ('queued', 'running')"
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 256 * 1024
"""Characters of a draft that are searched."""
_DROPPED_KEPT = 1000
"""Runs that may have been dropped before the index is made anew."""


def words_in(query: str) -> list[str]:
    """The words that are looked for; a run has to have them all, or longer ones that begin so.

    Case is left to SQLite, which folds it as in the index: `ß` is no `ss` there. A letter and its accent may be typed
    as two characters, of which the second would end a word.
    """
    return _WORD.findall(unicodedata.normalize("NFC", query))


def add(connection: sqlite3.Connection, run_id: str, values: Mapping[str, Any], text: str) -> None:
    """Put a run that has ended into the index, unless it is there.

    Args:
        connection: In a transaction.
        run_id: The run.
        values: Its record as JSON values.
        text: Its draft.
    """
    if not can_index():
        # The next process that can, and searches, does this.
        return
    connection.execute(_CREATE)
    if connection.execute("SELECT 1 FROM searched WHERE run_id = ?", (run_id,)).fetchone() is None:
        number = connection.execute("INSERT INTO searched (run_id) VALUES (?)", (run_id,)).lastrowid
        words = f"{' '.join(_strings(values))} {text[:_LONGEST]}".encode("utf-8", "replace").decode()
        connection.execute("INSERT INTO run_words (rowid, words) VALUES (?, ?)", (number, words))


def remove(connection: sqlite3.Connection, run_id: str) -> None:
    """Find a run no more."""
    connection.execute("DELETE FROM searched WHERE run_id = ?", (run_id,))


@functools.cache
def can_index() -> bool:
    """Whether the SQLite of this process has FTS5."""
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute(_CREATE)
        except sqlite3.OperationalError:
            return False
    return True


def unsearched(connection: sqlite3.Connection, limit: int) -> list[tuple[str, object]]:
    """Ids and records of some runs that have ended and are not in the index, newest first."""
    counts = f"SELECT (SELECT count(*) FROM runs) - (SELECT count(*) FROM runs WHERE {_LIVE})"  # noqa: S608 -- its parts are constants of ours, and values are bound
    (ended,) = connection.execute(counts).fetchone()
    (there,) = connection.execute("SELECT count(*) FROM searched").fetchone()
    if there >= ended:
        return []
    statement = (
        f"SELECT run_id, record FROM runs WHERE NOT {_LIVE}"  # noqa: S608 -- our own words only
        " AND run_id NOT IN (SELECT run_id FROM searched) ORDER BY run_id DESC LIMIT ?"
    )
    return connection.execute(statement, (limit,)).fetchall()


def forget_dropped(connection: sqlite3.Connection) -> None:
    """Begin the index anew if most of it is of runs that were dropped."""
    (there, last) = connection.execute("SELECT count(*), coalesce(max(number), 0) FROM searched").fetchone()
    if last - there > max(there, _DROPPED_KEPT):
        connection.execute("DROP TABLE IF EXISTS run_words")
        connection.execute("DELETE FROM searched")
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'searched'")
        connection.execute(_CREATE)


def condition(connection: sqlite3.Connection, words: Iterable[str]) -> tuple[str, list[object]]:
    """A condition on `runs` that the runs with these words meet, and its arguments."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'run_words'").fetchone() and can_index():
        query = " ".join(f'"{word}"*' for word in words)
        found = "SELECT rowid FROM run_words WHERE run_words MATCH ?"
        return f"run_id IN (SELECT run_id FROM searched WHERE number IN ({found}))", [query]  # noqa: S608 -- its parts are constants of ours, and values are bound
    # Records are ASCII: another letter stands in them as its escape.
    patterns = [f"%{json.dumps(word)[1:-1]}%" for word in words]
    return " AND ".join(["record LIKE ?"] * len(patterns)), list[object](patterns)


def values_of(stored: object) -> Mapping[str, Any]:
    """A stored record as JSON values; nothing of one that cannot be read."""
    try:
        values = json.loads(str(stored))
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", values) if isinstance(values, dict) else {}


def _strings(values: Mapping[str, Any]) -> Generator[str]:
    """The words of a run that a person may remember: names, paths, messages."""
    for name in ("run_id", "command", "status", "finish_reason"):
        yield str(values.get(name) or "")
    for name, key in (
        ("spec", "path"), ("spec", "profile"), ("prompt", "name"), ("provider", "id"), ("provider", "kind"),
        ("provider", "server_address"), ("model", "requested"), ("model", "resolved"), ("error", "code"),
        ("error", "message"),
    ):  # fmt: skip
        yield str(_object(values.get(name)).get(key) or "")
    for item in _list(_object(values.get("context")).get("items")):
        yield str(_object(item).get("path") or "")
    for finding in _list(values.get("findings")):
        yield f"{_object(finding).get('rule') or ''} {_object(finding).get('message') or ''}"


def _object(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
