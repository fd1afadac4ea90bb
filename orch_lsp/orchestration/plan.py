"""Before a run: what the document asks for, and which provider and model are to write it.

Whatever is wrong here is told at once and leaves no record: nothing was sent, nothing was begun.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, SettingsError, SpecError
from orch_lsp.orchestration.source import Source
from orch_lsp.settings.model import Choice, Settings
from orch_lsp.spec.brief import Target, brief_of, fill_targets
from orch_lsp.spec.model import SpecDocument
from orch_lsp.spec.parse import parse
from orch_lsp.spec.profiles import PLAIN, Profile, profile_named

if TYPE_CHECKING:
    from orch_lsp.orchestration.session import Session
    from orch_lsp.settings.load import ProjectLayer
    from orch_lsp.settings.resolve import CommandChoice


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with the settings that hold for it, before anything is asked of it."""

    source: Source
    root: Path | None
    spec_path: str
    document: SpecDocument
    profile: Profile
    settings: Settings


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """Everything that a run needs to know about what it is to do."""

    reading: Reading
    choice: Choice
    brief: str
    targets: tuple[Target, ...]
    command: str
    parent_run_id: str | None = None


def read_document(text: str, profile_name: str = "plain") -> tuple[SpecDocument, Profile]:
    """Parse with the profile that the front matter names, else `profile_name`, else `plain`."""
    fallback = profile_named(profile_name) or PLAIN
    document = parse(text, fallback)
    named = document.front_matter.values.get("profile") if document.front_matter else None
    profile = profile_named(named) if isinstance(named, str) else None
    if profile is None or profile.name == fallback.name:
        return document, fallback
    return parse(text, profile), profile


async def read(session: Session, source: Source, *, editor: ProjectLayer, command: CommandChoice) -> Reading:
    """Parse a document and merge the settings that hold for it. Never fails on a document or a setting."""
    root = await asyncio.to_thread(session.root_of, source)
    document, profile = await asyncio.to_thread(read_document, source.text)
    settings = await session.settings(root, document.front_matter, editor=editor, command=command)
    if settings.profile != profile.name and (
        document.front_matter is None or "profile" not in document.front_matter.values
    ):
        document, profile = await asyncio.to_thread(read_document, source.text, settings.profile)
    spec_path = await asyncio.to_thread(session.spec_path, source, root)
    return Reading(source, root, spec_path, document, profile, settings)


def chosen(settings: Settings) -> Choice:
    """The provider and model.

    Raises:
        SettingsError: No layer names a provider, or the one that does cannot be used.
    """
    if settings.choice_problem is not None:
        code, message = settings.choice_problem
        raise SettingsError(ErrorCode(code), message)
    if settings.choice is None:
        raise SettingsError(ErrorCode.MISSING_PROVIDER, "No provider is chosen for this document.")
    return settings.choice


def plan_draft(reading: Reading, *, command: str, parent_run_id: str | None = None) -> DraftPlan:
    """Decide what a run is to write.

    Raises:
        SettingsError: No usable provider and model are chosen.
        SpecError: There is no brief, or nothing to fill.
    """
    choice = chosen(reading.settings)
    brief = brief_of(reading.document, reading.profile)
    if not brief.strip():
        raise SpecError(ErrorCode.NO_BRIEF, "The document holds no brief: there is nothing to draft from.")
    targets = fill_targets(reading.document, reading.profile)
    if not targets:
        raise SpecError(ErrorCode.NOTHING_TO_FILL, "Every section of the document has text already.")
    return DraftPlan(reading, choice, brief, targets, command, parent_run_id)
