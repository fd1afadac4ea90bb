"""A real server under bytes that no good client sends, over stdio and over TCP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.raw_client import SECONDS, RawClient, frame

SERVE = [sys.executable, "-P", "-m", "orch_lsp", "serve"]


class ServerProcess:
    """The real server, with a raw client on its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        assert process.stdin is not None
        self.stdin = process.stdin
        self.client = RawClient(self.stdin.write)
        self.errors = bytearray()
        self.said_something = asyncio.Event()
        """Set once there is a whole line on stderr."""
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_errors())]

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while data := await self.process.stdout.read(65536):
            await self.client.take(data)
        await self.client.take(b"")

    async def _read_errors(self) -> None:
        assert self.process.stderr is not None
        while data := await self.process.stderr.read(65536):
            self.errors += data
            if b"\n" in self.errors:
                self.said_something.set()

    async def ended(self) -> int:
        async with asyncio.timeout(SECONDS):
            code = await self.process.wait()
            await asyncio.gather(*self._tasks)
        return code

    async def is_served(self) -> None:
        """A request is answered."""
        answer = await self.client.execute("orch.showHistory", {"open": False})
        assert answer["result"] == []


StartServer = Callable[..., Coroutine[Any, Any, ServerProcess]]


@pytest_asyncio.fixture
async def start_server(homes, workspace) -> AsyncIterator[StartServer]:
    started: list[ServerProcess] = []

    async def start(*arguments: str) -> ServerProcess:
        process = await asyncio.create_subprocess_exec(
            *SERVE, *arguments, cwd=workspace, env=homes.process_environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        started.append(ServerProcess(process))
        return started[-1]

    yield start
    for server in started:
        if server.process.returncode is None:
            with suppress(ProcessLookupError):
                server.process.kill()
        await server.ended()


NOISE = [
    b"\r\n\r\n\r\n",
    b"hello\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"Content-Length: abc\r\n\r\n{}\r\n",
    b"Content-Length: -5\r\n\r\n{}\r\n",
    b"Content-Length: 99999999999999999999999\r\n\r\n{}\r\n",
    b"Content-Length: 400000000000\r\n\r\n{}\r\n",
    b"Content-Length: 0\r\n\r\n",
    b"Content-Length: 5\r\n\r\n{}" + frame({"jsonrpc": "2.0", "method": "$/lost"}),
    frame(b"{"),
    frame(b"[]"),
    frame(b'"text"'),
    frame(b"\xff\xfe\x00"),
    frame(b"[" * 50_000),
    frame({"jsonrpc": "2.0", "id": "x", "method": 1}),
    frame({"jsonrpc": "2.0", "id": "x", "method": "textDocument/hover", "params": []}),
    frame({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 7}}),
    frame([{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}] * 3),
    b"x" * 300_000 + b"\r\n\r\n",
    os.urandom(4096).replace(b":", b"") + b"\r\n\r\n",
]


async def test_after_any_malformed_input_the_next_request_is_answered(start_server):
    server = await start_server()
    server.client.say(b"noise before the session\r\n\r\n")
    assert "result" in await server.client.initialize()
    for noise in NOISE:
        server.client.say(noise)
        await server.is_served()
    owed = [message for message in server.client.messages if "error" in message]
    assert len(owed) >= 9  # What was framed and could not be read is answered.
    assert (await server.client.call("shutdown"))["result"] is None
    server.client.notify("exit")
    assert await server.ended() == 0
    log = server.errors.decode()
    assert "belong to no message" in log
    assert "Traceback" not in log


async def test_what_nobody_knows_is_answered_and_the_next_request_is_served(start_server):
    server = await start_server()
    await server.client.initialize()
    assert (await server.client.call("no/suchMethod"))["error"]["code"] == -32601
    assert (await server.client.execute("no.suchCommand"))["error"]["code"] == -32602
    server.client.notify("no/suchNotification", {"a": 1})
    await server.is_served()


async def test_messages_arrive_whole_however_the_pipe_cuts_them(start_server):
    server = await start_server()
    await server.client.initialize()
    body = frame({"jsonrpc": "2.0", "id": "slow", "method": "workspace/executeCommand",
                  "params": {"command": "orch.showHistory", "arguments": [{"open": False}]}})  # fmt: skip
    for byte in body:
        server.client.say(bytes([byte]))
        await server.stdin.drain()
    assert (await server.client.answered("slow"))["result"] == []


async def test_a_request_before_initialize_is_refused_and_the_session_begins_afterwards(start_server):
    server = await start_server()
    assert (await server.client.execute("orch.doctor"))["error"]["code"] == -32002
    await server.client.initialize()
    await server.is_served()


@pytest.mark.parametrize("shut_down", [True, False])
async def test_exit_ends_the_process_with_the_code_that_the_protocol_asks_for(start_server, shut_down):
    server = await start_server()
    await server.client.initialize()
    if shut_down:
        await server.client.call("shutdown")
        assert (await server.client.call("workspace/symbol", {"query": ""}))["error"]["code"] == -32600
    server.client.notify("exit")
    assert await server.ended() == (0 if shut_down else 1)


async def test_the_end_of_input_ends_the_process(start_server):
    server = await start_server()
    await server.client.initialize()
    await server.is_served()
    server.stdin.close()
    assert await server.ended() == 1
    assert b"Traceback" not in server.errors


