"""The protocol layer: what would make a client wait for ever, read the wrong text, or see what it must not."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import subprocess
import sys
import uuid
from decimal import Decimal

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.app.server import build_server
from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.orchestration.specs.whereabouts import locate
from tests.fakes.raw_client import RawClient, frame
from tests.fakes.scripted_server import Stall, chat_chunk, chat_pieces, stream_reply

SPEC = "# Rate limiter\n\nLimit each client.\n"
ANSWER = ["## Goal\n\nLimit clients.\n"]


class ToClient:
    """The server's writer: what it says goes to the client in the next turn of the loop."""

    def __init__(self, client: RawClient) -> None:
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    def write(self, data: bytes) -> None:
        self._loop.call_soon_threadsafe(self._take, data)

    def _take(self, data: bytes) -> None:
        task = self._loop.create_task(self._client.take(frame(data)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None: ...


@pytest_asyncio.fixture
async def server():
    made = build_server()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def raw(server):
    """A raw client, not initialized yet."""
    loop = asyncio.get_running_loop()
    client = RawClient(lambda data: loop.call_soon(server.protocol.receive, data.partition(b"\r\n\r\n")[2]))
    server.protocol.set_writer(ToClient(client), include_headers=False)
    return client


@pytest_asyncio.fixture
async def client(raw):
    await raw.initialize()
    return raw


# -- cancelling


async def test_a_cancelled_command_is_stopped_and_answered(server, client):
    stopped = asyncio.Event()
    begun = asyncio.Event()

    @server.command("test.wait")
    async def wait(ls, argument):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    request = client.ask("workspace/executeCommand", {"command": "test.wait"})
    await begun.wait()
    client.notify("$/cancelRequest", {"id": request})
    answer = await client.answered(request)
    assert answer["error"]["code"] == -32800
    await asyncio.wait_for(stopped.wait(), 10)


async def test_a_command_that_ends_in_a_cancellation_is_answered(server, client):
    @server.command("test.cancelled")
    async def cancelled(ls, argument):
        raise asyncio.CancelledError

    assert (await client.execute("test.cancelled"))["error"]["code"] == -32800


async def test_a_cancelled_feature_request_is_answered(server, client):
    begun = asyncio.Event()

    @server.feature("test/wait")
    async def wait(_):
        begun.set()
        await asyncio.Event().wait()

    request = client.ask("test/wait")
    await begun.wait()
    client.notify("$/cancelRequest", {"id": request})
    assert (await client.answered(request))["error"]["code"] == -32800


@pytest.mark.parametrize("request_id", [1, "never", 99])
async def test_cancelling_what_is_not_there_changes_nothing(client, request_id):
    client.notify("$/cancelRequest", {"id": request_id})
    assert "result" in await client.execute("orch.showHistory", {"open": False})


async def test_a_run_whose_command_is_cancelled_before_its_answer_ends_cancelled(
    server, raw, provider, homes, workspace, monkeypatch
):
    """The cancellation arrives while the run's first commit is on its way."""
    homes.use(provider.url)
    provider.script(stream_reply([chat_chunk("## Goal\n")], Stall()))
    monkeypatch.setenv("WORK_KEY", "k")
    await raw.initialize({"experimental": {"orch": {}}}, rootUri=workspace.as_uri())
    uri = (workspace / "a.spec.md").as_uri()
    raw.open(uri, SPEC)
    session = await server.ready()
    store = await session.store_in(await asyncio.to_thread(locate, server.source(uri)))
    committing, let_go = asyncio.Event(), asyncio.Event()
    create = store.create

    async def slow_create(*args):
        result = await create(*args)
        committing.set()
        await let_go.wait()
        return result

    store.create = slow_create
    request = raw.ask("workspace/executeCommand", {"command": "orch.generateDraft", "arguments": [{"uri": uri}]})
    await asyncio.wait_for(committing.wait(), 10)
    raw.notify("$/cancelRequest", {"id": request})
    await asyncio.sleep(0)
    let_go.set()
    assert (await raw.answered(request))["error"]["code"] == -32800
    await raw.until(lambda: _last_status(raw) == "cancelled")
    (record,) = await store.list()
    assert record.status == "cancelled"
    assert provider.requests == []
    # The document is free for the next run.
    store.create = create
    assert (await raw.execute("orch.generateDraft", {"uri": uri}))["result"]["status"] == "accepted"


def _last_status(client):
    found = [m["params"]["status"] for m in client.messages if m.get("method") == "orch/runChanged"]
    return found[-1] if found else None


# -- the server's own requests


async def test_a_late_answer_to_a_request_that_nobody_waits_for_is_dropped(server, client, caplog):
    asking = asyncio.ensure_future(
        server.window_show_message_request_async(types.ShowMessageRequestParams(types.MessageType.Error, "?", []))
    )
    question = await client.asked("window/showMessageRequest")
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    client.answer(question, None)
    assert "result" in await client.execute("orch.showHistory", {"open": False})
    assert "InvalidState" not in caplog.text
    assert not [m for m in client.messages if m.get("method") == "window/showMessage"]


async def test_an_answer_that_cannot_be_read_fails_what_waits_for_it(server, client):
    asking = asyncio.ensure_future(
        server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(types.WorkspaceEdit()))
    )
    question = await client.asked("workspace/applyEdit")
    client.answer(question, {"applied": "perhaps", "failedChange": {}})
    with pytest.raises(JsonRpcInvalidParams):
        await asyncio.wait_for(asking, 10)


async def test_an_error_answer_of_odd_shape_fails_what_waits_for_it(server, client):
    asking = asyncio.ensure_future(
        server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(types.WorkspaceEdit()))
    )
    question = await client.asked("workspace/applyEdit")
    client.send({"jsonrpc": "2.0", "id": question["id"], "error": "no"})
    with pytest.raises(JsonRpcInvalidParams):
        await asyncio.wait_for(asking, 10)


