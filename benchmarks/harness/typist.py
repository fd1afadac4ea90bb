"""A typist at one document of one server, and what a key costs there."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any

from harness.lsp_client import LspClient
from harness.workspace import Place

_WORD = re.compile(r"\b[a-z]{4}")


class Typist:
    """Types into one document of one server. Keys go into a word in the middle of the text."""

    def __init__(self, client: LspClient, uri: str, text: str, *, incremental: bool) -> None:
        self._client = client
        self._uri = uri
        self._lines = text.split("\n")
        self._incremental = incremental
        self._version = 1
        self._result_id: str | None = None
        middle = len(self._lines) // 2
        self._line, self._character = next(
            (middle + number, found.end())
            for number, line in enumerate(self._lines[middle:])
            if not line.startswith("#") and (found := _WORD.search(line))
        )

    @property
    def position(self) -> dict[str, int]:
        return {"line": self._line, "character": self._character}

    def press(self) -> None:
        """One key."""
        at = self.position
        line = self._lines[self._line]
        self._lines[self._line] = f"{line[: self._character]}x{line[self._character :]}"
        self._version += 1
        change: dict[str, Any] = (
            {"range": {"start": at, "end": at}, "text": "x"} if self._incremental else {"text": "\n".join(self._lines)}
        )
        document = {"uri": self._uri, "version": self._version}
        self._client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    async def ask(self, method: str) -> float:
        """Milliseconds of a request about the document."""
        params: dict[str, Any] = {"textDocument": {"uri": self._uri}}
        if method == "textDocument/hover":
            # In a section that a run may have written, so that the history is asked.
            params["position"] = {"line": self._lines.index("## Goal") + 2, "character": 3}
        if method == "textDocument/codeAction":
            params |= {"range": {"start": self.position, "end": self.position}, "context": {"diagnostics": []}}
        if method == "textDocument/diagnostic" and self._result_id is not None:
            params["previousResultId"] = self._result_id
        began = time.perf_counter()
        answer = await self._client.request(method, params)
        took = (time.perf_counter() - began) * 1000
        if method == "textDocument/diagnostic":
            self._result_id = answer.get("resultId")
        return took

    async def settings_change(self, path: Path, text: str) -> float:
        """Milliseconds from a changed settings file to the diagnostics that hold with it."""
        await asyncio.to_thread(path.write_text, text, "utf-8")
        began = time.perf_counter()
        self._client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})
        await self.ask("textDocument/diagnostic")
        return (time.perf_counter() - began) * 1000

    async def keystroke(self) -> float:
        """Milliseconds from a key to the diagnostics of the text with it."""
        began = time.perf_counter()
        self.press()
        await self.ask("textDocument/diagnostic")
        return (time.perf_counter() - began) * 1000


async def typist(
    client: LspClient, where: Place, text: str, name: str = "specs/long.spec.md", *, pulls: bool = False
) -> Typist:
    """Begin a client, which declares that it pulls diagnostics or nothing, and open a text as the document `name`."""
    answer = await client.initialize(where.root, pulls=pulls)
    client.notify("initialized", {})
    sync = answer["capabilities"]["textDocumentSync"]
    kind = sync if isinstance(sync, int) else sync["change"]
    path = where.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return Typist(client, client.open(path), text, incremental=kind == 2)
