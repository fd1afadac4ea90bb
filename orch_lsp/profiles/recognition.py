"""Which format a document follows, as far as that is known for certain: by its path, then by its headings.

`plain` fits documents that were written for it. Documents of other formats are only told apart here: drafting into one
as if it were plain would break what its own tool reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.skeleton import Skeleton

_FOLDERS = {
    ".taskmaster": "Task Master",
    "agent-os": "Agent OS",
    ".agent-os": "Agent OS",
    "_bmad": "BMAD",
    "_bmad-output": "BMAD",
    ".bmad-core": "BMAD",
}
"""Folders that belong to one tool."""

_AWAY = {
    **dict.fromkeys(("template", "templates", "_templates", ".templates", "issue_template"), "a template"),
    **dict.fromkeys(("archive", "archives", "archived", "_archive", ".archive"), "archived"),
    **dict.fromkeys(
        ("node_modules", "vendor", "vendored", "third_party", "third-party", "site-packages", ".venv", "venv", ".git"),
        "somebody else's copy",
    ),
}
_PROMPTS = "/.orch/prompts/"
_TEMPLATE_NAME = re.compile(r"(?:.*[-_.])?template(?:[-_.].*)?\.(?:md|markdown)\Z", re.IGNORECASE)

_LOWEST_OF_A_SECTION = 2
_BMAD_STORY = re.compile(r"story \d+\.\d+\s*:", re.IGNORECASE)
_TESSL_LINK = re.compile(r"\[@(?:generate|describe|test|use)\]\(")


def kept_away(path: str) -> str | None:
    """Why a file is never checked or drafted, whatever it holds: a template, a prompt, archived, a copy; else None.

    Args:
        path: Relative to the workspace's root, with `/`.
    """
    *folders, name = path.casefold().split("/")
    if _PROMPTS in f"/{path.casefold()}":
        return "a prompt"
    found = next((_AWAY[folder] for folder in folders if folder in _AWAY), None)
    return "a template" if found is None and _TEMPLATE_NAME.match(name) else found


def other_format(path: str, document: SpecDocument) -> str | None:
    """The name of the tool whose format a document follows, by its path, then by its headings; None if none is known.

    Args:
        path: Relative to the workspace's root, with `/`.
        document: Read with any profile.
    """
    return format_of_path(path) or document.once("other format", lambda: _by_headings(document))


def format_of_path(path: str) -> str | None:
    """The name of the tool to which a path belongs; None if it belongs to none.

    Args:
        path: With `/`, relative to the workspace's root, or absolute.
    """
    return _by_path(path.casefold().split("/"))


def holds_plain(document: SpecDocument) -> bool:
    """Whether a document that names no format can be taken for `plain`: it has a section of it, or none at all yet."""
    return bool(document.profile_sections) or holds_only_plain(document)


def holds_only_plain(document: SpecDocument) -> bool:
    """Whether all sections of a document, if it has any, are sections of `plain`."""
    return document.skeleton.once("only plain", None, lambda: not _sections_of_its_own(document))


def _sections_of_its_own(document: SpecDocument) -> list[Section]:
    """Sections beside or below the title that are no sections of the profile, and stand inside none."""
    return [
        section
        for section in document.sections
        if section.level <= _LOWEST_OF_A_SECTION
        and section.profile_key is None
        and section.heading != document.title
        and section.main.start == section.heading.start
    ]


def _by_path(parts: Sequence[str]) -> str | None:
    return next((_FOLDERS[folder] for folder in parts[:-1] if folder in _FOLDERS), None)


def _by_headings(document: SpecDocument) -> str | None:
    is_story = document.skeleton.once("BMAD story", None, lambda: _is_story(document.skeleton))
    return "BMAD" if is_story else "Tessl" if _TESSL_LINK.search(document.text) else None


def _is_story(skeleton: Skeleton) -> bool:
    titles = (title.strip().casefold() for title in skeleton.titles)
    names = list(zip(skeleton.levels, titles, strict=True))
    seconds = {name for level, name in names if level == 2}
    return any(_BMAD_STORY.match(name) for _, name in names) and any(name.startswith("epic ") for name in seconds)
