"""Progress on stderr: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Generator
from types import TracebackType
from typing import IO, Self, cast

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from orch_lsp.cli.output import say
from orch_lsp.cli.streams import CourtesyStream, LiveStream
from orch_lsp.orchestration.running.observer import DraftDelta, Progress
from orch_lsp.runs.escape import plain
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import RunStatus

_LINES_LEFT = 3
"""Lines of the terminal that the display leaves free."""
_COUNT = re.compile(r" \(about \d+ tokens so far\)$")


class _ProgressLine:
    """One row, however narrow the terminal becomes: a row that wraps leaves its beginning behind when it is erased."""

    def __init__(self, message: str) -> None:
        self.message = message
        self._spinner = Spinner("dots")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        frame = self._spinner.render(time.monotonic())
        line = Text.assemble(cast("Text", frame), " ", self.message, no_wrap=True, overflow="ellipsis")
        line.truncate(max(1, options.max_width - 1), overflow="ellipsis")
        yield line


def _console() -> Console:
    """Where progress is drawn. A display that moves the cursor needs a terminal that can."""
    stderr = sys.stderr
    place = cast("IO[str]", LiveStream(stderr)) if isinstance(stderr, CourtesyStream) else stderr
    return Console(file=place, force_terminal=place.isatty(), highlight=False)


class TerminalDisplay:
    """The rows of all runs that go on at once, one a run. Use as a context manager around them."""

    def __init__(self) -> None:
        self.console = _console()
        self.is_interactive = self.console.is_terminal and not self.console.is_dumb_terminal
        self._rows: list[_ProgressLine] = []
        self._tally = ""
        self._live: Live | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        """Show the rows, unless they are shown; by a new `Live`, as one that was stopped erases what was said since."""
        if self.is_interactive and self._live is None:
            self._live = Live(
                get_renderable=self._shown,
                console=self.console,
                transient=True,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _stop(self) -> None:
        if self._live is not None:
            live, self._live = self._live, None
            live.stop()

    def tally(self, words: str) -> None:
        """Show below the rows how far the whole is."""
        self._tally = words

    def _shown(self) -> Group:
        """As many rows as the terminal has room for: what scrolls out of it could not be erased."""
        room = max(1, self.console.height - _LINES_LEFT)
        rows = self._rows[:room]
        more = f"and {len(self._rows) - room} more" if len(self._rows) > room else ""
        last = "; ".join(filter(None, (more, self._tally)))
        return Group(*rows, *((Text(f"  {last}", no_wrap=True, overflow="ellipsis"),) if last else ()))

    def add(self, row: _ProgressLine) -> None:
        """Show a row below the others."""
        self._rows.append(row)
        self._start()

    def remove(self, row: _ProgressLine) -> None:
        """Show a row no more."""
        self._rows.remove(row)
        if not self._rows:
            self._stop()

    @contextlib.contextmanager
    def aside(self) -> Generator[None]:
        """Take the rows away while something is said of a run that has ended, and show the others again."""
        self._stop()
        try:
            yield
        finally:
            if self._rows:
                self._start()


class TerminalObserver:
    """Shows one run in a display. Use as a context manager around the run."""

    def __init__(self, title: str, display: TerminalDisplay) -> None:
        self._title = plain(title)
        self._display = display
        self._line = _ProgressLine(self._title)
        self._last = ""

    def __enter__(self) -> Self:
        self._display.add(self._line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.remove(self._line)

    def run_changed(self, record: RunRecord) -> None:
        """Show the state when there is nothing more telling."""
        if record.status is RunStatus.QUEUED:
            self.progressed(Progress("Queued"))

    def progressed(self, progress: Progress) -> None:
        """Show what is happening now; a growing count is no line of its own."""
        if self._display.is_interactive:
            self._line.message = f"{self._title}: {plain(progress.message)}"
            return
        line = _COUNT.sub("", progress.message)
        if line != self._last:
            self._last = line
            say(f"{self._title}: {line}")

    def text_received(self, delta: DraftDelta) -> None:
        """The words themselves come with the result."""

    def warned(self, message: str) -> None:
        """Show a warning above the progress."""
        if self._display.is_interactive:
            self._display.console.print(Text(f"warning: {plain(message, limit=2_000)}"), soft_wrap=True)
        else:
            say(f"warning: {message}")
