"""Which revision of the project a run worked on, read from git without running anything the repository configures."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from orch_lsp.runs.record import Vcs

_SECONDS = 5.0


async def revision_of(root: Path | None) -> Vcs | None:
    """The checked-out commit and whether tracked files differ from it; None outside git, or if git does not answer."""
    git = shutil.which("git") if root else None
    if root is None or git is None:
        return None
    revision = await _git(git, root, "rev-parse", "--verify", "HEAD")
    if not revision:
        return None
    changes = await _git(git, root, "diff-index", "--name-only", "HEAD", "--")
    return Vcs(revision.strip(), None if changes is None else bool(changes))


async def _git(git: str, root: Path, *arguments: str) -> str | None:
    # A repository's own configuration may name programs to run; these two are switched off.
    safe = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        process = await asyncio.create_subprocess_exec(
            git, *safe, *arguments, cwd=root, env=environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return None
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output.decode("utf-8", "replace") if process.returncode == 0 else None
