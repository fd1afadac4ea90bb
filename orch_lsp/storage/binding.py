"""The bond between a user and the databases that this user's processes made.

A random secret lies in the user's state folder; a database holds a random id and its HMAC. A database that a
repository brings cannot have the right one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from orch_lsp import workspace
from orch_lsp.storage.files import create_file

_SIZE = 32


def user_secret() -> bytes:
    """The user's secret; made at the first call, by whichever process is first.

    Raises:
        OSError: The state folder cannot be read or written, or the secret in it is not one.
    """
    path = workspace.state_home() / "store-secret"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_file(path, secrets.token_bytes(_SIZE))
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        secret = file.read(_SIZE + 1)
    if len(secret) != _SIZE:
        msg = f"{path.name} in the state folder does not hold {_SIZE} bytes"
        raise OSError(msg)
    return secret


def binding_of(store_id: str, secret: bytes) -> str:
    """The mark that a database with this id must hold."""
    return hmac.new(secret, b"orch-lsp run store\0" + store_id.encode(), hashlib.sha256).hexdigest()


def is_bound(store_id: str, binding: str, secret: bytes) -> bool:
    """Whether a database was made by this user."""
    return hmac.compare_digest(binding_of(store_id, secret).encode(), binding.encode("utf-8", "surrogatepass"))