# -- nothing accumulates


async def test_neither_futures_nor_result_types_accumulate(server, client, workspace):
    uri = (workspace / "a.md").as_uri()
    client.open(uri, SPEC)
    for version in range(2, 102):
        change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": f"{SPEC}{version}\n"}]}
        client.notify("textDocument/didChange", change)
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}})
    await client.answered(100 + 1)
    await client.execute("orch.showHistory", {"open": False})
    while server.protocol._request_futures:
        await asyncio.gather(*list(server._tasks), return_exceptions=True)
        await asyncio.sleep(0)
    assert server.protocol._result_types == {}


async def test_requests_that_were_given_up_are_forgotten(server, client):
    for _ in range(20):
        asking = asyncio.ensure_future(server.workspace_code_lens_refresh_async(None))
        await asyncio.sleep(0)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
    await asyncio.sleep(0)
    assert server.protocol._request_futures == {}
    assert server.protocol._result_types == {}


async def test_progress_tokens_do_not_accumulate(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor(settings={"apply": "review"})
    uri = editor.open(workspace / "a.spec.md", SPEC)
    for _ in range(3):
        await editor.draft(uri)
    assert editor.server.work_done_progress.tokens == {}


# -- answers


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime.now(dt.UTC),
        uuid.uuid4(),
        Decimal(1),
        {1, 2},
        b"bytes",
        object(),
        float("nan"),
        {(1, 2): 3},
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_result_that_is_no_json_is_answered_with_an_internal_error(server, client, value):
    @server.command("test.odd")
    async def odd(ls, argument):
        return {"inside": value}

    answer = await client.execute("test.odd")
    assert answer["error"]["code"] == -32603
    assert "result" not in answer


async def test_a_circular_result_is_answered_with_an_internal_error(server, client):
    circle = []
    circle.append(circle)

    @server.command("test.circle")
    async def odd(ls, argument):
        return circle

    assert (await client.execute("test.circle"))["error"]["code"] == -32603


async def test_lone_surrogates_and_odd_characters_reach_the_client(server, client):
    @server.command("test.text")
    async def text(ls, argument):
        return "\ud83d \u2028 \x00 😋"

    assert (await client.execute("test.text"))["result"] == "\ud83d \u2028 \x00 😋"


async def test_a_fault_is_answered_without_traceback_path_or_its_text(server, client, caplog):
    @server.command("test.fault")
    async def fault(ls, argument):
        raise FileNotFoundError(2, "private words", "/home/somebody/private")

    @server.feature("test/fault")
    async def fault_too(_):
        raise ValueError("private words in /home/somebody/private")

    for answer in (await client.execute("test.fault"), await client.call("test/fault")):
        assert answer["error"]["code"] == -32603
        assert "private" not in json.dumps(answer)
        assert "Traceback" not in json.dumps(answer)
        assert ".py" not in json.dumps(answer)
    assert "private words" in caplog.text
    assert not [m for m in client.messages if m.get("method") == "window/showMessage"]


async def test_a_fault_in_a_notification_handler_shows_no_message_box(server, client, caplog):
    @server.feature("test/notified")
    async def notified(_):
        raise ValueError("in a notification")

    client.notify("test/notified", {})
    assert "result" in await client.execute("orch.showHistory", {"open": False})
    assert "in a notification" in caplog.text
    assert not [m for m in client.messages if m.get("method") == "window/showMessage"]


async def test_an_error_of_ours_carries_code_and_remediation(server, client):
    @server.command("test.refused")
    async def refused(ls, argument):
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "Somebody is at it.")

    error = (await client.execute("test.refused"))["error"]
    assert error["code"] == -32803
    assert error["data"] == {
        "code": "run_in_progress",
        "remediation": "Wait for the run on this document to end, or cancel it.",
        "retryable": False,
    }


