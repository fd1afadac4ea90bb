"""Documents that no command can be about: settings files and workflows, told by their addresses."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath

from orch_lsp.uri import shown_path
from orch_lsp.workspace import is_workflow


@lru_cache(maxsize=256)
def may_be_settings(uri: str) -> bool:
    """Whether a document looks like a settings file of ours by its name: no command is about it."""
    return shown_path(uri).rpartition("/")[2] == "config.toml" or may_be_workflow(uri)


def may_be_workflow(uri: str) -> bool:
    """Whether a document looks like a workflow of a workspace by its place."""
    return is_workflow(PurePosixPath(shown_path(uri)))
