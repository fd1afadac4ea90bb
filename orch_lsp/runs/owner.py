"""Which process owns a run, and whether it is still there.

On Linux a process is told apart by the boot and its start in clock ticks since then, which no step of the clock moves
(proc_pid_stat(5), field 22): the start time of day that psutil derives moves with the clock, for there the kernel's
boot time does. On macOS and Windows, the system notes the time of day once, when the process starts.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.late import late

if TYPE_CHECKING:
    from orch_lsp.runs import record as records
    from orch_lsp.runs.record import Owner
else:
    records = late("orch_lsp.runs.record")

START_TOLERANCE_S = 2.0
"""Start times of day of one process may differ by this much: a kernel's boot time may be in whole seconds."""


def this_process() -> Owner:
    """The owner that runs started by this process name."""
    import psutil

    seen = _seen(os.getpid())
    ticks = seen.start_ticks if seen else None
    return records.Owner(
        platform.node(), os.getpid(), psutil.Process().create_time(), _pid_namespace(), _boot_id(), ticks
    )


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
    if owner.pid <= 0:
        return False
    boot_id = _boot_id()
    if owner.boot_id is None or owner.start_ticks is None or boot_id is None:
        return _runs_by_time_of_day(owner)
    if owner.boot_id != boot_id:
        return False
    seen = _seen(owner.pid)
    if seen is None:
        return _is_hidden(owner.pid)
    return seen.start_ticks == owner.start_ticks and seen.state not in _DEAD


def _runs_by_time_of_day(owner: Owner) -> bool:
    """As far as start times of day tell: where they do not move, and for records of versions that knew no better."""
    import psutil

    try:
        process = psutil.Process(owner.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - owner.started) <= START_TOLERANCE_S
    except (psutil.NoSuchProcess, OverflowError, ValueError):
        return False
    except psutil.AccessDenied:
        return True


@dataclass(frozen=True, slots=True)
class _Seen:
    """A process as `/proc` shows it: its state, and its start in clock ticks since the boot."""

    state: str
    start_ticks: int


_DEAD = frozenset("ZX")


def _seen(pid: int) -> _Seen | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes().decode("ascii", "replace")
        # The program's name comes before, in brackets, and may hold brackets and blanks itself.
        fields = text.rpartition(")")[2].split()
        return _Seen(fields[0], int(fields[19]))
    except (OSError, ValueError, IndexError):
        return None


def _is_hidden(pid: int) -> bool:
    """Whether there is such a process although `/proc` does not show it, as other users' may be hidden there."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _boot_id() -> str | None:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().decode("ascii").strip()
    except (OSError, ValueError):
        return None


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