async def test_unknown_methods_and_commands_are_answered(client):
    assert (await client.call("workspace/noSuchThing"))["error"]["code"] == -32601
    assert (await client.call("$/noSuchThing"))["error"]["code"] == -32601
    assert (await client.execute("orch.noSuchThing"))["error"]["code"] == -32602
    client.notify("$/noSuchThing", {})
    client.notify("noSuch/thing", {"a": 1})
    assert "result" in await client.execute("orch.showHistory", {"open": False})
    assert not [m for m in client.messages if m.get("method") == "window/showMessage"]


@pytest.mark.parametrize("arguments", [[1, 2], [{}, {}], ["untitled:a", {}]])
async def test_more_than_one_argument_is_refused(client, arguments):
    assert (await client.execute("orch.showHistory", *arguments))["error"]["code"] == -32602


async def test_custom_notifications_keep_every_key(server, client):
    """pygls makes named tuples of them, in which keys that are no Python names are lost."""
    received = asyncio.get_running_loop().create_future()

    @server.feature("test/custom")
    async def custom(params):
        received.set_result(params)

    params = {"a-b": 1, "class": {"1": [{"jsonrpc": "2.0", "x y": None}]}}
    client.notify("test/custom", params)
    assert await asyncio.wait_for(received, 10) == params


# -- malformed messages


def frame_body(method, params):
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()


