"""A small LSP client over stdio that keeps out of the way: it parses what it must and answers everything."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

CAPABILITIES = {
    "workspace": {"applyEdit": True, "configuration": False, "workspaceEdit": {"documentChanges": True}},
    "textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}, "publishDiagnostics": {}},
    "window": {"workDoneProgress": True},
    "experimental": {"orch": {}},
}
PULLS = {
    **CAPABILITIES,
    "workspace": {**CAPABILITIES["workspace"], "diagnostics": {"refreshSupport": True}},
    "textDocument": {
        **CAPABILITIES["textDocument"],
        "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": False},
    },
}
"""Those of a client that says that it pulls diagnostics, as VS Code does: servers need not push them, too."""


class LspClient:
    """Talks to one server process; `on_notification` sees each notification's method and parameters."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.on_notification: Callable[[str, Any], None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls,
        arguments: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        program: Sequence[str] = (sys.executable, "-P"),
    ) -> Self:
        process = await asyncio.create_subprocess_exec(
            *program, *arguments, cwd=cwd, env=env,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 26,
        )  # fmt: skip
        return cls(process)

    async def request(self, method: str, params: Any) -> Any:
        self._last_id += 1
        answer = self._waiting[self._last_id] = asyncio.get_running_loop().create_future()
        given = {} if params is None else {"params": params}
        self._send({"id": self._last_id, "method": method, **given})
        return await asyncio.wait_for(answer, 120)

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method} if params is None else {"method": method, "params": params})

    async def initialize(self, root: Path, options: Mapping[str, Any] | None = None, *, pulls: bool = False) -> Any:
        return await self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
                "capabilities": PULLS if pulls else CAPABILITIES,
                "initializationOptions": dict(options or {}),
            },
        )

    def open(self, path: Path) -> str:
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "markdown", "version": 1, "text": path.read_text("utf-8")}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    async def stop(self) -> None:
        await self.request("shutdown", None)
        self.notify("exit", None)
        if self.process.stdin is not None:
            self.process.stdin.close()
        await asyncio.wait_for(self.process.wait(), 30)
        await self._reader

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while header := await self.process.stdout.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = await self.process.stdout.readline()
            self._receive(json.loads(await self.process.stdout.readexactly(length)))
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the server has ended"))

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            answer = self._waiting.pop(message["id"])
            if "error" in message:
                answer.set_exception(RuntimeError(message["error"]))
            else:
                answer.set_result(message["result"])
        elif "id" in message:
            result = {"applied": False} if message["method"] == "workspace/applyEdit" else None
            self._send({"id": message["id"], "result": result})
        elif self.on_notification is not None:
            self.on_notification(message["method"], message.get("params"))
