"""Which revision of the project a run worked on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from orch_lsp.git.status import checkout_state
from orch_lsp.runs.record import Vcs
from orch_lsp.workspace import git_top_level


async def revision_of(root: Path | None) -> Vcs | None:
    """The checked-out commit and whether tracked files differ from it; None outside git and before a first commit."""
    return None if root is None else await asyncio.to_thread(_revision, root)


def _revision(root: Path) -> Vcs | None:
    top = git_top_level(root)
    state = None if top is None else checkout_state(top)
    return None if state is None else Vcs(state.revision, state.is_dirty)
