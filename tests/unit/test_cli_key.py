"""`orch-lsp key`, in this process, with a keyring of the optional package's own kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from orch_lsp.cli.main import cli
from orch_lsp.settings.key_ring import SERVICE

keyring = pytest.importorskip("keyring")

from tests.fakes.memory_keyring import SECRET, MemoryKeyring  # noqa: E402


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before: Any = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def orch(*arguments: str, stdin: str = "") -> Result:
    done = CliRunner().invoke(cli, ["key", *arguments], input=stdin)
    assert SECRET not in done.output
    return done


def test_a_key_is_stored_from_stdin_listed_by_name_and_deleted_once(ring: MemoryKeyring):
    assert orch("set", "openai", stdin=f" {SECRET}\n").exit_code == 0
    assert ring.entries == {(SERVICE, "openai"): SECRET}
    assert orch("list").stdout == "openai\n"
    assert json.loads(orch("delete", "openai", "--json").stdout) == {"provider": "openai", "deleted": True}
    again = orch("delete", "openai", "--json")
    assert json.loads(again.stdout) == {"provider": "openai", "deleted": False}
    assert "There was no key" in again.stderr
    assert json.loads(orch("list", "--json").stdout) == []


@pytest.mark.parametrize("entered", ["", " \n", f"KEY={SECRET} x", f"{SECRET}\n{SECRET}", f"“{SECRET}”"])
def test_what_cannot_be_a_key_is_not_stored_and_not_shown(ring: MemoryKeyring, entered: str):
    done = orch("set", "openai", "--json", stdin=entered)
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"]["code"] == "invalid_auth"
    assert ring.entries == {}


def test_a_provider_that_nobody_knows_gets_no_key(ring: MemoryKeyring):
    done = orch("set", "antropic", stdin=SECRET)
    assert done.exit_code == 2
    assert "error[unknown_provider]" in done.stderr
    assert "did you mean `anthropic`?\n" in done.stderr
    assert ring.entries == {}


def test_a_key_that_will_never_be_asked_for_comes_with_a_warning(ring: MemoryKeyring, homes):
    homes.configure('[providers.openai]\napi_key_env = "WORK_KEY"\n')
    assert "the keyring is not asked" in orch("set", "openai", stdin=SECRET).stderr


@pytest.mark.parametrize("arguments", [("list",), ("set", "openai"), ("delete", "openai")])
def test_a_locked_keyring_says_so_instead_of_being_empty(ring: MemoryKeyring, arguments: tuple[str, ...]):
    ring.locked = True
    done = orch(*arguments, stdin=SECRET)
    assert done.exit_code == 2
    assert "the keyring refused: KeyringLocked" in done.stderr
    assert "cure: Unlock it" in done.stderr


def test_a_key_is_never_taken_from_the_arguments(ring: MemoryKeyring):
    done = CliRunner().invoke(cli, ["key", "set", "openai", "argument"])
    assert done.exit_code == 2
    assert ring.entries == {}
