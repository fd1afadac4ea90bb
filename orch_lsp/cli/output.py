"""Output of the commands: results on stdout, everything else on stderr, and exit codes that mean something."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import select
import shutil
import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orch_lsp.cli.streams import drain
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError
from orch_lsp.runs.escape import visible
from orch_lsp.text import at_most

if TYPE_CHECKING:
    from rich.text import Text

EXIT_FAILED = 1
EXIT_BEFORE_RUN = 2
EXIT_CANCELLED = 130

BEFORE_RUN = frozenset({
    ErrorCode.INVALID_SETTINGS, ErrorCode.MISSING_PROVIDER, ErrorCode.MISSING_MODEL, ErrorCode.UNKNOWN_PROVIDER,
    ErrorCode.NO_BRIEF, ErrorCode.NOTHING_TO_FILL, ErrorCode.RUN_IN_PROGRESS, ErrorCode.NOT_ALLOWED,
    ErrorCode.UNKNOWN_RUN, ErrorCode.UNKNOWN_PROFILE, ErrorCode.UNKNOWN_NODE,
})  # fmt: skip
"""Codes of what is refused before there is a run."""


@dataclass(slots=True)
class _State:
    """Whether this process's output could be written."""

    lost: bool = False
    told_json: bool = False


_NARROWEST = 10
_LONGEST_LINE = 4_000
_PATIENCE_S = 30.0
"""Seconds that the reader of a whole text has."""
_NOT_IN_JSON = re.compile(r"[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                          r"\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]")  # fmt: skip
_state = _State()


def terminal_width() -> int | None:
    """Cells of a line on stdout; None where no person looks, and lines are to stay as they are."""
    if not sys.stdout.isatty():
        return None
    # A line that takes the last cell as well leaves an empty line behind it on some terminals.
    return max(_NARROWEST, shutil.get_terminal_size().columns - 1)


def say(message: str) -> None:
    """A line for the person, on stderr."""
    line = visible(message.replace("\n", " "), keep="\t")
    with contextlib.suppress(OSError, ValueError):
        print(at_most(line, _LONGEST_LINE), file=sys.stderr, flush=True)


def say_text(text: str) -> None:
    """A text of many lines for the person, on stderr, with all the patience that its reader needs."""
    with contextlib.suppress(OSError, ValueError):
        print(visible(text.replace("\r\n", "\n"), keep="\n\t"), file=sys.stderr, flush=True)
        drain(_PATIENCE_S)


def write_result(text: str) -> None:
    """The result, on stdout, as UTF-8 with its own line ends; on a terminal with all that could act on it replaced.

    What cannot be written is told once, and makes the exit code of the process 1; it stops nothing.
    """
    if sys.stdout.isatty():
        text = visible(text.replace("\r\n", "\n"), keep="\n\t")
    _write(text)


def _write(text: str) -> None:
    if _state.lost:
        return
    try:
        _write_whole(_encoded(text))
    except (OSError, ValueError) as error:
        _state.lost = True
        _silence_stdout()
        say(f"error: stdout cannot be written: {getattr(error, 'strerror', None) or error}.")


def write_page(text: str) -> None:
    """A result that is read by people, wherever it goes: nothing in it acts on a terminal."""
    write_result(visible(text.replace("\r\n", "\n"), keep="\n\t"))


def write_styled(text: Text) -> None:
    """A result that was made for the width of a terminal, in colours there and plain elsewhere.

    Nothing in its words may act on a terminal.
    """
    if not sys.stdout.isatty() or sys.platform == "win32":
        write_page(text.plain)
        return
    from rich.console import Console

    console = Console(file=io.StringIO(), force_terminal=True, highlight=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(text, soft_wrap=True, end="")
    _write(captured.get())


def _encoded(text: str) -> bytes:
    try:
        # A file's name that is not UTF-8 goes out as it is.
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _write_whole(data: bytes) -> None:
    sys.stdout.flush()
    if sys.platform == "win32" or not _has_descriptor():  # A console of Windows takes text, not bytes.
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    descriptor, rest = sys.stdout.fileno(), memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # Another process has set the pipe to non-blocking.
            select.select([], [descriptor], [])


def _has_descriptor() -> bool:
    try:
        sys.stdout.fileno()
    except (OSError, ValueError):
        return False
    return True


def _silence_stdout() -> None:
    """Text that is still buffered would fail once more, and with a traceback, when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)


def finish(code: int) -> int:
    """Hand over what is still on its way to stdout; returns the exit code, which is never 0 if some of it was lost."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _state.lost = True
        _silence_stdout()
    return code or (EXIT_FAILED if _state.lost else 0)


def write_json(value: Any) -> None:
    """One JSON value and a line end, on stdout; what a terminal could act on, and what is no character, is escaped."""
    text = json.dumps(value, ensure_ascii=False)
    _state.told_json = True
    write_result(_NOT_IN_JSON.sub(_escaped, text) + "\n")


def told_json() -> bool:
    """Whether this process has written a JSON value."""
    return _state.told_json


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1]


def say_error(error: ErrorDetail) -> None:
    """The last two lines of a failure: what it was, and its cure if there is one."""
    say(f"error[{error.code}]: {error.message}")
    if error.remediation:
        say(f"cure: {error.remediation}")


def error_document(error: ErrorDetail) -> dict[str, Any]:
    """`orch.error/1`: what `--json` gives when there is no record."""
    return {
        "schema": "orch.error/1",
        "error": {
            "code": error.code,
            "message": error.message,
            "remediation": error.remediation,
            "retryable": error.retryable,
            "http_status": error.http_status,
            "retry_after_s": error.retry_after_s,
        },
    }


def exit_code(error: OrchError) -> int:
    """2 for what is refused before a run, else 1."""
    return EXIT_BEFORE_RUN if error.code in BEFORE_RUN else EXIT_FAILED


@contextlib.contextmanager
def reporting_errors(*, as_json: bool) -> Generator[None]:
    """End the process with the right exit code when the body raises an `OrchError`."""
    try:
        yield
    except OrchError as error:
        if as_json:
            write_json(error_document(error.detail))
        say_error(error.detail)
        sys.exit(exit_code(error))
