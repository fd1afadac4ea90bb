"""Several runs at once, and several processes on one workspace: each run is whole, and none gets in another's way."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest
from pygls.exceptions import JsonRpcException

from tests.fakes.scripted_server import Reply, Send, Stall, Until, chat_pieces, stream_reply
from tests.process.bad_answers import BEGIN, BEGUN, ONCE
from tests.process.desk import KEY, SPEC, sit_down
from tests.process.record_rules import check_record


def answer(goal: str, gate: asyncio.Event | None = None) -> Reply:
    first, *rest = chat_pieces([f"## Goal\n\n{goal} ", "and no more.\n"])
    waits = () if gate is None else (Until(gate),)
    return Reply(steps=(Send(first), *waits, *(Send(piece) for piece in rest)))


async def test_several_runs_stream_at_once_each_into_its_own_document(tmp_path, provider):
    desk = await sit_down(tmp_path, key=KEY)
    editor = desk.editor
    gates = [asyncio.Event() for _ in range(4)]
    desk.use(provider.url, ONCE, more="[runs]\nparallel = 4")
    uris = [desk.open(f"doc-{number}", SPEC.replace("100", str(number))) for number in range(4)]
    ids = []
    for number, uri in enumerate(uris):
        provider.script(answer(f"Answer {number}", gates[number]))
        ids.append((await editor.execute("orch.generateDraft", {"uri": uri}))["runId"])
        await provider.request(number)
    await editor.until(lambda: {delta["runId"] for delta in editor.deltas} == set(ids))
    live = [await editor.execute("orch.showRun", {"runId": run_id, "open": False}) for run_id in ids]
    assert [record["status"] for record in live] == ["running"] * 4
    for number in (2, 0, 3, 1):
        gates[number].set()
        await editor.status(ids[number], "completed")
    for number, (uri, run_id) in enumerate(zip(uris, ids, strict=True)):
        record = check_record(await editor.ended(run_id))
        assert record["draft"]["state"] == "applied"
        assert f"Answer {number} and no more.\n" in editor.text(uri)
        deltas = [delta for delta in editor.deltas if delta["runId"] == run_id]
        assert "".join(delta["text"] for delta in deltas) == f"## Goal\n\nAnswer {number} and no more.\n"
        assert [delta["offset"] for delta in deltas] == sorted(delta["offset"] for delta in deltas)
        told = [change["status"] for change in editor.runs if change["run_id"] == run_id]
        assert told == ["queued", "running", "completed", "completed"]
    await editor.stop()


async def test_runs_beyond_the_limit_wait_in_the_order_in_which_they_came(tmp_path, provider):
    desk = await sit_down(tmp_path, key=KEY)
    editor = desk.editor
    gate = asyncio.Event()
    desk.use(provider.url, ONCE, more="[runs]\nparallel = 1")
    provider.script(answer("First", gate), answer("Second"), answer("Third"))
    uris = [desk.open(name) for name in ("one", "two", "three")]
    ids = [(await editor.execute("orch.generateDraft", {"uri": uri}))["runId"] for uri in uris]
    await provider.request(0)
    assert [editor.record(run_id)["status"] for run_id in ids[1:]] == ["queued", "queued"]
    with pytest.raises(JsonRpcException) as caught:
        await editor.execute("orch.generateDraft", {"uri": uris[2]})
    assert caught.value.data["code"] == "run_in_progress"
    gate.set()
    records = [check_record(await editor.ended(run_id)) for run_id in ids]
    assert [record["status"] for record in records] == ["completed"] * 3
    began = [record["status_timeline"][1]["at"] for record in records]
    assert began == sorted(began)
    for uri, word in zip(uris, ("First", "Second", "Third"), strict=True):
        assert f"{word} and no more." in editor.text(uri)
    await editor.stop()


async def test_two_servers_and_a_command_line_share_one_workspace(tmp_path, provider, orch):
    first = await sit_down(tmp_path / "first", key=KEY)
    second = await sit_down(tmp_path / "first", key=KEY, shared=True)
    gate = asyncio.Event()
    first.use(provider.url, ONCE)
    provider.script(answer("Slow", gate))
    slow = first.open("slow")
    run_id = (await first.editor.execute("orch.generateDraft", {"uri": slow}))["runId"]
    await provider.request(0)

    # The same document from elsewhere is refused while the first server works on it.
    second.editor.open(first.workspace / "slow.spec.md")
    with pytest.raises(JsonRpcException) as caught:
        await second.editor.execute("orch.generateDraft", {"uri": slow})
    assert caught.value.data["code"] == "run_in_progress"
    environment = first.homes.environment
    refused = await orch("draft", "slow.spec.md", "--json", cwd=first.workspace, env=environment)
    assert (refused.code, refused.json()["error"]["code"]) == (2, "run_in_progress")
    # A run of another process is seen, and neither cancelled nor taken for dead.
    seen = await second.editor.execute("orch.showRun", {"runId": run_id, "open": False})
    assert seen["status"] == "running"
    with pytest.raises(JsonRpcException, match="another process"):
        await second.editor.execute("orch.cancelRun", {"runId": run_id})

    # Other documents go on.
    provider.script(answer("Quick"))
    quick = second.open("quick")
    assert (await second.editor.draft(quick))["status"] == "completed"
    (first.workspace / "cli.spec.md").write_text(SPEC)
    done = await orch("draft", "cli.spec.md", cwd=first.workspace, env=environment)
    assert done.code == 0, done.err
    gate.set()
    assert check_record(await first.editor.ended(run_id))["draft"]["state"] == "applied"

    history = (await orch("runs", "list", "--json", cwd=first.workspace, env=environment)).json()
    assert {record["spec"]["path"]: record["status"] for record in history} == {
        "slow.spec.md": "completed",
        "quick.spec.md": "completed",
        "cli.spec.md": "completed",
    }
    assert await second.editor.execute("orch.showHistory", {"open": False}) == history
    await second.editor.stop()
    await first.editor.stop()
    with closing(sqlite3.connect(first.workspace / ".orch" / "local" / "runs.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_retry_of_a_run_that_broke_off_names_its_parent_and_keeps_both_texts(tmp_path, provider):
    desk = await sit_down(tmp_path, key=KEY)
    editor = desk.editor
    desk.ask(provider, stream_reply([BEGIN], Stall()), answer("Whole"), settings=ONCE)
    uri = desk.open("retried")
    first = (await editor.execute("orch.generateDraft", {"uri": uri}))["runId"]
    await editor.until(lambda: editor.deltas)
    assert (await editor.execute("orch.cancelRun", {"runId": first}))["status"] == "cancelled"
    second = (await editor.execute("orch.retryRun", {"runId": first}))["runId"]
    record = check_record(await editor.ended(second))
    assert (record["status"], record["parent_run_id"]) == ("completed", first)
    # A complete draft takes the place of the partial one; its text is still there to be looked at.
    assert (await desk.stored(first))["draft"]["state"] == "superseded"
    assert await desk.stored_text(first) == BEGUN
    await editor.stop()
