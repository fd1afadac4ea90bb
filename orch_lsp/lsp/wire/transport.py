"""Serving over stdio and TCP: reading what may be malformed, and writing without holding up the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import logging
import os
import queue
import select
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, Protocol, TextIO

from orch_lsp.lsp.wire.first_answer import FirstMessages
from orch_lsp.lsp.wire.framing import FrameReader, NotLspError
from orch_lsp.lsp.wire.messages import MalformedMessageError, parse_message
from orch_lsp.lsp.wire.stderr import QueuedStderr

if TYPE_CHECKING:
    import psutil

    from orch_lsp.lsp.wire.protocol import OrchProtocol

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 64 * 1024
_SURE_BYTES = getattr(select, "PIPE_BUF", 512)
"""A pipe in which there is any room takes so many without waiting, as POSIX promises."""
_MOST_AT_ONCE = 16 * _SURE_BYTES
_CHUNKS_AHEAD = 16
"""How far reading may run ahead of handling."""
EDITOR_LOOK_S = 3.0
"""Seconds between two looks at the editor's process."""
FIRST_MESSAGE_S = 30.0
"""Seconds that a connection has until its first message."""
WORKERS = 16
"""Threads for what would hold up the loop."""
TASKS_END_S = 2.0
WORKERS_END_S = 2.0
LAST_WORDS_S = 1.0
"""Seconds that are given at the end to tasks, to worker threads, and to what stderr is still to say."""


class Served(Protocol):
    """The port of a server: speaks the protocol, and can be ended."""

    protocol: OrchProtocol

    async def close(self) -> None:
        """End everything that was begun."""
        ...


def _room_of(descriptor: int) -> Callable[[], object]:
    """Asks whether a write of `_SURE_BYTES` is sure not to wait; where the system cannot tell, it never is."""
    # A terminal has room for a message if it has any, and lets its writer wait for the rest.
    if not hasattr(select, "poll") or os.isatty(descriptor):
        return lambda: False
    room = select.poll()
    room.register(descriptor, select.POLLOUT)
    return functools.partial(room.poll, 0)


class QueuedWriter:
    """A pygls writer over a pipe, with a thread for what has to wait.

    A client that does not read must not stop the loop. It writes to the descriptor: a thread that is stuck inside the
    lock of a buffered stream when the interpreter ends aborts the process.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._descriptor = stream.fileno()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._queued = self._written = 0
        """Messages that the thread was given, and those that it has written."""
        self._has_room = _room_of(self._descriptor)
        # A daemon: a client that never reads again must not keep the process alive.
        self._thread = threading.Thread(target=self._write_all, name="lsp-writer", daemon=True)
        self._thread.start()

    def _write_all(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                while data:
                    try:
                        data = data[os.write(self._descriptor, data) :]
                    except BlockingIOError:
                        select.select([], [self._descriptor], [])
            except OSError:
                return  # The client is gone; reading its end of file stops the server.
            self._written += 1

    def write(self, data: bytes) -> None:
        """Write a message without waiting; what the pipe has no room for is queued."""
        if self._written == self._queued and len(data) <= _MOST_AT_ONCE:
            data = self._at_once(data)
        if not data:
            return
        self._queued += 1
        self._queue.put(data)

    def _at_once(self, data: bytes) -> bytes:
        """Write while that is sure not to wait, which saves the way through the thread; the rest."""
        with contextlib.suppress(OSError):  # The thread meets it again.
            while data and self._has_room():
                data = data[os.write(self._descriptor, data[:_SURE_BYTES]) :]
        return data

    def close(self) -> None:
        """Write what is queued, for at most two seconds."""
        self._queue.put(None)
        self._thread.join(2.0)


def _chunks_of(stream: BinaryIO) -> Callable[[], Awaitable[bytes]]:
    """Reading from a pipe, on the event loop where that can wait for one; it cannot on Windows, nor for a file.

    From a thread a message takes a fifth of a millisecond more.
    """
    loop, descriptor = asyncio.get_running_loop(), stream.fileno()
    try:
        loop.add_reader(descriptor, int)
        loop.remove_reader(descriptor)
    except (NotImplementedError, OSError):
        return QueuedReader(stream).read

    async def read() -> bytes:
        while True:
            is_ready = asyncio.Event()
            loop.add_reader(descriptor, is_ready.set)
            try:
                await is_ready.wait()
            finally:
                loop.remove_reader(descriptor)
            try:
                return os.read(descriptor, _CHUNK_BYTES)
            except BlockingIOError:
                continue  # Another reader had it.
            except OSError:
                return b""

    return read


class QueuedReader:
    """Chunks from a pipe, read by a thread of its own, which a client that says nothing cannot keep alive."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue()
        self._ahead = threading.Semaphore(_CHUNKS_AHEAD)
        threading.Thread(target=self._read_all, name="lsp-reader", daemon=True).start()

    def _read_all(self) -> None:
        data = b"-"
        while data:
            self._ahead.acquire()
            try:
                data = os.read(self._stream.fileno(), _CHUNK_BYTES)
            except (OSError, ValueError):
                data = b""
            with contextlib.suppress(RuntimeError):  # The loop is closed: nobody listens any more.
                self._loop.call_soon_threadsafe(self._chunks.put_nowait, data)

    async def read(self) -> bytes:
        """The next chunk; empty at the end."""
        data = await self._chunks.get()
        self._ahead.release()
        return data


