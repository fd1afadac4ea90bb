"""The content of a file, within bounds, and as text."""

from __future__ import annotations

from pathlib import Path

from orch_lsp.errors import ErrorCode, SpecError

_MAX_BYTES = 64 * 1024 * 1024
"""Bytes of a document; a device may never end."""


def decoded(data: bytes, name: str) -> str:
    """The text of a file with this content.

    Raises:
        SpecError: It is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{name} is not UTF-8 text (byte {error.start}).",
            remediation="Save the file as UTF-8.",
        ) from error  # fmt: skip


def read_bytes(path: Path) -> bytes:
    """A file's content. A pipe is read to its end.

    Raises:
        SpecError: It cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{path.name} cannot be read: {reason}.", remediation="Check the path.",
        ) from error  # fmt: skip
    if len(data) > _MAX_BYTES:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{path.name} is not read: it is longer than {_MAX_BYTES} bytes.",
            remediation="Name a document of text.",
        )  # fmt: skip
    return data
