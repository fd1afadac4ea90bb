"""Which documents are GSD's: those in `.planning/`, else those with its headings or front matter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from orch_lsp.profiles.protocol import Clues, Recognition

_FOLDER = ".planning"
_DONE = frozenset({"milestones", "archive", "archives", "archived", "_archive", ".archive"})
"""Folders of what was shipped: it is read, and not changed any more."""
_VERSION = re.compile(r"v\d+ requirements", re.IGNORECASE)
_PLAN_KEYS = frozenset({"phase", "plan", "wave"})


def recognise(clues: Clues) -> Recognition | None:
    """Recognise a document of the format."""
    return _by_path(clues.parts) or _by_content(clues)


def _by_path(parts: Sequence[str]) -> Recognition | None:
    *folders, name = (part.casefold() for part in parts)
    if _FOLDER not in folders or not name.endswith((".md", ".markdown")):
        return None
    at = len(folders) - 1 - folders[::-1].index(_FOLDER)
    frozen = not _DONE.isdisjoint(folders[at + 1 :])
    scope = str(PurePosixPath(*parts[: at + 1]))
    return Recognition(_kind(name.rpartition(".")[0]), "path", scope, frozen, anchor=at + 1)


def _kind(stem: str) -> str:
    """The kind by a file's name: `REQUIREMENTS`, `v0.1.0-REQUIREMENTS`, `01-02-PLAN`, `PROJECT`, `01-CONTEXT`."""
    last = stem.rpartition("-")[2]
    return last if last in {"requirements", "roadmap", "plan", "project", "context"} else "notes"


def _by_content(clues: Clues) -> Recognition | None:
    if clues.front_matter is not None and set(clues.front_matter.values) >= _PLAN_KEYS:
        return Recognition("plan", "content")
    if any(heading.level == 2 and _VERSION.fullmatch(heading.text.strip()) for heading in clues.headings):
        return Recognition("requirements", "content")
    return None
