"""Where OpenSpec's documents are begun: a change with proposal, delta and tasks, or a spec of its own."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started

CHANGE = "change"
"""Stands for all documents of a new change."""


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """The documents of a change that is named so; or one document, of a change or of the specs."""
    del listing
    folder = f"openspec/changes/{name}"
    delta = Started("delta", f"{folder}/specs/{name}/spec.md")
    if kind in {None, CHANGE}:
        return (Started("proposal", f"{folder}/proposal.md"), delta, Started("tasks", f"{folder}/tasks.md"))
    if kind == "spec":
        return (Started(kind, f"openspec/specs/{name}/spec.md"),)
    if kind == "delta":
        return (delta,)
    return (Started(kind, f"{folder}/{kind}.md"),) if kind in {"proposal", "design", "tasks"} else ()


_DELTAS = "/specs/"


def follow(kind: str, path: str, named: Sequence[str]) -> Sequence[Started]:
    """The deltas of a proposal, one for each capability that it names; then the tasks of the change, and its design."""
    folder = path.rpartition("/")[0]
    if kind == "delta":
        folder = folder.rpartition(_DELTAS)[0]
    rest = (Started("tasks", f"{folder}/tasks.md"), Started("design", f"{folder}/design.md"))
    if kind == "proposal":
        names = dict.fromkeys(scope.rpartition(_DELTAS)[2] for scope in named if _DELTAS in scope)
        return (*(Started("delta", f"{folder}{_DELTAS}{name}/spec.md") for name in names if name), *rest)
    if kind == "design":
        return rest[:1]
    return rest if kind == "delta" and folder else ()
