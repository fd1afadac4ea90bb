"""The layers of settings, and a value of one that is not used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Layer(StrEnum):
    """Where a value came from, highest precedence first."""

    COMMAND = "command"
    FRONT_MATTER = "front matter"
    PROJECT = ".orch/config.toml"
    EDITOR = "editor settings"
    USER = "user config"
    DEFAULT = "default"

    @property
    def trusted(self) -> bool:
        """Whether the user alone can have set it."""
        return self in {Layer.COMMAND, Layer.USER, Layer.DEFAULT}


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that is not used: which, where, and what was expected. Never stops anything else from working."""

    layer: Layer
    key: str
    """Dotted path, as in the file: `providers.work.timeout.idle`."""
    message: str
    """Names key, value and what was expected; a secret-looking value is not repeated."""
    path: Path | None = None
    line: int | None = None
    """Zero-based, where it is known."""

    @property
    def at_line(self) -> str:
        """`, line 3`, counted from 1, or nothing where the line is not known."""
        return "" if self.line is None else f", line {self.line + 1}"

    @property
    def place(self) -> str:
        """The file, else the layer, and the line."""
        return f"{self.path or self.layer}{self.at_line}"
