"""Which documents are spec-kit's: those in a feature's folder or in `.specify`, else those with its titles.

specs/NUMBER-NAME/{spec,plan,tasks,research,data-model,quickstart}.md   a feature; NUMBER may be a time
specs/NUMBER-NAME/checklists/NAME.md                                     questions about it
specs/NUMBER-NAME/…                                                      notes: contracts, reviews and the like
specs/NAME/{spec,plan,tasks}.md                                          a feature, if the title is spec-kit's
specs/NAME/roadmap.md                                                    a spec of specs
.specify/memory/constitution.md, memory/constitution.md                  principles that hold for all
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from orch_lsp.profiles.protocol import Clues, Recognition

_FEATURE = re.compile(r"(?!\d{4}-\d{2}-\d{2})(?:\d{3,}|\d{8}-\d{6})-.")
"""A folder that begins with a day, `2026-03-01-login`, is one of Agent OS, or of OpenSpec's archive."""
_FILES = {
    "spec.md": "spec",
    "plan.md": "plan",
    "tasks.md": "tasks",
    "research.md": "research",
    "data-model.md": "data-model",
    "quickstart.md": "quickstart",
}
_ROADMAP = "roadmap.md"
_MARKDOWN = (".md", ".markdown")
_OWN = ".specify"
_MEMORY = f"{_OWN}/memory"
_TASK = re.compile(r"^\s{0,8}[-*] \[[ xX]\] \**[A-Z]\d{3}", re.MULTILINE)
_CHECK = re.compile(r"^\s{0,8}[-*] \[[ xX]\] \**CHK\d{3}", re.MULTILINE)
_RATIFIED = re.compile(r"\*\*ratified\*\*", re.IGNORECASE)
_ID = re.compile(r"\*\*(?:FR|SC)-\d{3}\*\*|\*\*(?:FR|SC)-\d{3}[:：]\*\*")
_TITLES = (
    (re.compile(r"feature specification\s*[:：]", re.IGNORECASE), None, "spec"),
    (re.compile(r"implementation plan\s*[:：]", re.IGNORECASE), None, "plan"),
    (re.compile(r"tasks\s*[:：]", re.IGNORECASE), _TASK, "tasks"),
    (re.compile(r".*checklist", re.IGNORECASE), _CHECK, "checklist"),
    (re.compile(r".*constitution", re.IGNORECASE), _RATIFIED, "constitution"),
    (
        re.compile(
            r"(?:功能规[格范](?:说明书?)?|功能規[格範](?:說明書?|書)?|(?:機能|フィーチャー)仕様書?"
            r"|기능 ?(?:명세서?|사양서?)"
            r"|especificación de (?:la )?(?:funcionalidad|característica|función)"
            r"|especificação d[ea] (?:funcionalidade|recurso|feature)"
            r"|(?:feature|funktions)-?spezifikation|spécification (?:de (?:la )?fonctionnalité|fonctionnelle))\s*[:：]",
            re.IGNORECASE,
        ),
        _ID,
        "spec",
    ),
    (
        re.compile(r"(?:任务|任務|タスク|작업|tareas|tarefas|aufgaben|tâches)\s*[:：]", re.IGNORECASE), _TASK, "tasks",
    ),
)  # fmt: skip
"""A title, what else the text has to hold, and the kind of document."""
_SCENARIOS = re.compile(r"user scenarios & testing", re.IGNORECASE)


def recognise(clues: Clues) -> Recognition | None:
    """Recognise a document: by its path, else by its title."""
    by_path = _by_path(clues.parts)
    if by_path is None:
        return _by_title(clues)
    if by_path.kind == "notes" and not by_path.frozen:
        found = _by_title(clues)
        if found is not None and found.scope is not None:
            # A feature below the folder of another one, as in `specs/003-a/b/spec.md`.
            return found
    return replace(by_path, anchor=_anchor(clues.parts))


def scope_by_content(path: str) -> str | None:
    """The folder of a file with a name of the format's own: the spec that it belongs to if its title is one, too."""
    folder = PurePosixPath(path).parent
    return folder.as_posix() if PurePosixPath(path).name.casefold() in _FILES and folder.name else None


def _anchor(parts: tuple[str, ...]) -> int:
    return max((number for number, part in enumerate(parts[:-1], 1) if part == _OWN), default=0)


def _by_path(parts: tuple[str, ...]) -> Recognition | None:
    folders, name = parts[:-1], parts[-1].casefold()
    own = _OWN in folders
    if name == "constitution.md" and folders[-1:] == ("memory",):
        return Recognition("constitution", "path", _joined(folders))
    for number in range(len(folders) - 1, -1, -1):
        if folders[number] == "specs" and not _of_another_tool(folders[:number]):
            return _below_specs(folders, number, name, own=own)
    # Templates, scripts and memory of the tool itself.
    return Recognition("notes", "path", frozen=True) if own else None


def _of_another_tool(above: tuple[str, ...]) -> bool:
    """Whether a folder of specs stands in a hidden folder, which is that of a tool, and not of this one."""
    return above[-1:] != (_OWN,) and above[-1:] != () and above[-1].startswith(".") and above[-1] not in {".", ".."}


def _below_specs(folders: tuple[str, ...], at: int, name: str, *, own: bool) -> Recognition | None:
    below = folders[at + 1 :]
    depth = next((n for n in range(len(below), 0, -1) if _FEATURE.match(below[n - 1])), 1 if own and below else 0)
    if name == _ROADMAP and below:
        return Recognition("roadmap", "path", _joined(folders))
    if not depth:
        return None
    root = folders[: at - 1] if folders[at - 1 : at] == (_OWN,) else folders[:at]
    inside = below[depth:]
    kind = _FILES.get(name) if not inside else None
    if kind is None and "checklists" in inside:
        kind = "checklist"
    if kind is None and name.endswith(_MARKDOWN):
        # Contracts, reviews, reports: they belong to the feature, and have a form of their own.
        kind = "notes"
    places = {"constitution": _joined((*root, *_MEMORY.split("/")))}
    scope = _joined(folders[: at + 1 + depth])
    return None if kind is None else Recognition(kind, "path", scope, places=places)


def _joined(parts: tuple[str, ...]) -> str:
    return PurePosixPath(*parts).as_posix()


def _by_title(clues: Clues) -> Recognition | None:
    title = clues.title.strip()
    for pattern, needed, kind in _TITLES:
        if pattern.match(title) and (needed is None or needed.search(clues.text)):
            own = _FILES.get(clues.parts[-1].casefold()) == kind
            return Recognition(kind, "content", scope_by_content(clues.path) if own else None)
    if any(heading.level == 2 and _SCENARIOS.match(heading.text) for heading in clues.headings):
        return Recognition("spec", "content")
    return None
