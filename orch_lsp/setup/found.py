"""The things that a set-up can choose from, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["config", "server", "key", "editor", "agent"]
"""Why a provider is offered: the user config describes it, it answers on this machine, its key is set, the editor has
models of its own, or its program is on the PATH."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that could be used now.

    Attributes:
        provider: Its name in the user config.
        source: Why it is offered.
        detail: The same in words for a person; it never holds a key.
        is_hosted: Whether requests leave this machine.
        models: Ids that it lists, where they were asked for already.
        needs_key: Whether it said that it wants a key that it was not given.
    """

    provider: str
    source: Source
    detail: str
    is_hosted: bool
    models: tuple[str, ...] = ()
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An address of this machine that answered, but cannot be asked; `reason` says why, in words."""

    provider: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found, the likeliest first."""

    candidates: tuple[Candidate, ...]
    passed_over: tuple[PassedOver, ...] = ()

    def named(self, provider: str) -> Candidate | None:
        """The candidate with this name."""
        return next((one for one in self.candidates if one.provider == provider), None)


def found_value(found: Found) -> dict[str, Any]:
    """The findings, as JSON and the protocol have them."""
    return {
        "candidates": [
            {
                "provider": one.provider,
                "source": one.source,
                "detail": one.detail,
                "hosted": one.is_hosted,
                "models": len(one.models) or None,
                "needs_key": one.needs_key,
            }
            for one in found.candidates
        ],
        "passed_over": [{"provider": one.provider, "reason": one.reason} for one in found.passed_over],
    }
