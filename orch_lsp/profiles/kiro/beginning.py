"""Where Kiro's documents are begun: a folder for each feature."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started

_ALWAYS = "---\ninclusion: always\n---\n\n"
STEERING_TEMPLATE = f"{_ALWAYS}# {{title}}\n\n{{note}}\n\n## Purpose\n\n## Rules\n"
"""Of guidance under any name but the usual three."""
STEERING_TEMPLATES = {
    "product": f"{_ALWAYS}# Product Overview\n\n{{note}}\n\n## Purpose\n\n## Target Users\n\n## Key Features\n\n"
    "## Business Objectives\n",
    "tech": f"{_ALWAYS}# Technology Stack\n\n{{note}}\n\n## Stack\n\n## Libraries and Tools\n\n## Common Commands\n\n"
    "## Constraints\n",
    "structure": f"{_ALWAYS}# Project Structure\n\n{{note}}\n\n## Folders\n\n## Naming\n\n## Imports\n\n## Decisions\n",
}
"""By the names under which Kiro's own tool writes them."""


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """One document of a feature, or a file of guidance."""
    del listing
    kind = kind or "requirements"
    if kind == "steering":
        return (Started(kind, f".kiro/steering/{name}.md"),)
    if kind in {"requirements", "bugfix", "design", "tasks"}:
        return (Started(kind, f".kiro/specs/{name}/{kind}.md"),)
    return ()


_NEXT = {"requirements": ("design", "tasks"), "bugfix": ("design", "tasks"), "design": ("tasks",)}


def follow(kind: str, path: str, named: Sequence[str]) -> Sequence[Started]:
    """The design of requirements, then the tasks, in the same folder."""
    del named
    folder = path[: path.rfind("/") + 1]
    return tuple(Started(one, f"{folder}{one}.md") for one in _NEXT.get(kind, ()))
