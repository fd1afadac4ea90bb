"""The user's word on values in documents that look like secrets: what of them a request may hold.

Kept at user level, by a salted hash of the value: a repository cannot bring such a word, and the file tells no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

SecretChoice = Literal["allow", "redact", "exclude"]
"""Send it as it is; send `[redacted: …]` in its place; send a note in place of its lines."""
CHOICES: tuple[SecretChoice, ...] = get_args(SecretChoice)

FILE = "secrets.json"
_MAX_BYTES = 4 * 1024 * 1024
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SecretChoices:
    """The choices as they were when they were read. Without any, nothing is hashed."""

    salt: bytes = b""
    by_hash: Mapping[str, SecretChoice] = field(default_factory=dict[str, SecretChoice])

    def of(self, value: str) -> SecretChoice | None:
        """The choice for a value; None if there is none."""
        return self.by_hash.get(hash_of(self.salt, value)) if self.by_hash else None


def read_choices(folder: Path) -> SecretChoices:
    """All choices in a state folder; none if the file is damaged, so that the user is asked again. Blocking."""
    return read_if_whole(folder) or SecretChoices()


def read_if_whole(folder: Path) -> SecretChoices | None:
    """The same; None if the file is damaged."""
    try:
        with (folder / FILE).open("rb") as file:
            content: Any = json.loads(file.read(_MAX_BYTES))
        values = cast("Mapping[str, Any]", content)
        salt = bytes.fromhex(values["salt"])
        entries = cast("Mapping[str, Any]", values["choices"]).items()
    except FileNotFoundError:
        return SecretChoices()
    except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return None
    return SecretChoices(salt, {key: choice for key, choice in entries if choice in CHOICES}) if salt else None


def hash_of(salt: bytes, value: str) -> str:
    """The salted hash of a value: the same however its lines are wrapped and indented."""
    return hmac.new(salt, _BLANKS.sub("", value).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
