"""Where spec-kit's documents are begun: a folder with the next free number for each feature."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started

_FOLDER = "specs"
_NUMBERED = re.compile(r"(\d{3,4})-(.+)")
_FILES = {
    "spec": "spec.md",
    "plan": "plan.md",
    "tasks": "tasks.md",
    "research": "research.md",
    "data-model": "data-model.md",
    "quickstart": "quickstart.md",
    "checklist": "checklists/requirements.md",
}
_ROADMAP = "roadmap"
_CONSTITUTION = ".specify/memory/constitution.md"


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """The document of a feature; a feature that is there already keeps its folder, a new one gets the next number."""
    if kind == "constitution":
        return (Started(kind, _CONSTITUTION),)
    kind = kind or "spec"
    if kind == _ROADMAP:
        # A spec of specs has no number: those of its parts are specs of their own.
        return (Started(kind, f"{_FOLDER}/{name}/roadmap.md"),)
    if kind not in _FILES:
        return ()
    found = [match for match in map(_NUMBERED.fullmatch, listing(_FOLDER)) if match is not None]
    folder = next((match[0] for match in found if name in {match[0], match[2]}), None)
    if folder is None or kind == "spec":
        number = max((int(match[1]) for match in found), default=0) + 1
        folder = f"{number:03d}-{name}"
    return (Started(kind, f"{_FOLDER}/{folder}/{_FILES[kind]}"),)


_NEXT = {"spec": ("plan", "tasks"), "plan": ("tasks",)}


def follow(kind: str, path: str, named: Sequence[str]) -> Sequence[Started]:
    """The plan of a spec, then the tasks, in the same folder."""
    del named
    folder = path[: path.rfind("/") + 1]
    return tuple(Started(one, f"{folder}{_FILES[one]}") for one in _NEXT.get(kind, ()))
