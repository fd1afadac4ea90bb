"""Reading and replacing a spec file without losing a byte or an attribute."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Generator
from pathlib import Path

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.reports.file_content import decoded, read_bytes
from orch_lsp.text import sha256
from orch_lsp.workspace import resolved


def read_text(path: Path) -> str:
    """A file's text with its line ends and a byte order mark, if there is one, kept. A pipe is read to its end.

    Raises:
        SpecError: It cannot be read, is too large, or is not UTF-8.
    """
    return decoded(read_bytes(path), path.name)


def require_replaceable(path: Path) -> None:
    """Refuse, before anything is paid for, a file that `replace_text` could not replace.

    Raises:
        SpecError: It is no file but a pipe or a device, or nobody is to write it.
    """
    try:
        mode = resolved(path).stat().st_mode
    except OSError:
        return  # Reading it says so.
    if not stat.S_ISREG(mode):
        raise SpecError(
            ErrorCode.INVALID_REQUEST, f"{path.name} cannot be replaced: it is a pipe or a device.",
            remediation="Leave out `--write`; the document is printed then.",
        )  # fmt: skip
    if _is_read_only(resolved(path), mode):
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{path.name} cannot be written: the file is read-only.",
            remediation="Make the file writable, or leave out `--write`; the document is printed then.",
        )  # fmt: skip


def replace_text(path: Path, text: str, *, expected_sha256: str) -> None:
    """Replace a file's text, if it still is what it was.

    In one step, by a new file that takes over mode, owner and extended attributes; where it could not, and where the
    file has further names (hard links), the text is written into the file itself, beside which its old text lies until
    that is done. A symlink to the file is kept.

    Raises:
        SpecError: The file was changed meanwhile (`document_changed`), or cannot be written.
    """
    target = resolved(path)
    data = text.encode("utf-8", "surrogatepass")
    try:
        before = _unchanged(path, target, expected_sha256)
        status = target.stat()
        if _is_read_only(target, status.st_mode):
            raise PermissionError(None, "the file is read-only")
        with _new_file_beside(target, data) as temporary:
            if status.st_nlink == 1 and _takes_over(temporary, target, status):
                _unchanged(path, target, expected_sha256)
                temporary.replace(target)
                return
        with _new_file_beside(target, before) as kept:
            _unchanged(path, target, expected_sha256)
            _write_into(target, data, before, kept)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{path.name} cannot be written: {reason}.", remediation=_cure(error),
        ) from error  # fmt: skip


def _cure(error: OSError) -> str:
    how = "Make room on its disk" if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else "Make it writable"
    return f"{how}; the draft is kept: `orch-lsp runs show ID --draft` prints it."


def _unchanged(path: Path, target: Path, expected_sha256: str) -> bytes:
    data = target.read_bytes()
    if sha256(data) != expected_sha256:
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{path.name} was changed during the run; it was not written.",
            remediation="The draft is kept: `orch-lsp runs show ID --draft` prints it.",
        )  # fmt: skip
    return data


def _is_read_only(target: Path, mode: int) -> bool:
    """Whether the file says that nobody, or that this process, must not write it; the superuser heeds it, too."""
    return not mode & 0o222 or not os.access(target, os.W_OK)


@contextlib.contextmanager
def _new_file_beside(target: Path, data: bytes) -> Generator[Path]:
    """A file with `data`, safe on the disk; removed at the end unless it was moved, or is needed still."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    except _TornError:
        raise
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    temporary.unlink(missing_ok=True)


def _takes_over(temporary: Path, target: Path, status: os.stat_result) -> bool:
    """Give the new file the owner, mode and extended attributes of the old one; whether all of them could be given."""
    try:
        made = temporary.stat()
        if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
            os.chown(temporary, status.st_uid, status.st_gid)
        temporary.chmod(stat.S_IMODE(status.st_mode))
        if hasattr(os, "listxattr"):
            for name in os.listxattr(target):
                os.setxattr(temporary, name, os.getxattr(target, name))
            return sorted(os.listxattr(temporary)) == sorted(os.listxattr(target))
    except OSError:
        return False
    return True


class _TornError(OSError):
    """The old text could not be put back: it is beside the file."""


def _write_into(target: Path, data: bytes, before: bytes, kept: Path) -> None:
    """Write into the file itself; if that fails half-way, its old text is put back."""
    try:
        _overwrite(target, data)
    except BaseException as error:
        try:
            _overwrite(target, before)
        except OSError as second:
            raise _TornError(None, f"its old text is in {kept.name}") from second
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror) from error
        raise


def _overwrite(target: Path, data: bytes) -> None:
    with target.open("r+b") as file:
        file.write(data)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())
