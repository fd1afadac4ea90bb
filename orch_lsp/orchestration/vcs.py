"""Which revision of the project a run worked on, read from git without running anything the repository configures."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

from orch_lsp.runs.record import Vcs
from orch_lsp.workspace import git_environment

_SECONDS = 3.0


async def revision_of(root: Path | None) -> Vcs | None:
    """The checked-out commit and whether tracked files differ from it; None outside git, or if git does not answer."""
    return None if root is None else await asyncio.to_thread(_revision, root)


def _revision(root: Path) -> Vcs | None:
    git = shutil.which("git")
    revision = _ask(git, root, "rev-parse", "--verify", "HEAD") if git else None
    if not git or not revision:
        return None
    changes = _ask(git, root, "diff-index", "--name-only", "HEAD", "--")
    return Vcs(revision.strip(), None if changes is None else bool(changes))


def _ask(git: str, root: Path, *arguments: str) -> str | None:
    # A repository's own configuration may name programs to run; these two are switched off.
    safe = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments, no shell
            [git, *safe, *arguments], cwd=root, env=git_environment(), stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_SECONDS, check=False, encoding="utf-8", errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
