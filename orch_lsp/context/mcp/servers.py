"""Which servers may be asked in a workspace, and how each would be reached. Nothing is started, and nobody asked."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orch_lsp.context.item import Exclusion
from orch_lsp.context.mcp.address import Address, address_of_user, address_of_workspace
from orch_lsp.context.mcp.bound import bound
from orch_lsp.context.mcp.declared import Declared, declared_servers
from orch_lsp.context.mcp.launch import Launch, LaunchError, in_workspace, of_user, of_workspace
from orch_lsp.errors import ContextError
from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import Network

IsAllowed = Callable[[Path, str, str], bool]
"""Whether the user allowed a workspace's server, by root, name and hash. Blocking."""

_NOT_DESCRIBED = "it has neither `command` nor `url`, and the workspace declares no such server"


@dataclass(frozen=True, slots=True)
class Ready:
    """A server that may be asked: its process or its address is known and allowed."""

    server: McpServer
    way: Launch | Address

    @property
    def at(self) -> str:
        """` at HOST` for a server over HTTP, else empty."""
        return f" at {self.way.host}" if isinstance(self.way, Address) else ""

    @property
    def unasked(self) -> str:
        """The reason why a glance has nothing of it."""
        return f"a server{self.at}: it is asked when a draft is made"


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers of a query: those that may be asked, those that may not, and those that cannot be."""

    ready: Mapping[str, Ready]
    refused: tuple[Exclusion, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict[str, str])
    """By name the reason why a server that the user wants asked cannot be."""


def servers_of(root: Path, wanted: Mapping[str, McpServer], is_allowed: IsAllowed, network: Network | None) -> Servers:
    """All servers that the user describes or the workspace declares, and what may be done with each. Blocking.

    Args:
        root: The workspace; its own symlinks must be resolved.
        wanted: The user's tables. One that does not say how its server is reached is about one of the workspace.
        is_allowed: The user's consent.
        network: How requests leave the machine; None if that is not known, and none may.
    """
    declared, problems = declared_servers(root)
    ready: dict[str, Ready] = {}
    failed: dict[str, str] = {}
    refused = list(problems)
    for server in wanted.values():
        if server.is_described:
            _prepare(server, root, lambda server=server: _way_of_user(server, root, network), ready, failed)
        elif all(one.name != server.name for one in declared):
            refused.append(Exclusion(server.origin, _NOT_DESCRIBED))
    for one in declared:
        server = wanted.get(one.name) or McpServer(one.name)
        if server.is_described:
            continue
        if reason := why_not(one, root, is_allowed):
            refused.append(Exclusion(server.origin, reason))
        else:
            _prepare(server, root, lambda one=one: _way_of_workspace(one, root, network), ready, failed)
    return Servers(ready, tuple(refused), failed)


def _way_of_user(server: McpServer, root: Path, network: Network | None) -> Launch | Address:
    return address_of_user(server, network) if server.url else of_user(server, root)


def _way_of_workspace(server: Declared, root: Path, network: Network | None) -> Launch | Address:
    return address_of_workspace(server, network) if server.url else of_workspace(server, root)


def waiting(root: Path, is_allowed: IsAllowed) -> tuple[str, ...]:
    """The servers of a workspace that only wait for the user's word. Blocking."""
    declared, _ = declared_servers(root)
    return tuple(one.name for one in declared if not one.refused and why_not(one, root, is_allowed))


def why_not(declared: Declared, root: Path, is_allowed: IsAllowed) -> str:
    """Why a server of a workspace may not be asked; empty if it may. Blocking."""
    if declared.refused:
        return f"{declared.file} declares it, and it is not used: {declared.refused}"
    try:
        fingerprint = bound(declared, root).fingerprint
    except ContextError as error:
        return f"{declared.file} declares it. {error.message}"
    if is_allowed(root, declared.name, fingerprint):
        return ""
    command = f"orch-lsp trust mcp {shlex.quote(declared.name)}"
    return f"{declared.file} declares it, and you have not allowed it as it is now: `{command}`"


def _prepare(
    server: McpServer, root: Path, way: Callable[[], Launch | Address], ready: dict[str, Ready], failed: dict[str, str]
) -> None:
    try:
        ready[server.name] = Ready(in_workspace(server, root), way())
    except LaunchError as error:
        failed[server.name] = str(error)
