"""Being told by the kernel of what changes in folders, so that not every file has to be asked.

Only Linux tells in a way that can be built on: a change is in the queue when the call that made it returns, and a queue
that ran over says so. Elsewhere, and on file systems that others change too, such as those of a network, files are
asked. So are they where the platform's limit is reached.
"""

from __future__ import annotations

import importlib
import logging
import sys
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

logger = logging.getLogger(__name__)

MOST_FOLDERS = 20_000
"""Of one workspace; one with more is not watched."""

# From <linux/inotify.h>.
_MODIFY, _ATTRIB, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED = 0x2000, 0x4000, 0x8000
_ONLY_A_FOLDER, _NO_LINK, _IS_FOLDER = 0x1000000, 0x2000000, 0x40000000
_NAMES = _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_WANTED = _MODIFY | _ATTRIB | _CLOSE_WRITE | _NAMES | _DELETE_SELF | _MOVE_SELF | _ONLY_A_FOLDER | _NO_LINK

_LOCAL = frozenset(
    ("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "overlay", "ramfs", "reiserfs", "tmpfs", "xfs", "zfs")
)
"""File systems that nobody changes but this kernel."""


class _Event(Protocol):
    """One of the library's."""

    wd: int
    mask: int
    name: str


@dataclass(slots=True)
class Changes:
    """Root-relative paths with `/` of which something was told."""

    folders: set[str] = field(default_factory=set[str])
    """Names in them came or went, or they themselves did."""
    files: set[str] = field(default_factory=set[str])
    """Whatever stands there may be another now."""
    rearranged: set[str] = field(default_factory=set[str])
    """Folders that came, went or changed places, with all that is in them."""


class FolderWatch:
    """Tells of changes in folders of one workspace. Not for two threads at once.

    Args:
        root: The workspace, its symlinks resolved.

    Raises:
        OSError: The platform has no more to give.
        ImportError: The library is not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._inotify: Any = importlib.import_module("inotify_simple").INotify(nonblocking=True)
        self.close = weakref.finalize(self, self._inotify.close)
        """Be told of nothing any more."""
        self._by_number: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def __contains__(self, folder: str) -> bool:
        """Whether a folder is watched."""
        return folder in self._numbers

    def add(self, folder: str) -> None:
        """Watch a folder that is not watched yet: all that changes in it from now on is told.

        Raises:
            OSError: It is no folder any more, or one that is watched by another name, or there are too many.
        """
        if len(self._numbers) >= MOST_FOLDERS:
            raise OSError("too many folders")
        number: int = self._inotify.add_watch(self._root / folder, _WANTED)
        if self._by_number.setdefault(number, folder) != folder:
            raise OSError("a folder with two names")
        self._numbers[folder] = number

    def changes(self) -> Changes | None:
        """The changes since the last call; None if some may have been lost."""
        found = Changes()
        lost = False
        events: Iterable[_Event] = self._inotify.read(timeout=0)
        for event in events:
            folder = self._by_number.get(event.wd)
            if event.mask & (_OVERFLOW | _UNMOUNT):
                lost = True
            elif folder is not None:
                lost = self._note(folder, event, found) or lost
        return None if lost else found

    def _note(self, folder: str, event: _Event, found: Changes) -> bool:
        """Note one event; whether it means that others are lost."""
        if event.mask & (_IGNORED | _DELETE_SELF | _MOVE_SELF):
            self._forget(folder)
            found.folders.add(folder)
            found.rearranged.add(folder)
            return not folder
        if not event.name:
            found.folders.add(folder)
            return False
        path = f"{folder}/{event.name}" if folder else event.name
        if event.mask & _NAMES:
            found.folders.add(folder)
            if event.mask & _IS_FOLDER:
                found.rearranged.add(path)
                # Another folder may stand there now than the one that is watched.
                for inner in [one for one in self._numbers if one == path or one.startswith(f"{path}/")]:
                    self._forget(inner)
                    found.folders.add(inner)
        found.files.add(path)
        return False

    def _forget(self, folder: str) -> None:
        number = self._numbers.pop(folder, None)
        if number is None:
            return
        del self._by_number[number]
        try:
            self._inotify.rm_watch(number)
        except OSError:
            # The watch is gone with its folder.
            return


def watch(root: Path) -> FolderWatch | None:
    """A watch for a workspace; None where changes cannot be told reliably, or not at all. Blocking, for a moment."""
    if sys.platform != "linux" or not _is_local(root):
        return None
    try:
        return FolderWatch(root)
    except (OSError, ImportError, AttributeError) as error:
        logger.info("%s is not watched: %s", root, error)
        return None


def _is_local(root: Path) -> bool:
    """Whether all that is mounted at or below a folder is of this machine alone."""
    import psutil

    try:
        mounted = [(Path(one.mountpoint), one.fstype) for one in psutil.disk_partitions(all=True)]
    except (OSError, psutil.Error):
        return False
    around, kind = 0, ""
    for place, of in mounted:
        if root.is_relative_to(place):
            # A later one of the same place is mounted above an earlier one.
            around, kind = (len(place.parts), of) if len(place.parts) >= around else (around, kind)
        elif place.is_relative_to(root) and of not in _LOCAL:
            return False
    return kind in _LOCAL
