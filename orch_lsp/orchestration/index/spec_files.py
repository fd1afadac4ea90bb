"""The files of a folder that may be specs: their names and stamps. Nothing of them is read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from orch_lsp.context.item import Exclusion
from orch_lsp.context.tree import FileTree
from orch_lsp.orchestration.index.breath import Breath
from orch_lsp.orchestration.specs.included import is_included
from orch_lsp.profiles.recognition import kept_away
from orch_lsp.settings.model import Settings

_MOST_FILES = 1_000_000
"""Files of all kinds that are looked at by name, and folders."""
_MARKDOWN = (".md", ".markdown")

Stamp = tuple[int, int, int, int]
"""Times of content and of the file itself in nanoseconds, size and inode: another file or content has another one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a folder may hold: documents, and bytes of all of them."""

    documents: int = 20_000
    total_bytes: int = 256 * 1024 * 1024


@dataclass
class Listed:
    """The files of a folder that may be specs, with their stamps."""

    stamps: dict[str, Stamp] = field(default_factory=dict[str, Stamp])
    is_complete: bool = True
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])
    more_than: str = ""
    """The number of files of which there are more than are looked at; empty if there are not."""


class SpecFiles:
    """The files of one folder. Blocking: it asks the file system.

    Args:
        folder: Its links resolved.
        is_root: Whether it is the root of a workspace; of another folder only the files directly in it count.
        limits: How many there may be.
        breath: Asked between the files.
    """

    def __init__(self, folder: Path, limits: Limits, breath: Breath, *, is_root: bool) -> None:
        self.folder = folder
        self._is_root = is_root
        self._limits = limits
        self._breath = breath

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a regular file that is no link; None for anything else."""
        try:
            found = os.lstat(f"{self.folder}/{path}")
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    def listed(self, settings: Settings) -> Listed:
        """All of them, as far as the limits allow.

        Raises:
            OSError: The folder cannot be read.
        """
        found = Listed()
        others = globs_of_others(settings)
        for path in self._named(found):
            if self._breath.take() or not may_be_spec_name(path, others):
                continue
            if len(found.stamps) >= self._limits.documents:
                found.is_complete = False
                most = self._limits.documents
                found.more_than = f"{most:,} documents"
                reason = f"more than {most} documents: this one and later ones are not known"
                found.left_out.append(Exclusion(path, reason))
                break
            if (stamp := self.stamp(path)) is not None:
                found.stamps[path] = stamp
        return found

    def _named(self, found: Listed) -> Iterable[str]:
        if not self._is_root:
            with os.scandir(self.folder) as entries:
                return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        listing = FileTree(self.folder).list_files(_MOST_FILES, self._breath.take)
        found.left_out += listing.left_out
        found.is_complete = listing.complete
        if not listing.complete and listing.in_time:
            found.more_than = f"{_MOST_FILES:,} files or folders"
        return listing.files

    def changed(
        self, paths: Iterable[str], known: Collection[str], settings: Callable[[], Settings]
    ) -> list[str] | None:
        """Those that are known, or would be if they are there; None if one of them is a folder, or was.

        Args:
            paths: Files and folders that appeared, vanished or changed.
            known: Files that are known.
            settings: Asked only if a file is new.
        """
        tree: FileTree | None = None
        others: tuple[str, ...] | None = None
        found: list[str] = []
        for path in paths:
            if path not in known:
                if self._is_folder(path, known):
                    return None
                others = globs_of_others(settings()) if others is None else others
                if not may_be_spec_name(path, others) or self.stamp(path) is None:
                    continue
                if self._is_root:
                    tree = tree or FileTree(self.folder)
                if "/" in path if tree is None else not tree.holds(path):
                    continue
            found.append(path)
        return found

    def _is_folder(self, path: str, known: Collection[str]) -> bool:
        before = f"{path}/"
        return any(one.startswith(before) for one in tuple(known)) or (self.folder / path).is_dir()


def globs_of_others(settings: Settings) -> tuple[str, ...]:
    """The globs by which files are specs whose names end otherwise than Markdown's."""
    globs = (*settings.include, *(one.glob for one in settings.formats))
    return tuple(glob for glob in globs if not glob.casefold().endswith(_MARKDOWN))


def may_be_spec_name(path: str, others: tuple[str, ...]) -> bool:
    """Whether a file may be a spec by its path. Args: others: See `globs_of_others`."""
    if not path.casefold().endswith(_MARKDOWN) and not (others and is_included(path, others)):
        return False
    return kept_away(path) in {None, "archived"}


def shared_folders(path: str, other: str) -> int:
    """How many folders two paths have in common from the root on."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return next(
        (number for number, (one, two) in enumerate(pairs) if one != two), min(path.count("/"), other.count("/"))
    )