async def test_the_end_of_input_in_the_middle_of_a_message_ends_the_process(start_server):
    server = await start_server()
    server.client.say(b"Content-Length: 100\r\n\r\n{")
    server.stdin.close()
    assert await server.ended() == 1


async def test_a_client_that_does_not_read_does_not_stop_the_server(start_server, homes, workspace):
    """Far more answers than a pipe holds; the server goes on handling what is said, and ends when it is told to."""
    unread, out = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *SERVE, cwd=workspace, env=homes.process_environment(),
        stdin=asyncio.subprocess.PIPE, stdout=out, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    os.close(out)
    assert process.stdin is not None
    client = RawClient(process.stdin.write)
    client.ask("initialize", {"processId": None, "capabilities": {}})
    for _ in range(3000):
        client.ask("no/such/method/" + "x" * 200)
    client.ask("shutdown")
    client.notify("exit")
    try:
        async with asyncio.timeout(SECONDS):
            await process.stdin.drain()
            assert await process.wait() == 0
    finally:
        os.close(unread)
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_what_is_printed_in_the_server_goes_to_stderr(homes, workspace):
    """Whoever prints, a library or an extension: the pipe carries the protocol alone."""
    code = (
        "import sys, orch_lsp.app.session as app; build = app.build_session\n"
        "def printing(*args):\n print('a word from a library'); sys.stdout.write('and another'); return build(*args)\n"
        "app.build_session = printing\n"
        "from orch_lsp.cli.serve import serve; serve([])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", code, cwd=workspace, env=homes.process_environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    server = ServerProcess(process)
    await server.client.initialize()
    await server.is_served()
    await server.client.call("shutdown")
    server.client.notify("exit")
    assert await server.ended() == 0
    assert b"a word from a library" in server.errors
    assert b"and another" in server.errors


# -- TCP


async def listening(start_server: StartServer) -> tuple[ServerProcess, int]:
    server = await start_server("--tcp", "127.0.0.1:0")
    async with asyncio.timeout(SECONDS):
        await server.said_something.wait()
    line = server.errors.decode().splitlines()[0]
    assert line.startswith("orch-lsp listens on 127.0.0.1:")
    return server, int(line.rpartition(":")[2])


async def connected(port: int) -> tuple[RawClient, asyncio.Task[None], asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    client = RawClient(writer.write)

    async def read() -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await client.take(data)
        await client.take(b"")

    return client, asyncio.create_task(read()), writer


FOREIGN = [
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n\r\n"
    + frame({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}),
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"\x00",
    b"SSH-2.0-x\r\n",
    b"Content-Length: 2\r\nX-Forwarded-For: 1\r\n\r\n{}",
    frame(b"{}"),
    frame(b"not json"),
    frame([]),
    b"Content-Length: 99999999999\r\n\r\n",
]


async def test_a_connection_that_does_not_speak_the_protocol_is_closed_and_the_client_is_still_served(start_server):
    server, port = await listening(start_server)
    for foreign in FOREIGN:
        client, reading, writer = await connected(port)
        client.say(foreign)
        await client.until(lambda c=client: c.closed)
        assert client.messages == []
        writer.close()
        await reading
    client, reading, writer = await connected(port)
    assert "result" in await client.initialize()
    assert (await client.execute("orch.showHistory", {"open": False}))["result"] == []
    second, second_reading, second_writer = await connected(port)
    second.ask("initialize", {"processId": None, "capabilities": {}})
    await second.until(lambda: second.closed)
    second_writer.close()
    assert (await client.call("shutdown"))["result"] is None
    client.notify("exit")
    assert await server.ended() == 0
    writer.close()
    await asyncio.gather(reading, second_reading)
    assert second.messages == []
    assert "Traceback" not in server.errors.decode()


async def test_a_client_that_begins_to_talk_nonsense_is_closed_and_the_process_ends(start_server):
    server, port = await listening(start_server)
    client, reading, writer = await connected(port)
    await client.initialize()
    client.say(b"GET / HTTP/1.1\r\n\r\n")
    await client.until(lambda: client.closed)
    assert await server.ended() == 1
    writer.close()
    await reading


async def test_a_client_that_leaves_ends_the_process(start_server):
    server, port = await listening(start_server)
    client, reading, writer = await connected(port)
    await client.initialize()
    writer.close()
    await reading
    assert await server.ended() == 1


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:7000", "example.invalid:7000", "[::]:0", "7000x", ":"])
async def test_only_a_loopback_address_can_be_listened_on(start_server, address):
    server = await start_server("--tcp", address)
    assert await server.ended() == 2
    assert b"loopback" in server.errors
    assert b"Traceback" not in server.errors


async def test_a_port_that_is_taken_is_said_in_a_sentence(start_server):
    server, port = await listening(start_server)
    other = await start_server("--tcp", f"127.0.0.1:{port}")
    assert await other.ended() != 0
    assert b"Traceback" not in other.errors
    assert str(port).encode() in other.errors
    client, reading, writer = await connected(port)
    assert "result" in await client.initialize()
    writer.close()
    await reading
    await server.ended()


def test_a_frame_is_what_the_protocol_says():
    assert frame({"a": "é"}) == b'Content-Length: 15\r\n\r\n{"a": "\\u00e9"}'
    assert json.loads(frame({"a": 1}).partition(b"\r\n\r\n")[2]) == {"a": 1}
