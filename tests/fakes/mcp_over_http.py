"""Servers of the Model Context Protocol over HTTP: one made with its SDK, raw ones that behave badly."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from tests.fakes.mcp_server import make_server
from tests.fakes.scripted_server import (
    Close,
    RecordedRequest,
    Reply,
    Reset,
    Send,
    SendForever,
    Stall,
    Until,
    event,
    json_reply,
)

GOOD = "The limiter is good.\n"
MOVED = "https://elsewhere.test/mcp?session=5"


@dataclass
class Served:
    """A server of the SDK on loopback; `heads` are method and headers of each request that came."""

    url: str
    heads: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def sent(self, header: str) -> set[str | None]:
        """The values of a header over all requests; None where one has it not."""
        return {headers.get(header) for _, headers in self.heads}


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Served]:
    """Serve the notes of `mcp_server`, in both eras; options are those of the SDK's application."""
    application = make_server().streamable_http_app(**options)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # A client that comes before the server does is kept waiting.
    listening.listen()
    at = Served(f"http://127.0.0.1:{listening.getsockname()[1]}/mcp")

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
            at.heads.append((scope["method"], headers))
        await application(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(noting, log_level="error", timeout_graceful_shutdown=1))
    # The public way takes over the process's signals.
    task = asyncio.create_task(server._serve([listening]))
    try:
        yield at
    finally:
        server.should_exit = True
        await task
        listening.close()


def answer(request: RecordedRequest, result: object, **headers: str) -> Reply:
    return json_reply({"jsonrpc": "2.0", "id": asked(request)["id"], "result": result}, headers=headers)


def asked(request: RecordedRequest) -> Any:
    return json.loads(request.body)


def of_handshakes(bad: Callable[[RecordedRequest], Reply]) -> Callable[[RecordedRequest], Reply]:
    """A server of the era of handshakes that is well until `bad://bad` is read, or what it alone is for is asked."""

    def reply(request: RecordedRequest) -> Reply:
        if request.method == "DELETE":
            return Reply(204, {}, framing="length")
        message = asked(request)
        match message.get("method"):
            case "server/discover":
                return Reply(400, {"content-type": "text/plain"}, (Send(b"What is this?"),), framing="length")
            case "initialize":
                about = {"name": "bad", "version": "1"}
                found = {"protocolVersion": "2025-06-18", "capabilities": {"resources": {}}, "serverInfo": about}
                return answer(request, found, **{"mcp-session-id": "session-1"})
            case "resources/list":
                listed = [{"uri": uri, "name": "limiter", "size": 3} for uri in ("bad://good", "bad://bad")]
                return answer(request, {"resources": listed})
            case "resources/read" if message["params"]["uri"] == "bad://good":
                return answer(request, {"contents": [{"uri": "bad://good", "text": GOOD}]})
            case "resources/read":
                return bad(request)
        return Reply(202, {}, framing="length")

    return reply


def text(request: RecordedRequest, said: str, **headers: str) -> Reply:
    return answer(request, {"contents": [{"uri": asked(request)["params"].get("uri"), "text": said}]}, **headers)


def plain(status: int, kind: str = "text/html", **headers: str) -> Reply:
    return Reply(status, {"content-type": kind, **headers}, (Send(b"<html>No.</html>"),), framing="length")


NOTE = event({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": 1}})
JSON = {"content-type": "application/json"}

BAD: dict[str, Callable[[RecordedRequest], Reply]] = {
    "floods": lambda _: Reply(200, JSON, (SendForever(b" " * 65536),)),
    "floods with messages": lambda _: Reply(steps=(SendForever(NOTE * 100),)),
    "floods with lines": lambda _: Reply(steps=(SendForever(b":\n\n" * 1000),)),
    "hangs": lambda _: Reply(before=(Stall(),)),
    "hangs in its answer": lambda _: Reply(200, JSON, (Send(b'{"jsonrpc":'), Stall())),
    "never ends its events": lambda _: Reply(steps=(Send(NOTE), Stall())),
    "HTML": lambda _: plain(200),
    "fails": lambda _: plain(500),
    "is asked too often": lambda _: plain(429),
    "compressed": lambda one: text(one, GOOD, **{"content-encoding": "gzip"}),
    "ends too early": lambda _: Reply(200, {**JSON, "content-length": "500"}, (Send(b"{}"), Close()), framing="close"),
    "is cut": lambda _: Reply(200, JSON, (Send(b'{"jsonrpc":'), Reset())),
    "ends its events": lambda _: Reply(steps=(Send(NOTE),)),
    "breaks its events": lambda _: Reply(steps=(Send(NOTE), Reset())),
    "no JSON": lambda _: Reply(200, JSON, (Send(b'{"jsonrpc": "2.0", \xff'),), framing="length"),
    "is no HTTP": lambda _: Reply(raw_head=b"220 mail.test ready\r\n\r\n", framing="close"),
    "moves away": lambda _: plain(307, location=MOVED),
    "forgets the session": lambda _: plain(404),
    "forgets the session in JSON": lambda one: json_reply(
        {"jsonrpc": "2.0", "id": asked(one)["id"], "error": {"code": -32600, "message": "Session not found"}}, 404
    ),
}


def with_a_request_of_its_own(answered: asyncio.Event) -> Callable[[RecordedRequest], Reply]:
    """A server that wants a model's answer first, and says what it got instead of one."""
    refused: list[Any] = []

    def bad(request: RecordedRequest) -> Reply:
        params = {"messages": [{"role": "user", "content": {"type": "text", "text": "Key?"}}], "maxTokens": 9}
        ask = {"jsonrpc": "2.0", "id": "own-1", "method": "sampling/createMessage", "params": params}
        contents = {"contents": [{"uri": "bad://bad", "text": "The limiter waited for a no.\n"}]}
        told = event({"jsonrpc": "2.0", "id": asked(request)["id"], "result": contents})
        return Reply(steps=(Send(event(ask)), Until(answered), Send(told)))

    healthy = of_handshakes(bad)

    def reply(request: RecordedRequest) -> Reply:
        if request.method == "POST" and asked(request).get("id") == "own-1":
            refused.append(asked(request)["error"])
            answered.set()
        return healthy(request)

    return reply
