"""The choke point: the only way by which a file of the workspace, or the answer of a server, gets before a model.

A path is admitted if its real place is below the root, its name is not on the deny list, and it is a regular text file
of bounded size. Lines in which a secret pattern is found are hidden; a file that is mostly such lines is not admitted.
Nothing here trusts a check that was made before the file was
open: on POSIX each part of the real path is opened below the one before it and never through a link, elsewhere the
open file is compared with what stands at the real path.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orch_lsp.context.denylist import denied, means_no_file_on_windows
from orch_lsp.context.item import Exclusion
from orch_lsp.context.scan import without_lines
from orch_lsp.context.stamps import Stamp, stamp_of
from orch_lsp.hidden import strip_hidden
from orch_lsp.redaction import redact
from orch_lsp.secret_shapes import find_secrets
from orch_lsp.text import line_spans

MAX_FILE_BYTES = 512 * 1024
MOST_HIDDEN_LINES = 8
"""A file with more lines that hold secrets is not sent if they are a quarter of it."""

OUTSIDE = "outside the workspace"
LINK_OUTSIDE = "link out of the workspace"
NOT_FOUND = "not found"
NOT_A_FILE = "not a regular file"

_BENEATH = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY")
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = _READ | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
# O_NONBLOCK: opening a FIFO must not wait for its other end.
_FILE = _READ | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


@dataclass(frozen=True, slots=True)
class Opened:
    """Bytes of a confined regular file, its real path below the root with `/`, and its stamp from before they came."""

    path: str
    data: bytes
    stamp: Stamp

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stamp.size

    @property
    def mtime_ns(self) -> int:
        """When it was changed last."""
        return self.stamp.mtime_ns


@dataclass(frozen=True, slots=True)
class Readable:
    """A confined text file. Good for ranking; not yet for sending, since secrets were not looked for."""

    path: str
    text: str
    stamp: Stamp

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stamp.size


@dataclass(frozen=True, slots=True)
class Admitted:
    """A whole file, or a server's answer, that may be put before a model, in full or in part.

    Attributes:
        relative_path: The real path below the root with `/`; of an answer its origin.
        text: Without hidden characters, and with a note in place of each line that holds a secret.
        redactions: How many hidden characters were taken out, and how many lines hidden.
        hidden: The kind of secret by line, counted from one.
    """

    relative_path: str
    text: str
    redactions: int
    hidden: Mapping[int, str] = field(default_factory=dict[int, str])


def admit(root: Path, path: str) -> Admitted | Exclusion:
    """Read a file for a request, or say why not.

    Args:
        root: The workspace; its own symlinks must be resolved.
        path: Root-relative path with `/`.
    """
    readable = read_text(root, path)
    if isinstance(readable, Exclusion):
        return readable
    return pass_text(readable.path, readable.text, named=path)


def pass_text(origin: str, text: str, *, named: str | None = None) -> Admitted | Exclusion:
    """Let a text pass, wherever it comes from: hidden characters taken out, lines with secrets hidden.

    Args:
        origin: Where it comes from: a path below the root, or a server with the URI of what it gave.
        text: All of it.
        named: How an exclusion names it, if otherwise.
    """
    if (kind := secret_in_name(origin)) is not None:
        return Exclusion(redact(named or origin), f"secret in its name: {kind}")
    text, stripped = strip_hidden(text)
    # A secret anywhere in the text counts, since an excerpt may hold the half of it that no pattern knows.
    secrets = find_secrets(text)
    if not secrets:
        return Admitted(origin, text, stripped)
    text, hidden = without_lines(text, secrets)
    left = next(iter(find_secrets(text)), None)
    if left is not None or _is_full_of_secrets(text, len(hidden)):
        return Exclusion(named or origin, f"secret: {(left or secrets[0]).kind}")
    return Admitted(origin, text, stripped + len(hidden), hidden)


def secret_in_name(name: str) -> str | None:
    """The kind of secret that the name of a file or an origin looks like; None if it looks like none."""
    found = next(iter(find_secrets(strip_hidden(name)[0])), None)
    return None if found is None else found.kind


def _is_full_of_secrets(text: str, hidden: int) -> bool:
    """Whether a file holds secrets rather than a few of them by the way."""
    return hidden > MOST_HIDDEN_LINES and hidden * 4 > len(line_spans(text))


def read_text(root: Path, path: str, max_bytes: int = MAX_FILE_BYTES) -> Readable | Exclusion:
    """Read a confined text file that no deny list names; UTF-8, a byte order mark removed."""
    reason = denied(path)
    if reason is not None:
        return Exclusion(path, reason)
    opened = read_bytes(root, path, max_bytes)
    if isinstance(opened, Exclusion):
        return opened
    if opened.path != path and (reason := denied(opened.path)) is not None:
        return Exclusion(path, reason)
    if b"\0" in opened.data:
        return Exclusion(path, "binary")
    try:
        text = opened.data.decode("utf-8")
    except UnicodeDecodeError:
        return Exclusion(path, "not UTF-8 text")
    return Readable(opened.path, text.removeprefix("\ufeff"), opened.stamp)


def read_bytes(root: Path, path: str, max_bytes: int) -> Opened | Exclusion:
    """Read a regular file whose real place is below `root`; the deny list is not asked."""
    if _BENEATH and _plain(path) and (opened := _read_plain(root, path, max_bytes)) is not None:
        return opened
    real = confine(root, path)
    if isinstance(real, Exclusion):
        return real
    try:
        descriptor = _open_beneath(root, real) if _BENEATH else _open_and_compare(root, real)
    except OSError as error:
        return Exclusion(path, _said(error))
    return _read_open(path, real, descriptor, max_bytes)


def confine(root: Path, path: str) -> str | Exclusion:
    """The real path below `root` with `/`, all links resolved, or why there is none."""
    if "\0" in path or not _encodable(path) or (os.name == "nt" and means_no_file_on_windows(path)):
        return Exclusion(path.encode("utf-8", "replace").decode().replace("\0", "?"), "unusable name")
    try:
        real = Path(os.path.realpath(root / path, strict=True))
    except (OSError, RuntimeError) as error:
        return Exclusion(path, _said(error))
    if not real.is_relative_to(root):
        return Exclusion(path, LINK_OUTSIDE)
    relative = real.relative_to(root).as_posix()
    return relative if _encodable(relative) else Exclusion(path, "unusable name")


def _plain(path: str) -> bool:
    """Whether each part is a name, so that without links the path is its own real path."""
    return "\0" not in path and _encodable(path) and not {"", ".", ".."} & set(path.split("/"))


def _read_plain(root: Path, path: str, max_bytes: int) -> Opened | Exclusion | None:
    """Read a file that no link leads to; None if it must be looked at more closely."""
    try:
        descriptor = _open_beneath(root, path)
    except OSError:
        return None
    return _read_open(path, path, descriptor, max_bytes)


def _read_open(path: str, real: str, descriptor: int, max_bytes: int) -> Opened | Exclusion:
    """Read what is open, and close it."""
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Exclusion(path, NOT_A_FILE)
        pieces: list[bytes] = []
        wanted = max_bytes + 1 if status.st_size <= max_bytes else 0
        while wanted > 0 and (piece := os.read(descriptor, wanted)):
            pieces.append(piece)
            wanted -= len(piece)
    except OSError as error:
        return Exclusion(path, _said(error))
    finally:
        os.close(descriptor)
    if wanted <= 0:
        return Exclusion(path, f"larger than {max_bytes // 1024} kB")
    return Opened(real, b"".join(pieces), stamp_of(status))


def _open_beneath(root: Path, real: str) -> int:
    *folders, name = real.split("/")
    descriptor = os.open(root, _READ | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        # Asked before the open, as opening a device can do things; asked again after it, of what is open.
        if not stat.S_ISREG(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode):
            raise IsADirectoryError(NOT_A_FILE)
        return os.open(name, _FILE, dir_fd=descriptor)
    finally:
        os.close(descriptor)


def _open_and_compare(root: Path, real: str) -> int:
    if not stat.S_ISREG((root / real).lstat().st_mode):
        raise IsADirectoryError(NOT_A_FILE)
    descriptor = os.open(root / real, _FILE)
    again = Path(os.path.realpath(root / real))
    if again.is_relative_to(root) and os.path.samestat(os.fstat(descriptor), again.lstat()):
        return descriptor
    os.close(descriptor)
    raise PermissionError(LINK_OUTSIDE)


def _said(error: OSError | RuntimeError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NOT_FOUND
    if isinstance(error, IsADirectoryError):
        return NOT_A_FILE
    return "not readable"


def _encodable(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
