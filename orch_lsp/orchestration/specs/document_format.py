"""Which format and profile a document follows, and why that may not be known for certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.front_matter import FrontMatter
from orch_lsp.orchestration.specs.included import is_included
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.recognition import holds_only_plain, holds_plain, kept_away, other_format
from orch_lsp.profiles.registry import FORMATS, Recognised, profile_named, profile_names
from orch_lsp.settings.model import Settings
from orch_lsp.text import shortened
from orch_lsp.workspace import PROMPTS_FOLDER, config_home

if TYPE_CHECKING:
    from orch_lsp.document.readings import MarkdownReading

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class NoProfile:
    """Why a document has no profile: nothing is checked in it and nothing drafted."""

    message: str
    line: int | None = None
    """Zero-based line that names a profile which there is not; None if nothing is wrong with the document."""
    cure: str | None = None
    """The way out, where it is another than the code's own."""


def recognised_in(markdown: MarkdownReading, path: str) -> tuple[Recognised, ...]:
    """The formats that a document at a path follows; looked up again after an edit only if its content decides."""
    key = ("recognised", path)
    known: tuple[Recognised, ...] | None = markdown.lasting.get(key)
    if known is None:
        known = markdown.once(key, lambda: FORMATS.recognised(_clues(markdown, path)))
        if known and all(one.recognition.certainty == "path" for one in known):
            markdown.lasting[key] = known
    return known


def formats_of(markdown: MarkdownReading, path: str, spec_path: str, settings: Settings) -> tuple[Recognised, ...]:
    """The formats that a document follows by its path or content, or the one that the settings say instead.

    Args:
        markdown: The document.
        path: Its path, with all folders that tell of its format.
        spec_path: How records name it; globs of the settings are matched with this.
        settings: What holds for it.
    """
    said = format_said(spec_path, settings)
    if said is None or _says_its_profile(markdown.front_matter):
        return recognised_in(markdown, path)
    taken = markdown.once(("taken for", path, said), lambda: FORMATS.taken_for(said, _clues(markdown, path)))
    return () if taken is None else (taken,)


def _clues(markdown: MarkdownReading, path: str) -> Clues:
    return Clues(path, markdown.tree.text, markdown.tree.headings, markdown.front_matter)


def profile_of(front_matter: FrontMatter | None, recognised: Sequence[Recognised], otherwise: str) -> Profile:
    """The profile to read a document with: the one it names, else the recognised one, else that of the settings."""
    named = front_matter.values.get("profile") if front_matter else None
    profile = profile_named(named) if isinstance(named, str) else None
    same = [one.profile for one in recognised if profile is None or one.profile.format == named]
    if len(same) == 1:
        return same[0]
    return profile or profile_named(otherwise) or PLAIN


def format_said(path: str, settings: Settings) -> str | None:
    """The format that the settings say the document has: that of the last glob that it matches."""
    return next((one.profile for one in reversed(settings.formats) if is_included(path, (one.glob,))), None)


def _says_its_profile(front_matter: FrontMatter | None) -> bool:
    return front_matter is not None and "profile" in front_matter.lines


def without_profile(
    document: SpecDocument,
    source: Source,
    whole: str,
    path: str,
    settings: Settings,
    recognised: Sequence[Recognised],
) -> NoProfile | None:
    """The reason to doubt which profile a document follows; None if it is certain."""
    away = "a prompt" if _is_prompt_of_user(source) else kept_away(path)
    if away is not None:
        return NoProfile(
            f"By its path this document is {away}: nothing is drafted in it.",
            cure="Copy it to where your specs are, and draft the copy.",
        )
    if document.front_matter is not None and _says_its_profile(document.front_matter):
        return _unknown_name(document.front_matter)
    said = format_said(path, settings)
    if said is not None and not recognised:
        return NoProfile(_no_profile_named(said), cure="Correct `[[formats]]` in your settings.")
    if recognised:
        return _if_not_certain(recognised)
    if (tool := other_format(whole, document)) is not None:
        return NoProfile(f"This looks like a document of {tool}, a format that has no profile here.")
    if "profile" in settings.origins:
        known = profile_named(settings.profile) is not None
        return None if known else NoProfile(_no_profile_named(settings.profile))
    if not holds_plain(document):
        return NoProfile(
            "The format of this document is not known: it has sections, and none of them is one of plain's."
        )
    if source.path is not None and not holds_only_plain(document) and not is_included(path, settings.include):
        return NoProfile(
            "The format of this document is not known: it has sections that are not plain's, and its path matches "
            "no pattern of `include`."
        )
    return None


def _is_prompt_of_user(source: Source) -> bool:
    return source.path is not None and config_home() / PROMPTS_FOLDER in source.path.parents


def _if_not_certain(recognised: Sequence[Recognised]) -> NoProfile | None:
    if len(recognised) > 1:
        names = " or ".join(one.profile.name for one in recognised)
        return NoProfile(
            f"This document could be one of {names}.", cure="Name the one that it is in its front matter: `profile: …`."
        )
    if recognised[0].recognition.frozen:
        return NoProfile(f"This document of {recognised[0].profile.format} is not to be changed any more.")
    return None


def _unknown_name(front_matter: FrontMatter) -> NoProfile | None:
    line = front_matter.lines["profile"]
    if front_matter.problem is not None:
        return NoProfile("The front matter names a profile, and cannot be read.", line)
    name = front_matter.values["profile"]
    if isinstance(name, str) and profile_named(name) is not None:
        return None
    return NoProfile(_no_profile_named(name if isinstance(name, str) else repr(name)), line)


def _no_profile_named(name: str) -> str:
    shown = shortened(name, _LONGEST_NAME)
    if (reason := FORMATS.why_unusable(name)) is not None:
        return f"The package that brings the profile “{shown}” cannot be used: {reason}."
    return f"There is no profile named “{shown}”. Known: {', '.join(profile_names())}."
