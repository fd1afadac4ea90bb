"""Profiles: the formats a spec can follow. One is a list of sections; packages may register more.

A profile is found through the entry-point group `orch_lsp.profiles`: each entry point names a `Profile`, and its name
is the profile's. `plain` is registered like any other, and its name cannot be taken by another package.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata

from orch_lsp.spec.heading_name import heading_name, heading_parts
from orch_lsp.spec.translated_titles import TRANSLATED_TITLES

ENTRY_POINT_GROUP = "orch_lsp.profiles"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section of a profile: how it is addressed and called, and what belongs into it."""

    key: str
    """Stable address, lower case with hyphens."""
    title: str
    """The heading that is written for it."""
    aliases: tuple[str, ...] = ()
    """Other words for it."""
    guidance: str = ""
    """What belongs into it, for the model and for people."""
    forms: tuple[str, ...] = ()
    """The title in another number, spelling or language; as good as the title itself, also with a gloss behind it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A format: its sections in order, and the prompt that drafts them."""

    name: str
    sections: tuple[SectionSpec, ...]
    prompt_name: str
    """Name of the prompt for a draft; the run's record carries it."""
    description: str = ""

    def section(self, key: str) -> SectionSpec | None:
        """The section with this key."""
        return next((section for section in self.sections if section.key == key), None)

    def key_of_title(self, title: str) -> str | None:
        """The key of the section whose own title this heading is."""
        return _names(self).titles.get(heading_name(title))

    def key_of_form(self, title: str) -> str | None:
        """The key of the section whose title this heading is in any number, spelling or language."""
        return _names(self).forms.get(heading_name(title))

    def key_of_alias(self, title: str) -> str | None:
        """The key of the first section that this heading is another word for."""
        return next(iter(self.keys_of(title)), None)

    def keys_of(self, title: str) -> tuple[str, ...]:
        """Keys of the sections that this heading speaks of: one, or those of `Goals / Non-goals`; empty if none."""
        return _keys_of(self, title)


@dataclass(frozen=True, slots=True)
class _Names:
    titles: dict[str, str]
    forms: dict[str, str]
    """Titles, their other forms and their translations."""
    all: dict[str, str]


@cache
def _names(profile: Profile) -> _Names:
    titles = {heading_name(section.title): section.key for section in profile.sections}
    forms = dict(titles)
    every: dict[str, str] = {}
    for section in profile.sections:
        for form in section.forms:
            forms.setdefault(heading_name(form), section.key)
    every.update(forms)
    for section in profile.sections:
        for alias in section.aliases:
            every.setdefault(heading_name(alias), section.key)
    return _Names(titles, forms, every)


@lru_cache(maxsize=4096)
def _keys_of(profile: Profile, title: str) -> tuple[str, ...]:
    names = _names(profile)
    whole = names.all.get(heading_name(title))
    if whole is not None:
        return (whole,)
    parts = heading_parts(title)
    # Behind a gloss only the title itself is meant: `Validation – web hooks` is a subject, not a plan.
    if (headed := names.forms.get(parts.head)) is not None:
        return (headed,)
    found = [names.forms.get(name) for name in parts.alternatives]
    known = tuple(dict.fromkeys(key for key in found if key is not None))
    if known and (not parts.joined or None not in found):
        return known
    bracketed = names.forms.get(parts.bracketed)
    return () if bracketed is None else (bracketed,)


PLAIN = Profile(
    name="plain",
    description="Seven sections, from the goal to the rollback plan.",
    prompt_name="plain.draft",
    sections=(
        SectionSpec(
            "goal",
            "Goal",
            ("Objective", "Objectives", "Purpose"),
            "The outcome that is wanted, for whom, and why, in one to three sentences.",
            ("Goals", "The goal", "The goals", *TRANSLATED_TITLES["goal"]),
        ),
        SectionSpec(
            "non-goals",
            "Non-goals",
            ("Out of scope", "Not in scope", "Not goals"),
            "What is deliberately left out, one bullet each, so that nobody builds it by accident.",
            ("Nongoals", "Non-goal", "No goals", *TRANSLATED_TITLES["non-goals"]),
        ),
        SectionSpec(
            "assumptions",
            "Assumptions",
            ("Constraints and assumptions", "Assumptions and constraints"),
            "What is taken as given and would change the plan if it were false, one bullet each.",
            ("Assumption", *TRANSLATED_TITLES["assumptions"]),
        ),
        SectionSpec(
            "acceptance-criteria",
            "Acceptance Criteria",
            ("Acceptance", "Success criteria", "Definition of done", "Done when"),
            "Observable conditions that show that the goal is met, one bullet each; every one can be checked.",
            ("Acceptance criterion", *TRANSLATED_TITLES["acceptance-criteria"]),
        ),
        SectionSpec(
            "tasks",
            "Tasks",
            ("Task list", "Implementation tasks", "Work items", "To do", "Todos"),
            "The steps of the work in a sensible order, as a checklist (`- [ ] …`), each small enough to review.",
            ("Task", *TRANSLATED_TITLES["tasks"]),
        ),
        SectionSpec(
            "verification-plan",
            "Verification Plan",
            ("Verification", "Test plan", "Testing", "Testing plan", "Validation", "Validation plan"),
            "How each acceptance criterion is checked: tests, measurements, who looks at what.",
            TRANSLATED_TITLES["verification-plan"],
        ),
        SectionSpec(
            "rollback-plan",
            "Rollback Plan",
            ("Rollback", "Roll back", "Rollback strategy", "Back-out plan", "Backout plan"),
            "How the change is undone if it goes wrong, what triggers that, and what cannot be undone.",
            TRANSLATED_TITLES["rollback-plan"],
        ),
    ),
)


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
