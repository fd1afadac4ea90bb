"""Tells by its exit code whether text of a running draft has been written below a folder yet.

The crash scenarios wait for it: what arrived within the last second before a kill may be lost by design.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from pathlib import Path


def has_checkpoint(database: Path) -> bool:
    """Whether a run store holds a piece of a draft."""
    with contextlib.closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT 1 FROM checkpoints LIMIT 1").fetchone() is not None
        except sqlite3.OperationalError:
            return False


def main() -> int:
    """Look at every store below the folder."""
    return 0 if any(has_checkpoint(database) for database in Path(sys.argv[1]).rglob("runs.db")) else 1


if __name__ == "__main__":
    sys.exit(main())
