"""Claims among the processes of one machine, each of which ends with its process however that ends."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def claimed(path: Path) -> Generator[bool]:
    """Claim what a lock file stands for; False at once if another process has it.

    Args:
        path: The lock file, in a folder that is there. It stays behind.

    Raises:
        OSError: The file cannot be made.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        yield _try_lock(handle)
    finally:
        # The system gives the lock back when the file is closed.
        os.close(handle)


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold a lock file for the body; waits as long as another process has it. Blocking.

    Args:
        path: The lock file, in a folder that is there. It stays behind.

    Raises:
        OSError: The file cannot be made or locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _lock(handle)
        yield
    finally:
        # The system gives the lock back when the file is closed.
        os.close(handle)


if os.name == "nt":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
