"""Where a database may lie, and when a place in the workspace must not be used.

A repository is not trusted: its `.orch` may be a symlink, or bring a database of its own.
"""

from __future__ import annotations

import functools
import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orch_lsp import workspace
from orch_lsp.git.files import git_folder
from orch_lsp.git.index import tracks_below

SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that lies beside a database from its beginning, at a path relative to its folder."""

    path: str
    content: str
    mode: int


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """A database file, and the workspace root if it lies two folders inside one and so must be bound to the user."""

    database: Path
    root: Path | None
    companions: tuple[Companion, ...] = ()

    @property
    def in_workspace(self) -> bool:
        """Whether the repository could have brought this file."""
        return self.root is not None


def workspace_place(root: Path, database: str) -> DatabasePlace:
    """The place of a database of this name below a workspace root, in a folder that is never committed."""
    companions = (
        Companion("../.gitattributes", "provenance/** merge=union\n", 0o644),
        Companion(".gitignore", "*\n", 0o600),
    )
    return DatabasePlace(root / workspace.ORCH_DIRECTORY / "local" / database, root, companions)


def state_place(root: Path | None, database: str) -> DatabasePlace:
    """The place in the user's state folder, for a workspace or for all documents that have none."""
    if root is None:
        return DatabasePlace(workspace.state_home() / "documents" / database, None)
    return DatabasePlace(workspace.state_home() / "workspaces" / name_of(root) / database, None)


def name_of(root: Path | None) -> str:
    """The name of a workspace's own folders inside the state folder."""
    return "documents" if root is None else hashlib.sha256(os.fsencode(root)).hexdigest()[:32]


def refusal(place: DatabasePlace) -> str | None:
    """Why a place in the workspace must not be touched, or None.

    Raises:
        OSError: The place cannot be looked at.
    """
    if place.root is None:
        return None
    for folder in (place.database.parent.parent, place.database.parent):
        if (mode := _mode(folder)) is not None and not stat.S_ISDIR(mode):
            return f"{_shown(place, folder)} is not a plain folder"
    for file in (place.database, *side_files(place.database)):
        if (mode := _mode(file)) is not None and not stat.S_ISREG(mode):
            return f"{_shown(place, file)} is not a plain file"
    if _tracked_by_git(place.root, place.database.parent):
        return f"{_shown(place, place.database.parent)} is tracked by git"
    return None


def is_writable(place: DatabasePlace) -> bool:
    """Whether the place looks as if it could be written; nothing is created to find out."""
    folder = place.database.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    files = [place.database] if place.database.exists() else []
    return all(os.access(path, os.W_OK) for path in (folder, *files))


def prepare(place: DatabasePlace) -> None:
    """Create the folders, the companion files and an empty database that only the user can read.

    Raises:
        OSError: The place cannot be written.
    """
    folder = place.database.parent
    if place.root is not None:
        folder.parent.mkdir(exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    else:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for companion in place.companions:
        _write_new(folder / companion.path, companion.content, companion.mode)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    # SQLite gives the files that it puts beside a database the database's own mode.
    os.close(os.open(place.database, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))


def side_files(database: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps beside a database."""
    return tuple(database.with_name(database.name + suffix) for suffix in SIDE_FILES)


def _write_new(path: Path, content: str, mode: int) -> None:
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None


def _shown(place: DatabasePlace, path: Path) -> str:
    return f"`{path.relative_to(place.root or path.parent).as_posix()}`"


def _tracked_by_git(root: Path, folder: Path) -> bool:
    """Whether git's index holds anything in `folder`; no where there is no index that can be read."""
    top = workspace.git_top_level(root)
    own = None if top is None else git_folder(top)
    if top is None or own is None:
        return False
    try:
        status = (own / "index").stat()
    except OSError:
        return False
    seen = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return _tracks(own, folder.relative_to(top).as_posix(), seen)


@functools.lru_cache(maxsize=64)
def _tracks(own: Path, path: str, _seen: tuple[int, ...]) -> bool:
    """As `tracks_below`; an index is read once while it is what it was, since a large one takes a while."""
    return tracks_below(own, path)
