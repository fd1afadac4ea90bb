"""Whether a checkout differs from its commit, as far as that can be told from git's files and the tracked ones."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.git.files import common_folder, git_folder, read_file
from orch_lsp.git.head import head_revision
from orch_lsp.git.index import FILE, FOLDER, LINK, SUBMODULE, IndexEntry, entries, is_split, read_index
from orch_lsp.git.objects import tree_of

MAX_HASHED_BYTES = 32 * 1024 * 1024
"""Bytes of files that are read again, as their times have changed."""
PATIENCE_S = 3.0
_MAX_ATTRIBUTES_BYTES = 1024 * 1024
_CONVERTS = re.compile(rb"(?:^|\s)(?:filter=|ident\b|working-tree-encoding=)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A revision in hexadecimal, and whether tracked files differ from it; None where that cannot be told."""

    revision: str
    is_dirty: bool | None


def checkout_state(top: Path, *, now: Callable[[], float] = time.monotonic) -> Checkout | None:
    """The state of the checkout whose `.git` stands in `top`; None if it has no commit that can be found."""
    folder = git_folder(top)
    if folder is None:
        return None
    common = common_folder(folder)
    revision = head_revision(folder, common)
    if revision is None:
        return None
    try:
        return Checkout(revision, _Comparison(top, folder, common, now).is_dirty(revision))
    except (_UnknownError, OSError, ValueError):
        return Checkout(revision, is_dirty=None)


class _UnknownError(Exception):
    """There is no telling, or not in the time that there is."""


class _Comparison:
    def __init__(self, top: Path, folder: Path, common: Path, now: Callable[[], float]) -> None:
        self._top = top
        self._folder = folder
        self._common = common
        self._now = now
        self._until = now() + PATIENCE_S
        self._to_hash = MAX_HASHED_BYTES
        self._hash = "sha1"
        self._written_ns = 0

    def is_dirty(self, revision: str) -> bool | None:
        hash_bytes = len(revision) // 2
        self._hash = "sha1" if hash_bytes == 20 else "sha256"
        data = read_index(self._folder)
        if data is None or is_split(data, hash_bytes):
            return None
        self._written_ns = (self._folder / "index").stat().st_mtime_ns
        tree = _TreeHash(self._hash)
        unsure = False
        for number, entry in enumerate(entries(data, hash_bytes)):
            if number % 100 == 0 and self._now() > self._until:
                raise _UnknownError
            if entry.stage or entry.is_planned:
                return True
            tree.add(entry)
            try:
                if not entry.is_unchecked and self._differs(entry):
                    return True
            except _UnknownError:
                unsure = True
        committed = tree_of(self._common, revision)
        if committed is not None and committed != tree.root():
            return True
        return None if unsure or committed is None else False

    def _differs(self, entry: IndexEntry) -> bool:
        path = os.fsencode(self._top) + b"/" + entry.path
        if entry.kind == FOLDER:
            # A folder that a sparse checkout leaves out.
            return False
        try:
            found = os.lstat(path)
        except OSError:
            return True
        if entry.kind == SUBMODULE:
            return self._is_moved(entry)
        if entry.kind == LINK and os.name != "nt":
            return not stat.S_ISLNK(found.st_mode) or self._oid(_target(path)) != entry.oid
        if not stat.S_ISREG(found.st_mode):
            return True
        if entry.size and found.st_size & 0xFFFFFFFF != entry.size:
            return True
        if not self._is_as_seen(entry, found) and self._is_rewritten(entry, path, found.st_size):
            return True
        if os.name != "nt" and entry.kind == FILE and bool(found.st_mode & stat.S_IXUSR) != bool(entry.mode & 0o100):
            # Whether that counts stands in the configuration (core.fileMode), which is not read.
            raise _UnknownError
        return False

    def _is_as_seen(self, entry: IndexEntry, found: os.stat_result) -> bool:
        """Whether times and size are those of the index, and the file is older than the index."""
        seconds, rest = divmod(found.st_mtime_ns, 1_000_000_000)
        same = entry.mtime == (seconds & 0xFFFFFFFF, rest if entry.mtime[1] else 0)
        return same and entry.size == found.st_size & 0xFFFFFFFF and found.st_mtime_ns < self._written_ns

    def _is_rewritten(self, entry: IndexEntry, path: bytes, size: int) -> bool:
        self._to_hash -= size
        data = read_file(Path(os.fsdecode(path)), self._to_hash) if self._to_hash > 0 else None
        if data is None:
            raise _UnknownError
        if self._oid(data) == entry.oid or self._oid(data.replace(b"\r\n", b"\n")) == entry.oid:
            return False
        if self._may_be_converted():
            raise _UnknownError
        return True

    def _may_be_converted(self) -> bool:
        """Whether files may stand in the store in another form, which only a program of the user's could tell."""
        places = (self._top / ".gitattributes", self._common / "info" / "attributes")
        return any(_CONVERTS.search(read_file(place, _MAX_ATTRIBUTES_BYTES) or b"") for place in places)

    def _is_moved(self, entry: IndexEntry) -> bool:
        """Whether a submodule stands on another commit; what is changed within it is not looked at."""
        folder = git_folder(self._top / os.fsdecode(entry.path))
        if folder is None:
            return False
        return head_revision(folder, common_folder(folder)) not in {None, entry.oid.hex()}

    def _oid(self, content: bytes) -> bytes:
        return hashlib.new(self._hash, b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()


def _target(link: bytes) -> bytes:
    return os.fsencode(Path(os.fsdecode(link)).readlink())


class _TreeHash:
    """The hash of the tree that an index would be committed as. Entries come in the index's order."""

    def __init__(self, algorithm: str) -> None:
        self._algorithm = algorithm
        self._open: list[tuple[bytes, bytearray]] = [(b"", bytearray())]

    def add(self, entry: IndexEntry) -> None:
        path = entry.path.rstrip(b"/")
        *folders, name = path.split(b"/")
        depth = 0
        while depth < len(folders) and depth + 1 < len(self._open) and self._open[depth + 1][0] == folders[depth]:
            depth += 1
        self._close_to(depth)
        self._open.extend((folder, bytearray()) for folder in folders[depth:])
        self._open[-1][1].extend(b"%o %b\0" % (entry.mode, name) + entry.oid)

    def root(self) -> str:
        self._close_to(0)
        return self._digest(self._open[0][1]).hex()

    def _close_to(self, depth: int) -> None:
        while len(self._open) > depth + 1:
            name, content = self._open.pop()
            self._open[-1][1].extend(b"40000 %b\0" % name + self._digest(content))

    def _digest(self, content: bytearray) -> bytes:
        return hashlib.new(self._algorithm, b"tree %d\0" % len(content) + content, usedforsecurity=False).digest()
