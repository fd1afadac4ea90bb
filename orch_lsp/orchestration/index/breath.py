"""Long work on a thread that gives way to others, and that is ended by whoever owns it."""

from __future__ import annotations

import threading
import time

_BREATH_SECONDS = 0.001
"""A fifth of the time for which a thread that waits for the interpreter waits before it is given it anyway."""


class Breath:
    """Asked between the steps of some work. Safe from any thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._breathed_at = 0.0

    @property
    def is_stopped(self) -> bool:
        """Whether the work is to end."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Have the work end at its next step."""
        self._stopped.set()

    def take(self) -> bool:
        """Let a thread that waits for the interpreter have it, now and then; whether the work is to end.

        Not after each step: where many processes run, each of these pauses may be as long as all the work.
        """
        now = time.perf_counter()
        if now - self._breathed_at > _BREATH_SECONDS:
            time.sleep(0)
            self._breathed_at = time.perf_counter()
        return self.is_stopped
