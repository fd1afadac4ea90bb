"""A person at work: one editor on one server process, a home and a workspace, for all tests of a module."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.editor import Editor
from tests.fakes.homes import Homes
from tests.fakes.scripted_server import Reply, ScriptedServer
from tests.process.record_rules import check_record

KEY = "canary-5e1f0c7a-key"
"""The key of the provider in these tests; it must never be found anywhere but in a request's header."""

SPEC = "<!-- mine -->\n\n# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"
TITLE_LINE = 2
ONE_ATTEMPT = "retry = { attempts = 1 }"


@dataclass
class Desk:
    """Settings are read anew for each run, so that each test can have its own."""

    editor: Editor
    homes: Homes
    workspace: Path
    environment: dict[str, str]

    def use(self, url: str, settings: str = ONE_ATTEMPT, *, kind: str = "openai-compatible", more: str = "") -> None:
        """Choose the provider `work` at `url`; `settings` are lines of its table, `more` follows."""
        configure(self.homes, url, settings, kind=kind, more=more)

    def ask(self, model: ScriptedServer, *replies: Reply, settings: str = ONE_ATTEMPT) -> None:
        """Choose `model` as the provider and script its next answers."""
        self.use(model.url, settings)
        model.script(*replies)

    def open(self, name: str, text: str = SPEC) -> str:
        """Write a document into the workspace and open it."""
        return self.editor.open(self.workspace / f"{name}.spec.md", text)

    async def stored(self, run_id: str) -> Any:
        """The record as the store has it, checked."""
        found = await self.editor.execute("orch.showRun", {"runId": run_id, "open": False})
        return check_record(found)

    async def stored_text(self, run_id: str) -> str:
        """The text of the run's draft as the store has it."""
        shown = await self.editor.execute("orch.previewDraft", {"runId": run_id, "open": False})
        return shown["text"]


def configure(
    homes: Homes, url: str, settings: str = ONE_ATTEMPT, *, kind: str = "openai-compatible", more: str = ""
) -> None:
    """Write a user config that chooses the provider `work`, with its key in `WORK_KEY`."""
    homes.configure(
        f'provider = "work"\n[providers.work]\nkind = "{kind}"\nbase_url = "{url}"\nmodel = "asked-model"\n'
        f'api_key_env = "WORK_KEY"\n{settings}\n{more}\n'
    )


def environment(homes: Homes, **more: str) -> dict[str, str]:
    """The environment of a child process, without anybody's keys, settings and proxies."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith(("_API_KEY", "_TOKEN", "_PROXY")) and not name.startswith("ORCH_")
    }
    return {**kept, **homes.environment, "PYTHONUTF8": "1", **more}


def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def sit_down(
    folder: Path,
    *arguments: str,
    key: str,
    more: Mapping[str, str] | None = None,
    hear: list[str] | None = None,
    shared: bool = False,
) -> Desk:
    """Start a server and an editor below `folder`.

    `more` are variables of the server's; `hear` takes all that it sends; `shared` if somebody sits there already.
    """
    homes, workspace = Homes(folder / "config", folder / "state"), folder / "project"
    for made in () if shared else (homes.config, homes.state, workspace / ".orch"):
        made.mkdir(parents=True)
    editor = Editor()
    if hear is not None:
        protocol: Any = editor.client.protocol
        structured = protocol.structure_message

        def structure(data: Any) -> Any:
            hear.append(repr(data))
            return structured(data)

        protocol.structure_message = structure
    variables = environment(homes, WORK_KEY=key, **(more or {}))
    await editor.start(*arguments, env=variables, cwd=workspace)
    await editor.initialize(workspace)
    return Desk(editor, homes, workspace, variables)
