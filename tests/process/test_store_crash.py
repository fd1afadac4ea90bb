"""A writer is really killed, at any instant: history stays whole, and no text is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orch_lsp.runs.owner import this_process
from orch_lsp.runs.status import DraftState, RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.text import sha256
from tests.process.store_writer import PIECE

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
WRITER = str(Path(__file__).with_name("store_writer.py"))
PROJECT = Path(__file__).parents[2]
ROUNDS = 40 if os.environ.get("ORCH_CI_FULL") else 10


@pytest.fixture(autouse=True)
def _state_home(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, WRITER, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def killed_after(process: subprocess.Popen[str], lines: int) -> list[list[str]]:
    """What the process had said, up to its last word, when it was killed somewhere after so many lines."""
    assert process.stdout is not None
    said = [process.stdout.readline().split() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    said += [line.split() for line in process.stdout]
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return [words for words in said if len(words) >= 2]


def integrity(database: Path) -> str:
    with closing(sqlite3.connect(database)) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


async def test_history_survives_a_kill_at_any_instant(tmp_path):
    generator = random.Random(20_26)
    durable: list[list[str]] = []
    for _ in range(ROUNDS):
        durable += killed_after(started("work", str(tmp_path), "a.spec.md"), generator.randint(1, 25))
    database = tmp_path / ".orch" / "local" / "runs.db"
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    await store.reconcile()
    records = {record.run_id: record for record in await store.list(limit=None)}
    assert store.notices == ()
    assert integrity(database) == "ok"
    for word, run_id, *rest in durable:
        if word == "open":
            continue
        record = records[run_id]
        reached = {change.status for change in record.status_timeline}
        if word in {"queued", "running", "completed"}:
            assert word in reached
        if word == "text":
            text = await store.partial_text(run_id) or await store.text(record.draft.sha256 if record.draft else "")
            assert text is not None
            assert text.startswith(PIECE * (int(rest[0]) // len(PIECE)))
        if word == "applied":
            assert record.draft is not None
            assert record.draft.state is DraftState.APPLIED
    for record in records.values():
        assert record.status in {RunStatus.COMPLETED, RunStatus.INTERRUPTED}
        if record.draft is not None:
            text = await store.text(record.draft.sha256)
            assert text is not None
            assert sha256(text) == record.draft.sha256
    await store.aclose()
    assert len(records) >= ROUNDS / 2


@pytest.mark.parametrize("lines", [2, 3, 6])
async def test_a_killed_run_is_found_interrupted_with_its_text(tmp_path, lines):
    said = killed_after(started("work", str(tmp_path), "a.spec.md"), lines)
    last = said[-1][1]
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    ended = await store.reconcile()
    record = await store.get(last)
    texts = [int(rest[0]) for word, run_id, *rest in said if word == "text" and run_id == last]
    if record.status is RunStatus.INTERRUPTED:
        assert [run.run_id for run in ended] == [last]
        kept = await store.partial_text(last)
        assert len(kept) >= max(texts, default=0)
        if kept:
            assert record.draft is not None
            assert record.draft.partial
            assert record.draft.sha256 == sha256(kept)
            assert await store.ready_draft_for("a.spec.md") == record
    await store.aclose()


async def test_a_live_run_of_another_process_is_left_alone_until_that_process_dies(tmp_path):
    holder = started("hold", str(tmp_path), "a.spec.md")
    assert holder.stdout is not None
    holder.stdout.readline()
    run_id = holder.stdout.readline().split()[1]
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings(lease_s=0))
    assert list(await store.reconcile()) == []
    assert (await store.get(run_id)).status is RunStatus.RUNNING
    assert await store.partial_text(run_id) == PIECE
    holder.kill()
    holder.communicate()
    (ended,) = await store.reconcile()
    assert ended.run_id == run_id
    assert await store.partial_text(run_id) == PIECE
    await store.aclose()
