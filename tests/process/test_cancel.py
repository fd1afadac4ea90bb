"""A run is cancelled wherever it is, by every door: the provider's socket closes, and the text so far is kept."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.fakes.editor import plain
from tests.fakes.scripted_server import (
    Reply,
    Send,
    Stall,
    Until,
    chat_error,
    chat_pieces,
    stream_reply,
)
from tests.process.bad_answers import BEGIN, BEGUN
from tests.process.desk import KEY, SPEC, configure, environment, sit_down
from tests.process.record_rules import check_record, step_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWER = ["## Goal\n\nLimit clients.\n"]
PATIENT = "retry = { attempts = 3, max_wait = 600 }"
IN_THE_MIDDLE = stream_reply([BEGIN], Stall(), headers={"x-request-id": "req-9"})
BEFORE_THE_ANSWER = Reply(before=(Stall(),))
ASKED_TO_WAIT = chat_error(429, "rate_limit_exceeded", headers={"retry-after": "300"})
SECONDS = 30.0
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


async def begin(desk, uri: str) -> str:
    return (await desk.editor.execute("orch.generateDraft", {"uri": uri}))["runId"]


async def said(editor, run_id: str, words: str) -> None:
    """Until the run's progress says this."""

    def is_said() -> bool:
        reports = editor.client.progress_reports.get(run_id, [])
        return any(words in (getattr(report, "message", None) or "") for report in reports)

    await editor.until(is_said)


async def by_command(editor, run_id: str) -> None:
    answer = await editor.execute("orch.cancelRun", {"runId": run_id})
    assert answer == {"runId": run_id, "status": "cancelled"}


async def by_command_without_an_argument(editor, run_id: str) -> None:
    answer = await editor.execute("orch.cancelRun")
    assert answer == {"runId": run_id, "status": "cancelled"}
    assert await editor.execute("orch.cancelRun") == {"runId": run_id, "status": "already_ended"}


async def by_progress(editor, run_id: str) -> None:
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(run_id))


async def check_cancelled(desk, model, uri: str, run_id: str, *, kept: str = ""):
    """The run ended as cancelled, everybody knows, and nobody is alarmed."""
    editor = desk.editor
    record = check_record(await editor.ended(run_id))
    assert record["status"] == "cancelled"
    assert record["error"]["code"] == "cancelled"
    assert [change["status"] for change in record["status_timeline"]] == ["queued", "running", "cancelled"]
    assert await desk.stored(run_id) == record
    attempts = step_of(record)["attempts"]
    if attempts and attempts[-1]["status"] == "cancelled":
        async with asyncio.timeout(SECONDS):
            for request in model.requests:
                await request.disconnected.wait()
    if kept:
        assert record["draft"]["partial"] is True
        assert await desk.stored_text(run_id) == kept
    else:
        assert record["draft"] is None
    assert editor.text(uri) == SPEC
    assert not [d for d in editor.client.diagnostics.get(uri, []) if d.code == "cancelled"]
    assert await editor.execute("orch.cancelRun", {"runId": run_id}) == {"runId": run_id, "status": "already_ended"}
    editor.close(uri)
    return record


DOORS = {"the command": by_command, "the newest": by_command_without_an_argument, "the progress": by_progress}


@pytest.mark.parametrize("door", DOORS)
async def test_a_run_is_cancelled_mid_stream_and_keeps_its_text(desk, model, door):
    desk.ask(model, IN_THE_MIDDLE, settings=PATIENT)
    uri = desk.open("mid-stream")
    run_id = await begin(desk, uri)
    await desk.editor.until(lambda: any(delta["runId"] == run_id for delta in desk.editor.deltas))
    await said(desk.editor, run_id, "")
    await DOORS[door](desk.editor, run_id)
    record = await check_cancelled(desk, model, uri, run_id, kept=BEGUN)
    assert record["error"]["message"] == "The run was cancelled in the editor."
    (attempt,) = step_of(record)["attempts"]
    assert (attempt["status"], attempt["error"]) == ("cancelled", None)
    assert (attempt["http_status"], attempt["request_id"]) == (200, "req-9")


