"""A scripted OpenAI-compatible provider for the end-to-end tests: loopback only, standard library only.

The model's name is the script:

* `steady`   streams a section for each one that the prompt asks for, then usage and an ordinary end
* `held`     streams the first words, then waits until the file `release` appears in the control folder;
             so does every model while there is a file `hold`
* `endless`  as `held`, but streams words until the client leaves;
* `denied`   answers 401, as for a wrong key
* `limited`  answers 429 with `Retry-After: 0`
* `later`    answers 429 with `Retry-After: 3` once, then streams as `steady` does
* `cut`      streams the first words, then closes the connection without an end

While there is a file `key`, whoever comes without that key is answered 401, the list of models included.

The control folder holds `port` (written once the provider listens) and `journal.jsonl`: one line an event,
`request`, `held`, `closed_by_client`, `done`. The provider ends when its standard input does.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECTION = re.compile(r"^(?:- )?`## ([^`]+)`(?::| is:)", re.MULTILINE)
BODIES = {
    "Goal": (
        "One busy client no longer slows down the others: each client gets its own share of requests, "
        "and a client that exceeds it is told so at once and knows when to come back."
    ),
    "Non-goals": "- Limits by user account or by price plan\n- Protection against distributed attacks",
    "Assumptions": "- A client is known by its API key.\n- All instances share one Redis.",
    "Acceptance Criteria": (
        "- A client's request number 101 within a minute is answered 429 with `Retry-After`.\n"
        "- Other clients' p99 latency stays below 50 ms meanwhile.\n"
        "- If Redis is down, requests pass and a warning is logged."
    ),
    "Tasks": (
        "- [ ] Token bucket over Redis with an atomic script\n"
        "- [ ] Middleware that answers 429 with `Retry-After`\n"
        "- [ ] Metrics for allowed and refused requests"
    ),
    "Verification Plan": "- Load test with one busy and ten quiet clients\n- Tests of the bucket with a fake clock",
    "Rollback Plan": "Set `RATE_LIMIT=off` and restart. Nothing is stored that would have to be undone.",
}
STEPS = {
    "Find what is wrong with it": '- error: "the others." Nobody says from when on a client counts as busy.\n',
    "find the questions that only the client can answer": "- question (L1): How long is a client refused? Options: a second / a minute. Default: a second.\n",
}
"""What steps other than the one that drafts are answered, by words of their request."""
WHOLE_ANSWER_TOKENS = {"prompt_tokens": 120, "completion_tokens": 48, "total_tokens": 168}


class ClientGoneError(Exception):
    """The other side closed the connection."""


class Journal:
    """What happened, as lines that other programs read while they are written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.touch()

    def write(self, event: str, **fields: object) -> None:
        """Append an event."""
        line = json.dumps({"event": event, **fields}) + "\n"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)


class Provider(ThreadingHTTPServer):
    """The listening socket and what all its connections share."""

    daemon_threads = True

    def __init__(self, control: Path) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.control = control
        self.journal = Journal(control / "journal.jsonl")
        self.refused = False
        """Whether `later` has been refused."""


class Exchange(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Provider

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Standard error stays quiet: the journal tells."""

    def is_known(self) -> bool:
        """Whether a request brings the key that is wanted, if one is; answers it otherwise."""
        wanted = self.server.control / "key"
        known = not wanted.exists() or self.headers.get("Authorization") == f"Bearer {wanted.read_text(encoding='ascii')}"
        if not known:
            self.answer(401, {"error": {"message": "Incorrect API key.", "code": "invalid_api_key"}})
        return known

    def do_GET(self) -> None:
        """The list of models."""
        if not self.is_known():
            return
        models = [{"id": name, "object": "model"} for name in ("steady", "held", "denied", "limited", "later", "cut", "endless")]
        self.answer(200, {"object": "list", "data": models})

    def do_POST(self) -> None:
        """A chat completion."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = body["model"]
        script = "held" if (self.server.control / "hold").exists() else model
        self.server.journal.write(
            "request",
            model=model,
            path=self.path,
            key=self.headers.get("Authorization"),
            prompt=body["messages"],
        )
        if not self.is_known():
            return
        if script == "denied":
            self.answer(401, {"error": {"message": "Incorrect API key.", "code": "invalid_api_key"}})
        elif script == "limited":
            self.answer(429, {"error": {"message": "Slow down.", "type": "rate_limit"}}, {"Retry-After": "0"})
        elif script == "later" and not self.server.refused:
            self.server.refused = True
            self.answer(429, {"error": {"message": "Slow down.", "type": "rate_limit"}}, {"Retry-After": "3"})
        else:
            self.stream(model, script, draft_for(body["messages"]))

    def answer(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        """Send a whole JSON answer."""
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, content in (headers or {}).items():
            self.send_header(name, content)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, model: str, script: str, draft: str) -> None:
        """Send the draft in pieces, as the script says."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        first = len(draft) // 3
        try:
            self.send_text(model, draft[:first])
            if script == "cut":
                self.close_connection = True
                return
            if script == "held":
                self.hold()
            if script == "endless":
                self.go_on(model)
            self.send_text(model, draft[first:])
            self.send_event(chunk(model, {}, finish_reason="stop"))
            self.send_event({**chunk(model, {}), "choices": [], "usage": WHOLE_ANSWER_TOKENS})
            self.send_chunk(b"data: [DONE]\n\n")
            self.send_chunk(b"")
        except (ClientGoneError, OSError):
            self.close_connection = True
            self.server.journal.write("closed_by_client", model=model)
        else:
            self.server.journal.write("done", model=model)

    def hold(self) -> None:
        """Wait to be released; notice a client that leaves."""
        self.server.journal.write("held")
        release = self.server.control / "release"
        while not release.exists():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ClientGoneError

    def go_on(self, model: str) -> None:
        """Send words without an end, until the client leaves."""
        self.server.journal.write("held")
        while True:
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ClientGoneError
            self.send_event(chunk(model, {"content": " and again"}))

    def send_text(self, model: str, text: str) -> None:
        """Send text a few words at a time."""
        for piece in re.findall(r"\S*\s*\S+\s*", text):
            self.send_event(chunk(model, {"content": piece}))

    def send_event(self, value: object) -> None:
        """Send one server-sent event."""
        self.send_chunk(b"data: " + json.dumps(value).encode() + b"\n\n")

    def send_chunk(self, data: bytes) -> None:
        """Send one chunk of the body; an empty one ends it."""
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def chunk(model: str, delta: dict[str, str], *, finish_reason: str | None = None) -> dict[str, Any]:
    """One piece of a streamed completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "scripted", "object": "chat.completion.chunk", "model": f"{model}-2026", "choices": [choice]}


def draft_for(messages: list[dict[str, Any]]) -> str:
    """A section for each one that the prompt asks for; where a step asks for something else, that."""
    prompt = "\n".join(str(message["content"]) for message in messages)
    for words, answer in STEPS.items():
        if words in prompt:
            return answer
    titles = SECTION.findall(prompt) or ["Overview"]
    return "\n\n".join(f"## {title}\n\n{BODIES.get(title, 'Nothing is known yet.')}" for title in titles) + "\n"


def main() -> None:
    """Listen until standard input ends."""
    parser = argparse.ArgumentParser(description="A scripted OpenAI-compatible provider.")
    parser.add_argument("control", type=Path, help="folder for port, journal.jsonl and release")
    control: Path = parser.parse_args().control
    control.mkdir(parents=True, exist_ok=True)
    provider = Provider(control)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    partial = control / "port.partial"
    partial.write_text(str(provider.server_address[1]), encoding="ascii")
    partial.rename(control / "port")
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
