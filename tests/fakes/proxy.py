"""A real HTTP proxy on a loopback socket: tunnels and forwards, and sends every host to one port."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """`lines` are the request lines it got, `heads` their headers as bytes; `port` is its own.

    Args:
        target: Loopback port that every host stands for.
        credentials: What `Proxy-Authorization` must hold; nothing is asked for without.
    """

    target: int
    credentials: str | None = None
    lines: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        line = head.split(b"\r\n")[0].decode()
        self.lines.append(line)
        if self.credentials is not None and f"proxy-authorization: {self.credentials}".encode() not in head.lower():
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        method, url, version = line.split(" ")
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = "/" + url.split("://", 1)[1].partition("/")[2]
            back.write(head.replace(line.encode(), f"{method} {path} {version}".encode(), 1))
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            back.close()
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (ConnectionError, OSError, NotImplementedError):
        writer.close()
