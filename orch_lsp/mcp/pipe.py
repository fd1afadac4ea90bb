"""stdin and stdout as the protocol's streams, within bounds.

The SDK's own transport holds a line of any length, and begins with every request that comes. Here a line has a largest
length, one that is longer or no message is answered as an error, and no more requests are taken than are at work.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)

LONGEST_LINE = 1024 * 1024
MOST_OPEN = 32
"""Requests that are taken and not answered."""
_LAST_ANSWERS_S, _LAST_WORDS_S = 10.0, 5.0
_CHUNK = 64 * 1024
_PARSE_ERROR, _INVALID_REQUEST = -32700, -32600

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]
_Line = bytes | None
"""A line without its end; None for one that was too long."""


@asynccontextmanager
async def standard_streams() -> AsyncGenerator[Streams, None]:
    """The streams of this process; afterwards nothing else can be said on stdout.

    stdout belongs to the protocol: whatever else is printed goes to stderr.
    """
    output = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    pipe = _Pipe(asyncio.get_running_loop(), output)
    heard_in, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    said, said_out = anyio.create_memory_object_stream[SessionMessage](0)
    async with heard_in, heard, said, said_out, anyio.create_task_group() as group:
        group.start_soon(pipe.listen, heard_in)
        group.start_soon(pipe.speak, said_out)
        yield heard, said
        group.cancel_scope.cancel()
    await pipe.drained()


class _Pipe:
    """Both ends; the blocking halves run in threads that end with the process."""

    def __init__(self, loop: asyncio.AbstractEventLoop, output: int) -> None:
        self._loop = loop
        self._output = output
        self._lines: asyncio.Queue[_Line | EOFError] = asyncio.Queue()
        self._more = threading.Semaphore(MOST_OPEN)
        self._to_write: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._all_written = asyncio.Event()
        self._open: set[str | int] = set()
        self._freed = asyncio.Event()
        threading.Thread(target=self._read, name="mcp stdin", daemon=True).start()
        threading.Thread(target=self._write, name="mcp stdout", daemon=True).start()

    async def listen(self, to: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        """Hand on what comes, until the other side closes its end."""
        with contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async with to:
                while not isinstance(line := await self._lines.get(), EOFError):
                    self._more.release()
                    message = self._message(line)
                    if message is not None:
                        await self._take(message)
                        await to.send(message)
                # The other side is through; an answer that is being made may still be read.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_ANSWERS_S):
                        await self._less_open_than(1)

    def _message(self, line: _Line) -> SessionMessage | None:
        if line is None:
            self._refuse(_INVALID_REQUEST, f"A message is longer than {LONGEST_LINE} bytes.")
            return None
        if not line.strip():
            return None
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
        except (ValueError, RecursionError):
            asked = _request_of(line)
            code = _PARSE_ERROR if asked is None else _INVALID_REQUEST
            self._refuse(code, "A line is not a JSON-RPC message.", asked)
            return None

    def _refuse(self, code: int, words: str, request: str | int | None = None) -> None:
        told = {"jsonrpc": "2.0", "id": request, "error": {"code": code, "message": words}}
        self._to_write.put(json.dumps(told).encode())

    async def _take(self, message: SessionMessage) -> None:
        """Count a request as open; wait while too many are."""
        one = message.message
        if isinstance(one, JSONRPCNotification) and one.method == "notifications/cancelled":
            cancelled = (one.params or {}).get("requestId")
            if isinstance(cancelled, str | int):
                self._answered(cancelled)
        if isinstance(one, JSONRPCRequest):
            await self._less_open_than(MOST_OPEN)
            self._open.add(one.id)

    async def _less_open_than(self, number: int) -> None:
        while len(self._open) >= number:
            self._freed.clear()
            await self._freed.wait()

    async def drained(self) -> None:
        """Until all is written; a reader that is gone or never reads is not waited for long."""
        self._to_write.put(None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._all_written.wait()

    def _answered(self, request: str | int) -> None:
        self._open.discard(request)
        self._freed.set()

    async def speak(self, of: MemoryObjectReceiveStream[SessionMessage]) -> None:
        """Write what is said."""
        async for message in of:
            one = message.message
            self._to_write.put(one.model_dump_json(by_alias=True, exclude_unset=True).encode())
            if isinstance(one, JSONRPCResponse | JSONRPCError) and one.id is not None:
                self._answered(one.id)

    def _read(self) -> None:
        rest, skips = bytearray(), False
        try:
            while chunk := os.read(0, _CHUNK):
                rest += chunk
                if b"\n" in chunk:
                    *lines, last = bytes(rest).split(b"\n")
                    rest = bytearray(last)
                    for line in lines:
                        self._hand_on(None if skips or len(line) > LONGEST_LINE else line)
                        skips = False
                if len(rest) > LONGEST_LINE:
                    rest.clear()
                    skips = True
        except OSError:
            pass
        self._tell(EOFError())

    def _hand_on(self, line: _Line) -> None:
        self._more.acquire()
        self._tell(line)

    def _tell(self, line: _Line | EOFError) -> None:
        with contextlib.suppress(RuntimeError):  # The loop is closed by now.
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while (line := self._to_write.get()) is not None:
                rest = memoryview(line + b"\n")
                while rest:
                    rest = rest[os.write(self._output, rest) :]
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._all_written.set)


def _request_of(line: bytes) -> str | int | None:
    """The id of what would be a request but for its content, such as half a character: whoever asked waits for it."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found: object = cast("dict[str, object]", message).get("id") if isinstance(message, dict) else None
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return found