async def test_a_run_that_is_cancelled_twice_leaves_no_attempt_open(desk, model):
    """The second time while the text that had arrived is being written, which another writer holds up."""
    desk.ask(model, IN_THE_MIDDLE, settings=PATIENT)
    editor = desk.editor
    uri = desk.open("twice")
    run_id = await begin(desk, uri)
    await editor.until(lambda: any(delta["runId"] == run_id for delta in editor.deltas))
    with closing(sqlite3.connect(desk.workspace / ".orch" / "local" / "runs.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answers = []
        for _ in range(2):
            answers.append(asyncio.create_task(editor.execute("orch.cancelRun", {"runId": run_id})))
            # Its answer does not need the store.
            await editor.execute("orch.explainError", {"code": "cancelled"})
        writer.execute("COMMIT")
    await asyncio.gather(*answers)
    record = await check_cancelled(desk, model, uri, run_id, kept=BEGUN)
    (attempt,) = step_of(record)["attempts"]
    assert (attempt["status"], attempt["http_status"], attempt["request_id"]) == ("cancelled", 200, "req-9")


@pytest.mark.parametrize("door", ["the command", "the progress"])
async def test_a_run_is_cancelled_before_the_answer_begins(desk, model, door):
    desk.ask(model, BEFORE_THE_ANSWER, settings=PATIENT)
    uri = desk.open("before-the-answer")
    run_id = await begin(desk, uri)
    await model.request(0)
    await said(desk.editor, run_id, "")
    await DOORS[door](desk.editor, run_id)
    record = await check_cancelled(desk, model, uri, run_id)
    assert [attempt["status"] for attempt in step_of(record)["attempts"]] == ["cancelled"]
    assert len(model.requests) == 1


async def test_a_run_is_cancelled_while_it_connects(desk, model):
    """The server takes the connection and never says its part of the TLS handshake."""
    connected, gone = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        while await reader.read(1024):
            pass
        gone.set()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        desk.use(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", PATIENT)
        uri = desk.open("connecting")
        run_id = await begin(desk, uri)
        async with asyncio.timeout(SECONDS):
            await connected.wait()
        await by_command(desk.editor, run_id)
        await check_cancelled(desk, model, uri, run_id)
        async with asyncio.timeout(SECONDS):
            await gone.wait()


@pytest.mark.parametrize("door", ["the command", "the progress"])
async def test_a_run_is_cancelled_while_it_waits_to_try_again(desk, model, door):
    desk.ask(model, ASKED_TO_WAIT, settings=PATIENT)
    uri = desk.open("waiting")
    run_id = await begin(desk, uri)
    await said(desk.editor, run_id, "trying again in 300 s")
    await DOORS[door](desk.editor, run_id)
    record = await check_cancelled(desk, model, uri, run_id)
    (attempt,) = step_of(record)["attempts"]
    assert (attempt["status"], attempt["error"]["code"]) == ("error", "rate_limited")
    assert len(model.requests) == 1


async def test_a_queued_run_is_cancelled_without_having_sent_anything(desk, model):
    desk.use(model.url, PATIENT, more="[runs]\nparallel = 1")
    go = asyncio.Event()
    pieces = chat_pieces(ANSWER)
    model.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    editor = desk.editor
    first, second, third = (desk.open(name) for name in ("first", "second", "third"))
    running = await begin(desk, first)
    await model.request(0)
    waiting, last = await begin(desk, second), await begin(desk, third)
    await said(editor, waiting, "Waiting")
    await by_command(editor, waiting)
    await editor.status(waiting, "cancelled")
    record = check_record(editor.record(waiting))
    assert [change["status"] for change in record["status_timeline"]] == ["queued", "cancelled"]
    assert {(step["status"], step["skip_reason"]) for step in record["steps"]} == {
        ("skipped", "the run had been cancelled")
    }
    assert record["draft"] is None
    assert editor.record(last)["status"] == "queued"
    go.set()
    for run_id in (running, last):
        assert (await editor.ended(run_id))["status"] == "completed"
    assert len(model.requests) == 2
    assert (await desk.stored(last))["timing"]["queue_s"] > 0
    for uri in (first, second, third):
        editor.close(uri)


async def test_a_request_that_is_cancelled_before_its_answer_takes_its_run_along(desk, model):
    """The store is held up by another writer, so that the command has to wait for it."""
    desk.ask(model, stream_reply(chat_pieces(ANSWER)))
    editor = desk.editor
    uri = desk.open("withdrawn")
    other = desk.open("other")
    await editor.ended(await begin(desk, other))
    database = desk.workspace / ".orch" / "local" / "runs.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        protocol = editor.client.protocol
        params = types.ExecuteCommandParams("orch.generateDraft", [{"uri": uri}])
        answer = asyncio.wrap_future(protocol.send_request("workspace/executeCommand", params, msg_id="withdraw-me"))
        # Time for the command to come as far as the store; these answers do not need it.
        for _ in range(10):
            await editor.execute("orch.explainError", {"code": "cancelled"})
        protocol.notify("$/cancelRequest", types.CancelParams("withdraw-me"))
        await editor.execute("orch.explainError", {"code": "cancelled"})
        writer.execute("COMMIT")
    with pytest.raises(JsonRpcException) as caught:
        await answer
    assert caught.value.code == -32800
    found = await editor.execute("orch.showHistory", {"uri": uri, "open": False})
    for record in found:
        await editor.status(record["run_id"], "cancelled")
        check_record(editor.record(record["run_id"]))
    assert len(model.requests) == 1
    # The document is free again.
    record = await editor.draft(uri)
    assert record["status"] == "completed"
    editor.close(uri)
    editor.close(other)


@pytest.mark.parametrize("messages_between", range(4))
async def test_a_cancel_right_behind_its_request_never_leaves_a_live_run(desk, model, messages_between):
    desk.ask(model, stream_reply(chat_pieces(ANSWER)))
    editor = desk.editor
    uri = desk.open(f"quick-{messages_between}")
    protocol = editor.client.protocol
    params = types.ExecuteCommandParams("orch.generateDraft", [{"uri": uri}])
    answer = asyncio.wrap_future(
        protocol.send_request("workspace/executeCommand", params, msg_id=f"quick-{messages_between}")
    )
    for _ in range(messages_between):
        await editor.hover(uri, "Rate limiter")
    protocol.notify("$/cancelRequest", types.CancelParams(f"quick-{messages_between}"))
    (outcome,) = await asyncio.gather(answer, return_exceptions=True)
    if isinstance(outcome, JsonRpcException):
        assert outcome.code == -32800
        found = await editor.execute("orch.showHistory", {"uri": uri, "open": False})
        assert [record["status"] for record in found] in ([], ["cancelled"])
    else:
        await editor.ended(plain(outcome)["runId"])
    if editor.text(uri) == SPEC:
        assert (await editor.draft(uri))["status"] == "completed"
    editor.close(uri)


async def test_a_cancelled_run_of_a_closed_document_is_cancelled_all_the_same(desk, model):
    desk.ask(model, IN_THE_MIDDLE, settings=PATIENT)
    editor = desk.editor
    uri = desk.open("closed")
    run_id = await begin(desk, uri)
    await editor.until(lambda: any(delta["runId"] == run_id for delta in editor.deltas))
    editor.close(uri)
    await by_command(editor, run_id)
    record = check_record(await editor.ended(run_id))
    assert record["status"] == "cancelled"
    async with asyncio.timeout(SECONDS):
        await model.requests[0].disconnected.wait()


async def test_an_unknown_run_cannot_be_cancelled(desk):
    with pytest.raises(JsonRpcException) as caught:
        await desk.editor.execute("orch.cancelRun", {"runId": "00000000-0000-7000-8000-000000000000"})
    assert caught.value.code == -32803
    assert caught.value.data["code"] == "unknown_run"


async def records_below(workspace, homes) -> list:
    """The records as the command line tells them."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "runs", "list", "--json", cwd=workspace, env=environment(homes),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return json.loads(out)


async def exit_of(server) -> int:
    async with asyncio.timeout(SECONDS):
        return await server.wait()


@pytest.mark.parametrize(
    "how",
    [
        "shutdown", "end of input", "exit without shutdown", pytest.param("SIGTERM", marks=posix),
        pytest.param("SIGHUP", marks=posix),
    ],
)  # fmt: skip
async def test_runs_in_flight_end_cancelled_with_the_server(tmp_path, model, how):
    desk = await sit_down(tmp_path, key=KEY)
    editor = desk.editor
    desk.use(model.url, PATIENT, more="[runs]\nparallel = 2")
    model.script(IN_THE_MIDDLE, BEFORE_THE_ANSWER)
    streaming, silent, queued = (desk.open(name) for name in ("streaming", "silent", "queued"))
    run_id = await begin(desk, streaming)
    await editor.until(lambda: editor.deltas)
    await begin(desk, silent)
    await model.request(1)
    await begin(desk, queued)
    server = editor.client._server
    if how == "shutdown":
        await editor.client.shutdown_async(None)
        editor.client.exit(None)
        assert await exit_of(server) == 0
    elif how in {"SIGTERM", "SIGHUP"}:
        server.send_signal(signal.Signals[how])
        assert await exit_of(server) == 1
    elif how == "end of input":
        server.stdin.close()
        assert await exit_of(server) in {0, 1}
    else:
        editor.client.exit(None)
        assert await exit_of(server) == 1
    async with asyncio.timeout(SECONDS):
        for request in model.requests:
            await request.disconnected.wait()
    records = await records_below(desk.workspace, desk.homes)
    assert len(records) == 3
    assert {check_record(record)["status"] for record in records} == {"cancelled"}
    assert all("because its process was told to end" in record["error"]["message"] for record in records)
    kept = next(record for record in records if record["run_id"] == run_id)
    assert kept["draft"]["bytes"] == len(BEGUN)
    await editor.client.stop()


@dataclass
class Draft:
    """`orch-lsp draft` at work."""

    process: asyncio.subprocess.Process
    err: str = ""

    async def says(self, words: str) -> None:
        assert self.process.stderr is not None
        async with asyncio.timeout(SECONDS):
            while words not in self.err:
                line = await self.process.stderr.readline()
                assert line, self.err
                self.err += line.decode()


@posix
@pytest.mark.parametrize("where", ["mid-stream", "waiting"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
async def test_ctrl_c_cancels_the_command_line(homes, workspace, model, where, number):
    configure(homes, model.url, PATIENT)
    model.script(IN_THE_MIDDLE if where == "mid-stream" else ASKED_TO_WAIT)
    path = workspace / "a.spec.md"
    path.write_text(SPEC)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "orch_lsp", "draft", "a.spec.md", cwd=workspace,
        env=environment(homes, WORK_KEY=KEY), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    draft = Draft(process)
    await draft.says("Writing" if where == "mid-stream" else "trying again in 300 s")
    process.send_signal(number)
    out, err = await process.communicate()
    err = draft.err + err.decode()
    assert process.returncode == 130, err
    assert out == b""
    assert path.read_text() == SPEC
    assert "Traceback" not in err
    assert [line.partition("]")[0] for line in err.rstrip().split("\n")[-2:-1]] == ["error[cancelled"]
    assert err.rstrip().split("\n")[-1].startswith("cure: ")
    (record,) = await records_below(workspace, homes)
    assert check_record(record)["status"] == "cancelled"
    assert {signal.SIGINT: "with Ctrl-C", signal.SIGTERM: "SIGTERM"}.get(number, "SIGHUP") in record["error"]["message"]
    assert (record["draft"] is not None) == (where == "mid-stream")
    async with asyncio.timeout(SECONDS):
        await model.requests[0].disconnected.wait()


@posix
async def test_a_draft_that_is_to_outlive_its_terminal_does(homes, workspace, model):
    configure(homes, model.url, PATIENT)
    go = asyncio.Event()
    pieces = chat_pieces(["## Goal\n\nFilled.\n"])
    model.script(Reply(steps=(Send(pieces[0]), Until(go), *(Send(piece) for piece in pieces[1:]))))
    (workspace / "a.spec.md").write_text(SPEC)
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", 'trap "" HUP; exec "$0" -P -m orch_lsp draft a.spec.md', sys.executable, cwd=workspace,
        env=environment(homes, WORK_KEY=KEY), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    draft = Draft(process)
    await draft.says("Writing")
    process.send_signal(signal.SIGHUP)
    go.set()
    out, _ = await process.communicate()
    assert (process.returncode, b"Filled." in out) == (0, True)


@posix
async def test_a_terminal_that_is_closed_cancels_the_draft_in_it(homes, workspace, model):
    import pty

    configure(homes, model.url, PATIENT)
    model.script(IN_THE_MIDDLE)
    (workspace / "a.spec.md").write_text(SPEC)
    terminal, slave = pty.openpty()
    # The terminal is the controlling one of a session of its own, as a window's is.
    claim = (
        "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", claim, sys.executable, "-P", "-m", "orch_lsp", "draft", "a.spec.md", cwd=workspace,
        env=environment(homes, WORK_KEY=KEY, TERM="dumb"), stdin=slave, stdout=slave, stderr=slave,
        start_new_session=True,
    )  # fmt: skip
    os.close(slave)

    def read_until_writing() -> None:
        shown = b""
        while b"Writing" not in shown:
            shown += os.read(terminal, 4096)

    await asyncio.to_thread(read_until_writing)
    os.close(terminal)
    assert await exit_of(process) == 130
    (record,) = await records_below(workspace, homes)
    assert check_record(record)["status"] == "cancelled"
    assert record["draft"]["partial"]
