"""A tool: its name and words for agents, the forms of its arguments and its answer, and the function behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from orch_lsp.mcp.answers import Answer, Arguments
from orch_lsp.mcp.grounds import Grounds
from orch_lsp.runs.record import Software


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    grounds: Grounds
    client: Software
    """The agent, as it named itself."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a call: structured, and in words."""

    answer: Answer
    head: str
    """A line of our own words."""
    body: str
    """Words of the workspace; they are fenced before they leave."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as agents see it."""

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    answer: type[Answer]
    call: Callable[[Call, Any], Awaitable[Answered]]
    reads_only: bool = True