MALFORMED = {
    "no JSON": (b"{", -32700, None),
    "empty": (b"", -32700, None),
    "not UTF-8": (b'{"jsonrpc":"2.0","id":7,"method":"\xff\xfe"}', -32700, None),
    "deep": (b"[" * 100_000, -32700, None),
    "a batch": (b'[{"jsonrpc":"2.0","id":7,"method":"shutdown"}]', -32600, None),
    "a number": (b"7", -32600, None),
    "null": (b"null", -32600, None),
    "no version": (b'{"id":7,"method":"workspace/x"}', -32600, 7),
    "another version": (b'{"jsonrpc":"1.0","id":7,"method":"workspace/x"}', -32600, 7),
    "a method that is no text": (b'{"jsonrpc":"2.0","id":7,"method":5}', -32600, 7),
    "neither method nor result": (b'{"jsonrpc":"2.0","id":7}', -32600, 7),
    "an id that is a list": (b'{"jsonrpc":"2.0","id":[],"method":"workspace/x"}', -32600, None),
    "an id that is a boolean": (b'{"jsonrpc":"2.0","id":true,"method":"workspace/x"}', -32600, None),
    "an id that is a fraction": (b'{"jsonrpc":"2.0","id":1.5,"method":"workspace/x"}', -32600, None),
    "no params": (b'{"jsonrpc":"2.0","id":7,"method":"textDocument/hover"}', -32602, 7),
    "params of another type": (b'{"jsonrpc":"2.0","id":7,"method":"textDocument/hover","params":[1]}', -32602, 7),
    "a line that is no number": (
        frame_body("textDocument/hover", {"textDocument": {"uri": "a"}, "position": {"line": "x", "character": 0}}),
        -32602,
        7,
    ),
    "a command that is no text": (
        b'{"jsonrpc":"2.0","id":7,"method":"workspace/executeCommand","params":{"arguments":[]}}', -32602, 7
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
async def test_a_malformed_message_is_answered_and_the_next_one_is_served(client, name):
    body, code, request_id = MALFORMED[name]
    before = len(client.messages)
    client.send(body)
    answer = await client.until(lambda: next((m for m in client.messages[before:] if "error" in m), None))
    assert answer["error"]["code"] == code
    assert answer["id"] == request_id
    assert "result" in await client.execute("orch.showHistory", {"open": False})


async def test_invalid_parameters_are_named(client):
    answer = await client.call(
        "textDocument/hover", {"textDocument": {"uri": "file:///a"}, "position": {"line": "x", "character": 0}}
    )
    assert "position.line" in answer["error"]["message"]
    assert ".py" not in json.dumps(answer)


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}},
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": "file:///nowhere"}}},
        {"jsonrpc": "2.0", "method": "textDocument/didChange",
         "params": {"textDocument": {"uri": "file:///nowhere", "version": 1}, "contentChanges": [{"text": "x"}]}},
        {"jsonrpc": "2.0", "method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///nowhere"}}},
        {"jsonrpc": "2.0", "method": "textDocument/didSave", "params": {"textDocument": {"uri": "file:///nowhere"}}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": None},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": {}}},
        {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "unknown"}},
        {"jsonrpc": "2.0", "method": "workspace/didRenameFiles",
         "params": {"files": [{"oldUri": "x", "newUri": "\x00"}]}},
        {"jsonrpc": "2.0", "id": "unknown", "result": {}},
        {"jsonrpc": "2.0", "id": "unknown", "error": {"code": 1, "message": "x"}},
        {"jsonrpc": "2.0", "id": None, "method": "$/null-id", "params": {}},
    ],
    ids=lambda message: json.dumps(message)[17:90],
)  # fmt: skip
async def test_a_notification_or_answer_that_makes_no_sense_does_no_harm(client, message):
    client.send(message)
    assert "result" in await client.execute("orch.showHistory", {"open": False})
    assert not [m for m in client.messages if m.get("method") == "window/showMessage"]


# -- the session's beginning and end


@pytest.mark.parametrize("method", ["workspace/executeCommand", "textDocument/hover", "orch/userSettings", "no/such"])
async def test_requests_before_initialize_are_refused(raw, method):
    parameters = {
        "workspace/executeCommand": {"command": "orch.doctor"},
        "textDocument/hover": {"textDocument": {"uri": "file:///a"}, "position": {"line": 0, "character": 0}},
    }
    assert (await raw.call(method, parameters.get(method, {})))["error"]["code"] == -32002
    raw.open("file:///a.md", "x")
    assert "result" in await raw.initialize()


async def test_shutdown_before_initialize_is_answered(raw):
    assert (await raw.call("shutdown"))["result"] is None


