"""A model server that only replays: it answers a request by its hash, and refuses one that nobody has answered yet."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asked import Asked, as_before, read_request
from corpus import Brief
from store import Store
from typing_extensions import override

from orch_lsp.context.item import estimate_tokens

MODEL = "recorded-1"
_PIECE = 400


@dataclass(slots=True)
class Call:
    """One request with what came of it; tokens are counted at four bytes each."""

    asked: Asked
    tokens_in: int
    tokens_out: int = 0


@dataclass(slots=True)
class Replay:
    """The answers to the requests of one run.

    Attributes:
        before: Whether the request is put in the words of earlier versions.
        calls: The requests that were answered.
        collect: Whether a section that nobody has written is answered by a dot, so that the others are asked for, too.
        is_exact: Whether no repair was refused for want of an answer, which only a loose replay goes on without.
        open: Those that have no answer; of later steps, which would rest on it, none.
    """

    brief: Brief
    store: Store
    before: bool = False
    loose: bool = False
    collect: bool = False
    calls: list[Call] = field(default_factory=list)
    open: list[Asked] = field(default_factory=list)
    is_exact: bool = True

    def answer(self, body: bytes) -> tuple[Call, str] | Asked:
        """An answer with its call, or the request that has none."""
        asked = read_request(body)
        if self.before:
            asked = as_before(asked, self.brief.text)
        found = self.store.find(asked, loose=self.loose)
        if found is None and self.loose and asked.step == "repair":
            self.is_exact = False
            return asked
        if found is None:
            if not self.open or self.open[0].step == asked.step:
                self.open.append(asked)
            return (Call(asked, 0), ".") if self.collect and asked.step == "section" else asked
        text, is_exact = found
        self.is_exact = self.is_exact and is_exact
        call = Call(asked, estimate_tokens(asked.system + asked.prompt), estimate_tokens(text))
        self.calls.append(call)
        return call, text


class ReplayServer:
    """The server's address, and the run that it answers for."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.replay: Replay | None = None


@contextmanager
def replaying() -> Iterator[ReplayServer]:
    """A server on this machine, for one run at a time."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert server.replay is not None
            with lock:
                found = server.replay.answer(body)
            if isinstance(found, Asked):
                message = f"no answer is recorded for {found.key} ({found.sha256[:12]})"
                self._send(400, "application/json", json.dumps({"error": {"message": message}}).encode())
            else:
                self._send(200, "text/event-stream", _stream(*found))

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    lock = threading.Lock()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        server = ReplayServer(f"http://127.0.0.1:{listening.server_address[1]}/v1")
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


def _stream(call: Call, text: str) -> bytes:
    """An answer as Chat Completions streams it."""
    pieces = [{"role": "assistant", "content": ""}]
    pieces += [{"content": text[start : start + _PIECE]} for start in range(0, len(text), _PIECE)]
    events = [_chunk([{"index": 0, "delta": piece, "finish_reason": None}]) for piece in pieces]
    events.append(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    usage = {
        "prompt_tokens": call.tokens_in,
        "completion_tokens": call.tokens_out,
        "total_tokens": call.tokens_in + call.tokens_out,
    }
    events.append(_chunk([], usage=usage))
    return "".join(f"data: {event}\n\n" for event in (*events, "[DONE]")).encode()


def _chunk(choices: list[dict[str, object]], **more: object) -> str:
    whole = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": choices}
    return json.dumps({**whole, **more}, ensure_ascii=False)
