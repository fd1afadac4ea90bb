"""Progress on stderr: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import re
import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from orch_lsp.orchestration.observer import DraftDelta
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import RunStatus

_COUNT = re.compile(r" \(about \d+ tokens so far\)$")


class TerminalObserver:
    """Shows one run on stderr. Use as a context manager around the run."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, transient=True, refresh_per_second=8)
        self._interactive = self._console.is_terminal
        self._last = ""
        self._spinner = Spinner("dots", text=Text(title))

    def __enter__(self) -> Self:
        if self._interactive:
            self._live.start()
            self._live.update(self._spinner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._interactive:
            self._live.stop()

    def run_changed(self, record: RunRecord) -> None:
        """Show the state when there is nothing more telling."""
        if record.status is RunStatus.QUEUED:
            self.progressed("Queued")

    def progressed(self, message: str) -> None:
        """Show what is happening now; a growing count is no line of its own."""
        if self._interactive:
            self._spinner.update(text=Text(f"{self._title}: {message}"))
            return
        line = _COUNT.sub("", message)
        if line != self._last:
            self._last = line
            print(f"{self._title}: {line}", file=sys.stderr, flush=True)

    def text_received(self, delta: DraftDelta) -> None:
        """The words themselves come with the result."""

    def warned(self, message: str) -> None:
        """Show a warning above the progress."""
        self._console.print(Text(f"warning: {message}"), soft_wrap=True)
