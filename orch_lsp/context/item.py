"""A context source's result: pieces of the workspace, and the files left out with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from orch_lsp.settings.mcp_settings import McpServer
from orch_lsp.settings.model import Network


@dataclass(frozen=True, slots=True)
class ContextQuery:
    """The query of a context source. `text` is the whole spec; `brief` the part that a person wrote."""

    root: Path
    spec_path: Path | None
    text: str
    brief: str
    budget_tokens: int
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    """Folders below the root, with `/`, whose Markdown belongs to the spec: it comes first."""
    servers: Mapping[str, McpServer] = field(default_factory=dict[str, McpServer])
    """Servers that the user wants to be asked, by name."""
    network: Network | None = field(default_factory=Network)
    """How requests to servers leave the machine; None if that is not known, and none may."""
    asks_servers: bool = True
    """Whether servers are asked, which starts their programs or tells their hosts; else they are only listed."""
    pinned: tuple[str, ...] = ()
    """Files that count as named by the spec, below the root with `/`, some with lines behind: `#L10-L40`."""


@dataclass(frozen=True, slots=True)
class ContextItem:
    """An excerpt that passed the choke point.

    `lines` is 1-based with the last line included, None for a whole file. `sha256` is of `text`. `score` is the
    ranking's, None for a file that the spec mentions itself. `source` says why it is there: `mention`, `pin`, `rank`,
    `card` for the conventions on the project's card, `example` for a finished neighbour, `mcp` for a server's answer,
    whose `path` is its origin: `mcp:NAME URI`.
    """

    path: str
    lines: tuple[int, int] | None
    text: str
    sha256: str
    score: float | None
    source: str
    redactions: int = 0
    role: str = ""
    """The part of the file in its project, of `roles.ROLES`; empty if unknown."""
    symbol: str = ""
    """The definitions or headings that it holds, if it is a part of a file."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A candidate that was not taken: its path as written or below the root, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContextResult:
    """Items in the order in which they are put before the model."""

    items: tuple[ContextItem, ...]
    left_out: tuple[Exclusion, ...]
    card: str = ""
    """The card of the project in a few lines, made from names and manifests; its conventions are items."""
    source: str | None = None
    """The names of the sources that gave it."""
    fallback_from: str | None = None
    """The names of sources that failed and for which another one stood in, as the user configured it."""
    warnings: tuple[str, ...] = ()
    """Sentences for the user on sources that gave nothing, or less than they should have."""
    asked: tuple[str, ...] = ()
    """Servers over HTTP that were asked, which words of the brief may have reached: `mcp:NAME at HOST`."""


class ContextSource(Protocol):
    """Where context comes from."""

    @property
    def name(self) -> str:
        """The name that records use, such as `filesystem`."""
        ...

    async def retrieve(self, query: ContextQuery) -> ContextResult:
        """Find what belongs to the spec, best first, within the budget.

        Raises:
            ContextError: The workspace cannot be read. The run goes on, ungrounded.
        """
        ...


class Watcher(Protocol):
    """Is told of work that a source does beside its queries, from any thread."""

    def progressed(self, root: Path, done: int, of: int) -> None:
        """So many files of so many were read for the index of a workspace."""
        ...

    def ended(self, root: Path, how: str) -> None:
        """The index is `built`, being built `elsewhere` (by another process), `failed` or `stopped`."""
        ...


@runtime_checkable
class Background(Protocol):
    """A source that works beside its queries, too."""

    watcher: Watcher

    def cancel(self, root: Path) -> None:
        """End the work for a workspace, and begin none any more: a person said so. Blocking, for a moment."""
        ...

    async def aclose(self) -> None:
        """End all work."""
        ...


def estimate_tokens(text: str) -> int:
    """A budget estimate: four UTF-8 bytes a token, rounded up. Not a provider's count."""
    return (len(text.encode("utf-8", "surrogatepass")) + 3) // 4
