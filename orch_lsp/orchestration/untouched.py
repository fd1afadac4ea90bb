"""Whether a program that was asked for words alone has changed files of the workspace meanwhile.

Files that git would track are looked at, by size, time and identity, the parts of `.git` by which a checkout runs
programs, and `.env` at the root. The store and the provenance are left out: this program writes them itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from orch_lsp.context.tree import FileTree
from orch_lsp.errors import ErrorCode, ProviderError

MOST_FILES = 200_000
_MOST_NAMED = 8
_OWN = (".orch/local/", ".orch/provenance/", ".orch/.gitattributes")
_OF_GIT = (".git/config", ".git/hooks")
_OF_SECRETS = (".env", ".env.local", ".envrc")
"""Files that git leaves out, and that other programs read as settings."""

Stamps = Mapping[str, tuple[int, int, int]]
"""Size, time of the last change in nanoseconds and inode, by path."""


def stamps_of(root: Path | None, document: Path | None) -> Stamps:
    """The files of a workspace as they are; without a root, those beside the document. Blocking."""
    folder = root if root is not None else None if document is None else document.parent
    if folder is None:
        return {}
    try:
        if root is None:
            names: Sequence[str] = [entry.name for entry in os.scandir(folder) if entry.is_file()]
        else:
            names = FileTree(root).list_files(MOST_FILES, lambda: False).files
    except OSError:
        return {}
    found: dict[str, tuple[int, int, int]] = {}
    for name in (*names, *_OF_GIT, *_OF_SECRETS, *_hooks(folder)):
        if name.startswith(_OWN):
            continue
        try:
            status = (folder / name).lstat()
        except OSError:
            continue
        found[name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found


def _hooks(folder: Path) -> list[str]:
    try:
        return [f".git/hooks/{entry.name}" for entry in os.scandir(folder / ".git" / "hooks")]
    except OSError:
        return []


def changed(before: Stamps, after: Stamps) -> list[str]:
    """Paths that are new, gone or other, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def touched(provider: str, paths: Sequence[str]) -> ProviderError:
    """The failure of an agent during whose work files have changed."""
    others = len(paths) - _MOST_NAMED
    named = ", ".join(paths[:_MOST_NAMED]) + (f" and {others} more" if others > 0 else "")
    return ProviderError(
        ErrorCode.NOT_ALLOWED,
        f"While {provider} was at work, files of the workspace changed: {named}.",
        remediation="Look at these files. An agent that changes some although it was refused is not to be used here. "
        "If you or another program changed them, apply the draft, which is kept, or retry.",
        retryable=False,
    )
