"""The user's word on values in documents that look like secrets: what of them a request may hold.

Kept at user level, by a salted hash of the value: a repository cannot bring such a word, and the file tells no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.storage.files import replace_file

SecretChoice = Literal["allow", "redact", "exclude"]
"""Send it as it is; send `[redacted: …]` in its place; send a note in place of its lines."""
CHOICES: tuple[SecretChoice, ...] = get_args(SecretChoice)

_FILE = "secrets.json"
_SCHEMA = "orch.secret-choices/1"
_MAX_BYTES = 4 * 1024 * 1024
_SALT_BYTES = 32
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SecretChoices:
    """The choices as they were when they were read. Without any, nothing is hashed."""

    salt: bytes = b""
    by_hash: Mapping[str, SecretChoice] = field(default_factory=dict[str, SecretChoice])

    def of(self, value: str) -> SecretChoice | None:
        """The choice for a value; None if there is none."""
        return self.by_hash.get(_hash(self.salt, value)) if self.by_hash else None


class SecretChoiceStore:
    """The file of the state folder, which only the user can read. Every method is blocking; every call reads anew.

    A damaged file holds no choices, so that the user is asked again; it is kept aside when the next one is written.
    """

    def __init__(self, state_home: Path) -> None:
        self._path = state_home / _FILE

    def read(self) -> SecretChoices:
        """All choices."""
        return self._read() or SecretChoices()

    def choose(self, values: Mapping[str, SecretChoice | None]) -> None:
        """Remember what is to become of values, whatever was said of them before; None forgets them.

        Raises:
            StoreError: The state folder cannot be written.
        """
        known = self._read()
        if known is None:
            with suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged.json"))
        known = known or SecretChoices()
        salt = known.salt or secrets.token_bytes(_SALT_BYTES)
        by_hash = dict(known.by_hash)
        for value, choice in values.items():
            by_hash.pop(_hash(salt, value), None)
            if choice is not None:
                by_hash[_hash(salt, value)] = choice
        content = {"schema": _SCHEMA, "salt": salt.hex(), "choices": by_hash}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self._path, f"{json.dumps(content, indent=1)}\n".encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(ErrorCode.STORE_ERROR, f"Your choice cannot be remembered: {reason}.") from error

    def _read(self) -> SecretChoices | None:
        """The choices; None if the file is damaged."""
        try:
            with self._path.open("rb") as file:
                content: Any = json.loads(file.read(_MAX_BYTES))
            values = cast("Mapping[str, Any]", content)
            salt = bytes.fromhex(values["salt"])
            entries = cast("Mapping[str, Any]", values["choices"]).items()
        except FileNotFoundError:
            return SecretChoices()
        except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
            return None
        return SecretChoices(salt, {key: choice for key, choice in entries if choice in CHOICES}) if salt else None


def _hash(salt: bytes, value: str) -> str:
    """The same for a value however its lines are wrapped and indented."""
    return hmac.new(salt, _BLANKS.sub("", value).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
