"""Consent is given once for a workspace, a provider and a server, and survives damage as a new question."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from orch_lsp.settings.trust import TrustStore


def test_nothing_is_allowed_at_first(tmp_path: Path) -> None:
    store = TrustStore(tmp_path / "state")
    assert not store.is_allowed(tmp_path, "openai", "api.openai.com")
    assert store.list() == ()
    assert not (tmp_path / "state").exists()


def test_what_was_allowed_is_remembered_for_that_place_provider_and_server_alone(tmp_path: Path) -> None:
    TrustStore(tmp_path / "state").allow(tmp_path / "a", "openai", "api.openai.com")
    store = TrustStore(tmp_path / "state")
    assert store.is_allowed(tmp_path / "a", "openai", "api.openai.com")
    assert store.is_allowed(str(tmp_path / "a"), "openai")
    assert not store.is_allowed(tmp_path / "a", "openai", "evil.example")
    assert not store.is_allowed(tmp_path / "a", "anthropic", "api.openai.com")
    assert not store.is_allowed(tmp_path / "a" / "below", "openai", "api.openai.com")
    assert not store.is_allowed(tmp_path, "openai", "api.openai.com")


def test_a_place_is_the_same_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    store = TrustStore(tmp_path / "state")
    store.allow(tmp_path / "link", "openai")
    assert store.is_allowed(tmp_path / "real", "openai", "api.openai.com")


def test_a_document_without_a_file_is_a_place_too(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.allow("untitled:Untitled-1", "openai")
    assert store.is_allowed("untitled:Untitled-1", "openai")
    assert not store.is_allowed("untitled:Untitled-2", "openai")


def test_allowing_again_replaces_the_grant(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.allow(tmp_path, "openai", "old.example")
    store.allow(tmp_path, "openai", "new.example")
    (grant,) = store.list()
    assert grant.server_address == "new.example"
    assert grant.granted_at.endswith("Z")


def test_a_grant_can_be_taken_back(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    for provider in ("openai", "anthropic", "gemini"):
        store.allow(tmp_path, provider)
    assert store.revoke(tmp_path, "openai") == 1
    assert not store.is_allowed(tmp_path, "openai")
    assert store.revoke(tmp_path) == 2
    assert store.revoke(tmp_path) == 0


def test_the_file_is_the_users_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    TrustStore(tmp_path / "state").allow(tmp_path, "openai")
    (file,) = (tmp_path / "state").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"grants": 3}', b"[" * 100_000])
def test_a_damaged_file_allows_nothing_and_is_kept_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "trust.json").write_bytes(content)
    store = TrustStore(tmp_path)
    assert not store.is_allowed(tmp_path, "openai")
    store.allow(tmp_path, "openai")
    assert store.is_allowed(tmp_path, "openai")
    assert (tmp_path / "trust.damaged.json").read_bytes() == content


def test_an_entry_that_cannot_be_read_does_not_take_the_others_along(tmp_path: Path) -> None:
    store = TrustStore(tmp_path)
    store.allow(tmp_path, "openai")
    content = json.loads((tmp_path / "trust.json").read_text())
    content["grants"] += [3, {}, {"place": 1, "provider": "x"}, {"place": "/", "provider": "x", "server_address": 1}]
    (tmp_path / "trust.json").write_text(json.dumps(content))
    assert [grant.provider for grant in store.list()] == ["openai"]
