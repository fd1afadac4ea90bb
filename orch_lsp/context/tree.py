"""Which files of a workspace are candidates: those that git would track.

Tracked files count even where an ignore file names them; folders that are checkouts of their own do not. Ignore
files above the root apply, as the root may be a part of a checkout. The user's global ignore file is not read: the
same tree gives the same list on every machine.
"""

from __future__ import annotations

import os
import stat
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orch_lsp.context.choke import LINK_OUTSIDE, confine, read_bytes
from orch_lsp.context.denylist import denied, unwanted
from orch_lsp.context.ignore import Rules, parse_rules
from orch_lsp.context.item import Exclusion
from orch_lsp.context.stamps import Stamp, settled, stamp_of
from orch_lsp.git.files import common_folder, git_folder
from orch_lsp.git.index import NOTHING_TRACKED, tracked_files
from orch_lsp.workspace import git_top_level

MAX_IGNORE_FILE_BYTES = 1024 * 1024
MAX_FOLDER_ENTRIES = 200_000
"""Of one folder; what is beyond that is not looked at."""

_PSEUDO = ("/proc/", "/sys/", "/dev/")
"""Where Linux shows itself as files, which are no one's work and may have no end."""

NO_RULES = Rules(())


@dataclass(frozen=True, slots=True)
class Listing:
    """Root-relative paths with `/`, nearest to the root first, then by name; and what was met but not taken."""

    files: tuple[str, ...]
    left_out: tuple[Exclusion, ...]
    complete: bool
    """False if there were more files than were asked for, or more folders and entries than are looked at."""
    in_time: bool = True
    """False if it was stopped."""


