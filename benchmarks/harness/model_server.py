"""A model server in a process of its own, so that its work is not counted with the client's.

It speaks Chat Completions, and below `/messages` Anthropic's. The path of `base_url` says what is streamed:
`/CHUNKS/RATE/v1`, a rate of 0 being as fast as it goes. Each event is an HTTP chunk of its own, as servers send them.
The text is a draft with all sections of the plain profile.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SECTIONS = ("Goal", "Non-goals", "Assumptions", "Acceptance Criteria", "Tasks", "Verification Plan", "Rollback Plan")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def deltas(chunks: int) -> Iterator[str]:
    """That many pieces of a Markdown document."""
    each = max(4, chunks // len(SECTIONS))
    for number in range(chunks):
        section, place = divmod(number, each)
        if place == 0 and section < len(SECTIONS):
            yield f"\n\n## {SECTIONS[section]}\n\n"
        else:
            yield "word. \n" if place % 12 == 11 else f"word{place % 10} "


def text(chunks: int) -> str:
    return "".join(deltas(chunks))


def _event(payload: object, name: str = "") -> bytes:
    data = payload if isinstance(payload, str) else json.dumps(payload)
    event = f"event: {name}\ndata: {data}\n\n".encode() if name else f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


class ChatCompletions:
    """How Chat Completions streams."""

    def start(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def piece(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def end(self) -> bytes:
        return self._chunk({}, "stop") + _event("[DONE]")

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(
            {"id": "chatcmpl-benchmark", "object": "chat.completion.chunk", "created": 1, "model": "bench-1",
             "system_fingerprint": "fp_0", "choices": [choice]}
        )  # fmt: skip


class Messages:
    """How Anthropic's Messages streams."""

    def start(self) -> bytes:
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "bench-1",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 1},
        }
        block = {"type": "text", "text": ""}
        return self._named("message_start", message=message) + self._named(
            "content_block_start", index=0, content_block=block
        )

    def piece(self, text: str) -> bytes:
        return self._named("content_block_delta", index=0, delta={"type": "text_delta", "text": text})

    def end(self) -> bytes:
        delta = {"stop_reason": "end_turn", "stop_sequence": None}
        stop = self._named("message_delta", delta=delta, usage={"output_tokens": 9})
        return self._named("content_block_stop", index=0) + stop + self._named("message_stop")

    def _named(self, name: str, **members: object) -> bytes:
        return _event({"type": name, **members}, name)


class _Bodies:
    def __init__(self) -> None:
        self._known: dict[tuple[bool, int], list[bytes]] = {}

    def of(self, chunks: int, *, messages: bool) -> list[bytes]:
        known = self._known.get((messages, chunks))
        if known is None:
            dialect = Messages() if messages else ChatCompletions()
            # Few pieces differ, and a million of them must fit into memory.
            made: dict[str, bytes] = {}
            known = [dialect.start()]
            for piece in deltas(chunks):
                if piece not in made:
                    made[piece] = dialect.piece(piece)
                known.append(made[piece])
            known.append(dialect.end())
            self._known[messages, chunks] = known
        return known


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, bodies: _Bodies) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            length = next(int(line.partition(":")[2]) for line in lines if line.lower().startswith("content-length:"))
            await reader.readexactly(length)
            _, chunks, rate, *path = lines[0].split(" ")[1].split("/")
            await _stream(writer, bodies.of(int(chunks), messages=path[-1] == "messages"), float(rate))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _stream(writer: asyncio.StreamWriter, pieces: list[bytes], rate: float) -> None:
    loop = asyncio.get_running_loop()
    writer.write(HEAD)
    began = loop.time()
    for number, piece in enumerate(pieces):
        writer.write(piece)
        if rate:
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
        elif number % 16 == 0:
            await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _serve() -> None:
    bodies = _Bodies()
    server = await asyncio.start_server(lambda r, w: _answer(r, w, bodies), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # ends with the process that started it
    server.close()


@contextmanager
def running() -> Iterator[str]:
    """Start the server; gives its address."""
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def _make_room() -> None:
    """Leave the last processor, which `measuring.on_one_processor` takes, to what is measured."""
    if hasattr(os, "sched_setaffinity") and (others := set(range((os.cpu_count() or 1) - 1))):
        os.sched_setaffinity(0, others)


if __name__ == "__main__":
    _make_room()
    asyncio.run(_serve())