def _after(first: bytes, read: Callable[[], Awaitable[bytes]]) -> Callable[[], Awaitable[bytes]]:
    """Reading that begins with the bytes that were read already."""
    said = [first] if first else []

    async def next_chunk() -> bytes:
        return said.pop() if said else await read()

    return next_chunk


async def _converse(server: Served, read: Callable[[], Awaitable[bytes]], frames: FrameReader) -> None:
    """Handle messages until the client says `exit` or is gone.

    Raises:
        NotLspError: `frames` is strict, and the other side does not speak the protocol.
    """
    skipped = 0
    while data := await read():
        for body in frames.feed(data):
            server.protocol.receive(body)
            if server.protocol.exit_code is not None:
                return
            # A handler starts before the next message is handled, as if each had come by itself.
            await asyncio.sleep(0)
        if frames.skipped > skipped:
            logger.warning("%d bytes from the client belong to no message", frames.skipped - skipped)
            skipped = frames.skipped


async def _until_gone(server: Served) -> None:
    """Until the editor's process has ended, which the client named at `initialize`; for ever if it named none.

    A pipe may outlive it, held open by another process.
    """
    await server.protocol.editor_known.wait()
    if server.protocol.editor is None:
        await asyncio.Event().wait()
    editor = await asyncio.to_thread(_process, server.protocol.editor)
    while await asyncio.to_thread(_is_alive, editor):  # noqa: ASYNC110 -- nobody tells of another process's end
        await asyncio.sleep(EDITOR_LOOK_S)
    logger.warning("the editor's process has ended")


def _process(pid: int | None) -> psutil.Process | None:
    import psutil

    try:
        return None if pid is None else psutil.Process(pid)
    except (psutil.Error, ValueError, OverflowError):
        return None


def _is_alive(process: psutil.Process | None) -> bool:
    import psutil

    try:
        return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Do several things until one of them has ended; the others are cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


@contextlib.contextmanager
def _own_workers(server: Served) -> Generator[None]:
    """Worker threads for this loop. If one is still at work when the server has ended, the process ends without it.

    The interpreter would wait for it, for ever if a file never comes to its end.
    """
    workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="orch-worker")
    asyncio.get_running_loop().set_default_executor(workers)
    try:
        yield
    finally:
        ending = threading.Thread(target=workers.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        ending.join(WORKERS_END_S)
        if ending.is_alive():
            _leave(server, "a worker thread is still at work; the process ends without it")


async def _end_tasks(server: Served) -> None:
    """Cancel whatever is still at work. If something does not end for that, the process ends without it.

    The loop would wait for it, for ever if it takes no notice, as a package of somebody else's may.
    """
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others and (await asyncio.wait(others, timeout=TASKS_END_S))[1]:
        _leave(server, "a task is still at work although it was cancelled; the process ends without it")


def _leave(server: Served, why: str) -> NoReturn:
    logger.warning(why)
    if isinstance(sys.stderr, QueuedStderr):
        sys.stderr.end(LAST_WORDS_S)
    os._exit(_exit_code(server))


def _exit_code(server: Served) -> int:
    """0 if the client took its leave by `shutdown`, else 1, as the protocol asks for."""
    return server.protocol.exit_code or 0 if server.protocol.was_shut_down else 1


@contextlib.contextmanager
def _ending_on_signals(task: asyncio.Task[None] | None) -> Generator[None]:
    """A polite request to end, and a closed terminal, let live runs be recorded as cancelled."""
    loop = asyncio.get_running_loop()
    if task is None or sys.platform == "win32":
        yield
        return
    # A process that `nohup` has started works on without its terminal.
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is not signal.SIG_IGN]
    for number in numbers:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _is_open(stream: TextIO | None) -> bool:
    """Whether a standard stream is there: one that was closed at the start is None, or closed by its next owner."""
    try:
        return stream is not None and stream.buffer.fileno() >= 0
    except (OSError, ValueError, AttributeError):
        return False


