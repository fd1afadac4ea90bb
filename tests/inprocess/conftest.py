"""The whole server in the test's own loop: pygls's writer is the seam, and nothing may block."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from blockbuster import BlockBuster, blockbuster_ctx

from orch_lsp.app.server import build_server
from tests.fakes.editor import Editor
from tests.fakes.homes import Homes
from tests.fakes.scripted_server import ScriptedServer

KEY = "canary-5e1f0c7a-key"


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop() -> Iterator[BlockBuster]:
    """A call that would block the event loop fails the test; only our own modules are looked at."""
    with blockbuster_ctx("orch_lsp") as guard:
        yield guard


class Loopback:
    """A pygls writer that hands each message to the other side."""

    def __init__(self, peer: Any) -> None:
        self._peer = peer
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes) -> None:
        self._loop.call_soon_threadsafe(self._deliver, data)

    def _deliver(self, data: bytes) -> None:
        if hasattr(self._peer, "receive"):
            self._peer.receive(data)
        else:
            self._peer.handle_message(json.loads(data, object_hook=self._peer.structure_message))

    def close(self) -> None: ...


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer() as server:
        yield server


@pytest_asyncio.fixture
async def start_editor(homes: Homes, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Start editors, each with a server of its own in this loop."""
    monkeypatch.setenv("WORK_KEY", KEY)
    started: list[tuple[Editor, Any]] = []

    async def start(*folders: Path, alone: bool = False, **kinds: Any) -> Editor:
        editor, server = Editor(), build_server()
        server.protocol.set_writer(Loopback(editor.client.protocol), include_headers=False)
        editor.client.protocol.set_writer(Loopback(server.protocol), include_headers=False)
        started.append((editor, server))
        editor.server = server  # type: ignore[attr-defined]
        await editor.initialize(*(() if alone else folders or (workspace,)), **kinds)
        return editor

    yield start
    for editor, server in started:
        if not server.protocol.was_shut_down:
            await editor.client.shutdown_async(None)
        await server.close()
