"""Which profiles there are. Packages may register more.

A profile is found through the entry-point group `orch_lsp.profiles`: each entry point names a `Profile`, and its name
is the profile's. `plain` is registered like any other, and its name cannot be taken by another package.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import metadata

from orch_lsp.document.profile import Profile
from orch_lsp.profiles.plain import PLAIN

ENTRY_POINT_GROUP = "orch_lsp.profiles"

_log = logging.getLogger(__name__)


@cache
def _registered() -> dict[str, metadata.EntryPoint]:
    return {entry.name: entry for entry in metadata.entry_points(group=ENTRY_POINT_GROUP)}


def profile_names() -> tuple[str, ...]:
    """All names that `profile_named` may know, sorted; nothing is imported for it."""
    return tuple(sorted({PLAIN.name, *_registered()}))


@cache
def profile_named(name: str) -> Profile | None:
    """The profile with this name; None if there is none, or if what is registered under it is no profile."""
    if name == PLAIN.name:
        return PLAIN
    entry = _registered().get(name)
    if entry is None:
        return None
    try:
        loaded = entry.load()
    except Exception:  # noqa: BLE001 -- a package of somebody else's may raise anything, which costs its profile alone
        _log.warning("profile %r cannot be loaded from %s", name, entry.value, exc_info=True)
        return None
    if not isinstance(loaded, Profile):
        _log.warning("profile %r is not a Profile: %s", name, entry.value)
        return None
    return loaded
