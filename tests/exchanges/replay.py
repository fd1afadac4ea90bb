"""Recorded provider traffic, served in this process.

The recordings are not part of the project. `ORCH_EXCHANGES` names their folder; the server that replays them lies
beside it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(os.environ["ORCH_EXCHANGES"]) if "ORCH_EXCHANGES" in os.environ else None

KINDS = {
    "openai-chat": "openai-compatible",
    "openai-responses": "openai",
    "anthropic-messages": "anthropic",
    "gemini": "gemini",
    "ollama": "ollama",
    # Cohere's own API is not spoken; its errors must be understood all the same.
    "cohere-chat": "openai-compatible",
}


@cache
def exchanges() -> dict[str, Any]:
    """All recordings by name; none without `ORCH_EXCHANGES`."""
    if FOLDER is None:
        return {}
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


@cache
def _replay_server() -> ModuleType:
    assert FOLDER is not None
    spec = importlib.util.spec_from_file_location("replay_server", FOLDER.parent / "replay_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@asynccontextmanager
async def replay():
    """Serve the recordings; yields the port."""
    module = _replay_server()
    state = module.State(str(FOLDER), None)
    connections: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(module.Conn(state, reader, writer).run())
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=1 << 22)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()
