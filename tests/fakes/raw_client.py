"""A client that says exactly the bytes or JSON it is told to, and keeps what comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

SECONDS = 30.0
"""Bound on every wait: reached only when something is broken."""


def frame(message: Any) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


class RawClient:
    """Speaks JSON-RPC over any two byte functions; requests of the server are kept, and not answered by themselves."""

    def __init__(self, say: Callable[[bytes], Any]) -> None:
        self.say = say
        """Send bytes as they are."""
        self.messages: list[dict[str, Any]] = []
        self.closed = False
        self._happened = asyncio.Condition()
        self._buffer = b""
        self._next_id = 0

    async def take(self, data: bytes) -> None:
        """Bytes from the server; empty at its end."""
        self._buffer += data
        self.closed = self.closed or not data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n"))
            length = int(fields[b"Content-Length"])
            if len(rest) < length:
                break
            self.messages.append(json.loads(rest[:length]))
            self._buffer = rest[length:]
        async with self._happened:
            self._happened.notify_all()

    async def until(self, condition: Callable[[], Any]) -> Any:
        async with asyncio.timeout(SECONDS), self._happened:
            return await self._happened.wait_for(condition)

    def send(self, message: Any) -> None:
        """Send one framed message: JSON, or the bytes of a body."""
        self.say(frame(message))

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any = None, request_id: Any = None) -> Any:
        """Send a request; its id."""
        self._next_id += 1
        request_id = self._next_id if request_id is None else request_id
        self.send({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        return request_id

    def answer(self, request: dict[str, Any], result: Any) -> None:
        """Answer a request of the server."""
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    async def answered(self, request_id: Any) -> dict[str, Any]:
        """The server's answer to a request."""

        def find() -> dict[str, Any] | None:
            return next((m for m in self.messages if "method" not in m and m.get("id") == request_id), None)

        return await self.until(find)

    async def asked(self, method: str, count: int = 1) -> dict[str, Any]:
        """The newest request or notification of the server with this method, once there are `count`."""

        def find() -> dict[str, Any] | None:
            found = [m for m in self.messages if m.get("method") == method]
            return found[-1] if len(found) >= count else None

        return await self.until(find)

    async def call(self, method: str, params: Any = None) -> dict[str, Any]:
        return await self.answered(self.ask(method, params))

    async def initialize(self, capabilities: Any = None, **params: Any) -> dict[str, Any]:
        given = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **params}
        answer = await self.call("initialize", given)
        self.notify("initialized", {})
        return answer

    async def execute(self, command: str, *arguments: Any) -> dict[str, Any]:
        return await self.call("workspace/executeCommand", {"command": command, "arguments": list(arguments)})

    def open(self, uri: str, text: str) -> None:
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
