"""Several processes on one workspace at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.status import RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import queued

WRITER = str(Path(__file__).with_name("store_writer.py"))
PROJECT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, WRITER, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


async def test_processes_that_begin_at_once_share_one_history(tmp_path):
    root = tmp_path / "workspace"
    root.mkdir()
    runs = 8
    writers = [started("work", str(root), f"{name}.spec.md", str(runs)) for name in "abc"]
    for writer in writers:
        out, err = writer.communicate()
        assert writer.returncode == 0, err
        assert out.rstrip().endswith("done")
        assert "notice" not in out
    store = await RunStore.open(root, owner=this_process(), settings=RunSettings())
    for name in "abc":
        records = await store.list(spec_path=f"{name}.spec.md")
        assert len(records) == runs
        assert {record.status for record in records} == {RunStatus.COMPLETED}
    await store.aclose()
    with closing(sqlite3.connect(store.location)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(list((tmp_path / "state").iterdir())) == 1


async def test_processes_that_meet_a_damaged_store_set_it_aside_once(tmp_path):
    local = tmp_path / ".orch" / "local"
    local.mkdir(parents=True)
    (local / "runs.db").write_bytes(b"garbage" * 10_000)
    writers = [started("work", str(tmp_path), f"{name}.spec.md", "2") for name in "abc"]
    for writer in writers:
        _, err = writer.communicate()
        assert writer.returncode == 0, err
    (aside,) = local.glob("runs.db.damaged-*")
    assert aside.read_bytes() == b"garbage" * 10_000
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    assert len(await store.list()) == 6
    await store.aclose()


async def test_one_document_has_one_live_run_in_all_processes(tmp_path):
    holder = started("hold", str(tmp_path), "a.spec.md")
    assert holder.stdout is not None
    holder.stdout.readline()
    run_id = holder.stdout.readline().split()[1]
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    with pytest.raises(RunError, match=run_id) as caught:
        await store.create(queued("a.spec.md", owner=this_process()))
    assert caught.value.code == ErrorCode.RUN_IN_PROGRESS
    await store.create(queued("b.spec.md", owner=this_process()))
    holder.communicate("\n")
    await store.create(queued("a.spec.md", owner=this_process()))
    assert (await store.get(run_id)).status is RunStatus.INTERRUPTED
    await store.aclose()


async def test_a_writer_waits_for_another_writers_transaction(tmp_path):
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    await store.create(queued("first.md"))
    with closing(sqlite3.connect(store.location, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = started("work", str(tmp_path), "a.spec.md", "1")
        assert writer.stdout is not None
        assert writer.stdout.readline().startswith("open")
        assert (await store.list())[0].spec.path == "first.md"
        other.execute("COMMIT")
    out, err = writer.communicate()
    assert writer.returncode == 0, err
    assert "applied" in out
    await store.aclose()


@pytest.mark.skipif(os.name != "posix", reason="open files cannot be removed elsewhere")
async def test_a_store_that_is_removed_under_two_processes_becomes_one_again(tmp_path):
    one = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    two = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    await one.create(queued("a.md"))
    await two.create(queued("b.md"))
    for file in one.location.parent.iterdir():
        file.unlink()
    first, second = queued("c.md"), queued("d.md")
    await one.create(first)
    await two.create(second)
    assert {record.run_id for record in await one.list()} == {first.run_id, second.run_id}
    assert list(await one.list()) == list(await two.list())
    await one.aclose()
    await two.aclose()
