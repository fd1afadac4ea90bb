"""A history that an earlier version wrote: an editor that opens it does not wait for what can be done later."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from orch_lsp.runs.owner import this_process
from orch_lsp.runs.place import workspace_place
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.editor import SECONDS
from tests.fakes.records import completed

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n"
MANY = 500
"""Runs: more than one slice brings up to date."""


async def record(root: Path) -> Path:
    store = await RunStore.open(root, owner=this_process(), settings=RunSettings())
    for number in range(MANY):
        await store.take_over(completed(path=f"{number % 5}.spec.md"), ())
    await store.aclose()
    return workspace_place(root).database


def as_if_earlier(database: Path) -> None:
    """What is left when the schema has just got its columns: no run has any."""
    with closing(sqlite3.connect(database)) as db:
        db.execute("DELETE FROM summaries")
        db.execute("DELETE FROM drafted")
        db.execute("INSERT INTO meta (key, value) VALUES ('columns_below', '~')")
        db.commit()


def left(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT count(*) FROM meta WHERE key = 'columns_below'").fetchone()[0]


def filled(database: Path) -> int:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("SELECT count(*) FROM summaries").fetchone()[0]


async def test_an_editor_has_its_lens_and_brings_the_history_up_to_date_behind_it(
    homes, workspace, start_editor, monkeypatch
):
    monkeypatch.setenv("ORCH_STATE_HOME", str(homes.state))
    database = await record(workspace)
    as_if_earlier(database)
    (workspace / "3.spec.md").write_text(SPEC)

    editor = await start_editor()
    uri = editor.open(workspace / "3.spec.md", SPEC)
    lenses = await editor.lenses(uri)

    assert "Orch: Apply draft" in lenses
    async with asyncio.timeout(SECONDS):
        while left(database):
            await editor.lenses(uri)
    assert filled(database) == MANY
    await editor.stop()


async def test_a_short_command_does_some_of_it_and_the_next_goes_on(homes, workspace, orch, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(homes.state))
    database = await record(workspace)
    as_if_earlier(database)

    listed = await orch("runs", "list", "--limit", str(MANY))
    summed = await orch("usage", "--by", "spec")

    assert len(listed.out.splitlines()) == MANY
    assert f"total  {MANY} runs" in summed.out
    assert (left(database), filled(database)) == (0, MANY)
