"""Reading and replacing a spec file without losing a byte or an attribute."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.text import sha256


def read_text(path: Path) -> str:
    """A file's text with its line ends and a byte order mark, if there is one, kept.

    Raises:
        SpecError: It cannot be read, or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{path.name} is not UTF-8 text (byte {error.start}).",
            remediation="Save the file as UTF-8.",
        ) from error  # fmt: skip
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{path.name} cannot be read: {reason}.", remediation="Check the path.",
        ) from error  # fmt: skip


def replace_text(path: Path, text: str, *, expected_sha256: str) -> None:
    """Replace a file's text in one step, if it still is what it was; its mode and a symlink to it are kept.

    Raises:
        SpecError: The file was changed meanwhile (`document_changed`), or cannot be written.
    """
    target = path.resolve()
    try:
        if sha256(target.read_bytes()) != expected_sha256:
            raise SpecError(ErrorCode.DOCUMENT_CHANGED, f"{path.name} was changed during the run; it was not written.")
        mode = stat.S_IMODE(target.stat().st_mode)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8", "surrogatepass"))
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(mode)
            if sha256(target.read_bytes()) != expected_sha256:
                raise SpecError(
                    ErrorCode.DOCUMENT_CHANGED, f"{path.name} was changed during the run; it was not written."
                )
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{path.name} cannot be written: {reason}.", remediation=_cure(error),
        ) from error  # fmt: skip


def _cure(error: OSError) -> str:
    how = "Make room on its disk" if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else "Make it writable"
    return f"{how}; the draft is kept: `orch-lsp runs show ID --draft` prints it."
