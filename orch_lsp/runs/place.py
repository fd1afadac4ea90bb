"""Where the record of runs lives: in the workspace, else in the user's state folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from orch_lsp import workspace
from orch_lsp.storage.place import Companion, DatabasePlace

DATABASE = "runs.db"
_COMPANIONS = (
    Companion("../.gitattributes", "provenance/** merge=union\n", 0o644),
    Companion(".gitignore", "*\n", 0o600),
)


def workspace_place(root: Path) -> DatabasePlace:
    """The place below a workspace root."""
    return DatabasePlace(root / workspace.ORCH_DIRECTORY / "local" / DATABASE, root, _COMPANIONS)


def state_place(root: Path | None) -> DatabasePlace:
    """The place in the user's state folder, for a workspace or for all documents that have none."""
    if root is None:
        return DatabasePlace(workspace.state_home() / "documents" / DATABASE, None)
    return DatabasePlace(workspace.state_home() / "workspaces" / name_of(root) / DATABASE, None)


def name_of(root: Path | None) -> str:
    """The name of a workspace's own folders inside the state folder."""
    return "documents" if root is None else hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
