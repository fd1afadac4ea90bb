"""Git's own files, read as data: no git process is started, and no configuration of a repository is read.

Whatever stands in a checkout may have been planted, so that every read is bounded and none waits.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_MAX_LINE_BYTES = 4096
_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
    # Opening a FIFO must not wait for its other end, and a terminal must not become ours.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


def git_folder(top: Path) -> Path | None:
    """The folder that holds a checkout's index and HEAD: `.git`, or where a worktree's or submodule's `.git` points."""
    if (top / ".git").is_dir():
        return _real(top / ".git")
    line = read_line(top / ".git")
    if line is None or not line.startswith("gitdir:"):
        return None
    return local_folder(top, line.removeprefix("gitdir:").strip())


def common_folder(folder: Path) -> Path:
    """The folder that worktrees share, which holds refs, objects and `info/exclude`."""
    line = read_line(folder / "commondir")
    return folder if line is None else local_folder(folder, line) or folder


def read_line(path: Path) -> str | None:
    """The text of a file of one line; None if there is none."""
    data = read_file(path, _MAX_LINE_BYTES)
    if data is None:
        return None
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return None


def read_file(path: Path, max_bytes: int) -> bytes | None:
    """The bytes of a regular file of at most `max_bytes`; None if there is none such."""
    try:
        # Asked before the open, as opening a device can do things; asked again of what is open.
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
                return None
            pieces: list[bytes] = []
            wanted = max_bytes + 1
            while wanted > 0 and (piece := file.read(min(wanted, 1024 * 1024))):
                pieces.append(piece)
                wanted -= len(piece)
        except OSError:
            return None
    return b"".join(pieces) if wanted > 0 else None


def local_folder(base: Path, written: str) -> Path | None:
    """A folder that a file of git's names; None for a share of another machine, which would be told who we are."""
    if not written or "\0" in written or written.startswith(("//", "\\\\")):
        return None
    return _real(base / written)


def _real(path: Path) -> Path | None:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return None
