"""Which documents are Kiro's: those in folders that its tools write, else those with its headings.

Only a path makes a document one that has to be whole: a file that is called `requirements.md` may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from orch_lsp.document.heading_name import heading_name
from orch_lsp.profiles.kiro.words import CRITERIA, REQUIREMENT, either, in_languages
from orch_lsp.profiles.protocol import Clues, Recognition

_OWN = frozenset({".kiro", ".spec-workflow"})
"""Folders all of which belong to the format."""
_AGENTS = frozenset({".claude", ".codex", ".sce", ".gemini", ".cursor", ".opencode", ".qwen"})
"""Folders of other tools, where `specs` may hold the same three documents."""
_KINDS = {"requirements.md": "requirements", "bugfix.md": "bugfix", "design.md": "design", "tasks.md": "tasks"}
_ARCHIVES = frozenset({"archive", "archives", "archived", "_archive", ".archive"})
_MARKDOWN = (".md", ".markdown")

REQUIREMENTS_TITLES = (
    *("Requirements Document", "需求文档", "需求文件", "要件定義書", "要件ドキュメント", "要件定義", "요구사항 문서"),
    *("요구사항 명세서", "Documento de requisitos", "Anforderungsdokument", "Document d'exigences"),
)
"""Titles of the requirements, the first as Kiro writes it."""
REQUIREMENTS_TITLES_IN_LANGUAGES = in_languages(
    *("需求文档", "需求文件", "要件定義書", "요구사항 문서", "Documento de requisitos", "Documento de requisitos"),
    *("Anforderungsdokument", "Document d'exigences"),
)
BUGFIX_TITLES = ("Bugfix Requirements Document",)
_DESIGN_TITLES = frozenset({"design document", "technical design document", "设计文档", "設計書", "설계 문서"})
_PLAN_TITLES = frozenset({"implementation plan", "实现任务", "实施计划", "实现计划", "実装計画", "구현 계획"})
_REQUIREMENTS_NAMES = frozenset(map(heading_name, REQUIREMENTS_TITLES))
_TASK = re.compile(r"(?<![^\r\n])[ \t]{0,8}- \[[ xX~-]\]\*? \d{1,4}(?:\.\d{1,4})?\.? ")
_REQUIREMENT = re.compile(rf"(?<![\W_])[\W_]*+{either(REQUIREMENT)}[ \t]*\d")
_DESIGN = frozenset({"components and interfaces", "data models", "error handling"})


def recognise(clues: Clues) -> Recognition | None:
    """Recognise a document of the format."""
    return _by_path(clues.parts) or _by_headings(clues)


def _by_path(parts: Sequence[str]) -> Recognition | None:
    *folders, name = (part.casefold() for part in parts)
    for number in range(len(folders) - 1, -1, -1):
        below = folders[number + 1 :]
        own = folders[number] in _OWN
        if not name.endswith(_MARKDOWN) or not (own or (folders[number] in _AGENTS and below[:1] == ["specs"])):
            continue
        frozen = not _ARCHIVES.isdisjoint(below)
        if below[:1] == ["specs"]:
            # In a folder of another tool, a file beside the specs may be anybody's.
            kind = _KINDS.get(name, "notes" if own or below[2:] else None)
            folder = str(PurePosixPath(*parts[:-1]))
            return None if kind is None else Recognition(kind, "path", folder, frozen, anchor=number + 1)
        if below[:1] == ["steering"]:
            return Recognition("steering", "path", str(PurePosixPath(*parts[: number + 2])), frozen, anchor=number + 1)
        # Templates and rules of the tools themselves.
        return Recognition("notes", "path", None, frozen=True, anchor=number + 1)
    return None


def _by_headings(clues: Clues) -> Recognition | None:
    kind = _kind(clues)
    return None if kind is None else Recognition(kind, "content")


def _kind(clues: Clues) -> str | None:
    title = heading_name(clues.title)
    if title in _REQUIREMENTS_NAMES:
        return "requirements-elsewhere"
    if title == heading_name(BUGFIX_TITLES[0]):
        return "bugfix"
    if title in _DESIGN_TITLES:
        return "design"
    if title in _PLAN_TITLES and _TASK.search(clues.text) is not None:
        return "tasks"
    names = {heading_name(heading.text) for heading in clues.headings}
    numbered = any(heading.level > 1 and _REQUIREMENT.match(heading.text) for heading in clues.headings)
    if numbered and not CRITERIA.isdisjoint(names):
        return "requirements-elsewhere"
    return "design" if "correctness properties" in names or names >= _DESIGN else None
