"""A server as a process: started, bounded in all that it says, and ended with everything that it started.

The SDK's own transport holds a line of any length and every line that comes. Here bytes and messages are counted, and
a server that goes beyond them is cut off. Its stderr is not read: it may hold anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import jsonrpc_message_adapter

from orch_lsp.context.mcp.launch import Launch
from orch_lsp.context.mcp.watch import Watch

_CHUNK = 64 * 1024
_GRACE_S = 0.5

Streams = tuple[MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]]


@asynccontextmanager
async def running(launch: Launch, watch: Watch) -> AsyncGenerator[Streams, None]:
    """Start a server, and end it afterwards.

    Args:
        launch: The process.
        watch: Counts what it writes, and is told why the pipe was closed.

    Raises:
        OSError: It cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *launch.command,
        cwd=launch.folder,
        env=dict(launch.env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        said, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        answered, asked = anyio.create_memory_object_stream[SessionMessage](0)
        async with said, heard, answered, asked, anyio.create_task_group() as group:
            group.start_soon(_listen, process, said, watch)
            group.start_soon(_speak, process, asked)
            try:
                yield heard, answered
            finally:
                watch.is_over = True
                with anyio.CancelScope(shield=True):
                    await _end(process)
                group.cancel_scope.cancel()
    finally:
        # Whatever was cut short above: nothing of it lives on.
        _kill(process)


async def _listen(
    process: asyncio.subprocess.Process,
    to: MemoryObjectSendStream[SessionMessage | Exception],
    watch: Watch,
) -> None:
    assert process.stdout is not None  # noqa: S101 -- asked for by PIPE
    rest = bytearray()
    with contextlib.suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
        async with to:
            while chunk := await process.stdout.read(_CHUNK):
                rest += chunk
                lines: list[bytes] = []
                if b"\n" in chunk:
                    *lines, last = bytes(rest).split(b"\n")
                    rest = bytearray(last)
                if watch.is_too_much(len(chunk), len(lines)):
                    return
                for line in filter(bytes.strip, lines):
                    try:
                        line.decode()
                    except UnicodeDecodeError:
                        watch.fault = "it sent bytes that are not UTF-8"
                        return
                    await to.send(_message(line))
            watch.fault = watch.fault if watch.is_over else "it ended, or closed its output"


def _message(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:
        return error


async def _speak(process: asyncio.subprocess.Process, asked: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None  # noqa: S101 -- asked for by PIPE
    with contextlib.suppress(OSError):
        async for one in asked:
            process.stdin.write(one.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
            await process.stdin.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Close its input, wait a moment, ask it to end, and kill what is left."""
    if process.stdin is not None:
        process.stdin.close()
    for how in (None, "SIGTERM", "SIGKILL"):
        if how is not None:
            _signal(process, how)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
                return


def _kill(process: asyncio.subprocess.Process) -> None:
    _signal(process, "SIGKILL")
    # A grandchild that left the group can hold the pipe open; nothing public closes our end of it.
    close = getattr(getattr(process, "_transport", None), "close", None)
    if callable(close):
        with contextlib.suppress(OSError):
            close()


def _signal(process: asyncio.subprocess.Process, name: str) -> None:
    with contextlib.suppress(OSError):
        if sys.platform != "win32":
            os.killpg(process.pid, getattr(signal, name))
        elif process.returncode is None:
            process.kill()
