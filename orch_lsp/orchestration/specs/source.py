"""A document as a client holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A document as its client holds it. `path` is None for one that has no file."""

    uri: str
    path: Path | None
    version: int | None
    text: str
    folders: tuple[Path, ...] = ()
    workspace: Path | None = None
    """The folder that the user named as the workspace, if they did."""
    identity: str | None = None
    """Tells a document without a file from others that had the same URI; None for files."""
    line_starts: Sequence[int] | None = field(default=None, compare=False, repr=False)
    """The offsets at which its lines begin, where its client's changes tell them."""