CHECKOUT = "a checkout of its own: only its files that a spec names are sent"


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The contents of one folder: files, folders with whether they are ignored, and what was not taken.

    A folder that is a checkout of its own gives nothing but that.
    """

    files: tuple[str, ...]
    folders: tuple[Folder, ...]
    left_out: tuple[Exclusion, ...]
    in_time: bool = True
    """False if it was stopped."""


Folder = tuple[str, bool]
"""A root-relative folder with `/`, empty for the root itself, and whether it or one around it is ignored."""

_PlacedRules = tuple[tuple[str, ...], int, Rules]
"""Rules, the folders that lie between theirs and the root if that is above it, and how far they are below it if not."""


class Walk:
    """A listing in the making, put together from those of its folders, the ones nearest to the root first."""

    def __init__(self, look_into: Callable[[Folder], FolderListing], max_files: int) -> None:
        self._look_into = look_into
        self._max_files = max_files
        self._files: list[str] = []
        self._left_out: list[Exclusion] = []
        self._folders: deque[Folder] = deque([("", False)])
        self._seen = 0
        self._in_time = True

    def __iter__(self) -> Iterator[str]:
        """The files of one folder after the other, which is looked into when they are asked for."""
        most = self._max_files
        while self._folders and len(self._files) <= most and self._seen <= most and self._in_time:
            found = self._look_into(self._folders.popleft())
            self._seen += 1
            some = found.files[: most - len(self._files)]
            self._files += found.files
            self._left_out += found.left_out
            self._folders += found.folders
            self._in_time = found.in_time
            yield from some

    def listing(self) -> Listing:
        """All of it, once the folders that are left were looked into."""
        for _ in self:
            """They are kept."""
        complete = len(self._files) <= self._max_files and not self._folders and self._in_time
        return Listing(tuple(self._files[: self._max_files]), tuple(self._left_out), complete, self._in_time)


class FileTree:
    """A workspace as git would see it. Reads ignore files when they are first needed, each once.

    Args:
        root: The workspace, its symlinks resolved.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read_from: dict[str, Stamp | None] = {}
        self._outer: list[_PlacedRules] = []
        self._tracked = NOTHING_TRACKED
        top = git_top_level(root)
        if top is not None:
            self._read_checkout(top)
        own = ((), 0, self._read_rules(root, ".gitignore"))
        self._rules: dict[str, tuple[_PlacedRules, ...]] = {"": (own, *self._outer)}
        """By folder, the rules that hold for what lies in it; the nearest ones first."""

    @property
    def read_from(self) -> Mapping[str, Stamp | None]:
        """The files that decide what is ignored and what is tracked, as they were.

        None for one that is not there, or may change again without a trace.
        """
        return self._read_from

    def is_as_read(self, path: str) -> bool:
        """Whether one of the files `read_from` is still what it was."""
        return _stamp(path) == self._read_from[path]

    def ignored(self, path: str) -> bool:
        """Whether git would leave a root-relative file out."""
        if path in self._tracked:
            return False
        parts = path.split("/")
        return any(
            self._ignored_by_itself("/".join(parts[:depth]), parts[depth], is_folder=depth + 1 < len(parts))
            for depth in range(len(parts))
        )

    def holds(self, path: str) -> bool:
        """Whether `list_files` would take a root-relative file that is there, and is no link."""
        folders = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        if denied(path) is not None or any(map(self._is_checkout, folders)):
            return False
        return not self.ignored(path)

    def list_files(self, max_files: int, stopped: Callable[[], bool]) -> Listing:
        """Walk the tree, folders nearest to the root first.

        Args:
            max_files: How many files to take at most, and how many folders to look into.
            stopped: Asked before each entry; once it says yes the listing ends where it is.

        Raises:
            OSError: The root itself cannot be read.
        """
        return Walk(lambda folder: self.look_into(folder, stopped), max_files).listing()

    def look_into(self, look_at: Folder, stopped: Callable[[], bool]) -> FolderListing:
        """The part of a listing that one folder gives; of an ignored one only what is tracked.

        Args:
            look_at: The folder.
            stopped: Asked before each entry.

        Raises:
            OSError: The root itself cannot be read.
        """
        folder, ignored = look_at
        files: list[str] = []
        folders: list[Folder] = []
        left_out: list[Exclusion] = []
        if folder and self._is_checkout(folder):
            return FolderListing((), (), (Exclusion(f"{folder}/", CHECKOUT),))
        for entry, path in self._entries(folder, left_out):
            if stopped():
                return FolderListing(tuple(files), tuple(folders), tuple(left_out), in_time=False)
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and path in self._tracked:
                out = False
            else:
                out = ignored or self._ignored_by_itself(folder, entry.name, is_folder=is_folder)
                if out and not (is_folder and self._tracked.holds_below(path)):
                    continue
            if is_folder:
                folders.append((path, out))
            elif entry.is_symlink():
                left_out.extend(self._escape(path))
            elif not entry.is_file(follow_symlinks=False):
                continue
            elif (reason := denied(path)) is not None:
                left_out.append(Exclusion(path, reason))
            else:
                files.append(path)
        return FolderListing(tuple(files), tuple(folders), tuple(left_out))

    def within(self, folder: str) -> tuple[tuple[str, bool], ...]:
        """The names in one folder that a listing would give or look into, each with whether it is a folder.

        None for a folder that is left out, that a link leads to, or that is not there.

        Args:
            folder: Root-relative, with `/`; empty for the root itself.
        """
        parts = folder.split("/") if folder else []
        ignored = False
        for depth in range(len(parts)):
            above, below = "/".join(parts[:depth]), "/".join(parts[: depth + 1])
            ignored = ignored or self._ignored_by_itself(above, parts[depth], is_folder=True)
            if self._is_checkout(below) or (ignored and not self._tracked.holds_below(below)):
                return ()
        if folder and (confine(self._root, folder) != folder or denied(f"{folder}/x") is not None):
            return ()
        found: list[tuple[str, bool]] = []
        try:
            for entry, path in self._entries(folder, []):
                is_folder = entry.is_dir(follow_symlinks=False)
                out = ignored or self._ignored_by_itself(folder, entry.name, is_folder=is_folder)
                if out and not (self._tracked.holds_below(path) if is_folder else path in self._tracked):
                    continue
                if is_folder and not self._is_checkout(path):
                    found.append((entry.name, True))
                elif not is_folder and entry.is_file(follow_symlinks=False) and denied(path) is None:
                    found.append((entry.name, False))
        except OSError:
            return ()
        return tuple(found)

    def _entries(self, folder: str, left_out: list[Exclusion]) -> Iterator[tuple[os.DirEntry[str], str]]:
        place = os.path.join(self._root, folder)  # noqa: PTH118 -- of each folder: a path takes ten times as long
        if sys.platform == "linux" and f"{place}/".startswith(_PSEUDO):
            left_out.append(Exclusion(folder or ".", "not on a disk: shows the system itself"))
            return
        try:
            with os.scandir(place) as found:
                entries = sorted(islice(found, MAX_FOLDER_ENTRIES + 1), key=lambda entry: entry.name)
        except OSError:
            if not folder:
                raise
            left_out.append(Exclusion(folder, "not readable"))
            return
        if len(entries) > MAX_FOLDER_ENTRIES:
            left_out.append(
                Exclusion(folder or ".", f"more than {MAX_FOLDER_ENTRIES} entries: the rest was not searched")
            )
        for entry in entries[:MAX_FOLDER_ENTRIES]:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not unwanted(entry.name):
                yield entry, path

    def _escape(self, path: str) -> tuple[Exclusion, ...]:
        """A link that stays inside is no candidate of its own, as its target is one; one that leads out is named."""
        real = confine(self._root, path)
        return (real,) if isinstance(real, Exclusion) and real.reason == LINK_OUTSIDE else ()

    def _is_checkout(self, path: str) -> bool:
        return os.path.lexists(f"{self._root}/{path}/.git")

    def _ignored_by_itself(self, folder: str, name: str, *, is_folder: bool) -> bool:
        for outer, depth, rules in self._rules_for(folder):
            if rules.may_speak_of(name):
                parts = (*outer, *(folder.split("/")[depth:] if folder else ()), name)
                verdict = rules.verdict(parts, is_folder=is_folder)
                if verdict is not None:
                    return verdict
        return False

    def _rules_for(self, folder: str) -> tuple[_PlacedRules, ...]:
        unknown: list[str] = []
        above = folder
        while above not in self._rules:
            unknown.append(above)
            above = above.rpartition("/")[0]
        for inner in reversed(unknown):
            around = self._rules[inner.rpartition("/")[0]]
            own = self._read_rules(self._root, f"{inner}/.gitignore")
            self._rules[inner] = around if own is NO_RULES else (((), inner.count("/") + 1, own), *around)
        return self._rules[folder]

    def _read_rules(self, folder: Path, path: str) -> Rules:
        stamp = _stamp(f"{folder}/{path}")
        self._read_from[f"{folder}/{path}"] = settled(stamp)
        return NO_RULES if stamp is None else _read_rules(folder, path)

    def _read_checkout(self, top: Path) -> None:
        prefix = self._root.relative_to(top).parts
        for depth in range(len(prefix) - 1, -1, -1):
            rules = self._read_rules(top, "/".join((*prefix[:depth], ".gitignore")))
            self._outer.append((prefix[depth:], 0, rules))
        folder = git_folder(top)
        if folder is None:
            return
        self._outer.append((prefix, 0, self._read_rules(common_folder(folder), "info/exclude")))
        self._read_from[f"{folder}/index"] = settled(_stamp(f"{folder}/index"))
        below = "/".join(prefix) + "/" if prefix else ""
        self._tracked = tracked_files(folder, below)


def _stamp(path: str) -> Stamp | None:
    """The stamp of a regular file; None for anything else: as in git, an ignore file that is a link does not count."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None


def _read_rules(folder: Path, path: str) -> Rules:
    opened = read_bytes(folder, path, MAX_IGNORE_FILE_BYTES)
    if isinstance(opened, Exclusion):
        return NO_RULES
    return parse_rules(opened.data.decode("utf-8", "surrogateescape"))
