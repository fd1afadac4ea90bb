"""When the diagnostics of one document are due: in a pause, or when they have waited for one long enough."""

from __future__ import annotations

import asyncio

QUIET_SECONDS = 0.03
"""A pause in the changes of one document, after which its diagnostics are made."""
LONGEST_SECONDS = 0.4
"""How long a change waits for a pause at most."""


class Publication:
    """The diagnostics of one document on their way to the client: one task, so that an older text never comes last."""

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self._changed_at = 0.0
        self._waiting_since: float | None = None

    @property
    def is_due(self) -> bool:
        """Whether something has changed since the diagnostics were last made."""
        return self._waiting_since is not None

    def note_change(self) -> None:
        """They are to be made anew."""
        self._changed_at = asyncio.get_running_loop().time()
        if self._waiting_since is None:
            self._waiting_since = self._changed_at

    async def pause(self) -> None:
        """Wait until the document is quiet, or for as long as a change waits at most."""
        loop = asyncio.get_running_loop()
        while self._waiting_since is not None:
            due = min(self._changed_at + QUIET_SECONDS, self._waiting_since + LONGEST_SECONDS)
            if loop.time() >= due:
                self._waiting_since = None
            else:
                await asyncio.sleep(due - loop.time())
