"""The bond between a user and the databases that this user's processes made.

A random secret lies in the user's state folder; a database holds a random id and its HMAC. A database that a
repository brings cannot have the right one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from orch_lsp import workspace

_SIZE = 32


def user_secret() -> bytes:
    """The user's secret; made at the first call, by whichever process is first.

    Raises:
        OSError: The state folder cannot be read or written, or the secret in it is not one.
    """
    path = workspace.state_home() / "store-secret"
    if not path.exists():
        _create(path)
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        secret = file.read(_SIZE + 1)
    if len(secret) != _SIZE:
        msg = f"{path.name} in the state folder does not hold {_SIZE} bytes"
        raise OSError(msg)
    return secret


def binding_of(store_id: str, secret: bytes) -> str:
    """What a database with this id has to hold."""
    return hmac.new(secret, b"orch-lsp run store\0" + store_id.encode(), hashlib.sha256).hexdigest()


def is_bound(store_id: str, binding: str, secret: bytes) -> bool:
    """Whether a database was made by this user."""
    return hmac.compare_digest(binding_of(store_id, secret).encode(), binding.encode("utf-8", "surrogatepass"))


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written whole under another name, then linked: nobody ever reads half a secret, and the first one wins.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".store-secret-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SIZE))
            file.flush()
            os.fsync(file.fileno())
        _publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links: two first processes may race here, and the last one wins.
        temporary.replace(path)
