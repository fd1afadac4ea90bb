"""`orch-lsp runs list` reads columns where that is enough, and does all that is due where it is not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

from orch_lsp.runs import rescue
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.place import workspace_place
from orch_lsp.runs.record import Owner
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import completed, failed, running

NOT_NEEDED = {"asyncio", "pydantic", "rich", "orch_lsp.orchestration", "orch_lsp.providers", "orch_lsp.context"}


def gone() -> Owner:
    return replace(this_process(), pid=2**30)


async def recorded(root, monkeypatch, homes, *records) -> None:
    monkeypatch.setenv("ORCH_STATE_HOME", str(homes.state))
    store = await RunStore.open(root, owner=this_process(), settings=RunSettings())
    for record in records:
        await store.take_over(record, ())
    await store.aclose()


async def test_a_list_loads_nothing_that_only_a_draft_needs(homes, workspace, monkeypatch):
    await recorded(workspace, monkeypatch, homes, completed(), failed())
    command = [sys.executable, "-P", "-X", "importtime", "-m", "orch_lsp", "runs", "list"]

    done = subprocess.run(command, cwd=workspace, env=homes.process_environment(), capture_output=True, text=True)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "orch_lsp.runs.history" in loaded
    assert sorted(name for name in loaded if name in NOT_NEEDED) == []


async def test_a_run_without_its_owner_is_interrupted_by_who_lists_it(orch, homes, workspace, monkeypatch):
    orphan = running(owner=gone())
    await recorded(workspace, monkeypatch, homes, orphan)

    done = await orch("runs", "list")

    assert (done.code, done.err) == (0, "")
    assert f"{orphan.run_id}  {orphan.timing.started_at}  interrupted" in done.out


async def test_a_run_that_could_not_be_recorded_is_in_the_list(orch, homes, workspace, monkeypatch):
    await recorded(workspace, monkeypatch, homes, completed())
    late = completed(path="docs/late.spec.md", owner=gone())
    kept = rescue.keep(workspace, rescue.RescuedRun(late, late.spec.path, ("## Goal\nG\n",)))

    done = await orch("runs", "list")

    assert late.run_id in done.out
    assert not kept.exists()


async def test_old_runs_go_with_a_list_as_the_settings_say(orch, homes, workspace, monkeypatch):
    await recorded(workspace, monkeypatch, homes, *(failed() for _ in range(3)))
    homes.configure("[runs]\nkeep_runs = 2\n")

    await orch("runs", "list")

    assert len((await orch("runs", "list")).out.splitlines()) == 2


async def test_a_run_whose_columns_are_lost_is_read_from_its_record_and_a_spoilt_one_is_told(
    orch, homes, workspace, monkeypatch
):
    whole, spoilt = completed(), failed()
    await recorded(workspace, monkeypatch, homes, whole, spoilt)
    expected = (await orch("runs", "list")).out.splitlines()
    assert any(whole.run_id in line and "completed" in line and line.endswith("  draft waits") for line in expected)
    with closing(sqlite3.connect(workspace_place(workspace).database)) as connection:
        connection.execute("DELETE FROM summaries")
        connection.execute("UPDATE runs SET record = '{' WHERE run_id = ?", (spoilt.run_id,))
        connection.commit()

    done = await orch("runs", "list")

    assert done.out.splitlines() == [line for line in expected if whole.run_id in line]
    assert f"Run {spoilt.run_id} is kept but cannot be shown." in done.err
