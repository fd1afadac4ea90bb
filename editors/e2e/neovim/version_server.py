"""A language server that says it is of the version it was given and has the commands named after it, nothing else."""

from __future__ import annotations

import json
import sys
from typing import Any


def read() -> dict[str, Any] | None:
    """The next message; None when the client is gone."""
    length = 0
    while (line := sys.stdin.buffer.readline().strip()) != b"":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def answer(number: int, result: object) -> None:
    """Answer a request."""
    data = json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode()
    sys.stdout.buffer.write(f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
    sys.stdout.buffer.flush()


def main() -> None:
    """Serve until the client leaves."""
    info = {"name": "orch-lsp", "version": sys.argv[1]}
    while (message := read()) is not None and message["method"] != "exit":
        if message["method"] == "initialize":
            commands = {"executeCommandProvider": {"commands": sys.argv[2:]}} if sys.argv[2:] else {}
            answer(message["id"], {"capabilities": commands, "serverInfo": info})
        elif "id" in message:
            answer(message["id"], None)


if __name__ == "__main__":
    main()
