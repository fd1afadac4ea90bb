"""How many requests are worked on at a time. No I/O, no protocol: ids and calls.

Ten thousand hovers in a burst would otherwise be ten thousand tasks, each with a parsed document.
"""

from __future__ import annotations

from collections.abc import Callable

RequestId = str | int


class Lane:
    """Lets `at_once` requests be worked on; up to `waiting` others stand in line, which costs next to nothing.

    With the line full the oldest has to go: of two hovers the newer is the one that somebody still looks at.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once = at_once
        self._most_waiting = waiting
        self._active: set[RequestId] = set()
        self._waiting: dict[RequestId, Callable[[], object]] = {}

    def __contains__(self, request_id: RequestId) -> bool:
        return request_id in self._active or request_id in self._waiting

    def enter(self, request_id: RequestId, start: Callable[[], object]) -> RequestId | None:
        """Start a request now, or once it is its turn. Returns the id of one that has to be refused for it, if any."""
        if len(self._active) < self._at_once:
            self._active.add(request_id)
            start()
            return None
        self._waiting[request_id] = start
        if len(self._waiting) <= self._most_waiting:
            return None
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        return oldest

    def leave(self, request_id: RequestId) -> None:
        """A request was answered: the next one may start."""
        if request_id not in self._active:
            return
        self._active.discard(request_id)
        if self._waiting:
            following = next(iter(self._waiting))
            start = self._waiting.pop(following)
            self._active.add(following)
            start()

    def withdraw(self, request_id: RequestId) -> bool:
        """Take a request out of the line; False if it is not there."""
        return self._waiting.pop(request_id, None) is not None

    def withdraw_all(self) -> list[RequestId]:
        """Empty the line; the ids that stood there, oldest first."""
        gone = list(self._waiting)
        self._waiting.clear()
        return gone
