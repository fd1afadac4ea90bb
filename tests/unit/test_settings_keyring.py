"""Keys in the system's keyring, through the optional package and a backend of its own kind."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from orch_lsp.settings.key_ring import SERVICE, delete_key, is_usable, read_key, store_key
from orch_lsp.settings.keys import resolve_key
from orch_lsp.settings.model import ProviderSettings

keyring = pytest.importorskip("keyring")

from tests.fakes.memory_keyring import SECRET as KEY  # noqa: E402
from tests.fakes.memory_keyring import MemoryKeyring  # noqa: E402


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before: Any = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


async def test_a_stored_key_is_found_for_its_provider_alone(ring: MemoryKeyring) -> None:
    store_key("work", KEY)
    assert ring.entries == {(SERVICE, "work"): KEY}
    assert await read_key("work") == KEY
    assert await read_key("other") is None


def test_a_machine_without_a_keyring_is_known_before_a_key_is_typed(ring: MemoryKeyring) -> None:
    assert is_usable()
    keyring.set_keyring(importlib.import_module("keyring.backends.fail").Keyring())
    assert not is_usable()
    keyring.set_keyring(importlib.import_module("keyring.backends.null").Keyring())
    assert not is_usable()


async def test_the_keyring_is_asked_last(ring: MemoryKeyring) -> None:
    store_key("openai", KEY)
    provider = ProviderSettings(
        "openai", "openai", "https://api.example", key_variables=("OPENAI_API_KEY",), requires_key=True
    )
    found = await resolve_key(provider, environment={}, handed_over={})
    assert found is not None
    assert (found.value, found.source) == (KEY, "the system's keyring")
    earlier = await resolve_key(provider, environment={"OPENAI_API_KEY": "other"}, handed_over={})
    assert earlier is not None
    assert earlier.value == "other"


async def test_a_key_can_be_forgotten(ring: MemoryKeyring) -> None:
    store_key("work", KEY)
    assert delete_key("work")
    assert not delete_key("work")
    assert await read_key("work") is None


async def test_a_locked_keyring_holds_nothing_and_says_so_to_who_writes(ring: MemoryKeyring) -> None:
    ring.locked = True
    assert await read_key("work") is None
    with pytest.raises(OSError, match="keyring refused") as caught:
        store_key("work", KEY)
    assert KEY not in str(caught.value)
    with pytest.raises(OSError, match="keyring refused"):
        delete_key("work")
