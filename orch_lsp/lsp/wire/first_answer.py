"""The answer to `initialize`, given before the protocol's types are loaded.

Loading them takes several times as long as everything else on the way to that answer, and an editor shows nothing of
a server before it. What the answer says of the server is fixed and ships as `initialize.json`; a few places in it
follow the client's capabilities. The real server reads the same bytes afterwards, and does not answer a second time.

Only a plain beginning is answered here. Anything else is left to the real server, bytes and all. Nothing but the
standard library's lightest modules may be imported here.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, cast

from orch_lsp import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER_BYTES = 1024
_MESSAGE_BYTES = 4 * 1024 * 1024
_ENCODINGS = ("utf-8", "utf-16", "utf-32")


class FirstMessages:
    """The bytes read from the client so far, and the request that was answered."""

    def __init__(self) -> None:
        self.data = b""
        """All bytes that were read, for the real server."""
        self.answered: int | str | None = None
        """The id of the answered `initialize`; None if none was."""
        self.encodings: list[str] = []
        """The position encodings that the answer has looked at."""

    def least_params(self) -> dict[str, Any]:
        """Parameters of `initialize` that any server can read, and that lead to the position encoding that was told."""
        general = {"general": {"positionEncodings": self.encodings}} if self.encodings else {}
        return {"processId": None, "rootUri": None, "capabilities": general}


def is_plain(arguments: Sequence[str]) -> bool:
    """Whether these arguments of `serve` ask for a server over stdio and are all right."""
    return all(word == "--stdio" or word.startswith("--clientProcessId=") for word in arguments)


def answer_initialize(read_from: int = 0, write_to: int = 1) -> FirstMessages:
    """Read the first message from a file descriptor; if it is a plain `initialize`, answer it on the other one."""
    first = FirstMessages()
    while (body := _body(first.data)) is None and _may_become_plain(first.data):
        data = os.read(read_from, 64 * 1024)
        if not data:
            return first
        first.data += data
    request = _plain_initialize(body) if body is not None else None
    if request is None:
        return first
    capabilities = request["params"]["capabilities"]
    first.answered, first.encodings = request["id"], _encodings(capabilities)
    result = result_for(capabilities)
    answer = json.dumps({"id": first.answered, "jsonrpc": "2.0", "result": result}, separators=(",", ":"))
    message = f"Content-Length: {len(answer)}\r\n\r\n{answer}".encode("ascii")
    while message:
        message = message[os.write(write_to, message) :]
    return first


def result_for(client: dict[str, Any]) -> dict[str, Any]:
    """The result of `initialize` for a client's capabilities, as they came."""
    with open(os.path.join(os.path.dirname(__file__), "initialize.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123 -- pathlib would be a tenth of the start
        answer: dict[str, Any] = json.load(file)
    answer["serverInfo"]["version"] = __version__
    capabilities = answer["capabilities"]
    capabilities["positionEncoding"] = next(iter(_encodings(client)), "utf-16")
    for name in ("willSave", "willSaveWaitUntil"):
        if _at(client, "textDocument", "synchronization", name) is not None:
            capabilities["textDocumentSync"][name] = False
    if not _at(client, "workspace", "fileOperations", "didRename"):
        capabilities["workspace"]["fileOperations"].pop("didRename")
    pulls = _at(client, "textDocument", "diagnostic") is not None
    if not (pulls and _at(client, "workspace", "diagnostics", "refreshSupport")):
        capabilities.pop("diagnosticProvider")
    if _at(client, "textDocument", "semanticTokens") is None:
        capabilities.pop("semanticTokensProvider")
    if not _at(client, "textDocument", "rename", "prepareSupport"):
        capabilities["renameProvider"] = True
    return answer


def _encodings(client: dict[str, Any]) -> list[str]:
    wanted = _at(client, "general", "positionEncodings")
    return [name for name in cast("list[Any]", wanted) if name in _ENCODINGS] if isinstance(wanted, list) else []


def _at(value: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return None
        value = cast("dict[str, Any]", value).get(name)
    return value


def _body(data: bytes) -> bytes | None:
    """The first message's body, if it is there and its only header is its length."""
    head, gap, rest = data.partition(b"\r\n\r\n")
    length = _length(head) if gap else None
    return None if length is None or len(rest) < length else rest[:length]


def _length(head: bytes) -> int | None:
    name, _, value = head.partition(b":")
    value = value.strip(b" ")
    if name.lower() != b"content-length" or not value.isdigit() or len(value) > 9:
        return None
    return int(value)


def _may_become_plain(data: bytes) -> bool:
    head, gap, _ = data.partition(b"\r\n\r\n")
    if not gap:
        return len(data) < _HEADER_BYTES and b"content-length:".startswith(data[:15].lower())
    length = _length(head)
    return length is not None and length <= _MESSAGE_BYTES


def _plain_initialize(body: bytes) -> dict[str, Any] | None:
    try:
        request: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict):
        return None
    request = cast("dict[str, Any]", request)
    request_id, params = request.get("id"), request.get("params")
    plain = (
        request.get("jsonrpc") == "2.0"
        and request.get("method") == "initialize"
        and (isinstance(request_id, str) or type(request_id) is int)
        and isinstance(params, dict)
        and isinstance(cast("dict[str, Any]", params).get("capabilities"), dict)
    )
    return request if plain else None
