"""The indexes of one process, by the root of their workspace."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.context.item import Watcher


class Unwatched:
    """Tells no one."""

    def progressed(self, root: Path, done: int, of: int) -> None:
        """See `Watcher`."""

    def ended(self, root: Path, how: str) -> None:
        """See `Watcher`."""


class Indexes:
    """Makes and keeps them.

    Args:
        max_files: How many files an index is built of.
    """

    def __init__(self, max_files: int) -> None:
        self.watcher: Watcher = Unwatched()
        self._max_files = max_files
        self._by_root: dict[Path, WorkspaceIndex] = {}
        self._lock = threading.Lock()

    def of(self, root: Path) -> WorkspaceIndex:
        """The index of a workspace, its symlinks resolved."""
        with self._lock:
            return self._by_root.setdefault(root, WorkspaceIndex(root, self, self._max_files))

    def progressed(self, root: Path, done: int, of: int) -> None:
        """See `Watcher`."""
        self.watcher.progressed(root, done, of)

    def ended(self, root: Path, how: str) -> None:
        """See `Watcher`."""
        self.watcher.ended(root, how)

    async def aclose(self) -> None:
        """End what is being built, and be told of no more changes."""
        with self._lock:
            indexes = tuple(self._by_root.values())
        await asyncio.gather(*(asyncio.to_thread(index.close) for index in indexes), return_exceptions=True)
