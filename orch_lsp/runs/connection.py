"""The database that holds the record of runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orch_lsp.runs import salvage
from orch_lsp.runs.migrations import SCHEMA
from orch_lsp.runs.place import state_place, workspace_place
from orch_lsp.storage.database import PATIENCE_S, Database


def record_of_runs(root: Path | None, notify: Callable[[str], None], *, patience_s: float = PATIENCE_S) -> Database:
    """The database of a workspace, else that of all documents without one.

    Args:
        root: The workspace's root, or None.
        notify: Called with each sentence that the user should be told.
        patience_s: Seconds that a call waits for other processes.
    """
    in_state = state_place(root)
    first = in_state if root is None else workspace_place(root)
    return Database(first, in_state, SCHEMA, salvage.copy_readable, notify, patience_s=patience_s)
