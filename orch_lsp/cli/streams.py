"""The standard streams of a process: there from the start, and never a reason for its work to stop.

What goes to stderr is a courtesy. A reader that left, one that does not read and a full disk lose words, not the work.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
import threading
import time
from typing import cast

from orch_lsp.runs.escape import visible

PATIENCE_S = 1.0
"""Seconds that a process which ends waits for the reader of its stderr."""
_BACKLOG = 64 * 1024
"""Bytes that wait for a reader; what comes then is lost."""
_GONE = frozenset({errno.EPIPE, errno.EBADF, errno.ENXIO, errno.EIO})


class CourtesyStream(io.TextIOBase):
    """Text for a person on a descriptor that may be full, slow or gone: writing neither fails nor waits.

    Args:
        descriptor: Where to.
        encoding: How text is written there; what it cannot say is written as an escape.
    """

    def __init__(self, descriptor: int, encoding: str = "utf-8") -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._waiting = bytearray()
        self._gone = False
        self._lock = threading.RLock()

    @property
    def encoding(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] -- a property, where the base has an attribute
        """How text is written there."""
        return self._encoding

    @property
    def errors(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] -- a property, where the base has an attribute
        """The handler of a character that the encoding does not have."""
        return "backslashreplace"

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether a person looks."""
        return os.isatty(self._descriptor)

    def write(self, text: str, /) -> int:
        """Write what can be written now; the rest waits for the next write, or for `drain`."""
        self.write_raw(visible(text.replace("\r\n", "\n"), keep="\n\t"))
        return len(text)

    def write_raw(self, text: str) -> None:
        """As `write`, with all characters as they are: for a live display, which moves the cursor."""
        with self._lock:
            if not self._gone and len(self._waiting) < _BACKLOG:
                self._waiting += text.encode(self._encoding, "backslashreplace")
                self._pass_on(0.0)

    def flush(self) -> None:
        """Write what can be written now."""
        with self._lock:
            self._pass_on(0.0)

    def drain(self, patience_s: float = PATIENCE_S) -> None:
        """Give a slow reader so many seconds to take what waits."""
        with self._lock:
            self._pass_on(patience_s)
            self._waiting.clear()

    def _pass_on(self, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while self._waiting and not self._gone:
            try:
                if not _takes(self._descriptor, until - time.monotonic()):
                    return
                # A pipe that takes anything takes this much without waiting.
                written = os.write(self._descriptor, self._waiting[: _at_once()])
            except BlockingIOError:
                if time.monotonic() >= until:
                    return
                continue
            except (OSError, ValueError) as error:
                self._waiting.clear()
                self._gone = not isinstance(error, OSError) or error.errno in _GONE
                return
            del self._waiting[:written]


class LiveStream(io.TextIOBase):
    """The same place without the escaping, for a library that draws there."""

    def __init__(self, place: CourtesyStream) -> None:
        self._place = place

    @property
    def encoding(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride] -- a property, where the base has an attribute
        """How text is written there."""
        return self._place.encoding

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._place.fileno()

    def isatty(self) -> bool:
        """Whether a person looks."""
        return self._place.isatty()

    def write(self, text: str, /) -> int:
        """Write what can be written now."""
        self._place.write_raw(text)
        return len(text)

    def flush(self) -> None:
        """Write what can be written now."""
        self._place.flush()


def hold() -> None:
    """Make the three streams usable, whatever the caller left of them. First of all: a file would take a free number.

    A closed stdin is empty, a closed stdout refuses what is written, a closed stderr swallows it.
    """
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_RDWR)):
        try:
            os.fstat(number)
        except OSError:
            _open_null(number, flags)
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] -- None where the process was started without it
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- open until the process ends
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison] -- None where the process was started without it
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- open until the process ends
    if sys.platform == "win32" and sys.stderr is not None:  # pyright: ignore[reportUnnecessaryComparison] -- None where the process was started without it
        return  # A console there takes text, not bytes.
    encoding = sys.stderr.encoding if sys.stderr is not None else "utf-8"  # pyright: ignore[reportUnnecessaryComparison] -- None where the process was started without it
    sys.stderr = cast("io.TextIOWrapper", CourtesyStream(2, encoding))


def drain(patience_s: float = PATIENCE_S) -> None:
    """Give the reader of stderr so many seconds for what waits; at the end of a process, it is lost otherwise."""
    if isinstance(sys.stderr, CourtesyStream):
        sys.stderr.drain(patience_s)


def _open_null(number: int, flags: int) -> None:
    opened = os.open(os.devnull, flags)
    if opened == number:
        os.set_inheritable(number, True)  # noqa: FBT003 -- the function takes no keyword
        return
    os.dup2(opened, number)
    os.close(opened)


def _at_once() -> int:
    return getattr(select, "PIPE_BUF", 512)


def _takes(descriptor: int, patience_s: float) -> bool:
    """Whether a write would not wait; where that cannot be asked, it is tried."""
    if not hasattr(select, "poll"):
        return True
    watched = select.poll()
    watched.register(descriptor, select.POLLOUT)
    return bool(watched.poll(max(0.0, patience_s) * 1000))
