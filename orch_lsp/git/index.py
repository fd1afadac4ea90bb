"""Tracked files, read from a checkout's index file.

Format: gitformat-index(5), versions 2 to 4. A split index holds only a part of what is tracked; a sparse one holds
some folders as a whole.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from orch_lsp.git.files import read_file

T = TypeVar("T")

MAX_INDEX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 1_000_000
MAX_PATH_BYTES = 4096
"""As on most systems; git writes no longer ones that could be checked out."""
MAX_PATHS_BYTES = 96 * 1024 * 1024
"""All paths of an index together, since version 4 writes a path of thousands of characters in one."""

FILE = 0o100000
LINK = 0o120000
SUBMODULE = 0o160000
FOLDER = 0o040000
_TYPE = 0o170000

_HEADER = 12
_STAT = 40  # ten 32-bit fields before the object's hash
_MTIME_AT = 8
_MODE_AT = 24
_SIZE_AT = 36


class IndexEntry(NamedTuple):
    """A tracked path, relative to the checkout's top, with what git saw when it last looked.

    Times are seconds and nanoseconds, the size is in bytes modulo 2^32. `stage` is 0 but for a conflict.
    """

    path: bytes
    mode: int
    oid: bytes
    size: int
    mtime: tuple[int, int]
    stage: int
    is_planned: bool
    """Whether it was only announced (`git add -N`)."""
    is_unchecked: bool
    """Whether git does not look at the file (skip-worktree, assume-unchanged)."""

    @property
    def kind(self) -> int:
        """One of `FILE`, `LINK`, `SUBMODULE` and `FOLDER`."""
        return self.mode & _TYPE


class TrackedPaths:
    """Sorted paths of an index, for questions about a file or a folder."""

    def __init__(self, paths: list[str]) -> None:
        self._paths = sorted(paths)

    def __contains__(self, path: str) -> bool:
        at = bisect.bisect_left(self._paths, path)
        return at < len(self._paths) and self._paths[at] == path

    def holds_below(self, folder: str) -> bool:
        """Whether any path lies in a folder or below it."""
        at = bisect.bisect_left(self._paths, f"{folder}/")
        return at < len(self._paths) and self._paths[at].startswith(f"{folder}/")


NOTHING_TRACKED = TrackedPaths([])


def read_index(folder: Path) -> bytes | None:
    """The index file in git's own folder; None if there is none that is read."""
    return read_index_file(folder / "index")


def read_index_file(path: Path) -> bytes | None:
    """An index file, wherever it is; None if there is none that is read."""
    data = read_file(path, MAX_INDEX_BYTES)
    if data is None or data[:4] != b"DIRC" or _number(data, 4) not in {2, 3, 4}:
        return None
    return data if _number(data, 8) <= MAX_ENTRIES else None


def entries(data: bytes, hash_bytes: int) -> Iterator[IndexEntry]:
    """All entries of an index in the order of the file; one at a time, so that only what is asked for is held.

    Args:
        data: From `read_index`.
        hash_bytes: Length of the repository's hashes, 20 or 32.

    Raises:
        ValueError: What follows is damaged, made of hashes of another length, or larger than is read.
    """
    try:
        yield from _entries(data, hash_bytes)
    except IndexError as error:
        raise ValueError("the index ends too early") from error


def is_split(data: bytes, hash_bytes: int) -> bool:
    """Whether an index refers to another file for what it does not hold itself.

    Raises:
        ValueError: As for `entries`.
    """
    walk = _entries(data, hash_bytes)
    while True:
        try:
            next(walk)
        except StopIteration as done:
            offset: int = done.value
            break
    while offset + 8 <= len(data) - hash_bytes:
        if data[offset : offset + 4] == b"link":
            return True
        offset += 8 + _number(data, offset + 4)
    return False


