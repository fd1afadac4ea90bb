"""Serving over stdio and TCP, with writes that never hold up the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import queue
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO

from pygls.io_ import StdinAsyncReader, run_async

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer

logger = logging.getLogger(__name__)


class QueuedWriter:
    """A pygls writer over a pipe, with a thread of its own: a client that does not read must not stop the loop."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # A daemon: a client that never reads again must not keep the process alive.
        self._thread = threading.Thread(target=self._write_all, name="lsp-writer", daemon=True)
        self._thread.start()

    def _write_all(self) -> None:
        while (data := self._queue.get()) is not None:
            try:
                self._stream.write(data)
                self._stream.flush()
            except (OSError, ValueError):
                return  # The client is gone; reading its end of file stops the server.

    def write(self, data: bytes) -> None:
        """Queue a message."""
        self._queue.put(data)

    def close(self) -> None:
        """Write what is queued, for at most two seconds."""
        self._queue.put(None)
        self._thread.join(2.0)


def serve_stdio(server: OrchServer) -> None:
    """Serve one client over stdin and stdout until it says `exit` or closes the pipe."""
    protocol_out = sys.stdout.buffer
    # Nothing but the protocol may reach the pipe, whoever prints.
    sys.stdout = sys.stderr
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        asyncio.run(_serve_stdio(server, protocol_out))


async def _serve_stdio(server: OrchServer, protocol_out: BinaryIO) -> None:
    stopped = threading.Event()
    writer = QueuedWriter(protocol_out)
    server.protocol.set_writer(writer)
    reader = StdinAsyncReader(sys.stdin.buffer, server.thread_pool)
    try:
        await run_async(stopped, reader, server.protocol, logger=logger, error_handler=server.report_server_error)
    finally:
        await server.close()
        writer.close()


def serve_tcp(server: OrchServer, host: str, port: int) -> None:
    """Serve one client over TCP on a loopback address.

    Raises:
        ValueError: `host` is not a loopback address.
    """
    if not ipaddress.ip_address(host).is_loopback:
        msg = f"{host} is not a loopback address"
        raise ValueError(msg)
    server.start_tcp(host, port)
