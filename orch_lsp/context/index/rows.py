"""The tables of the index: which files are in it, and which marks stand in each.

Neither texts nor words are kept (`marks`); FTS5 is told to keep no content and no places. How often a term occurs is a
part of its token, so that it is found without a list of all occurrences. A row of FTS5 without content cannot be
taken out again by every SQLite that is about, so that a file that changed gets a new number, and the rows of numbers
that no file has any more are passed over until the index is begun anew (`is_mostly_dead`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orch_lsp.context.index.marks import count_of
from orch_lsp.context.stamps import Fields, Stamp
from orch_lsp.storage.schema import Schema

Connection = sqlite3.Connection
"""The value that a caller's work is given."""
NO_TEXT = -1
"""Words of a file that cannot be searched: binary, too large, in another encoding."""
_DEAD_KEPT = 2_000
_MOST = 2**63 - 1
"""A file with a larger number in its stamp, which some file systems make up, is read again each time."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    words INTEGER NOT NULL
);
CREATE VIRTUAL TABLE marks USING fts5(terms, names, content='', detail='none', tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(marks, row)
"""

# As one text for each token: a row for each number takes three times as long.
_PLACES = "SELECT term, group_concat(doc) FROM temp.places WHERE term > ? AND term < ? GROUP BY term"

SCHEMA = Schema(
    what="The index of the workspace",
    items="files",
    migrations=(_TABLES,),
    tables={
        "meta": ("key", "value"),
        "files": ("id", "path", "size", "mtime_ns", "ctime_ns", "inode", "words"),
    },
    fill=lambda _connection, _version: None,
    is_derived=True,
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """The files in the index, by path: their stamps when they were read; and their number, and how many words."""

    stamps: dict[str, Fields]
    numbers: dict[str, tuple[int, int]]

    def __len__(self) -> int:
        """How many files."""
        return len(self.stamps)

    def with_others(self, other: Indexed) -> Indexed:
        """These files and others, which count where both have a file."""
        return Indexed({**self.stamps, **other.stamps}, {**self.numbers, **other.numbers})


NOTHING_INDEXED = Indexed({}, {})


@dataclass(frozen=True, slots=True)
class NewRow:
    """A file that was read: its stamp from then, how many words it has, and its marks of each kind."""

    path: str
    stamp: Stamp
    words: int = NO_TEXT
    terms: str = ""
    names: str = ""


def generation(connection: Connection) -> str:
    """A text that is another one after each change."""
    return _meta(connection, "generation")


def store_id(connection: Connection) -> str:
    """The id of the database; that of another one means that all numbers are of other files."""
    return _meta(connection, "store_id")


def made_by(connection: Connection) -> str:
    """The rules by which it was made, as `set_made_by` wrote them; empty in a new one."""
    return _meta(connection, "made_by")


def set_made_by(connection: Connection, rules: str) -> None:
    """Write by which rules it is made."""
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('made_by', ?)", (rules,))


def indexed(connection: Connection) -> Indexed:
    """All files."""
    rows = connection.execute("SELECT path, size, mtime_ns, ctime_ns, inode, id, words FROM files").fetchall()
    return Indexed({row[0]: row[1:5] for row in rows}, {row[0]: row[5:] for row in rows})


def replace(connection: Connection, rows: Iterable[NewRow]) -> Indexed:
    """Put files in as they are now; those that are in the index are so no longer as they were."""
    found = Indexed({}, {})
    for row in rows:
        connection.execute("DELETE FROM files WHERE path = ?", (row.path,))
        number = connection.execute(
            "INSERT INTO files (path, size, mtime_ns, ctime_ns, inode, words) VALUES (?, ?, ?, ?, ?, ?)",
            (row.path, *(min(number, _MOST) for number in row.stamp), row.words),
        ).lastrowid
        assert number is not None  # noqa: S101 -- it was inserted
        if row.words != NO_TEXT:
            connection.execute(
                "INSERT INTO marks (rowid, terms, names) VALUES (?, ?, ?)", (number, row.terms, row.names)
            )
        found.stamps[row.path] = tuple(row.stamp)
        found.numbers[row.path] = (number, row.words)
    _changed(connection)
    return found


def remove(connection: Connection, paths: Sequence[str]) -> None:
    """Take files out."""
    connection.executemany("DELETE FROM files WHERE path = ?", ((path,) for path in paths))
    _changed(connection)


def occurrences(connection: Connection, marks: Mapping[str, str]) -> dict[str, list[tuple[int, list[int]]]]:
    """For each term, how often it stands in which files, by their numbers; some are of files that are no more.

    Args:
        connection: The database.
        marks: The terms by their marks.
    """
    # Of the connection alone, and gone with the transaction.
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.places USING fts5vocab(main, marks, instance)")
    found: dict[str, list[tuple[int, list[int]]]] = {}
    for mark, term in marks.items():
        tokens = connection.execute(_PLACES, (mark, f"{mark}~")).fetchall()
        found[term] = [(count_of(token), json.loads(f"[{numbers}]")) for token, numbers in tokens]
    return found


def holding(connection: Connection, token: str) -> list[int]:
    """The numbers of files with a token, or with the mark of a name."""
    found = connection.execute("SELECT rowid FROM marks WHERE marks MATCH ?", (f'"{token}"',)).fetchall()
    return [number for (number,) in found]


def is_mostly_dead(connection: Connection) -> bool:
    """Whether most of the index is about files that are no more, or have become others."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'files'").fetchone()
    (live,) = connection.execute("SELECT count(*) FROM files").fetchone()
    return last is not None and int(last[0]) > 2 * int(live) + _DEAD_KEPT


def _changed(connection: Connection) -> None:
    connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('generation', hex(randomblob(8)))")


def _meta(connection: Connection, key: str) -> str:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return "" if found is None else str(found[0])
