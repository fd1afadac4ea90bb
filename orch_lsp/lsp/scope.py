"""Which documents are specs: those get lenses and diagnostics; a command works on any Markdown document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orch_lsp.orchestration.included import is_included
from orch_lsp.uri import shown_path

if TYPE_CHECKING:
    from orch_lsp.orchestration.plan import Reading


def is_spec(reading: Reading) -> bool:
    """Whether `include`, its format or its front matter says that a document is a spec, and its profile is known."""
    if reading.no_profile is not None:
        return False
    front_matter = reading.document.front_matter
    if reading.recognition is not None or (front_matter is not None and "profile" in front_matter.values):
        return True
    path = reading.spec_path if reading.source.path is not None else shown_path(reading.source.uri)
    return is_included(path, reading.settings.include)


def may_be_settings(uri: str) -> bool:
    """Whether a document looks like a settings file of ours by its name: no command is about it."""
    return shown_path(uri).rpartition("/")[2] == "config.toml"
