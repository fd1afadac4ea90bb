"""The talk with a server as both ways to one see it: how much it may say, and why it came to its end."""

from __future__ import annotations

from collections.abc import Sequence

MOST_MESSAGES = 20_000


class Watch:
    """The talk with a server: `fault` says why it was ended, or what was wrong with the last answer; empty if nothing.

    Args:
        most_bytes: All that the server may send.
        secrets: The keys that it is given, which nothing that is told of it repeats.
    """

    def __init__(self, most_bytes: int, secrets: Sequence[str] = ()) -> None:
        self.most_bytes = most_bytes
        self.secrets = secrets
        self.fault = ""
        self.is_over = False
        """Whether we ended the talk ourselves."""
        self.is_cut = False
        """Whether the server sent more than it may, or more often."""
        self._bytes = 0
        self._messages = 0

    def is_too_much(self, size: int, messages: int) -> bool:
        """Count what came; whether it is more than may come."""
        self._bytes += size
        self._messages += messages
        if not self.is_cut and (self._bytes > self.most_bytes or self._messages > MOST_MESSAGES):
            self.is_cut = True
            self.fault = f"it sent more than {self.most_bytes // 1024} kB or {MOST_MESSAGES} messages"
        return self.is_cut