def tracked_files(folder: Path, prefix: str = "") -> TrackedPaths:
    """Regular files of the index in git's own `folder`, those below `prefix` and without it; none if it is damaged.

    Args:
        folder: Where the index is.
        prefix: Empty, or a folder below the checkout's top that ends with `/`.
    """
    start = prefix.encode("utf-8", "surrogateescape")

    def gather(found: Iterator[IndexEntry]) -> TrackedPaths:
        return TrackedPaths(
            [
                entry.path[len(start) :].decode("utf-8", "surrogateescape")
                for entry in found
                if entry.kind == FILE and entry.path.startswith(start)
            ]
        )

    return _gathered(folder, gather) or NOTHING_TRACKED


def tracks_below(folder: Path, path: str) -> bool:
    """Whether the index in git's own `folder` holds anything at or below `path`, perhaps as a folder in one entry."""
    wanted = path.encode("utf-8", "surrogateescape") + b"/"

    def holds(found: Iterator[IndexEntry]) -> bool:
        return any(
            entry.path.startswith(wanted)
            or entry.path == wanted[:-1]
            or (entry.kind == FOLDER and wanted.startswith(entry.path))
            for entry in found
        )

    return _gathered(folder, holds) or False


def _gathered(folder: Path, gather: Callable[[Iterator[IndexEntry]], T]) -> T | None:
    data = read_index(folder)
    if data is None:
        return None
    for hash_bytes in (20, 32):
        # The hash's length stands in the repository's configuration only; the wrong one does not parse.
        with suppress(ValueError):
            return gather(entries(data, hash_bytes))
    return None


def _entries(data: bytes, hash_bytes: int) -> Generator[IndexEntry, None, int]:
    """As `entries`; returns the offset behind the last one."""
    version = data[7]
    offset, previous, total = _HEADER, b"", 0
    for _ in range(int.from_bytes(data[8:12], "big")):
        flags_at = offset + _STAT + hash_bytes
        flags = int.from_bytes(data[flags_at : flags_at + 2], "big")
        name_at = flags_at + 2
        more = 0
        if flags & 0x4000:
            more = int.from_bytes(data[name_at : name_at + 2], "big")
            name_at += 2
        if version == 4:
            dropped, name_at = _varint(data, name_at)
            if dropped > len(previous):
                raise ValueError("a path drops more than there is")
            end = _end_of_name(data, name_at)
            name = previous[: len(previous) - dropped] + data[name_at:end]
            after = end + 1
        else:
            end = _end_of_name(data, name_at)
            name = data[name_at:end]
            after = offset + ((end - offset) // 8 + 1) * 8
        if len(name) < 0xFFF and flags & 0xFFF != len(name):
            raise ValueError("a path is not as long as it says")
        total += len(name)
        if len(name) > MAX_PATH_BYTES or total > MAX_PATHS_BYTES:
            raise ValueError("paths longer than are read")
        if name.startswith(b"/") or (b".." in name and b".." in name.split(b"/")):
            raise ValueError("a path leads out of the checkout")
        yield IndexEntry(
            name,
            _number(data, offset + _MODE_AT),
            data[offset + _STAT : flags_at],
            _number(data, offset + _SIZE_AT),
            (_number(data, offset + _MTIME_AT), _number(data, offset + _MTIME_AT + 4)),
            flags >> 12 & 0x3,
            bool(more & 0x2000),
            bool(flags & 0x8000 or more & 0x4000),
        )
        offset, previous = after, name
    if offset > len(data):
        raise ValueError("the index ends too early")
    return offset


def _end_of_name(data: bytes, name_at: int) -> int:
    # A NUL farther away than a path can be long is not searched for.
    end = data.find(b"\0", name_at, name_at + MAX_PATH_BYTES + 1)
    if end < 0:
        raise ValueError("a path has no end")
    return end


def _number(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "big")


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """The offset encoding of pack files: seven bits a byte, one added for each that follows."""
    byte = data[offset]
    value = byte & 0x7F
    while byte & 0x80:
        offset += 1
        byte = data[offset]
        value = ((value + 1) << 7) | (byte & 0x7F)
        if value > MAX_PATH_BYTES:
            raise ValueError("a path drops more than there is")
    return value, offset + 1
