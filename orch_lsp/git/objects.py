"""Objects of a repository, read from its store: loose ones, packs, and the stores that it borrows from.

Nothing is fetched: an object that a partial clone has left with its server is not there. Each read is bounded.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from orch_lsp.git.files import local_folder, read_file
from orch_lsp.git.packs import Pack, inflated

MAX_OBJECT_BYTES = 64 * 1024 * 1024
_MAX_COMMIT_BYTES = 1024 * 1024
_MAX_TREE_BYTES = 16 * 1024 * 1024
_MAX_PACKS = 1000
_MAX_STORES = 20
_DEEPEST_LOAN = 5
_MAX_ALTERNATES_BYTES = 64 * 1024
_HEADER = re.compile(rb"(commit|tree|blob|tag) (0|[1-9][0-9]{0,15})\0")
_LONGEST_HEADER = 32
_TREE = re.compile(rb"tree ([0-9a-f]{40}|[0-9a-f]{64})\n")
_PARENT = re.compile(rb"parent ([0-9a-f]{40}|[0-9a-f]{64})\n")
_TIME = re.compile(rb"committer [^\n]*> (\d{1,15}) [^\n]*(?:\n|\Z)")
_TARGET = re.compile(rb"object ([0-9a-f]{40}|[0-9a-f]{64})\ntype (commit|tree|blob|tag)\n")


class MissingObjectError(LookupError):
    """An object that is not in the store, is damaged there, or is larger than is read."""


class Commit(NamedTuple):
    """The parts of a commit that are asked for; names are hexadecimal, the time is in seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    time: int


class TreeEntry(NamedTuple):
    """One name in a folder as it was committed."""

    mode: int
    name: bytes
    oid: str


class ObjectStore:
    """The objects of a repository. A context manager: files of packs stay open until it is left.

    Args:
        common: The folder that holds `objects`.
    """

    def __init__(self, common: Path) -> None:
        self._folders = _stores(common / "objects")
        self._packs: list[Pack] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pack in self._packs or ():
            pack.close()

    def read(self, oid: str, most: int = MAX_OBJECT_BYTES) -> tuple[str, bytes]:
        """The kind (`commit`, `tree`, `blob`, `tag`) and the content of an object.

        Raises:
            MissingObjectError: It is not there as a whole, or has more than `most` bytes.
        """
        try:
            kind, content = self._found(oid, most, 0)
        except (OSError, ValueError, IndexError) as error:
            raise MissingObjectError(f"the object {oid} cannot be read: {error}") from error
        whole = b"%b %d\0" % (kind.encode(), len(content)) + content
        algorithm = "sha1" if len(oid) == 40 else "sha256"
        if hashlib.new(algorithm, whole, usedforsecurity=False).hexdigest() != oid:
            raise MissingObjectError(f"the object {oid} is damaged")
        return kind, content

    def commit(self, oid: str) -> Commit:
        """A commit.

        Raises:
            MissingObjectError: There is none of this name.
        """
        kind, content = self.read(oid, _MAX_COMMIT_BYTES)
        head = content.partition(b"\n\n")[0] + b"\n"
        tree = _TREE.match(head)
        if kind != "commit" or tree is None:
            raise MissingObjectError(f"{oid} is not a commit")
        at, parents = tree.end(), list[str]()
        while (parent := _PARENT.match(head, at)) is not None:
            parents.append(parent[1].decode())
            at = parent.end()
        time = _TIME.search(head, at)
        return Commit(tree[1].decode(), tuple(parents), int(time[1]) if time else 0)

    def target(self, oid: str) -> tuple[str, str]:
        """The name and the kind of the object to which a tag points.

        Raises:
            MissingObjectError: There is no such tag.
        """
        kind, content = self.read(oid, _MAX_COMMIT_BYTES)
        found = _TARGET.match(content)
        if kind != "tag" or found is None:
            raise MissingObjectError(f"{oid} is not a tag")
        return found[1].decode(), found[2].decode()

    def tree(self, oid: str) -> Iterator[TreeEntry]:
        """The names in a folder as it was committed, in git's order.

        Raises:
            MissingObjectError: There is no such tree, or it is damaged.
        """
        kind, content = self.read(oid, _MAX_TREE_BYTES)
        if kind != "tree":
            raise MissingObjectError(f"{oid} is not a tree")
        at, hash_bytes = 0, len(oid) // 2
        while at < len(content):
            blank, end = content.find(b" ", at, at + 8), content.find(b"\0", at)
            oid_end = end + 1 + hash_bytes
            if not at < blank < end or oid_end > len(content) or not content[at:blank].isdigit():
                raise MissingObjectError(f"the tree {oid} is damaged")
            name = content[blank + 1 : end]
            if not name or b"/" in name or name in {b".", b".."}:
                raise MissingObjectError(f"the tree {oid} is damaged")
            yield TreeEntry(int(content[at:blank], 8), name, content[end + 1 : oid_end].hex())
            at = oid_end

    def named(self, start: str, hash_bytes: int, most: int = 20) -> list[str]:
        """Names of objects that begin with a few hexadecimal digits, at least four; sorted, at most `most`."""
        found: set[str] = set()
        for folder in self._folders:
            try:
                with os.scandir(folder / start[:2]) as entries:
                    names = (start[:2] + entry.name for entry in islice(entries, 1_000_000))
                    whole = (name for name in names if len(name) == 2 * hash_bytes and name.startswith(start))
                    found.update(islice(whole, most))
            except OSError:
                continue
        first, last = (bytes.fromhex(start.ljust(2 * hash_bytes, digit)) for digit in "0f")
        for pack in self._all_packs():
            try:
                found.update(name.hex() for name in pack.names_from(first, last, most))
            except (OSError, ValueError):
                continue
        return sorted(found)[:most]

    def _found(self, oid: str, most: int, depth: int) -> tuple[str, bytes]:
        for folder in self._folders:
            loose = _loose(folder / oid[:2] / oid[2:], most)
            if loose is not None:
                return loose
        name = bytes.fromhex(oid)
        if depth > _DEEPEST_LOAN:
            raise ValueError("differences lead from pack to pack")
        damage: Exception | None = None
        for pack in self._all_packs():
            try:
                offset = pack.offset_of(name)
                if offset is not None:
                    return pack.read(offset, most, lambda other: self._found(other.hex(), most, depth + 1), len(name))
            except (OSError, ValueError) as error:
                damage = error
        raise damage or ValueError("it is not there")

    def _all_packs(self) -> list[Pack]:
        if self._packs is None:
            self._packs = [Pack(path) for folder in self._folders for path in _indexes(folder / "pack")]
        return self._packs


