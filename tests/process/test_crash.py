"""The server is really killed in the middle of a run: after a restart nothing is lost, and the person is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from lsprotocol import types

from tests.fakes.editor import SECONDS, Editor
from tests.fakes.scripted_server import Reply, Send, Stall, Until, chat_chunk, chat_pieces, stream_reply

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
SPEC = "# Rate limiter\n\nLimit each client.\n\n## Goal\n\nTODO\n"
ANSWER = ["## Goal\n\nLimit ", "clients ", "😋.\n"]
WHOLE = "".join(ANSWER)


@pytest.fixture
def database(workspace: Path) -> Path:
    return workspace / ".orch" / "local" / "runs.db"


async def killed(editor: Editor) -> None:
    server = editor.client._server
    assert server is not None
    server.kill()
    async with asyncio.timeout(SECONDS):
        await server.wait()
    with suppress(Exception):
        await asyncio.wait_for(editor.client.stop(), 5)


def whole(database: Path) -> bool:
    with closing(sqlite3.connect(database)) as db:
        return db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def checkpointed(database: Path, text: str) -> None:
    """Until the store holds this much of an answer."""
    async with asyncio.timeout(SECONDS):
        while True:
            with closing(sqlite3.connect(database)) as db:
                found = b"".join(row[0] for row in db.execute("SELECT utf8 FROM checkpoints ORDER BY start"))
            if found.startswith(text.encode()):
                return
            await asyncio.sleep(0.05)  # Another process writes; there is nothing to wait on.


def statuses(record: dict) -> dict[str, str]:
    return {step["id"]: step["status"] for step in record["steps"]}


async def history(editor: Editor):
    return await editor.execute("orch.showHistory", {"open": False})


async def text_of(editor: Editor, run_id: str) -> str:
    return (await editor.execute("orch.previewDraft", {"runId": run_id, "open": False}))["text"]


async def test_a_server_killed_with_runs_running_and_queued(start_editor, homes, provider, workspace, database):
    homes.use(provider.url, more="[runs]\nparallel = 1")
    more = asyncio.Event()
    provider.script(Reply(steps=(Send(chat_chunk(ANSWER[0])), Until(more), Send(chat_chunk(ANSWER[1])), Stall())))
    editor = await start_editor()
    first = editor.open(workspace / "a.spec.md", SPEC)
    second = editor.open(workspace / "b.spec.md", SPEC)
    running = (await editor.execute("orch.generateDraft", {"uri": first}))["runId"]
    await editor.until(lambda: editor.deltas)
    queued = (await editor.execute("orch.generateDraft", {"uri": second}))["runId"]
    await editor.status(queued, "queued")
    await checkpointed(database, ANSWER[0])
    more.set()
    await editor.until(lambda: "".join(delta["text"] for delta in editor.deltas) == ANSWER[0] + ANSWER[1])
    await killed(editor)
    assert whole(database)

    again = await start_editor()
    uri = again.open(workspace / "a.spec.md", SPEC)
    diagnostic = await again.diagnostic(uri, "interrupted")
    assert diagnostic.severity is types.DiagnosticSeverity.Information
    assert diagnostic.data["runId"] == running
    records = {record["run_id"]: record for record in await history(again)}
    assert set(records) == {running, queued}
    assert [change["status"] for change in records[queued]["status_timeline"]] == ["queued", "interrupted"]
    assert records[queued]["draft"] is None
    assert statuses(records[queued]) == {
        "context": "skipped",
        "draft": "skipped",
        "check": "skipped",
        "repair": "skipped",
    }
    assert {step["skip_reason"] for step in records[queued]["steps"]} == {"the run had been interrupted"}
    assert statuses(records[running]) == {
        "context": "completed", "draft": "interrupted", "check": "skipped", "repair": "skipped",
    }  # fmt: skip
    assert [change["status"] for change in records[running]["status_timeline"]] == ["queued", "running", "interrupted"]
    assert records[running]["draft"]["partial"] is True
    assert records[running]["draft"]["bytes"] >= len(ANSWER[0].encode())
    (attempt,) = next(step for step in records[running]["steps"] if step["id"] == "draft")["attempts"]
    assert (attempt["status"], attempt["http_status"]) == ("error", 200)
    assert records[running]["model"] == {"requested": "asked-model", "resolved": "served-model"}
    assert (ANSWER[0] + ANSWER[1]).startswith(await text_of(again, running))
    assert again.text(uri) == SPEC

    provider.script(stream_reply(chat_pieces(ANSWER)))
    actions = await again.actions(uri, diagnostic)
    retried = await again.ended((await again.run_action(actions["Orch: Retry"]))["runId"])
    assert retried["parent_run_id"] == running
    await again.until(lambda: again.text(uri) == SPEC.replace("TODO", "Limit clients 😋."))
    other = again.open(workspace / "b.spec.md", SPEC)
    await again.diagnostic(other, "interrupted")
    assert (await again.draft(other))["draft"]["state"] == "applied"


@pytest.mark.parametrize("after", range(6))
async def test_a_server_killed_around_the_last_commit(start_editor, homes, provider, workspace, database, after):
    """Whatever instant it is: either the run completed and its draft waits, or it was interrupted with its text."""
    homes.use(provider.url)
    go = asyncio.Event()
    pieces = chat_pieces(ANSWER)
    provider.script(Reply(steps=(*map(Send, pieces[:2]), Until(go), *map(Send, pieces[2:]))))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    run_id = (await editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await editor.until(lambda: editor.deltas)
    await checkpointed(database, ANSWER[0])
    seen = len(editor.deltas)
    go.set()
    if after == 5:
        await editor.status(run_id, "completed")
    elif after:
        await editor.until(lambda: len(editor.deltas) > seen or editor.record(run_id)["status"] == "completed")
        for _ in range(after * after * 20):
            await asyncio.sleep(0)
    await killed(editor)
    assert whole(database)

    again = await start_editor(settings={"apply": "review"})
    uri = again.open(workspace / "a.spec.md", SPEC)
    (record,) = await history(again)
    text = await text_of(again, run_id)
    if record["status"] == "completed":
        assert text == WHOLE
        assert record["draft"]["state"] == "ready"
        assert (await again.execute("orch.applyDraft"))["state"] == "applied"
        assert again.text(uri) == SPEC.replace("TODO", "Limit clients 😋.")
    else:
        assert after < 5
        assert record["status"] == "interrupted"
        assert record["draft"]["partial"] is True
        assert WHOLE.startswith(text)
        assert text.startswith(ANSWER[0])
        await again.diagnostic(uri, "interrupted")


@pytest.mark.parametrize("made", [False, True])
async def test_a_server_killed_while_its_edit_is_on_the_way(start_editor, homes, provider, workspace, database, made):
    """The draft waits after the restart; if the edit had been made, applying it again does not write it twice."""
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    editor.silent_edits = True
    run_id = (await editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await editor.until(lambda: editor.edits)
    await killed(editor)
    assert whole(database)

    again = await start_editor()
    applied = SPEC.replace("TODO", "Limit clients 😋.")
    uri = again.open(workspace / "a.spec.md", applied if made else SPEC)
    (record,) = await history(again)
    assert (record["status"], record["draft"]["state"], record["draft"]["partial"]) == ("completed", "ready", False)
    assert "Orch: Apply draft" in await again.lenses(uri)
    assert await again.execute("orch.applyDraft") == {"runId": run_id, "state": "applied"}
    assert again.text(uri) == applied
    assert run_id in await again.hover(uri, "Limit clients")


async def test_a_command_line_that_is_killed_leaves_its_text(homes, provider, workspace, database, orch):
    import sys

    from tests.process.conftest import KEY

    homes.use(provider.url)
    provider.script(Reply(steps=(Send(chat_chunk(ANSWER[0])), Stall())))
    (workspace / "a.spec.md").write_text(SPEC)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "draft", "a.spec.md", "--write",
        cwd=workspace, env=homes.process_environment(WORK_KEY=KEY),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await provider.request(0)
    await checkpointed(database, ANSWER[0])
    process.kill()
    await process.wait()
    assert whole(database)
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["status"] == "interrupted"
    assert record["draft"]["partial"] is True
    shown = await orch("runs", "show", record["run_id"], "--draft")
    assert shown.out.startswith(ANSWER[0].rstrip())
    assert (workspace / "a.spec.md").read_text() == SPEC


async def test_a_dismissed_interruption_is_not_shown_again(start_editor, homes, provider, workspace):
    homes.use(provider.url)
    provider.script(Reply(steps=(Send(chat_chunk(ANSWER[0])), Stall())))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    await editor.execute("orch.generateDraft", {"uri": uri})
    await editor.until(lambda: editor.deltas)
    await killed(editor)
    again = await start_editor()
    again.open(workspace / "a.spec.md", SPEC)
    diagnostic = await again.diagnostic(uri, "interrupted")
    actions = await again.actions(uri, diagnostic)
    await again.run_action(actions["Orch: Dismiss"])
    await again.until(lambda: not [d for d in again.client.diagnostics[uri] if d.code == "interrupted"])
    await again.stop()
    third = await start_editor()
    third.open(workspace / "a.spec.md", SPEC)
    await third.until(lambda: third.client.diagnostics.get(uri))
    assert not [d for d in third.client.diagnostics[uri] if d.code == "interrupted"]


@pytest.mark.parametrize(
    ("step", "left"),
    [
        ("context", ["interrupted", "skipped", "skipped", "skipped"]),
        ("draft", ["completed", "interrupted", "skipped", "skipped"]),
        ("check", ["completed", "completed", "interrupted", "skipped"]),
    ],
)
async def test_a_process_killed_in_a_step_leaves_word_of_it(orch, homes, provider, workspace, step, left):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    (workspace / "a.spec.md").write_text(SPEC, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.process.killed_in_step", str(workspace / "a.spec.md"), step,
        cwd=Path(__file__).parents[2], env=homes.process_environment(WORK_KEY="canary-5e1f0c7a-key"),
    )  # fmt: skip
    async with asyncio.timeout(SECONDS):
        assert await process.wait() == -signal.SIGKILL
    (record,) = (await orch("runs", "list", "--json")).json()
    assert record["status"] == "interrupted"
    assert list(statuses(record).values()) == left
    at_work = next(step for step in record["steps"] if step["status"] == "interrupted")
    assert at_work["error"]["code"] == record["error"]["code"] == "interrupted"
    assert at_work["ended_at"] == record["timing"]["ended_at"]
    if step == "check":
        draft = record["steps"][1]
        assert draft["output_sha256"] == record["draft"]["sha256"]
        assert record["draft"]["partial"] is True
    else:
        assert record["draft"] is None
