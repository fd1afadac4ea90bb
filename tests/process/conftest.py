"""Real processes: the server over stdio, the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.editor import Editor
from tests.fakes.homes import Homes
from tests.fakes.scripted_server import ScriptedServer
from tests.process.desk import KEY, Desk, sit_down


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[ScriptedServer]:
    """A scripted provider on a real socket."""
    async with ScriptedServer() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One editor on one server process for all tests of a module, which run on the module's loop."""
    desk = await sit_down(tmp_path_factory.mktemp("desk"), key=KEY)
    yield desk
    await desk.editor.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def model() -> AsyncIterator[ScriptedServer]:
    """A scripted provider on the module's loop."""
    async with ScriptedServer() as server:
        yield server


StartEditor = Callable[..., Coroutine[Any, Any, Editor]]


@pytest_asyncio.fixture
async def start_editor(homes: Homes, workspace: Path) -> AsyncIterator[StartEditor]:
    """Start editors, each with a server process of its own; all are stopped at the end."""
    editors: list[Editor] = []

    async def start(*folders: Path, env: dict[str, str] | None = None, cwd: Path | None = None, **kinds: Any) -> Editor:
        editor = Editor()
        environment = homes.process_environment(**{"WORK_KEY": KEY, **(env or {})})
        await editor.start(env=environment, cwd=cwd or workspace)
        editors.append(editor)
        await editor.initialize(*(folders or (workspace,)), **kinds)
        return editor

    yield start
    for editor in editors:
        server = editor.client._server
        if server is not None and server.returncode is None:
            await editor.stop()


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


RunCommand = Callable[..., Coroutine[Any, Any, Finished]]


@pytest.fixture
def orch(homes: Homes, workspace: Path) -> RunCommand:
    """Run `orch-lsp` with these arguments in the workspace."""

    async def run(*arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> Finished:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "orch_lsp", *arguments,
            cwd=cwd or workspace, env=homes.process_environment(**{"WORK_KEY": KEY, **(env or {})}),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return Finished(process.returncode, out.decode(), err.decode())

    return run
