"""What the commands print: results on stdout, everything else on stderr, and exit codes that mean something."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Generator
from typing import Any

from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError

EXIT_FAILED = 1
EXIT_BEFORE_RUN = 2
EXIT_CANCELLED = 130

BEFORE_RUN = frozenset({
    ErrorCode.INVALID_SETTINGS, ErrorCode.MISSING_PROVIDER, ErrorCode.MISSING_MODEL, ErrorCode.UNKNOWN_PROVIDER,
    ErrorCode.NO_BRIEF, ErrorCode.NOTHING_TO_FILL, ErrorCode.RUN_IN_PROGRESS, ErrorCode.NOT_ALLOWED,
    ErrorCode.UNKNOWN_RUN,
})  # fmt: skip
"""Codes of what is refused before there is a run."""


def say(message: str) -> None:
    """A line for the person, on stderr."""
    print(message, file=sys.stderr, flush=True)


def write_result(text: str) -> None:
    """The result, on stdout, as UTF-8 with its own line ends; ends the process if nobody takes it."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # What is still buffered would fail once more, and with a traceback, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        say(f"error: stdout cannot be written: {error.strerror}.")
        sys.exit(EXIT_FAILED)


def write_json(value: Any) -> None:
    """One JSON value and a line end, on stdout."""
    write_result(json.dumps(value, ensure_ascii=False) + "\n")


def say_error(error: ErrorDetail) -> None:
    """The last two lines of a failure."""
    say(f"error[{error.code}]: {error.message}")
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
