"""The record of runs fails while an answer that was paid for arrives: the draft gets into the document all the same."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.fakes.scripted_server import Reply, Send, Until, chat_pieces
from tests.process.record_rules import check_record

pytestmark = pytest.mark.asyncio(loop_scope="module")
PIECES = chat_pieces(["## Goal\n\nLimit ", "clients.\n"])


async def begun(desk, model, uri: str) -> tuple[str, asyncio.Event]:
    """A run in the middle of its answer, and what lets the rest of it go."""
    go = asyncio.Event()
    desk.ask(model, Reply(steps=(Send(PIECES[0]), Until(go), *(Send(piece) for piece in PIECES[1:]))))
    run_id = (await desk.editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await desk.editor.until(lambda: any(delta["runId"] == run_id for delta in desk.editor.deltas))
    return run_id, go


async def test_a_record_that_is_removed_during_a_run_is_written_anew(desk, model):
    """As `git clean -fdx` does."""
    uri = desk.open("cleaned")
    run_id, go = await begun(desk, model, uri)
    shutil.rmtree(desk.workspace / ".orch" / "local")
    go.set()
    record = check_record(await desk.editor.ended(run_id))
    assert record["status"] == "completed"
    assert record["draft"]["state"] == "applied"
    assert "Limit clients." in desk.editor.text(uri)
    assert await desk.stored(run_id) == record
    desk.editor.close(uri)


@pytest.mark.skipif(not os.environ.get("ORCH_CI_FULL"), reason="takes the store's patience several times over")
@pytest.mark.timeout(300)
async def test_a_record_that_another_writer_holds_up_catches_up(desk, model, monkeypatch):
    monkeypatch.setattr("tests.fakes.editor.SECONDS", 200.0)
    uri = desk.open("held-up")
    run_id, go = await begun(desk, model, uri)
    with closing(sqlite3.connect(desk.workspace / ".orch" / "local" / "runs.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        go.set()
        await desk.editor.until(lambda: desk.editor.edits and "Limit clients." in desk.editor.text(uri))
        said = [message.message for message in desk.editor.client.messages]
        assert any("not recorded" in message for message in said)
        writer.execute("COMMIT")
    record = await desk.editor.ended(run_id)
    assert record["status"] == "completed"
    # Whatever could not be recorded then is recorded before the document's next run.
    second, go = await begun(desk, model, uri)
    assert (await desk.stored(run_id))["draft"]["state"] == "applied"
    go.set()
    await desk.editor.ended(second)
    desk.editor.close(uri)
