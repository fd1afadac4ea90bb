"""Histories of any length, made in bulk from one real run."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from harness.measuring import cost_of
from harness.workspace import Place
from orch_lsp.generation import Usage
from orch_lsp.runs import rows
from orch_lsp.runs.connection import record_of_runs
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.packing import unpack
from orch_lsp.runs.place import workspace_place
from orch_lsp.runs.record import Applied, Cost, RunRecord, new_run_id, timestamp
from orch_lsp.runs.status import DraftState, SectionState
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.storage.database import Connection
from orch_lsp.text import sha256

DOCUMENTS = 50
TEXT = "## Goal\n\n" + "Limit each client to a number of requests a minute, and say so in the answer.\n" * 20


def orch(where: Place, *arguments: str) -> tuple[float, float]:
    """Milliseconds of a processor and megabytes at the peak that a command takes."""
    return cost_of([sys.executable, "-P", "-m", "orch_lsp", *arguments], where.root, where.env)


async def real_run(where: Place) -> RunRecord:
    orch(where, "draft", str(where.spec(0)), "--provider", "outline", "--write")
    store = await RunStore.open(where.root, owner=this_process(), settings=RunSettings())
    (record,) = await store.list()
    await store.aclose()
    return record


def like(model: RunRecord, number: int) -> tuple[RunRecord, str]:
    """A run as the model's that was applied, on one of the documents, with a text of its own."""
    assert model.draft is not None
    text = f"{TEXT}\nnumber{number}\n"
    sections = tuple(
        replace(section, sha256=sha256(f"{section.key} {number % (DOCUMENTS * 40)}"), state=SectionState.APPLIED)
        for section in model.draft.sections
    )
    return replace(
        model,
        run_id=new_run_id(),
        spec=replace(model.spec, path=f"specs/document-{number % DOCUMENTS}.spec.md"),
        model=replace(model.model, requested="some-model", resolved=f"some-model-{number % 5}"),
        usage=Usage(800 + number % 100, 1200),
        cost=Cost("0.0123", "USD", "table"),
        draft=replace(model.draft, sha256=sha256(text), state=DraftState.APPLIED, sections=sections),
        applied=Applied(timestamp(), 1, sha256("before"), sha256("after"), verified=True),
    ), text


def fill(root: Path, model: RunRecord, count: int) -> None:
    connection = record_of_runs(root, print)
    for first in range(0, count, 1000):
        runs = [like(model, number) for number in range(first, min(first + 1000, count))]

        def insert(db: Connection, runs: Sequence[tuple[RunRecord, str]] = runs) -> None:
            for record, text in runs:
                rows.insert(db, record, record.spec.path, (text,), timestamp())

        connection.write(insert)
    while connection.write(lambda db: rows.index_words(db, 1000)):
        pass
    connection.close()


def with_schema_1(root: Path) -> Path:
    """Turn a workspace's history into one that the first version of its schema has written; the database."""
    database = workspace_place(root).database
    with closing(sqlite3.connect(database)) as db:
        db.create_function("unpacked", 2, unpack)
        db.execute("UPDATE texts SET utf8 = unpacked(utf8, packing)")
        for table in ("summaries", "drafted", "searched", "run_words", "checkpoints"):
            db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute("ALTER TABLE texts DROP COLUMN packing")
        db.execute(
            "CREATE TABLE checkpoints (run_id TEXT NOT NULL, start INTEGER NOT NULL, utf8 BLOB NOT NULL,"
            " PRIMARY KEY (run_id, start))"
        )
        db.execute("PRAGMA user_version = 1")
        db.commit()
    return database
