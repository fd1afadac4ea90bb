"""The session after an `initialize` that was answered before the server was loaded, over real pipes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.raw_client import frame
from tests.process.test_malformed_messages import start_server  # noqa: F401 -- a fixture

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": "first",
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}


def _answers(client: Any, request_id: object) -> list[dict[str, Any]]:
    return [message for message in client.messages if message.get("id") == request_id and "method" not in message]


async def test_it_is_answered_once_and_what_came_with_it_is_served(start_server):  # noqa: F811
    server = await start_server()
    hover = {"textDocument": {"uri": "untitled:a"}, "position": {"line": 0, "character": 0}}
    opened = {"textDocument": {"uri": "untitled:a", "languageId": "markdown", "version": 1, "text": "# A\n"}}
    server.client.say(
        frame(INITIALIZE)
        + frame({"jsonrpc": "2.0", "method": "initialized", "params": {}})
        + frame({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": opened})
        + frame({"jsonrpc": "2.0", "id": "hover", "method": "textDocument/hover", "params": hover})
    )
    assert (await server.client.answered("hover"))["result"] is None
    await server.is_served()
    assert len(_answers(server.client, "first")) == 1
    assert server.client.messages[0]["id"] == "first"


@pytest.mark.parametrize(
    "params",
    [
        {"capabilities": {"general": {"positionEncodings": ["utf-8", 7]}}},
        {"capabilities": {"workspace": []}},
        {"processId": "no number", "capabilities": {}},
        {"workspaceFolders": 3, "capabilities": {}},
    ],
)
async def test_parameters_that_only_the_server_finds_wrong_leave_a_session_that_works(start_server, params):  # noqa: F811
    server = await start_server()
    server.client.send({**INITIALIZE, "params": params})
    answer = await server.client.answered("first")
    assert answer["result"]["serverInfo"]["name"] == "orch-lsp"
    server.client.notify("initialized", {})
    await server.is_served()
    assert len(_answers(server.client, "first")) == 1
    assert (await server.client.call("shutdown"))["result"] is None
    server.client.notify("exit")
    assert await server.ended() == 0


async def test_a_client_that_leaves_after_the_answer_leaves_no_process(start_server):  # noqa: F811
    server = await start_server()
    server.client.send(INITIALIZE)
    await server.client.answered("first")
    server.stdin.close()
    assert await server.ended() == 1


async def test_shutdown_and_exit_may_follow_at_once(start_server):  # noqa: F811
    server = await start_server()
    server.client.say(
        frame(INITIALIZE)
        + frame({"jsonrpc": "2.0", "id": "end", "method": "shutdown"})
        + frame({"jsonrpc": "2.0", "method": "exit"})
    )
    assert await server.ended() == 0
    assert len(_answers(server.client, "first")) == 1


async def test_the_answer_does_not_wait_for_the_rest_of_a_second_message(start_server):  # noqa: F811
    server = await start_server()
    server.client.say(frame(INITIALIZE) + b"Content-Len")
    await server.client.answered("first")
    server.client.say(b"gth: 52\r\n\r\n" + b'{"jsonrpc":"2.0","method":"initialized","params":{}}')
    await server.is_served()
