"""Profiles: the formats a spec can follow. One is a list of sections; packages may register more.

A profile is found through the entry-point group `orch_lsp.profiles`: each entry point names a `Profile`, and its name
is the profile's. `plain` is registered like any other, and its name cannot be taken by another package.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata

ENTRY_POINT_GROUP = "orch_lsp.profiles"

_log = logging.getLogger(__name__)

_LONGEST_NAME = 200
_NUMBERING = re.compile(r"\d+(?:\.\d+)*[.):]?\s+")
_SUFFIX = re.compile(r"\s*\([^()]*\)$")
_EMPHASIS = str.maketrans("", "", "*`~")
_SEPARATORS = re.compile(r"[\s_\-\u2010-\u2015]+")


def heading_name(title: str) -> str:
    """A heading's text as it is compared: lower case, without emphasis, numbering, suffixes and outer punctuation."""
    if len(title) > _LONGEST_NAME:
        return ""
    name = title.translate(_EMPHASIS).strip()
    name = _NUMBERING.sub("", name, count=1) if _NUMBERING.match(name) else name
    name = _SUFFIX.sub("", name.strip(" \t#:.!?_"))
    name = _SEPARATORS.sub(" ", name).casefold()
    start, end = 0, len(name)
    while start < end and not name[start].isalnum():
        start += 1
    while end > start and not name[end - 1].isalnum():
        end -= 1
    return name[start:end]


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section of a profile: how it is addressed and called, and what belongs into it."""

    key: str
    """Stable address, lower case with hyphens."""
    title: str
    """The heading that is written for it; recognised at any level."""
    aliases: tuple[str, ...] = ()
    """Other headings for it; recognised unless they are sub-headings of a profile section."""
    guidance: str = ""
    """What belongs into it, for the model and for people."""


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
        return _names(self)[0].get(heading_name(title))

    def key_of_alias(self, title: str) -> str | None:
        """The key of the section that this heading is another word for."""
        return _names(self)[1].get(heading_name(title))


@cache
def _names(profile: Profile) -> tuple[dict[str, str], dict[str, str]]:
    titles = {heading_name(section.title): section.key for section in profile.sections}
    aliases: dict[str, str] = {}
    for section in profile.sections:
        for alias in section.aliases:
            aliases.setdefault(heading_name(alias), section.key)
    return titles, aliases


PLAIN = Profile(
    name="plain",
    description="Seven sections, from the goal to the rollback plan.",
    prompt_name="plain.draft",
    sections=(
        SectionSpec(
            "goal",
            "Goal",
            ("Goals", "Objective", "Objectives", "Purpose", "The goal"),
            "The outcome that is wanted, for whom, and why, in one to three sentences.",
        ),
        SectionSpec(
            "non-goals",
            "Non-goals",
            ("Nongoals", "Non-goal", "Out of scope", "Not in scope", "Not goals"),
            "What is deliberately left out, one bullet each, so that nobody builds it by accident.",
        ),
        SectionSpec(
            "assumptions",
            "Assumptions",
            ("Assumption", "Constraints and assumptions", "Assumptions and constraints", "Assumptions & constraints"),
            "What is taken as given and would change the plan if it were false, one bullet each.",
        ),
        SectionSpec(
            "acceptance-criteria",
            "Acceptance Criteria",
            ("Acceptance criterion", "Acceptance", "Success criteria", "Definition of done", "Done when"),
            "Observable conditions that show that the goal is met, one bullet each; every one can be checked.",
        ),
        SectionSpec(
            "tasks",
            "Tasks",
            ("Task", "Task list", "Implementation tasks", "Work items", "To do", "Todos"),
            "The steps of the work in a sensible order, as a checklist (`- [ ] …`), each small enough to review.",
        ),
        SectionSpec(
            "verification-plan",
            "Verification Plan",
            ("Verification", "Test plan", "Testing", "Testing plan", "Validation", "Validation plan"),
            "How each acceptance criterion is checked: tests, measurements, who looks at what.",
        ),
        SectionSpec(
            "rollback-plan",
            "Rollback Plan",
            ("Rollback", "Roll back", "Rollback strategy", "Back-out plan", "Backout plan"),
            "How the change is undone if it goes wrong, what triggers that, and what cannot be undone.",
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
    except (ImportError, AttributeError, SyntaxError):
        _log.warning("profile %r cannot be loaded from %s", name, entry.value, exc_info=True)
        return None
    if not isinstance(loaded, Profile):
        _log.warning("profile %r is not a Profile: %s", name, entry.value)
        return None
    return loaded
