"""Which workspaces may use which hosted providers: asked once, remembered at user level.

A repository may choose a provider by name, but text leaves for a hosted one only if the user has said so.
"""

from __future__ import annotations

import json
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
        return tuple(self._read() or ())

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
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        grant = Grant(_place(place), provider, server_address, now)
        others = [known for known in self._kept_aside() if (known.place, known.provider) != (grant.place, provider)]
        self._write([*others, grant])
        return grant

    def revoke(self, place: str | Path, provider: str | None = None) -> int:
        """Forget grants for a place, all of them or one provider's; returns how many.

        Raises:
            StoreError: The state folder cannot be written.
        """
        where = _place(place)
        grants = self._kept_aside()
        left = [known for known in grants if known.place != where or provider not in {None, known.provider}]
        if len(left) < len(grants):
            self._write(left)
        return len(grants) - len(left)

    def _kept_aside(self) -> list[Grant]:
        """The grants; a file that cannot be read is moved out of the way first."""
        grants = self._read()
        if grants is None:
            with suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged.json"))
        return grants or []

    def _read(self) -> list[Grant] | None:
        try:
            with self._path.open("rb") as file:
                content: Any = json.loads(file.read(_MAX_BYTES))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError):
            return None
        entries = content.get("grants") if isinstance(content, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if not isinstance(entries, list):
            return None
        return [grant for entry in cast("list[Any]", entries) if (grant := _grant(entry)) is not None]

    def _write(self, grants: list[Grant]) -> None:
        try:
            self._replace(grants)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(ErrorCode.STORE_ERROR, f"Your consent cannot be remembered: {reason}.") from error

    def _replace(self, grants: list[Grant]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = json.dumps({"schema": _SCHEMA, "grants": [asdict(grant) for grant in grants]}, indent=1)
        replace_file(self._path, f"{content}\n".encode())


def _grant(entry: object) -> Grant | None:
    if not isinstance(entry, dict):
        return None
    values = cast("dict[str, Any]", entry)
    place, provider, address, at = (values.get(key) for key in ("place", "provider", "server_address", "granted_at"))
    if not isinstance(place, str) or not isinstance(provider, str) or not isinstance(address, str | None):
        return None
    return Grant(place, provider, address, str(at))
