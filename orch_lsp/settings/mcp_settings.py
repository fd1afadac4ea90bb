"""The `[mcp.NAME]` of the user config as values: servers of the Model Context Protocol that are asked for context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class McpTool:
    """A tool that the user wants to be called with each draft."""

    name: str
    query: str | None = None
    """The argument that is given the brief's terms; None if there is none."""
    arguments: Mapping[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])
    """Further arguments, as they are."""


@dataclass(frozen=True, slots=True)
class McpServer:
    """A server and what it is asked for.

    Attributes:
        name: The name of its table.
        command: Program and arguments of a process that speaks over stdio; empty if it is not reached so.
        env: Variables that are set for it, beside those that every program needs (`PATH`, `HOME`).
        env_from: Names of variables that it gets from the environment as they are.
        folder: The folder it runs in; None for the home folder.
        url: Where it is, if it is reached over HTTP. With neither `command` nor `url` a workspace has to declare it.
        api_key_env: The variable that holds its key; None if it needs none.
        headers_env: Names of variables by the HTTP headers that they hold.
        headers: Further HTTP headers.
        resources: URIs, templates and patterns (`*` stands for anything); without resources and tools all there are.
        values: Values for the variables of templates; a variable without one gets the brief's terms.
        tools: Tools to call.
        fallback: The server to ask instead when this one fails.
        timeout: Seconds for everything, its start and end included.
        max_items: Most pieces that are taken from it.
        max_bytes: Largest text of one answer, in bytes of UTF-8.
    """

    name: str
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    env_from: tuple[str, ...] = ()
    folder: str | None = None
    url: str | None = None
    api_key_env: str | None = None
    headers_env: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    resources: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    tools: tuple[McpTool, ...] = ()
    fallback: str | None = None
    timeout: float = 20.0
    max_items: int = 8
    max_bytes: int = 524_288

    @property
    def is_described(self) -> bool:
        """Whether the user said how it is reached."""
        return bool(self.command or self.url)

    @property
    def key_variables(self) -> Mapping[str, str]:
        """The variables whose values are secret, by the HTTP headers that are made of them."""
        key = {"Authorization": self.api_key_env} if self.api_key_env else {}
        return {**self.headers_env, **key}

    @property
    def origin(self) -> str:
        """The name that records use."""
        return f"mcp:{self.name}"