async def test_requests_after_shutdown_are_refused(client):
    assert (await client.call("shutdown"))["result"] is None
    assert (await client.execute("orch.doctor"))["error"]["code"] == -32600
    assert (await client.call("shutdown"))["error"]["code"] == -32600
    client.notify("textDocument/didOpen", {})


@pytest.mark.parametrize("shut_down", [True, False])
async def test_exit_after_shutdown_is_success_and_without_it_is_not(server, client, shut_down):
    if shut_down:
        await client.call("shutdown")
    client.notify("exit")
    await asyncio.sleep(0)
    assert server.protocol.exit_code == (0 if shut_down else 1)


async def test_shutdown_with_commands_and_questions_in_flight_is_answered(server, client):
    begun = asyncio.Event()

    @server.command("test.wait")
    async def wait(ls, argument):
        begun.set()
        await ls.window_show_message_request_async(types.ShowMessageRequestParams(types.MessageType.Error, "?", []))

    requests = [client.ask("workspace/executeCommand", {"command": "test.wait"}) for _ in range(5)]
    await begun.wait()
    await client.asked("window/showMessageRequest", count=5)
    assert (await client.call("shutdown"))["result"] is None
    for request in requests:
        assert (await client.answered(request))["error"]["code"] == -32800


async def test_shutdown_with_a_run_in_flight_ends_it_cancelled_with_its_text(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply([chat_chunk("## Goal\n\nBegun")], Stall()))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", SPEC)
    answer = await editor.execute("orch.generateDraft", {"uri": uri})
    await editor.until(lambda: editor.deltas)
    await editor.client.shutdown_async(None)
    record = await editor.status(answer["runId"], "cancelled")
    assert record["draft"]["partial"] is True
    assert next(step for step in record["steps"] if step["id"] == "draft")["attempts"][0]["status"] == "cancelled"
    await (await provider.request(0)).disconnected.wait()


# -- texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_line_separators_that_are_none_for_clients_do_not_move_edits(
    start_editor, workspace, provider, homes, encoding
):
    """A form feed, U+2028 and their like end lines for `str.splitlines`, and for no client."""
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(["## Goal\n\nFilled.\n"])))
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding]),
        window=types.WindowClientCapabilities(work_done_progress=True),
    )
    editor = await start_editor(capabilities=capabilities)
    text = "# T\n\na\u2028b\x0cc\x0b\u2029\x85\x1c😋 d\n\n## Goal\n\nTODO\n\n## Notes\n\nx\u2028y\n"
    uri = editor.open(workspace / "a.spec.md", "# T\n")
    editor.type(uri, text)
    await editor.draft(uri)
    assert editor.text(uri) == text.replace("TODO", "Filled.")


async def test_an_untitled_document_that_was_closed_is_no_fault(client, caplog):
    client.open("untitled:Untitled-1", SPEC)
    client.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:Untitled-1"}})
    answer = await client.execute("orch.generateDraft", {"uri": "untitled:Untitled-1"})
    assert answer["error"]["code"] == -32602
    hover = {"textDocument": {"uri": "untitled:Untitled-1"}, "position": {"line": 0, "character": 0}}
    assert (await client.call("textDocument/hover", hover))["result"] is None
    assert "Traceback" not in caplog.text


async def test_positions_in_an_empty_document_are_no_fault(client):
    client.open("untitled:Untitled-1", "")
    place = {"textDocument": {"uri": "untitled:Untitled-1"}, "position": {"line": 5, "character": 99}}
    assert (await client.call("textDocument/hover", place))["result"] is None
    assert isinstance(
        (await client.call("textDocument/codeLens", {"textDocument": place["textDocument"]}))["result"], list
    )


async def test_a_command_sees_every_change_that_was_sent_before_it(start_editor, workspace, provider, homes):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    editor = await start_editor()
    uri = editor.open(workspace / "a.spec.md", "# Old\n\nOld words.\n")
    editor.type(uri, "# New\n\nNew words.\n")
    await editor.draft(uri)
    assert b"New words." in provider.requests[0].body
    assert b"Old words." not in provider.requests[0].body


