"""Shows the client that an index of a workspace is built, and lets a person end that."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from orch_lsp.context.item import Background
from orch_lsp.lsp.progress import WorkDoneProgress

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer

logger = logging.getLogger(__name__)

TITLE = "Indexing the workspace"
_ENDS = {"built": "The workspace is indexed", "stopped": "Cancelled: files are read for each draft"}


class IndexBuilds:
    """One progress for each workspace whose index is built, where the client shows progress; else only the log.

    Args:
        server: To its loop the calls of `Watcher` are passed.
    """

    def __init__(self, server: OrchServer) -> None:
        self._server = server
        self._shown: dict[Path, WorkDoneProgress] = {}

    def progressed(self, root: Path, done: int, of: int) -> None:
        """See `Watcher`."""
        self._server.call_on_loop(lambda: self._progressed(root, done, of))

    def ended(self, root: Path, how: str) -> None:
        """See `Watcher`."""
        self._server.call_on_loop(lambda: self._ended(root, how))

    def _progressed(self, root: Path, done: int, of: int) -> None:
        if not self._server.client.progress or not of:
            return
        if root not in self._shown:
            token = f"orch-index-{uuid4()}"
            self._shown[root] = WorkDoneProgress(self._server, token, TITLE, lambda: self._cancelled(root))
        self._shown[root].report(f"{done:,} of {of:,} files")

    def _ended(self, root: Path, how: str) -> None:
        logger.info("the index of %s: %s", root, how)
        shown = self._shown.pop(root, None)
        if shown is not None:
            shown.end(_ENDS.get(how, "The workspace could not be indexed: files are read for each draft"))

    def _cancelled(self, root: Path) -> None:
        source = self._server.shared.context_source
        if isinstance(source, Background):
            self._server.run_task(asyncio.to_thread(source.cancel, root), "end of a build that a person cancelled")
