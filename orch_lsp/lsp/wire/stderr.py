"""stderr as a server may use it: a pipe there that nobody reads must not stop the event loop."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import sys
import threading

from typing_extensions import override

from orch_lsp.runs.escape import visible

_MOST_WAITING = 2_000
"""Pieces of text, mostly lines, that wait to be written; what comes then is left out, and counted."""


class QueuedStderr(io.TextIOBase):
    """Text for file descriptor 2, written by a thread of its own; never waits, and drops what does not fit.

    The descriptor is written to directly: a thread that is stuck inside a buffer's lock when the interpreter ends
    aborts the process.
    """

    encoding = "utf-8"

    def __init__(self, descriptor: int | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._queue: queue.Queue[str | None] = queue.Queue(_MOST_WAITING)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._dropped = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str, /) -> int:
        """Queue a text, without what could act on a terminal; one that finds no room is dropped."""
        if self._descriptor is not None and text:
            try:
                self._queue.put_nowait(visible(text.replace("\r\n", "\n"), keep="\n\t"))
            except queue.Full:
                self._dropped += 1
            self._start()
        return len(text)

    def end(self, seconds: float) -> None:
        """Write what is queued, for at most `seconds`."""
        if self._thread is None:
            return
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)
        self._thread.join(seconds)

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                # A daemon: a reader that never reads again must not keep the process alive.
                self._thread = threading.Thread(target=self._write_all, name="stderr-writer", daemon=True)
                self._thread.start()

    def _write_all(self) -> None:
        while (text := self._queue.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            if dropped:
                text += f"({dropped} lines were left out: stderr was not read)\n"
            if not self._written(text.encode("utf-8", "backslashreplace")):
                return

    def _written(self, data: bytes) -> bool:
        while data:
            try:
                data = data[os.write(self._descriptor or 2, data) :]
            except OSError:
                return False
        return True


def take_over() -> QueuedStderr:
    """Put one in the place of `sys.stderr`. Without a stderr, what is written goes nowhere."""
    stream = QueuedStderr(None if sys.stderr is None else 2)  # pyright: ignore[reportUnnecessaryComparison] -- closed
    sys.stderr = stream
    return stream
