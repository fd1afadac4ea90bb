"""The answer of a server: texts with their origins, as they came, and all that was not taken."""

from __future__ import annotations

from dataclasses import dataclass, field

from orch_lsp.context.item import Exclusion


@dataclass(frozen=True, slots=True)
class Given:
    """A text of a server. Nothing was looked at yet: neither for secrets nor for hidden characters."""

    origin: str
    """`mcp:NAME URI`, or `mcp:NAME tool TOOL`."""
    text: str
    is_named: bool
    """Whether the user named it; else it was found in the server's own list."""


@dataclass(slots=True)
class Answer:
    """Grows while a server is asked, so that a server that dies leaves what it gave before."""

    origin: str
    texts: list[Given] = field(default_factory=list[Given])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    protocol: str = ""
    failure: str = ""
    """Why the server did not answer to the end; empty if it did."""
