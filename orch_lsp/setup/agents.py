"""Agents that speak the Agent Client Protocol, by the programs that their makers ship. Nothing is started here."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from orch_lsp.settings.key_command import find_program
from orch_lsp.settings.kinds import ACP


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: the name that its provider gets, and the command that makes it speak the protocol."""

    name: str
    command: tuple[str, ...]


AGENTS: tuple[Agent, ...] = (
    Agent("claude-code", ("claude-agent-acp",)),
    Agent("claude-code", ("claude-code-acp",)),
    Agent("codex", ("codex-acp",)),
    Agent("copilot-cli", ("copilot", "--acp")),
    Agent("gemini-cli", ("gemini", "--acp")),
    Agent("goose", ("goose", "acp")),
    Agent("kiro-cli", ("kiro-cli", "acp")),
    Agent("opencode", ("opencode", "acp")),
    Agent("qwen-code", ("qwen", "--acp")),
)


def found_agents(environment: Mapping[str, str], folders: Sequence[Path]) -> tuple[Agent, ...]:
    """The agents of the search path that a project could not have brought, each name once. Blocking.

    Args:
        environment: Holds the search path.
        folders: Those that are worked in, beside the current one.
    """
    found: dict[str, Agent] = {}
    folders = (Path.cwd(), *folders)
    search_path = environment.get("PATH", os.defpath)
    for agent in AGENTS:
        if agent.name not in found and all(find_program(agent.command[0], search_path, one) for one in folders):
            found[agent.name] = agent
    return tuple(found.values())


def is_extra_installed() -> bool:
    """Whether the package that speaks the protocol is there."""
    return find_spec("acp") is not None


def table_of(name: str, environment: Mapping[str, str], folders: Sequence[Path]) -> dict[str, Any] | None:
    """The table `[providers.NAME]` of an agent that is there under this name; None if none is. Blocking."""
    agent = next((one for one in found_agents(environment, folders) if one.name == name), None)
    return None if agent is None else {"kind": ACP, "command": list(agent.command)}
