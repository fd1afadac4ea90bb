"""Where the record of runs lives: in the workspace, else in the user's state folder."""

from __future__ import annotations

from pathlib import Path

from orch_lsp.storage import place
from orch_lsp.storage.place import DatabasePlace, name_of

__all__ = ["DATABASE", "name_of", "state_place", "workspace_place"]

DATABASE = "runs.db"


def workspace_place(root: Path) -> DatabasePlace:
    """The place below a workspace root."""
    return place.workspace_place(root, DATABASE)


def state_place(root: Path | None) -> DatabasePlace:
    """The place in the user's state folder, for a workspace or for all documents that have none."""
    return place.state_place(root, DATABASE)
