"""Which documents are specs: those get lenses and diagnostics; a command works on any Markdown document."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from orch_lsp.uri import shown_path

if TYPE_CHECKING:
    from orch_lsp.context.ignore import Rules
    from orch_lsp.orchestration.plan import Reading


def is_spec(reading: Reading) -> bool:
    """Whether the path matches `include`, or the front matter names a profile, and which profile it is is known."""
    if reading.no_profile is not None:
        return False
    front_matter = reading.document.front_matter
    if front_matter is not None and "profile" in front_matter.values:
        return True
    path = reading.spec_path if reading.source.path is not None else shown_path(reading.source.uri)
    return _patterns(reading.settings.include).covers(path.strip("/").split("/"))


def may_be_settings(uri: str) -> bool:
    """Whether a document looks like a settings file of ours by its name: no command is about it."""
    return shown_path(uri).rpartition("/")[2] == "config.toml"


@lru_cache(maxsize=64)
def _patterns(globs: tuple[str, ...]) -> Rules:
    # The project may set these: ours cannot be made to take long by a pattern.
    from orch_lsp.context.ignore import Rules

    return Rules(globs)
