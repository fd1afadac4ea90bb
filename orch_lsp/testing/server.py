"""An HTTP server on a real socket that does what a script says, faults included. For tests of providers.

    async with ScriptedServer() as server:
        server.script(Reply(steps=(Send(b"data: ..."), Stall())))
        provider = create_provider(ProviderSettings(name="fake", kind="openai-compatible", base_url=server.url), None)
        ...
        request = await server.request(0)
        await request.disconnected.wait()

Nothing here sleeps: a script waits for events, or for the client to leave.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Literal, Self

_MAX_HEAD = 1 << 20
EVENT_STREAM: Mapping[str, str] = {"content-type": "text/event-stream"}


@dataclass(frozen=True, slots=True)
class Send:
    """Write these bytes of the body, as one chunk and one write."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SendForever:
    """Write these bytes again and again until the client leaves."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Until:
    """Wait for the event, or for the client to leave."""

    event: asyncio.Event


@dataclass(frozen=True, slots=True)
class Stall:
    """Send nothing more until the client leaves."""


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection here, without the end that the framing asks for."""


@dataclass(frozen=True, slots=True)
class Reset:
    """End the connection here with a TCP reset."""


Step = Send | SendForever | Until | Stall | Close | Reset


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request.

    `before` happens before the status line, `steps` are the body. With `framing` `close` the body ends with the
    connection. `raw_head` replaces status line and headers, for servers that do not speak HTTP.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(EVENT_STREAM))
    steps: Sequence[Step] = ()
    before: Sequence[Step] = ()
    framing: Literal["chunked", "length", "close"] = "chunked"
    raw_head: bytes | None = None


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it came. `disconnected` is set when the client's side of the connection is gone."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    disconnected: asyncio.Event

    def json(self) -> object:
        """The body, parsed."""
        return json.loads(self.body)


class ScriptedServer:
    """Answers each request with the next reply of the script, and the last reply for ever.

    Args:
        tls: Context to serve HTTPS with.
        host: Loopback address to listen on.

    Attributes:
        requests: What has come, in order.
        connections: Those that are open.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self._tls = tls
        self._host = host
        self._server: asyncio.Server | None = None
        self.connections: set[_Connection] = set()
        self._replies: list[Reply] = []
        self._routes: dict[str, Reply] = {}
        self._answer: Callable[[RecordedRequest], Reply] | None = None
        self._arrived = asyncio.Condition()
        self.requests: list[RecordedRequest] = []

    def script(self, *replies: Reply) -> None:
        """Replace what is still to be answered."""
        self._replies = list(replies)
        self._answer = None

    def answer_by(self, answer: Callable[[RecordedRequest], Reply]) -> None:
        """Answer each request as it asks, instead of by a script: for requests that come side by side."""
        self._answer = answer

    def route(self, path: str, reply: Reply) -> None:
        """Answer requests for exactly this path, query excluded, with `reply`, outside the script."""
        self._routes[path] = reply

    @property
    def port(self) -> int:
        """The port that the system gave."""
        if self._server is None:
            raise RuntimeError("The server is not running.")
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Base URL, ending in `/v1`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}/v1"

    async def request(self, index: int) -> RecordedRequest:
        """The request with this index, once it has come."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) > index)
        return self.requests[index]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), self._host, 0, ssl=self._tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            tasks = [connection.task for connection in self.connections if connection.task is not None]
            for connection in tuple(self.connections):
                connection.abort()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def take(self, request: RecordedRequest) -> Reply:
        """Record a request and choose its reply; for connections."""
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        routed = self._routes.get(request.path.partition("?")[0])
        if routed is not None:
            return routed
        if self._answer is not None:
            return self._answer(request)
        if not self._replies:
            return Reply(500, {"content-type": "text/plain"}, (Send(b"The script is empty."),))
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]


class _Connection(asyncio.StreamReaderProtocol):
    """One connection; unlike asyncio's own, it notices the other side's leaving while nobody reads."""

    def __init__(self, server: ScriptedServer) -> None:
        self._owner = server
        self.gone = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._reader = asyncio.StreamReader(limit=_MAX_HEAD)
        super().__init__(self._reader, self._opened)

    def abort(self) -> None:
        """Drop the connection and stop what serves it."""
        self.gone.set()
        if self.task is not None:
            self.task.cancel()

    def eof_received(self) -> bool | None:
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)

    def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._owner.connections.add(self)
        self.task = asyncio.create_task(self._serve(reader, writer))
        self.task.add_done_callback(lambda _: self._owner.connections.discard(self))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await self._read(reader)) is not None:
                reply = await self._owner.take(request)
                if not await self._answer(reply, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            # The client left; `gone` says so.
            return
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> RecordedRequest | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        method, path, _ = head[0].split(" ", 2)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return RecordedRequest(method, path, headers, body, self.gone)

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        """Write the reply; True if the connection can take another request."""
        for step in reply.before:
            if not await self._step(step, writer, chunked=False):
                return False
        writer.write(reply.raw_head if reply.raw_head is not None else _head(reply))
        chunked = reply.framing == "chunked" and reply.raw_head is None
        for step in reply.steps:
            if not await self._step(step, writer, chunked=chunked):
                return False
        if chunked:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return reply.framing != "close" and reply.raw_head is None and not self.gone.is_set()

    async def _step(self, step: Step, writer: asyncio.StreamWriter, *, chunked: bool) -> bool:
        """Take a step; False if the connection has come to its end."""
        match step:
            case Send(data):
                writer.write(_chunk(data) if chunked else data)
                await writer.drain()
            case SendForever(data):
                while not self.gone.is_set():
                    writer.write(_chunk(data) if chunked else data)
                    await writer.drain()
                    # A drain that has room does not yield, and the loop must notice that the client left.
                    await asyncio.sleep(0)
            case Until(event):
                await self._either(event)
            case Stall():
                await self.gone.wait()
            case Close():
                return False
            case Reset():
                transport_socket: socket.socket = writer.get_extra_info("socket")
                transport_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
                return False
        return not self.gone.is_set()

    async def _either(self, event: asyncio.Event) -> None:
        waits = {asyncio.create_task(event.wait()), asyncio.create_task(self.gone.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _head(reply: Reply) -> bytes:
    headers = dict(reply.headers)
    match reply.framing:
        case "chunked":
            headers["transfer-encoding"] = "chunked"
        case "length":
            headers["content-length"] = str(sum(len(step.data) for step in reply.steps if isinstance(step, Send)))
        case "close":
            headers["connection"] = "close"
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
