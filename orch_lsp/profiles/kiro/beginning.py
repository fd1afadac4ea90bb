"""Where Kiro's documents are begun: a folder for each feature."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """One document of a feature, or a file of guidance."""
    del listing
    kind = kind or "requirements"
    if kind == "steering":
        return (Started(kind, f".kiro/steering/{name}.md"),)
    if kind in {"requirements", "bugfix", "design", "tasks"}:
        return (Started(kind, f".kiro/specs/{name}/{kind}.md"),)
    return ()
