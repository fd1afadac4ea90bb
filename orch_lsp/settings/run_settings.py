"""The `[runs]` of the settings as values; apart from the others for the sake of who only looks at the history."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How many runs one process has live, how long a silent owner is believed, and what is kept."""

    parallel: int = 4
    heartbeat_s: float = 15.0
    lease_s: float = 120.0
    keep_runs: int | None = None
    keep_days: int | None = None
    vacuum: bool = True
