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
    *(
        "需求说明文档",
        "需求規格書",
        "需求規格文件",
        "需求规格文档",
        "需求规格说明书",
        "需求规格说明",
        "需求说明书",
        "要求文档",
    ),
    *(
        "要件書",
        "要件文書",
        "要求仕様書",
        "要求定義書",
        "요구 사항 문서",
        "요구사항 정의서",
        "요구사항 명세",
        "요건 문서",
    ),
    *("Documento de requerimientos", "Especificación de requisitos", "Especificação de requisitos"),
    *("Documento de especificação de requisitos", "Anforderungsdokumentation", "Anforderungsspezifikation"),
    *("Document d’exigences", "Document des exigences", "Document de spécification des exigences"),
    *("Spécification des exigences", "Cahier des exigences"),
)
"""Titles of the requirements, the first as Kiro writes it."""
REQUIREMENTS_TITLES_IN_LANGUAGES = in_languages(
    *("需求文档", "需求文件", "要件定義書", "요구사항 문서", "Documento de requisitos", "Documento de requisitos"),
    *("Anforderungsdokument", "Document d'exigences"),
)
BUGFIX_TITLES = (
    *(
        "Bugfix Requirements Document",
        "Bug 修复需求文档",
        "缺陷修复需求文档",
        "バグ修正要件定義書",
        "バグ修正要件ドキュメント",
    ),
    *("버그 수정 요구사항 문서", "Documento de requisitos de corrección de errores"),
    *("Documento de requisitos de correção de bugs", "Anforderungsdokument zur Fehlerbehebung"),
    "Document d'exigences de correction de bug",
)
_DESIGN_TITLES = frozenset(
    {
        *(
            "design document",
            "technical design document",
            "设计文档",
            "技术设计文档",
            "設計文件",
            "設計書",
            "技術設計書",
        ),
        *("設計ドキュメント", "설계 문서", "기술 설계 문서", "documento de diseño", "documento de design"),
        *("documento de projeto", "designdokument", "entwurfsdokument", "document de conception"),
    }
)
_PLAN_TITLES = frozenset(
    {
        *("implementation plan", "实现任务", "实施计划", "实现计划", "實作計畫", "實施計畫", "実装計画", "実装プラン"),
        *("구현 계획", "plan de implementación", "plano de implementação", "implementierungsplan", "umsetzungsplan"),
        *("plan d'implémentation", "plan d’implémentation", "plan de mise en œuvre"),
    }
)
_REQUIREMENTS_NAMES = frozenset(map(heading_name, REQUIREMENTS_TITLES))
_BUGFIX_NAMES = frozenset(map(heading_name, BUGFIX_TITLES))
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


def scope_by_content(path: str) -> str | None:
    """The folder of a file with a name of the format's own: the spec that it belongs to if its headings are so, too."""
    folder = PurePosixPath(path).parent
    return folder.as_posix() if PurePosixPath(path).name.casefold() in _KINDS and folder.name else None


def _by_headings(clues: Clues) -> Recognition | None:
    kind = _kind(clues)
    if kind is None:
        return None
    own = _KINDS.get(clues.parts[-1].casefold(), "") == kind.partition("-")[0]
    return Recognition(kind, "content", scope_by_content(clues.path) if own else None)


def _kind(clues: Clues) -> str | None:
    title = heading_name(clues.title)
    if title in _REQUIREMENTS_NAMES:
        return "requirements-elsewhere"
    if title in _BUGFIX_NAMES:
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