def serve_stdio(server: Served, first: FirstMessages | None = None) -> int:
    """Serve one client over stdin and stdout until it says `exit` or closes the pipe.

    Args:
        server: The server.
        first: What was read from the client and answered before the server was there.

    Returns:
        The exit code of the process.
    """
    if not (_is_open(sys.stdin) and _is_open(sys.stdout)):
        logger.error("stdin and stdout have to be open: the protocol is spoken there")
        return 1
    # Kept for as long as its buffer is used: one that is collected closes it.
    said = sys.stdout
    protocol_in, protocol_out = sys.stdin.buffer, said.buffer
    # Nothing but the protocol may reach the pipe, whoever prints.
    sys.stdout = sys.stderr
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve_stdio(server, protocol_in, protocol_out, first or FirstMessages()))
    return _exit_code(server)


async def _serve_stdio(server: Served, protocol_in: BinaryIO, protocol_out: BinaryIO, first: FirstMessages) -> None:
    writer = QueuedWriter(protocol_out)
    server.protocol.set_writer(writer)
    server.protocol.answered_before = first
    with _own_workers(server), _ending_on_signals(asyncio.current_task()):
        try:
            read = _after(first.data, _chunks_of(protocol_in))
            await _first_of(_converse(server, read, FrameReader()), _until_gone(server))
        finally:
            await server.close()
            writer.close()
            await _end_tasks(server)


def serve_tcp(server: Served, host: str, port: int) -> int:
    """Serve one client over TCP on a loopback address; port 0 takes a free one. The address goes to stderr.

    Any page in a browser can connect to a local port. What does not begin as the base protocol does is closed before
    anything of it is read further; the first client that speaks it is the only one.

    Returns:
        The exit code of the process.

    Raises:
        ValueError: `host` is not a loopback address.
        OSError: The port cannot be listened on.
    """
    if not ipaddress.ip_address(host).is_loopback:
        msg = f"{host} is not a loopback address"
        raise ValueError(msg)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve_tcp(server, host, port))
    return _exit_code(server)


async def _serve_tcp(server: Served, host: str, port: int) -> None:
    ended = asyncio.Event()
    visits: set[asyncio.Task[None]] = set()
    client: list[asyncio.StreamWriter] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames, first = FrameReader(strict=True), bytearray()
        try:
            async with asyncio.timeout(FIRST_MESSAGE_S):
                while not client and (data := await reader.read(_CHUNK_BYTES)):
                    first += data
                    if bodies := frames.feed(data):
                        parse_message(bodies[0])
                        client.append(writer)
            if client == [writer]:
                await _serve_connection(server, reader, writer, bytes(first))
        except (NotLspError, MalformedMessageError, OSError) as error:
            logger.warning("a connection was closed: %s", error or type(error).__name__)
        finally:
            writer.close()
            if client == [writer]:
                ended.set()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A coroutine here would be a task of asyncio's, which logs a fault for each that is cancelled.
        task = asyncio.create_task(visit(reader, writer), name="connection")
        visits.add(task)
        task.add_done_callback(visits.discard)

    listener = await asyncio.start_server(welcome, host, port, limit=_CHUNK_BYTES)
    shown, actual = listener.sockets[0].getsockname()[:2]
    sys.stderr.write(f"orch-lsp listens on {f'[{shown}]' if ':' in shown else shown}:{actual}\n")
    sys.stderr.flush()
    with _own_workers(server), _ending_on_signals(asyncio.current_task()):
        try:
            await _first_of(_wait(ended), _until_gone(server))
        finally:
            listener.close()
            await server.close()
            for task in list(visits):
                task.cancel()
            await asyncio.gather(*visits, return_exceptions=True)
            await _end_tasks(server)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()


async def _serve_connection(
    server: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes
) -> None:
    """Talk to the one client; `first` is what it has said already."""
    server.protocol.set_writer(writer)  # pyright: ignore[reportArgumentType] -- its write never waits
    await _converse(server, _after(first, lambda: reader.read(_CHUNK_BYTES)), FrameReader(strict=True))
