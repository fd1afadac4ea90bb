"""The open places of a document, and which of them a run is to write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orch_lsp.document.brief import Target, fill_targets
from orch_lsp.document.drafting import OpenPlace, asked_for, open_places
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.orchestration.planning.locked import locks_of_key
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.text import shortened

if TYPE_CHECKING:
    from orch_lsp.runs.record import RunRecord

_LONGEST_NAME = 80
_MOST_NAMED = 12


def open_targets(reading: Reading) -> tuple[Target, ...]:
    """All that is open in a document and not locked: its sections, or the places that its format has."""
    document = reading.document
    if reading.profile.drafting is None:
        sections = document.profile_sections
        found = tuple(
            (target, sections[target.key].heading.start if target.key in sections else -1)
            for target in fill_targets(document, reading.profile)
        )
    else:
        found = tuple((_target(place), place.head.start) for place in open_places(document))
    if not reading.settings.locked:
        return tuple(target for target, _ in found)
    return tuple(target for target, start in found if next(locks_of_key(reading, target.key, start), None) is None)


def asked_again(reading: Reading, earlier: RunRecord) -> tuple[str, ...]:
    """The places of a format that an earlier run asked for and that are open still; none for all that is open."""
    if reading.profile.drafting is None:
        return ()
    return still_open(reading, earlier)


def still_open(reading: Reading, earlier: RunRecord) -> tuple[str, ...]:
    """The keys that an earlier run asked for and that are open still."""
    asked = keys_asked(earlier)
    return tuple(target.key for target in open_targets(reading) if target.key in asked)


def keys_asked(run: RunRecord) -> frozenset[str]:
    """The keys that a run asked for; none if it ended before that was known."""
    if run.rewrite is not None:
        return frozenset(run.rewrite.keys)
    return frozenset(key for step in run.steps for key in step.sections)


def wanted_targets(reading: Reading, only: Sequence[str]) -> tuple[Target, ...]:
    """The open targets that are asked for: those of these keys of sections, places or nodes; without any key, all.

    Raises:
        SpecError: A key names nothing in the document (`unknown_node`).
    """
    targets = open_targets(reading)
    if not only:
        return targets
    keys: set[str] = set()
    for key in only:
        found = {target.key for target in targets if target.key == key}
        if not found and reading.profile.drafting is not None:
            found = {place.key for place in asked_for(reading.document, key)}
        known = reading.document.nodes.by_key.keys() | {section.key for section in reading.profile.sections}
        if not found and key not in known:
            raise SpecError(
                ErrorCode.UNKNOWN_NODE,
                f"There is nothing named “{shortened(key, _LONGEST_NAME)}” in the document.",
                remediation=_what_is_open(targets),
            )
        keys |= found
    return tuple(target for target in targets if target.key in keys)


def _target(place: OpenPlace) -> Target:
    return Target(place.key, place.title, "missing" if place.span.start == place.span.end else "placeholder")


def _what_is_open(targets: Sequence[Target]) -> str:
    if not targets:
        return "Nothing is open in it."
    named = ", ".join(target.key for target in targets[:_MOST_NAMED])
    return f"Open are: {named}{', …' if len(targets) > _MOST_NAMED else ''}."
