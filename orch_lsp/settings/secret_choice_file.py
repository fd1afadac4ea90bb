"""Writing the user's word on secrets; reading it is `secret_choices`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.settings.secret_choices import FILE, SecretChoice, SecretChoices, hash_of, read_if_whole
from orch_lsp.storage.files import replace_file

_SCHEMA = "orch.secret-choices/1"
_SALT_BYTES = 32


def remember(folder: Path, values: Mapping[str, SecretChoice | None]) -> None:
    """Keep what is to become of values, whatever was said of them before; None forgets them. Blocking.

    The file of the state folder is the user's alone. A damaged one is kept aside.

    Raises:
        StoreError: The state folder cannot be written.
    """
    known = read_if_whole(folder)
    if known is None:
        with suppress(OSError):
            (folder / FILE).replace((folder / FILE).with_suffix(".damaged.json"))
    known = known or SecretChoices()
    salt = known.salt or secrets.token_bytes(_SALT_BYTES)
    by_hash = dict(known.by_hash)
    for value, choice in values.items():
        by_hash.pop(hash_of(salt, value), None)
        if choice is not None:
            by_hash[hash_of(salt, value)] = choice
    content = {"schema": _SCHEMA, "salt": salt.hex(), "choices": by_hash}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(folder / FILE, f"{json.dumps(content, indent=1)}\n".encode())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(ErrorCode.STORE_ERROR, f"Your choice cannot be remembered: {reason}.") from error
