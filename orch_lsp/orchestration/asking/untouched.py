"""Whether a program that was asked for words alone has changed files of the workspace meanwhile.

Files that git would track are looked at, by size, time and identity, the parts of `.git` by which a checkout runs
programs, and `.env` at the root. The store and the provenance are left out: this program writes them itself. Files that
git leaves out are looked at, too, but builds, servers and logs write there at any time: a change of one proves nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orch_lsp.context.tree import FileTree
from orch_lsp.errors import ErrorCode, ProviderError

MOST_FILES = 200_000
MOST_LEFT_OUT = 50_000
"""Files that git leaves out, and folders that are looked into for them."""
_MOST_NAMED = 8
_OWN = (".orch/local/", ".orch/provenance/", ".orch/.gitattributes", ".orch/reviewed.jsonl")
_OF_GIT = (".git/config", ".git/hooks")
_OF_SECRETS = (".env", ".env.local", ".envrc")
"""Files that git leaves out, and that other programs read as settings."""

Stamp = tuple[int, int, int]
"""Size, time of the last change in nanoseconds and inode."""
Stamps = Mapping[str, Stamp]
"""By path."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """The files of a workspace at a moment."""

    files: Stamps = field(default_factory=dict[str, Stamp])
    left_out: Stamps = field(default_factory=dict[str, Stamp])
    """Those that git leaves out."""
    is_whole: bool = True
    """Whether these are all of them."""


def stamps_of(root: Path | None, document: Path | None) -> Stamped:
    """The files of a workspace as they are; without a root, those beside the document. Blocking."""
    folder = root if root is not None else None if document is None else document.parent
    if folder is None:
        return Stamped()
    try:
        if root is None:
            names: Sequence[str] = [entry.name for entry in os.scandir(folder) if entry.is_file()]
        else:
            names = FileTree(root).list_files(MOST_FILES, lambda: False).files
    except OSError:
        return Stamped()
    found: dict[str, Stamp] = {}
    for name in (*names, *_OF_GIT, *_OF_SECRETS, *_hooks(folder)):
        if name.startswith(_OWN):
            continue
        try:
            found[name] = _stamp(os.lstat(folder / name))
        except OSError:
            continue
    if root is None:
        return Stamped(found)
    left_out, is_whole = _left_out(root, found)
    return Stamped(found, left_out, is_whole)


def _left_out(root: Path, known: Stamps) -> tuple[dict[str, Stamp], bool]:
    """All other files, as far as the bound allows, those nearest to the root first."""
    found: dict[str, Stamp] = {}
    folders, looked_into = [""], 0
    for before in folders:
        looked_into += 1
        try:
            entries = sorted(os.scandir(root / before), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            path = before + entry.name
            if path == ".git" or f"{path}/".startswith(_OWN) or path in known:
                continue
            if max(len(found), looked_into) >= MOST_LEFT_OUT:
                return found, False
            try:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{path}/")
                else:
                    found[path] = _stamp(entry.stat(follow_symlinks=False))
            except OSError:
                continue
    return found, True


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _hooks(folder: Path) -> list[str]:
    try:
        return [f".git/hooks/{entry.name}" for entry in os.scandir(folder / ".git" / "hooks")]
    except OSError:
        return []


def changed(before: Stamped, after: Stamped) -> list[str]:
    """Paths of files that are new, gone or other, sorted; of those that git leaves out none."""
    return _others(before.files, after.files, before.files.keys() | after.files.keys())


def changed_left_out(before: Stamped, after: Stamped) -> list[str]:
    """The same of files that git leaves out."""
    if before.is_whole and after.is_whole:
        paths = before.left_out.keys() | after.left_out.keys()
    else:
        paths = before.left_out.keys() & after.left_out.keys()
    # One that git tracks from now on, or no longer, is among the others.
    return _others(before.left_out, after.left_out, paths - before.files.keys() - after.files.keys())


def _others(before: Stamps, after: Stamps, paths: set[str]) -> list[str]:
    return sorted(path for path in paths if before.get(path) != after.get(path))


def told_of_left_out(provider: str, paths: Sequence[str]) -> str:
    """A sentence on files that git leaves out and that have changed while a provider was at work."""
    return f"While {provider} was at work, files that git leaves out changed, by whomever: {_named(paths)}."


def _named(paths: Sequence[str]) -> str:
    others = len(paths) - _MOST_NAMED
    return ", ".join(paths[:_MOST_NAMED]) + (f" and {others} more" if others > 0 else "")


def touched(provider: str, paths: Sequence[str]) -> ProviderError:
    """The failure of an agent during whose work files have changed."""
    return ProviderError(
        ErrorCode.NOT_ALLOWED,
        f"While {provider} was at work, files of the workspace changed: {_named(paths)}.",
        remediation="Look at these files. An agent that changes some although it was refused is not to be used here. "
        "If you or another program changed them, apply the draft, which is kept, or retry.",
        retryable=False,
    )
