"""Where GSD's documents are begun: all below one folder."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started

_PHASE = re.compile(r"(\d{2})-(.+)")
_PHASES = ".planning/phases"


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """A document of the whole project, or the context or the next plan of a phase."""
    kind = kind or "requirements"
    if kind in {"requirements", "roadmap", "project"}:
        return (Started(kind, f".planning/{kind.upper()}.md"),)
    if kind not in {"plan", "context"}:
        return ()
    found = [match for match in map(_PHASE.fullmatch, listing(_PHASES)) if match is not None]
    phase = next((match for match in found if name in {match[0], match[2]}), None)
    number = phase[1] if phase is not None else f"{max((int(match[1]) for match in found), default=0) + 1:02d}"
    folder = f"{_PHASES}/{phase[0] if phase is not None else f'{number}-{name}'}"
    if kind == "context":
        return (Started(kind, f"{folder}/{number}-CONTEXT.md"),)
    plans = sum(1 for file in listing(folder) if file.endswith("-PLAN.md"))
    return (Started(kind, f"{folder}/{number}-{plans + 1:02d}-PLAN.md"),)
