"""Which workspaces may use which hosted providers, and have which servers started: remembered at user level.

A repository may choose a provider by name, but text leaves for a hosted one only if the user has said so. It may
declare servers, but none is started unless the user has said so of just that command line with just those files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.settings.model import Settings
from orch_lsp.settings.problem import Layer
from orch_lsp.storage.files import replace_file

_FILE = "trust.json"
_SCHEMA = "orch.trust/1"
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Grant:
    """The user allowed `provider` at `server_address` (None: wherever the user config says) for `place`."""

    place: str
    """Root of the workspace; for a document without one its path or URI."""
    provider: str
    server_address: str | None
    granted_at: str
    """RFC 3339, UTC."""


@dataclass(frozen=True, slots=True)
class ServerGrant:
    """The user allowed the server `server` of `place`, as it was when its hash was `fingerprint`."""

    place: str
    server: str
    fingerprint: str
    granted_at: str
    """RFC 3339, UTC."""


def needs_consent(settings: Settings, hosted: bool) -> bool:  # noqa: FBT001 -- asked with a computed value
    """Whether to ask the user: the project level chose a hosted provider.

    An editor does not tell its user's settings from a workspace's: what it repeats of the user's own is the user's.
    """
    choice = settings.choice
    if choice is None or not hosted or choice.layer.trusted:
        return False
    return not (choice.layer is Layer.EDITOR and choice.provider.name == settings.default_provider)


def _place(place: str | Path) -> str:
    text = str(place)
    return text if "://" in text or text.startswith("untitled:") else str(Path(text).resolve())


class TrustStore:
    """The grants of this user, in one file of the state folder. Every method is blocking; every call reads anew.

    A damaged file holds no grants, so that the user is asked again; it is kept aside when the next one is written.
    """

    def __init__(self, state_home: Path) -> None:
        self._path = state_home / _FILE

    def list(self) -> tuple[Grant, ...]:
        """All grants, oldest first."""
        return self._providers(self._content() or {})

    def is_allowed(self, place: str | Path, provider: str, server_address: str | None = None) -> bool:
        """Whether the user allowed the provider for a root or document.

        With a `server_address`, a grant that was given for another one does not count.
        """
        where = _place(place)
        return any(
            grant.place == where
            and grant.provider == provider
            and (server_address is None or grant.server_address in {None, server_address})
            for grant in self.list()
        )

    def allow(self, place: str | Path, provider: str, server_address: str | None = None) -> Grant:
        """Remember that the user allowed it, at once and for good.

        Raises:
            StoreError: The state folder cannot be written.
        """
        content = self._kept_aside()
        grant = Grant(_place(place), provider, server_address, _now())
        known = self._providers(content)
        others = [one for one in known if (one.place, one.provider) != (grant.place, provider)]
        self._write([*others, grant], self._servers(content))
        return grant

    def revoke(self, place: str | Path, provider: str | None = None) -> int:
        """Forget grants for a place, all of them or one provider's; returns how many.

        Raises:
            StoreError: The state folder cannot be written.
        """
        where = _place(place)
        content = self._kept_aside()
        grants = self._providers(content)
        left = [known for known in grants if known.place != where or provider not in {None, known.provider}]
        if len(left) < len(grants):
            self._write(left, self._servers(content))
        return len(grants) - len(left)

    def servers(self) -> tuple[ServerGrant, ...]:
        """All servers of workspaces that are allowed, oldest first."""
        return self._servers(self._content() or {})

    def is_server_allowed(self, place: str | Path, server: str, fingerprint: str) -> bool:
        """Whether the user allowed a workspace's server as it is now."""
        where = _place(place)
        return any((one.place, one.server, one.fingerprint) == (where, server, fingerprint) for one in self.servers())

    def allow_server(self, place: str | Path, server: str, fingerprint: str) -> ServerGrant:
        """Remember that the user allowed a server as it is now; what it was before is allowed no more.

        Raises:
            StoreError: The state folder cannot be written.
        """
        content = self._kept_aside()
        grant = ServerGrant(_place(place), server, fingerprint, _now())
        others = [one for one in self._servers(content) if (one.place, one.server) != (grant.place, server)]
        self._write(self._providers(content), [*others, grant])
        return grant

    def revoke_server(self, place: str | Path, server: str) -> int:
        """Forget the consent to a server of a place; returns how many there were.

        Raises:
            StoreError: The state folder cannot be written.
        """
        where = _place(place)
        content = self._kept_aside()
        known = self._servers(content)
        left = [one for one in known if (one.place, one.server) != (where, server)]
        if len(left) < len(known):
            self._write(self._providers(content), left)
        return len(known) - len(left)

    def _kept_aside(self) -> dict[str, Any]:
        """The content of the file; one that cannot be read is moved out of the way first."""
        content = self._content()
        if content is None:
            with suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged.json"))
        return content or {}

    def _content(self) -> dict[str, Any] | None:
        """The content of the file, empty if there is none; None if it is damaged."""
        try:
            with self._path.open("rb") as file:
                content: Any = json.loads(file.read(_MAX_BYTES))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(content, dict) or not isinstance(content.get("grants"), list):  # pyright: ignore[reportUnknownMemberType] -- JSON or TOML of any shape
            return None
        return cast("dict[str, Any]", content)

    def _providers(self, content: dict[str, Any]) -> tuple[Grant, ...]:
        return tuple(grant for entry in content.get("grants", []) if (grant := _grant(entry)) is not None)

    def _servers(self, content: dict[str, Any]) -> tuple[ServerGrant, ...]:
        entries: Any = content.get("servers", [])
        found = map(_server_grant, cast("list[Any]", entries) if isinstance(entries, list) else ())
        return tuple(grant for grant in found if grant is not None)

    def _write(self, grants: Sequence[Grant], servers: Sequence[ServerGrant]) -> None:
        try:
            self._replace(grants, servers)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(ErrorCode.STORE_ERROR, f"Your consent cannot be remembered: {reason}.") from error

    def _replace(self, grants: Sequence[Grant], servers: Sequence[ServerGrant]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        value: dict[str, Any] = {"schema": _SCHEMA, "grants": [asdict(grant) for grant in grants]}
        if servers:
            value["servers"] = [asdict(one) for one in servers]
        replace_file(self._path, f"{json.dumps(value, indent=1)}\n".encode())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _server_grant(entry: object) -> ServerGrant | None:
    if not isinstance(entry, dict):
        return None
    values = cast("dict[str, Any]", entry)
    place, server, fingerprint = (values.get(key) for key in ("place", "server", "fingerprint"))
    if not isinstance(place, str) or not isinstance(server, str) or not isinstance(fingerprint, str):
        return None
    return ServerGrant(place, server, fingerprint, str(values.get("granted_at")))


def _grant(entry: object) -> Grant | None:
    if not isinstance(entry, dict):
        return None
    values = cast("dict[str, Any]", entry)
    place, provider, address, at = (values.get(key) for key in ("place", "provider", "server_address", "granted_at"))
    if not isinstance(place, str) or not isinstance(provider, str) or not isinstance(address, str | None):
        return None
    return Grant(place, provider, address, str(at))
