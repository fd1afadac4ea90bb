"""The paths that git tracks, read from its index file, so that no git process is needed.

Format: gitformat-index(5), versions 2 to 4. Split and sparse indexes give what the file itself holds.
"""

from __future__ import annotations

import os
from pathlib import Path

from orch_lsp.context.choke import read_bytes
from orch_lsp.context.item import Exclusion

MAX_INDEX_BYTES = 64 * 1024 * 1024

_HEADER = 12
_STAT = 40  # ten 32-bit fields before the object's hash
_MODE_AT = 24
_REGULAR = 0o100000


def git_folder(top: Path) -> Path | None:
    """The folder that holds a checkout's index: `.git`, or where a worktree's `.git` file points."""
    if (top / ".git").is_dir():
        return Path(os.path.realpath(top / ".git"))
    line = _line(top, ".git")
    if line is None or not line.startswith("gitdir:"):
        return None
    return Path(os.path.realpath(top / line.removeprefix("gitdir:").strip()))


def common_folder(folder: Path) -> Path:
    """The folder that worktrees share, which holds `info/exclude`."""
    line = _line(folder, "commondir")
    return folder if line is None else Path(os.path.realpath(folder / line))


def tracked_paths(folder: Path) -> frozenset[str]:
    """Regular files of the index in `folder`, as paths below the checkout's top; none if it cannot be read."""
    opened = read_bytes(folder, "index", MAX_INDEX_BYTES)
    if isinstance(opened, Exclusion):
        return frozenset()
    data = opened.data
    for hash_bytes in (20, 32):
        try:
            return frozenset(_entries(data, hash_bytes))
        except (ValueError, IndexError):
            # The hash's length stands in the repository's configuration only; the wrong one does not parse.
            continue
    return frozenset()


def _line(folder: Path, name: str) -> str | None:
    """The text of a small file; None if there is none. Never waits, as opening a planted FIFO would."""
    opened = read_bytes(folder, name, 4096)
    if isinstance(opened, Exclusion):
        return None
    try:
        return opened.data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None


def _entries(data: bytes, hash_bytes: int) -> list[str]:
    version = int.from_bytes(data[4:8], "big")
    if data[:4] != b"DIRC" or version not in {2, 3, 4}:
        raise ValueError("not an index")
    paths: list[str] = []
    offset, previous = _HEADER, b""
    for _ in range(int.from_bytes(data[8:12], "big")):
        flags_at = offset + _STAT + hash_bytes
        flags = int.from_bytes(data[flags_at : flags_at + 2], "big")
        name_at = flags_at + (4 if flags & 0x4000 else 2)
        if version == 4:
            dropped, name_at = _varint(data, name_at)
            if dropped > len(previous):
                raise ValueError("a path drops more than there is")
            end = data.index(b"\0", name_at)
            name = previous[: len(previous) - dropped] + data[name_at:end]
            after = end + 1
        else:
            end = data.index(b"\0", name_at)
            name = data[name_at:end]
            after = offset + ((end - offset) // 8 + 1) * 8
        if len(name) < 0xFFF and flags & 0xFFF != len(name):
            raise ValueError("a path is not as long as it says")
        if int.from_bytes(data[offset + _MODE_AT : offset + _MODE_AT + 4], "big") & 0o170000 == _REGULAR:
            paths.append(name.decode("utf-8", "surrogateescape"))
        offset, previous = after, name
    return paths


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    """The offset encoding of pack files: seven bits a byte, one added for each that follows."""
    byte = data[offset]
    value = byte & 0x7F
    while byte & 0x80:
        offset += 1
        byte = data[offset]
        value = ((value + 1) << 7) | (byte & 0x7F)
        if value > MAX_INDEX_BYTES:
            raise ValueError("a path drops more than there is")
    return value, offset + 1
