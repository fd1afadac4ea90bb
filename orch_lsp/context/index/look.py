"""Looking at a workspace again: which files there are, and whether each is what it was.

A listing is kept by folder. A folder whose own stamp is what it was still gives the same names, so that a second look
costs one question a folder, and one a file for its stamp.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.context.stamps import Fields, Stamp, fields_of, settled, stamp_of
from orch_lsp.context.tree import FileTree, Folder, FolderListing, Listing, walk
from orch_lsp.workspace import git_top_level


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: Stamp | None
    listing: FolderListing


class Looker:
    """The listing of one workspace, kept between looks. Not for two threads at once.

    Args:
        root: The workspace, its symlinks resolved.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tree: FileTree | None = None
        self._top: Path | None = None
        self._folders: dict[Folder, _Kept] = {}
        self.folders_read = 0
        """How often a folder was read."""

    @property
    def tree(self) -> FileTree:
        """All that decides which files count, as of the last look."""
        return self._tree or FileTree(self._root)

    def list_files(self, max_files: int, stopped: Callable[[], bool]) -> Listing:
        """As `FileTree.list_files`, of the tree as it is now.

        Raises:
            OSError: The root itself cannot be read.
        """
        tree = self._current_tree()
        met: set[Folder] = set()

        def look_into(folder: Folder) -> FolderListing:
            met.add(folder)
            return self._look_into(tree, folder, stopped)

        listing = walk(look_into, max_files)
        if listing.complete and len(self._folders) > len(met):
            self._folders = {key: kept for key, kept in self._folders.items() if key in met}
        return listing

    def _current_tree(self) -> FileTree:
        """The tree, read anew with all its folders if anything by which it was read is another now."""
        tree = self._tree
        if tree is not None and git_top_level(self._root) == self._top and all(map(tree.is_as_read, tree.read_from)):
            return tree
        self._top = git_top_level(self._root)
        self._tree = tree = FileTree(self._root)
        self._folders = {}
        return tree

    def _look_into(self, tree: FileTree, folder: Folder, stopped: Callable[[], bool]) -> FolderListing:
        kept = self._folders.get(folder)
        stamp = settled(_stamp(f"{self._root}/{folder[0]}"))
        if kept is not None and stamp is not None and kept.stamp == stamp:
            return kept.listing
        self.folders_read += 1
        listing = tree.look_into(folder, stopped)
        if listing.in_time:
            self._folders[folder] = _Kept(stamp, listing)
        return listing


def stamps_of(root: Path, paths: Iterable[str], stopped: Callable[[], bool]) -> dict[str, Fields]:
    """The stamps of regular files as they are now; those left out that are gone, or have become something else."""
    found: dict[str, Fields] = {}
    base = f"{root}/"
    lstat, is_file = os.lstat, stat.S_ISREG
    for path in paths:
        if stopped():
            break
        try:
            status = lstat(base + path)
        except (OSError, ValueError):
            continue
        if is_file(status.st_mode):
            found[path] = fields_of(status)
    return found


def _stamp(path: str) -> Stamp | None:
    try:
        return stamp_of(os.lstat(path))
    except (OSError, ValueError):
        return None


def differing(now: Mapping[str, Fields], then: Mapping[str, Fields]) -> list[str]:
    """The files that are new or not what they were."""
    get = then.get
    return [path for path, stamp in now.items() if get(path) != stamp]
