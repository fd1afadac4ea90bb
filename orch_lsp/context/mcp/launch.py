"""The process of a server as it would be started: program, arguments, variables, folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orch_lsp.context.mcp.declared import Declared
from orch_lsp.settings.inherited import inherited
from orch_lsp.settings.key_command import find_program
from orch_lsp.settings.mcp_settings import McpServer, McpTool

_FOLDER = "${workspaceFolder}"


class LaunchError(Exception):
    """A server cannot be started or reached as it is described; the message says why."""


@dataclass(frozen=True, slots=True)
class Launch:
    """A process that can be started. It gets no other variables: keys stay here."""

    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    folder: str


def in_workspace(server: McpServer, root: Path) -> McpServer:
    """The same with the workspace in place of its variable, wherever it is named."""

    def filled(text: str) -> str:
        return text.replace(_FOLDER, str(root))

    def tool(one: McpTool) -> McpTool:
        given = {key: filled(value) if isinstance(value, str) else value for key, value in one.arguments.items()}
        return replace(one, arguments=given)

    return replace(
        server,
        command=tuple(map(filled, server.command)),
        env={key: filled(value) for key, value in server.env.items()},
        folder=filled(server.folder) if server.folder else None,
        resources=tuple(map(filled, server.resources)),
        values={key: filled(value) for key, value in server.values.items()},
        tools=tuple(map(tool, server.tools)),
    )


def of_user(server: McpServer, root: Path, environment: Mapping[str, str] = os.environ) -> Launch:
    """The process of a server that the user config describes. Blocking.

    Raises:
        LaunchError: There is no such program outside of the workspace, or no such folder.
    """
    server = in_workspace(server, root)
    command = server.command
    program = find_program(command[0], environment.get("PATH", os.defpath), root)
    if program is None:
        raise LaunchError("its program is neither an absolute path nor on PATH outside of the workspace")
    folder = server.folder or "~"
    passed = {name: environment[name] for name in server.env_from if name in environment}
    return Launch((program, *command[1:]), {**inherited(environment), **passed, **server.env}, _existing(folder))


def of_workspace(server: Declared, root: Path, environment: Mapping[str, str] = os.environ) -> Launch:
    """The process of a server that a workspace declares and that was consented to. Blocking.

    Raises:
        LaunchError: There is no such program, or no such folder.
    """
    folder = root / server.folder
    program: str | None = server.command[0]
    if "/" in server.command[0] or os.sep in server.command[0]:
        program = str(folder / server.command[0])
    else:
        program = find_program(server.command[0], environment.get("PATH", os.defpath), root)
    if program is None:
        raise LaunchError("its program is not on PATH outside of the workspace")
    return Launch((program, *server.command[1:]), {**inherited(environment), **server.env}, _existing(str(folder)))


def _existing(folder: str) -> str:
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise LaunchError("its folder does not exist")
    return str(path)
