"""Which documents are OpenSpec's: those in a folder `openspec`, else those with its headings.

openspec/specs/CAPABILITY/spec.md              what holds now; a capability may be several folders deep
openspec/changes/ID/{proposal,design,tasks}.md what is to change
openspec/changes/ID/specs/CAPABILITY/spec.md   the delta of one capability
openspec/changes/archive/DATE-ID/…             what has been changed
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from orch_lsp.document.heading_name import heading_name
from orch_lsp.profiles.openspec.headings import REQUIREMENT, SCENARIO, operation_of
from orch_lsp.profiles.openspec.words import SECTION_HEADINGS
from orch_lsp.profiles.protocol import Clues, Recognition

_FOLDER = "openspec"
_SPECS = "specs"
_CHANGES = "changes"
_ARCHIVE = "archive"
_NOT_ITS_OWN = frozenset({"schemas"})
_OF_A_CHANGE = {"proposal.md": "proposal", "design.md": "design", "tasks.md": "tasks"}
_SECOND = 2
_PROPOSAL = frozenset({"why", "what changes"})
_REQUIREMENTS = frozenset(map(heading_name, SECTION_HEADINGS["requirements"]))
_DESIGN = frozenset({"decisions", "risks / trade offs"})


def recognise(clues: Clues) -> Recognition | None:
    """Recognise a document: by its path, else by its headings."""
    at = _root(clues.parts)
    return _by_headings(clues) if at is None else replace(_by_path(clues.parts, at), anchor=at)


def _root(parts: tuple[str, ...]) -> int | None:
    """How many parts of the path belong to the folder `openspec`, itself included; None if it is in none.

    The first one that holds specs or changes is meant: a capability may have the name, too, and so may a repository.
    """
    found = [number + 1 for number, part in enumerate(parts[:-1]) if part == _FOLDER]
    return next(
        (at for at in found if parts[at] in {_SPECS, _CHANGES} and at < len(parts) - 1), max(found, default=None)
    )


def _by_path(parts: tuple[str, ...], at: int) -> Recognition:
    root, below, name = _joined(parts[:at]), parts[at:-1], parts[-1]
    if below[:1] == (_CHANGES,) and len(below) > 1:
        archived = below[1] == _ARCHIVE
        depth = 3 if archived else 2
        if len(below) >= depth:
            return _of_change(root, _joined(parts[: at + depth]), below[depth:], name, frozen=archived)
        return Recognition("notes", "path", root, frozen=archived)
    if below[:1] == (_SPECS,) and name == "spec.md":
        return Recognition("spec", "path", _joined(parts[:-1]))
    if below[:1] == (_SPECS,):
        return Recognition("design" if name == "design.md" else "notes", "path", _joined(parts[:-1]))
    return Recognition("notes", "path", root, frozen=not _NOT_ITS_OWN.isdisjoint(below[:1]))


def _joined(parts: tuple[str, ...]) -> str:
    return PurePosixPath(*parts).as_posix()


def _of_change(root: str, change: str, below: tuple[str, ...], name: str, *, frozen: bool) -> Recognition:
    if below[:1] == (_SPECS,):
        # A spec that stands in no capability's folder is one in the wrong place, and read as a delta, too.
        capability = "/".join(below[1:])
        scope = f"{change}/{'/'.join(below)}"
        places = {"base": f"{root}/{_SPECS}/{capability}", "change": change} if capability else {}
        return Recognition("delta", "path", scope, frozen, places)
    kind = _OF_A_CHANGE.get(name, "notes") if not below else "notes"
    return Recognition(kind, "path", change, frozen, {"specs": f"{root}/{_SPECS}", "deltas": f"{change}/{_SPECS}"})


def _by_headings(clues: Clues) -> Recognition | None:
    """A delta has parts of one, and no others beside them unless it holds requirements, too.

    A heading such as `### Requirement 1: …` alone is no sign: reports and notes of any kind have them.
    """
    seconds = [heading.text for heading in clues.headings if heading.level == _SECOND]
    names = {heading_name(text) for text in seconds}
    operations = [operation_of(text) is not None for text in seconds]
    requirements = any(heading.level > _SECOND and REQUIREMENT.match(heading.text) for heading in clues.headings)
    kind: str | None = None
    if any(operations) and (requirements or all(operations)):
        kind = "delta"
    elif requirements and (names & _REQUIREMENTS or any(SCENARIO.match(heading.text) for heading in clues.headings)):
        kind = "spec"
    elif names >= _PROPOSAL:
        kind = "proposal"
    elif names >= _DESIGN:
        kind = "design"
    return None if kind is None else Recognition(kind, "content")
