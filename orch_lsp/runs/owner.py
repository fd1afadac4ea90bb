"""Which process owns a run, and whether it is still there."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from orch_lsp.runs.record import Owner

START_TOLERANCE_S = 2.0
"""Start times of one process may differ by this much between readers: the kernel's boot time is in whole seconds."""


def this_process() -> Owner:
    """The owner that runs started by this process name."""
    import psutil

    return Owner(platform.node(), os.getpid(), psutil.Process().create_time(), _pid_namespace())


def is_gone(owner: Owner, heartbeat_at: str | None, lease_s: float, now: datetime | None = None) -> bool:
    """Whether nobody works on the owner's runs any more.

    Args:
        owner: The process that the run names.
        heartbeat_at: RFC 3339 time of its last sign of life, as the store has it.
        lease_s: Seconds that a silent owner on another host is believed to live.
        now: The time to compare with; the present if left out.

    Returns:
        On this host, whether no process with that pid and start time runs; elsewhere, whether the lease expired.
    """
    if owner.host == platform.node() and owner.pid_namespace == _pid_namespace():
        return not _runs_here(owner)
    last_sign = _parse_time(heartbeat_at)
    if last_sign is None:
        return True
    return ((now or datetime.now(UTC)) - last_sign).total_seconds() > lease_s


def _runs_here(owner: Owner) -> bool:
    import psutil

    if owner.pid <= 0:
        return False
    try:
        process = psutil.Process(owner.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - owner.started) <= START_TOLERANCE_S
    except (psutil.NoSuchProcess, OverflowError, ValueError):
        return False
    except psutil.AccessDenied:
        return True


def _pid_namespace() -> str | None:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return None


def _parse_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
