"""Where a plain spec is begun: in the folder of the workspace, under its own name."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.profiles.protocol import Listing, Started


def begin(kind: str | None, name: str, listing: Listing) -> Sequence[Started]:
    """The one document."""
    del listing
    return (Started("spec", f"{name}.spec.md"),) if kind in {None, "spec"} else ()
