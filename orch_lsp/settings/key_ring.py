"""Keys in the operating system's keyring, through the optional `keyring` package. Without it there is none."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from typing import Any

from orch_lsp.workspace import keeps_to_own_files

SERVICE = "orch-lsp"
"""The service name under which keys are stored; the user name is the provider's."""


def is_installed() -> bool:
    """Whether the optional package is there."""
    return importlib.util.find_spec("keyring") is not None


def is_usable() -> bool:
    """Whether this machine has a keyring that may take a key, which one without a desktop has not. Blocking."""
    if not is_installed():
        return False
    try:
        return _keyring().get_keyring().priority > 0
    except Exception:  # noqa: BLE001 -- backends are packages of others, which raise what they like
        return False


def _keyring() -> Any:
    keyring = importlib.import_module("keyring")
    if keeps_to_own_files() and keyring.core._keyring_backend is None:  # noqa: SLF001 -- asking would already choose
        # Its own way to choose would read a file of the user's.
        installed = keyring.backend.get_all_keyring()
        keyring.set_keyring(keyring.core.load_env() or max(installed, key=keyring.backend.by_priority))
    return keyring


def _required() -> Any:
    if not is_installed():
        msg = "the optional package `keyring` is not installed"
        raise OSError(msg)
    return _keyring()


def _refused(error: Exception) -> OSError:
    return OSError(f"the keyring refused: {type(error).__name__}")


async def read_key(provider_name: str) -> str | None:
    """The key stored for a provider; None if there is none, or no keyring that answers."""
    return await asyncio.to_thread(_read, provider_name) if is_installed() else None


def _read(provider_name: str) -> str | None:
    keyring = _keyring()
    try:
        value: object = keyring.get_password(SERVICE, provider_name)
    except keyring.errors.KeyringError:
        # Locked, or no service on this machine: as if nothing were stored.
        return None
    return value if isinstance(value, str) else None


def has_key(provider_name: str) -> bool:
    """Whether a key is stored for a provider. Blocking; the system may ask the user.

    Raises:
        OSError: There is no keyring, or it refuses.
    """
    keyring = _required()
    try:
        return keyring.get_password(SERVICE, provider_name) is not None
    except keyring.errors.KeyringError as error:
        raise _refused(error) from None


def store_key(provider_name: str, key: str) -> None:
    """Store a provider's key. Blocking; the system may ask the user.

    Raises:
        OSError: There is no keyring, or it refuses.
    """
    keyring = _required()
    try:
        keyring.set_password(SERVICE, provider_name, key)
    except keyring.errors.KeyringError as error:
        raise _refused(error) from None


def delete_key(provider_name: str) -> bool:
    """Forget a provider's key; whether there was one. Blocking.

    Raises:
        OSError: There is no keyring, or it refuses.
    """
    keyring = _required()
    try:
        keyring.delete_password(SERVICE, provider_name)
    except keyring.errors.PasswordDeleteError:
        return False
    except keyring.errors.KeyringError as error:
        raise _refused(error) from None
    return True