# -- logs and output


async def test_no_message_is_logged_by_default(server, client, workspace):
    """pygls logs whole messages at INFO; a log at the default level must hold no document."""
    assert logging.getLogger("pygls").getEffectiveLevel() >= logging.WARNING
    code = (
        "import logging, sys; from orch_lsp.cli.serve import _log_to_stderr; from orch_lsp.redaction import Redactor;"
        "_log_to_stderr('DEBUG', Redactor()); logging.getLogger('pygls.protocol').info('a whole document');"
        "logging.getLogger('httpx').info('a request'); logging.getLogger('orch_lsp.x').debug('a fact of ours')"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert "a fact of ours" in done.stderr
    assert "a whole document" not in done.stderr
    assert "a request" not in done.stderr
    assert done.stdout == ""


# -- ids, lines, and a second beginning


async def test_an_answer_with_the_id_of_the_clients_own_request_answers_nothing(server, client):
    go = asyncio.Event()

    @server.command("test.hold")
    async def hold(ls, argument):
        await go.wait()
        return "held"

    request = client.ask("workspace/executeCommand", {"command": "test.hold"}, 77)
    client.send({"jsonrpc": "2.0", "id": 77, "result": "mine"})
    client.send({"jsonrpc": "2.0", "id": 77, "error": {"code": 1, "message": "mine"}})
    client.ask("workspace/executeCommand", {"command": "test.hold"}, 77)
    refused = await client.until(lambda: next((m for m in client.messages if "error" in m), None))
    go.set()

    assert refused["error"]["code"] == -32600
    done = await client.until(lambda: next((m for m in client.messages if m.get("result") == "held"), None))
    assert done["id"] == request


async def test_a_client_cannot_cancel_a_request_of_the_server(server, client):
    asked = server.protocol.send_request("client/question", None)
    question = await client.asked("client/question")
    client.notify("$/cancelRequest", {"id": question["id"]})
    client.answer(question, "yes")
    assert await asyncio.wrap_future(asked) == "yes"


async def test_a_second_initialize_is_refused_and_forgets_nothing(server, client, workspace):
    uri = (workspace / "a.spec.md").as_uri()
    client.open(uri, SPEC)
    again = await client.call("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert again["error"]["code"] == -32600
    assert server.documents.text(uri) == SPEC


async def test_a_burst_of_requests_is_worked_on_a_few_at_a_time(server, client):
    """Counted, not timed: a task each would hold a parsed document each."""
    go, now, most = asyncio.Event(), 0, 0

    @server.command("test.count")
    async def count(ls, argument):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await go.wait()
        now -= 1

    ids = [client.ask("workspace/executeCommand", {"command": "test.count"}) for _ in range(2_000)]
    withdrawn = ids[-1]
    client.notify("$/cancelRequest", {"id": withdrawn})
    assert (await client.answered(withdrawn))["error"]["code"] == -32800
    # The line is shorter than what came: the oldest of those that waited were given up.
    assert (await client.answered(ids[64]))["error"]["code"] == -32802
    go.set()
    answers = [await client.answered(one) for one in ids]

    assert most == 64
    assert sum("result" in answer for answer in answers) == 64 + 1_000 - 1


async def test_what_waits_in_line_is_answered_at_shutdown(server, client):
    @server.command("test.never")
    async def never(ls, argument):
        await asyncio.Event().wait()

    ids = [client.ask("workspace/executeCommand", {"command": "test.never"}) for _ in range(100)]
    await client.call("shutdown")
    for one in ids:
        assert (await client.answered(one))["error"]["code"] == -32800


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-32"])
async def test_ranges_are_applied_by_the_lines_that_an_editor_sees_in_its_own_encoding(
    server, raw, workspace, encoding
):
    await raw.initialize({"general": {"positionEncodings": [encoding]}})
    uri = (workspace / "a b.spec.md").as_uri()
    raw.open(uri, "# 😀 T\r\n\x0cone\u2028two\rend\n")
    width = {"utf-16": 2, "utf-8": 4, "utf-32": 1}[encoding]

    def change(start, end, text):
        (line, character), (end_line, end_character) = start, end
        where = {
            "start": {"line": line, "character": character},
            "end": {"line": end_line, "character": end_character},
        }
        return {"range": where, "text": text}

    changes = [
        change((0, 2 + width + 1), (0, 2 + width + 2), "Titel"),
        change((2, 0), (2, 3), "END"),
        change((99, 0), (99, 9), "more"),
        change((1, 1), (1, 0), ""),
    ]
    raw.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": changes})
    await raw.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert server.documents.text(uri) == "# 😀 Titel\r\none\u2028two\rEND\nmore"
    assert server.documents.version(uri) == 2


async def test_a_change_of_a_document_that_is_not_open_is_passed_over(server, client, caplog):
    change = {"textDocument": {"uri": "file:///not/open.md", "version": 2}, "contentChanges": [{"text": "x"}]}
    client.notify("textDocument/didChange", change)
    await client.call("shutdown")
    assert not server.documents.is_open("file:///not/open.md")
    assert server.last_document is None
    assert "file:///not/open.md is left out: the document is not open" in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def _at(line: int, start: int, end: int, text: str) -> dict:
    where = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    return {"range": where, "text": text}


async def test_a_version_that_does_not_grow_is_said_and_its_change_is_not_lost(server, client, workspace, caplog):
    uri = (workspace / "a.md").as_uri()
    client.open(uri, "one two\n")
    for version, change in ((7, _at(0, 0, 3, "1")), (7, _at(0, 2, 5, "2")), (3, _at(0, 3, 3, " 3"))):
        document = {"uri": uri, "version": version}
        client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    await client.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert (server.documents.text(uri), server.documents.version(uri)) == ("1 2 3\n", 3)
    assert "version 7 comes after 7" in caplog.text
    assert "version 3 comes after 7" in caplog.text


async def test_whole_texts_and_ranges_may_come_in_one_notification_and_none_but_a_version(server, client, workspace):
    uri = (workspace / "a.md").as_uri()
    client.open(uri, "one\n")
    changes = [_at(0, 0, 3, "two"), {"text": "three\r\nfour"}, _at(1, 0, 4, "4")]
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": changes})
    client.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 3}, "contentChanges": []})
    await client.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert (server.documents.text(uri), server.documents.version(uri)) == ("three\r\n4", 3)


