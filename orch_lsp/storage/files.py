"""Ways to write a file whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put `content` into a file, new or not, in one durable step: nobody ever reads half of it.

    Args:
        path: The file, in a folder that is there. A symlink is replaced itself.
        content: All of it.
        mode: The permission bits that the file has then; only the user can read it before.

    Raises:
        OSError: It cannot be written; the file is what it was.
    """
    with _written_beside(path, content) as temporary:
        if mode != 0o600:
            temporary.chmod(mode)
        temporary.replace(path)


def create_file(path: Path, content: bytes) -> None:
    """Make a file that only the user can read, in one durable step; one that is there stays as it is.

    Raises:
        OSError: It cannot be written.
    """
    with _written_beside(path, content) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return
        except OSError:
            # A file system without hard links: two first processes may race here, and the last one wins.
            temporary.replace(path)


@contextmanager
def _written_beside(path: Path, content: bytes) -> Generator[Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
