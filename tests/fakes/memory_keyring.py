"""A keyring as the optional package wants one, whose entries end with the test."""

from __future__ import annotations

import keyring.errors
from keyring.backend import KeyringBackend

SECRET = "live-key-0001"


class MemoryKeyring(KeyringBackend):
    """Entries by service and user name; a locked one refuses everything."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def _unlocked(self) -> dict[tuple[str, str], str]:
        if self.locked:
            raise keyring.errors.KeyringLocked(SECRET)
        return self.entries

    def get_password(self, service: str, username: str) -> str | None:
        return self._unlocked().get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._unlocked()[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self._unlocked().pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError
