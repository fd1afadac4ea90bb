"""Fill a history of `llm` with responses, by its own library and then in bulk; run by the Python that has `llm`.

    python llm_history.py DATABASE COUNT TEXT

The first one is logged as `llm` logs it. The others are its rows with ids and words of their own.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import llm
import sqlite_utils
from llm.migrations import migrate

ROWS = (
    ("messages", ("hash", "parent_hash")),
    ("parts", ("message_hash",)),
    ("threads", ("id", "tip_message_hash")),
    ("turns", ("id", "thread_id", "parent_message_hash", "tip_message_hash")),
    ("turn_search", ("turn_id",)),
)
"""The tables that one response has rows in, and their columns of ids."""
NUMBERED = {"parts", "turn_search"}
"""Those whose own id SQLite gives."""


class Scripted(llm.Model):
    model_id = "scripted"
    can_stream = False

    def __init__(self, text: str) -> None:
        self._text = text

    def execute(self, prompt: Any, stream: Any, response: Any, conversation: Any = None) -> Iterator[str]:  # noqa: ARG002
        response.set_usage(input=800, output=1200)
        yield f"{self._text}\nnumber0"


def copied(row: dict[str, Any], ids: tuple[str, ...], number: int) -> dict[str, Any]:
    renamed = {name: f"{row[name]}-{number:07}" for name in ids if row[name] is not None}
    words = {
        name: value.replace("number0", f"number{number}")
        for name, value in row.items()
        if name not in ids and isinstance(value, str)
    }
    return {**row, **words, **renamed}


def main() -> None:
    path, count, text = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    database = sqlite_utils.Database(path)
    migrate(database)
    response = Scripted(text).prompt("Draft a spec, number0")
    response.text()
    response.log_to_db(database)
    first = {table: list(database[table].rows) for table, _ in ROWS}
    with database.conn:
        for number in range(1, count):
            for table, ids in ROWS:
                for row in first[table]:
                    made = copied(row, ids, number)
                    if table in NUMBERED:
                        del made["id"]
                    names = ", ".join(made)
                    places = ", ".join("?" * len(made))
                    database.conn.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(made.values()))


if __name__ == "__main__":
    main()
