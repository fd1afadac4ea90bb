"""By which a file is seen to be another one, or to hold something else, without reading it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from operator import attrgetter
from typing import NamedTuple

Fields = tuple[int, ...]
"""A stamp as a plain tuple: there are many, and the collector of garbage looks at no tuple of numbers alone."""
fields_of: Callable[[os.stat_result], Fields] = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
"""The fields of a `Stamp` by a file's status."""
_FINE_NS = 50_000_000
_COARSE_NS = 2_500_000_000
"""How long after a change another one may have the same time: with clocks of a tick, and of two seconds (FAT)."""


class Stamp(NamedTuple):
    """Bytes, two times in nanoseconds, and who it is. A time that was set back leaves its trace in `ctime_ns`."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file by its status."""
    return Stamp._make(fields_of(status))


def settled(stamp: Stamp | None, now_ns: Callable[[], int] = time.time_ns) -> Stamp | None:
    """A stamp by which a later change will be seen; None if the file may still change without getting another one."""
    if stamp is None:
        return None
    margin = _FINE_NS if stamp.mtime_ns % 1_000_000_000 else _COARSE_NS
    return stamp if max(stamp.mtime_ns, stamp.ctime_ns) + margin < now_ns() else None