async def test_a_save_tells_the_text_where_the_changes_could_not_be_followed(server, client, workspace, caplog):
    uri = (workspace / "a.md").as_uri()
    client.open(uri, "one\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}, "text": "something else\n"})
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [_at(0, 0, 9, "nothing")]}
    client.notify("textDocument/didChange", change)
    await client.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert server.documents.text(uri) == "nothing else\n"
    assert "a text that is not the one known here" in caplog.text


async def test_a_change_that_is_told_after_the_save_that_has_it_is_not_made_twice(server, client, workspace):
    uri = (workspace / "a.md").as_uri()
    client.open(uri, "one\n")
    # Some editors wait a moment with changes, and save meanwhile.
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}, "text": "one two\n"})
    for version, text in ((2, " two"), (3, " three")):
        change = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [_at(0, 3, 3, text)]}
        client.notify("textDocument/didChange", change)
    await client.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert server.documents.text(uri) == "one three two\n"


async def test_a_save_of_a_document_that_is_not_open_is_passed_over(server, client, caplog):
    client.notify("textDocument/didSave", {"textDocument": {"uri": "file:///not/open.md"}, "text": "x"})
    await client.call("shutdown")
    assert not server.documents.is_open("file:///not/open.md")
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_cancel_of_what_is_no_id_is_passed_over(server, client, caplog):
    for odd in ({}, [], None, 1.5):
        client.notify("$/cancelRequest", {"id": odd})
    await client.call("shutdown")
    assert not [record for record in caplog.records if record.exc_info]
