"""Pages of records and drafts that were opened as files: where they are, and how they go with their runs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from orch_lsp import workspace

logger = logging.getLogger(__name__)


def pages_folder() -> Path:
    """The folder of pages in the user's state folder; each page lies in a folder of its own there."""
    return workspace.state_home() / "pages"


def forget_pages(run_ids: Iterable[str]) -> None:
    """Remove the pages that show these runs or their drafts; one that cannot be removed is logged."""
    names = {f"{kind}-{run_id}.md" for run_id in run_ids for kind in ("run", "draft")}
    try:
        for page in pages_folder().glob("*/*.md"):
            if page.name in names:
                page.unlink(missing_ok=True)
                with suppress(OSError):  # Another page of the same content may lie beside it.
                    page.parent.rmdir()
    except OSError as error:
        logger.warning("a page of a forgotten run stays: %s", error.strerror or error)
