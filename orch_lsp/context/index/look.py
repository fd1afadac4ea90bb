"""Looking at a workspace again: which files there are, and whether each is what it was.

A listing is kept by folder. A folder whose own stamp is what it was still gives the same names, so that a second look
costs one question a folder, and one a file for its stamp. Where the kernel tells of changes (`watch`), it costs that
only for what was told of; everything is asked again now and then, as a file may be changed by ways that nobody tells
of, such as another name of it outside.
"""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.context.index.watch import FolderWatch, watch
from orch_lsp.context.stamps import Fields, Stamp, fields_of, settled, stamp_of
from orch_lsp.context.tree import FileTree, Folder, FolderListing, Listing, Walk
from orch_lsp.workspace import git_top_level

logger = logging.getLogger(__name__)

TRUST_S = 300.0
"""How long nothing but what was told of is asked."""


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: Stamp | None
    listing: FolderListing


class Looker:
    """The listing of one workspace and the stamps of its files, kept between looks. Not for two threads at once.

    Args:
        root: The workspace, its symlinks resolved.
        now: Seconds of a clock that only goes forward.
    """

    def __init__(self, root: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._now = now
        self._tree: FileTree | None = None
        self._top: Path | None = None
        self._folders: dict[Folder, _Kept] = {}
        self.folders_read = 0
        """How often a folder was read."""
        self.files_asked = 0
        """How many files were asked for their stamps by `kept_stamps`."""
        self._watch: FolderWatch | None = None
        self._trusted_until = 0.0
        self._identity: tuple[int, int] | None = None
        self._listing: Listing | None = None
        self._asked: Sequence[str] | None = None
        self._stale: set[str] = set()
        self._stamps: dict[str, Fields] | None = None
        self._told: set[str] = set()
        self._round = 0
        self._last: tuple[tuple[str, ...], dict[str, Fields], dict[str, Fields]] = ((), {}, {})

    @property
    def tree(self) -> FileTree:
        """All that decides which files count, as of the last look."""
        return self._tree or FileTree(self._root)

    def be_told(self) -> bool:
        """Have the kernel tell of changes from now on; whether it does."""
        if self._watch is None:
            self._watch = watch(self._root)
            self._identity = None
        return self._watch is not None

    def close(self) -> None:
        """Be told of nothing any more."""
        if self._watch is not None:
            self._watch.close()
        self._watch = None
        self._trust_nothing()

    def list_files(self, max_files: int, stopped: Callable[[], bool]) -> Listing:
        """As `FileTree.list_files`, of the tree as it is now.

        Raises:
            OSError: The root itself cannot be read.
        """
        self._hear()
        tree = self._current_tree()
        if self._listing is not None and len(self._listing.files) <= max_files:
            return self._listing
        met: set[Folder] = set()

        def look_into(folder: Folder) -> FolderListing:
            met.add(folder)
            return self._look_into(tree, folder, stopped)

        listing = Walk(look_into, max_files).listing()
        if listing.complete and len(self._folders) > len(met):
            self._folders = {key: kept for key, kept in self._folders.items() if key in met}
        if listing.complete and self._watch is not None:
            self._listing = listing
            self._asked = [path for path in tree.read_from if not self._is_told_of(path)]
        return listing

    def begin_asking(self) -> int:
        """Note that all files are about to be asked for their stamps; the number to give to `keep_stamps`."""
        self._hear()
        self._round += 1
        self._told = set()
        return self._round

    def keep_stamps(self, number: int, stamps: Mapping[str, Fields]) -> None:
        """Keep the stamps of files, those left out of which something was told while they were asked."""
        self._hear()
        if self._listing is not None and number == self._round:
            self._stamps = {path: stamp for path, stamp in stamps.items() if path not in self._told}

    def kept_stamps(self, files: Iterable[str], stopped: Callable[[], bool]) -> Mapping[str, Fields] | None:
        """As `stamps_of`, of which only files are asked that something was told of; None if all have to be.

        The same object as the last time if nothing was told and the files are the same.
        """
        self._hear()
        if self._listing is None or self._stamps is None:
            return None
        wanted = tuple(files)
        if self._last[1] is self._stamps and self._last[0] == wanted:
            return self._last[2]
        kept = self._stamps
        missing = [path for path in wanted if path not in kept]
        if missing:
            self.files_asked += len(missing)
            kept = self._stamps = kept | stamps_of(self._root, missing, stopped)
        found = {path: kept[path] for path in wanted if path in kept}
        self._last = (wanted, kept, found)
        return found

    def _hear(self) -> None:
        """Forget all that something was told of; everything, where that may not have been all."""
        if self._watch is None:
            return
        changes = self._watch.changes()
        if changes is None or _identity(self._root) != self._identity or self._now() > self._trusted_until:
            self._trust_nothing()
            return
        if changes.folders:
            self._stale |= changes.folders
            self._listing = None
        if changes.rearranged:
            self._asked = None
            # Stamps that are just being asked may be of either.
            self._round += 1
        if changes.files or changes.rearranged:
            self._told |= changes.files
            if self._stamps is not None:
                below = tuple(f"{folder}/" for folder in changes.rearranged)
                self._stamps = {
                    path: stamp
                    for path, stamp in self._stamps.items()
                    if path not in changes.files and not path.startswith(below)
                }
            if self._tree is not None and any(f"{self._root}/{path}" in self._tree.read_from for path in changes.files):
                self._tree = None

    def _trust_nothing(self) -> None:
        """Ask everything at the next look, after which it is trusted again."""
        self._listing = self._asked = self._stamps = None
        self._round += 1
        self._identity = _identity(self._root)
        self._trusted_until = self._now() + TRUST_S
        self._stale = set()
        if self._watch is not None:
            # A folder that is watched may be another one than stands there now.
            self._watch.close()
            self._watch = watch(self._root)

    def _is_told_of(self, path: str) -> bool:
        """Whether a change of a file that decides what is ignored is told."""
        folder = f"{path.rpartition('/')[0]}/"
        base = f"{self._root}/"
        return self._watch is not None and folder.startswith(base) and folder[len(base) : -1] in self._watch

    def _current_tree(self) -> FileTree:
        """The tree, read anew with all its folders if anything by which it was read is another now."""
        tree = self._tree
        if tree is not None and git_top_level(self._root) == self._top:
            asked = tree.read_from if self._asked is None else self._asked
            if all(map(tree.is_as_read, asked)):
                return tree
        self._top = git_top_level(self._root)
        self._tree = tree = FileTree(self._root)
        self._folders = {}
        self._listing = self._asked = None
        return tree

    def _look_into(self, tree: FileTree, folder: Folder, stopped: Callable[[], bool]) -> FolderListing:
        kept = self._folders.get(folder)
        if kept is not None and self._watch is not None and folder[0] in self._watch and folder[0] not in self._stale:
            return kept.listing
        self._watch_from_now_on(folder[0])
        stamp = settled(_stamp(f"{self._root}/{folder[0]}"))
        if kept is not None and stamp is not None and kept.stamp == stamp:
            return kept.listing
        self.folders_read += 1
        self._folders.pop(folder, None)
        listing = tree.look_into(folder, stopped)
        if listing.in_time:
            self._folders[folder] = _Kept(stamp, listing)
        return listing

    def _watch_from_now_on(self, folder: str) -> None:
        """Before a folder is read, so that no change is missed; the end of being told if that cannot be."""
        self._stale.discard(folder)
        if self._watch is None or folder in self._watch:
            return
        try:
            self._watch.add(folder)
        except OSError as error:
            if os.path.isdir(f"{self._root}/{folder}"):  # noqa: PTH112 -- of each folder: a path takes ten times as long
                logger.info("%s is no longer watched: %s", self._root, error)
                self.close()


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


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = os.lstat(root)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _stamp(path: str) -> Stamp | None:
    try:
        return stamp_of(os.lstat(path))
    except (OSError, ValueError):
        return None


def differing(now: Mapping[str, Fields], then: Mapping[str, Fields]) -> list[str]:
    """The files that are new or not what they were."""
    get = then.get
    return [path for path, stamp in now.items() if get(path) != stamp]
