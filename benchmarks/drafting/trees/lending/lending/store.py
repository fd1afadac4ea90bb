"""The SQLite store: one connection, one transaction for each call."""

import sqlite3
from collections.abc import Iterator
from datetime import date

from lending.model import Loan, Member

SCHEMA = """
CREATE TABLE IF NOT EXISTS member (number INTEGER PRIMARY KEY, name TEXT, mail TEXT, is_staff INTEGER);
CREATE TABLE IF NOT EXISTS loan (copy TEXT PRIMARY KEY, member INTEGER, due TEXT, renewals INTEGER);
CREATE TABLE IF NOT EXISTS reservation (title TEXT, member INTEGER, placed TEXT);
"""


class Store:
    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.executescript(SCHEMA)

    def member(self, number: int) -> Member | None:
        row = self._connection.execute("SELECT * FROM member WHERE number = ?", (number,)).fetchone()
        return Member(row[0], row[1], row[2], bool(row[3])) if row else None

    def loans_of(self, member: int) -> Iterator[Loan]:
        for row in self._connection.execute("SELECT * FROM loan WHERE member = ?", (member,)):
            yield Loan(row[1], row[0], date.fromisoformat(row[2]), row[3])

    def put_loan(self, loan: Loan) -> None:
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO loan VALUES (?, ?, ?, ?)",
                (loan.copy, loan.member, loan.due.isoformat(), loan.renewals),
            )

    def is_reserved(self, title: str) -> bool:
        return self._connection.execute("SELECT 1 FROM reservation WHERE title = ?", (title,)).fetchone() is not None