def tree_of(common: Path, revision: str) -> str | None:
    """The tree of a commit in hexadecimal; None if the commit is not found as a whole.

    Args:
        common: The folder that holds `objects`.
        revision: The commit's hash in hexadecimal.
    """
    with ObjectStore(common) as store:
        try:
            return store.commit(revision).tree
        except MissingObjectError:
            return None


def _stores(first: Path) -> list[Path]:
    """A store, and those that it borrows from (`info/alternates`), also over others."""
    found: list[Path] = []
    waiting = [(first, 0)]
    while waiting and len(found) < _MAX_STORES:
        folder, depth = waiting.pop(0)
        if folder in found:
            continue
        found.append(folder)
        lines = read_file(folder / "info" / "alternates", _MAX_ALTERNATES_BYTES) if depth < _DEEPEST_LOAN else None
        for line in (lines or b"").split(b"\n"):
            place = None if line.startswith(b"#") else local_folder(folder, os.fsdecode(line.strip()))
            if place is not None:
                waiting.append((place, depth + 1))
    return found


def _indexes(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in islice(found, 8 * _MAX_PACKS) if entry.name.endswith(".idx")]
    except OSError:
        return []
    return [folder / name for name in sorted(names)[:_MAX_PACKS]]


def _loose(path: Path, most: int) -> tuple[str, bytes] | None:
    """An object that has a file of its own; None if there is none."""
    # Content that cannot be packed any smaller grows by little.
    data = read_file(path, most + most // 100 + 4096)
    if data is None:
        if path.is_file():
            raise ValueError("it is larger than is read")
        return None
    return _parsed(data, most)


def _parsed(data: bytes, most: int) -> tuple[str, bytes]:
    try:
        start = zlib.decompressobj().decompress(data, _LONGEST_HEADER)
    except zlib.error as error:
        raise ValueError("it is damaged") from error
    header = _HEADER.match(start)
    if header is None:
        raise ValueError("it is damaged")
    size = int(header[2])
    if size > most:
        raise ValueError("it is larger than is read")
    pieces = iter((data,))
    return header[1].decode(), inflated(lambda: next(pieces, b""), header.end() + size)[header.end() :]
