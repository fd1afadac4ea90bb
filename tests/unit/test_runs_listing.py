"""A run's line in a list: the columns beside its record tell what the record would."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from hypothesis import given

from orch_lsp.runs import columns, rows, schema
from orch_lsp.runs.labels import listed
from orch_lsp.runs.migrations import MIGRATIONS
from orch_lsp.runs.record import RunRecord, timestamp
from tests.fakes.records import records


def has_no_form_in_columns(record: RunRecord) -> bool:
    """Half a character, and a count that no model could use up."""
    usage = record.usage
    counts = (usage.input_tokens, usage.output_tokens) if usage else ()
    return any(count is not None and count > 10**12 for count in counts) or "\\ud" in schema.to_json(record)


@given(records)
def test_a_line_from_the_columns_is_the_line_of_the_record(record):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(MIGRATIONS))
        rows.insert(connection, record, record.spec.path, (), timestamp())

        ((run_id, line),) = columns.listing(connection, "run_id = ?", [record.run_id])

    assert run_id == record.run_id
    assert line is not None
    assert line == listed(record) or has_no_form_in_columns(record)


def test_a_run_without_columns_or_with_a_status_that_nobody_knows_has_no_line():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";".join(MIGRATIONS))
        for run_id in "ab":
            insert = (
                "INSERT INTO runs (run_id, status, spec_path, heartbeat_at, record) VALUES (?, 'x', 'a.md', '', '')"
            )
            connection.execute(insert, (run_id,))
        connection.execute("INSERT INTO summaries (run_id, status, asked) VALUES ('a', 'dreaming', 0)")

        assert list(columns.listing(connection, "1", [])) == [("b", None), ("a", None)]
