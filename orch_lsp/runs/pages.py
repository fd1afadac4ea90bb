"""Pages of records and drafts that were opened as files: where they are, and how they go with their runs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from orch_lsp import workspace

logger = logging.getLogger(__name__)

HISTORY = "history.md"
COMPARISON = "comparison.md"
DOCTOR = "doctor.md"
SPECS = "specs.md"
CONTEXT = "context.md"
SERVER = "server.md"
PAGES_KEPT = 200
LISTS_KEPT = 10
"""Pages of the history, the doctor, specs and previews together: each is another one whenever something changed."""


def pages_folder() -> Path:
    """The folder of pages in the user's state folder; each page lies in a folder of its own there."""
    return workspace.state_home() / "pages"


def is_page(path: Path) -> bool:
    """Whether a file is, or was, a page."""
    return path.is_relative_to(pages_folder())


def forget_pages(run_ids: Iterable[str]) -> None:
    """Remove the pages that show these runs or their drafts, and all lists; one that cannot be removed is logged."""
    names = {f"{kind}-{run_id}.md" for run_id in run_ids for kind in ("run", "draft")} | {HISTORY, COMPARISON}
    _remove(page for page in pages_folder().glob("*/*.md") if page.name in names)


def keep_newest() -> None:
    """Remove pages beyond a number, the oldest first: of each list of runs, and of all."""
    try:
        newest_first = sorted(pages_folder().glob("*/*.md"), key=lambda page: page.stat().st_mtime, reverse=True)
    except OSError as error:
        logger.warning("old pages stay: %s", error.strerror or error)
        return
    lists = [page for page in newest_first if page.name in {HISTORY, COMPARISON, DOCTOR, SPECS, CONTEXT, SERVER}]
    _remove({*newest_first[PAGES_KEPT:], *lists[LISTS_KEPT:]})


def _remove(pages: Iterable[Path]) -> None:
    try:
        for page in pages:
            page.unlink(missing_ok=True)
            with suppress(OSError):  # Another page of the same content may lie beside it.
                page.parent.rmdir()
    except OSError as error:
        logger.warning("a page stays that should go: %s", error.strerror or error)
