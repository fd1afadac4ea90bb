"""Files of a repository as they were committed, and as they are staged, by their paths."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.git.files import common_folder, git_folder
from orch_lsp.git.head import head_revision, is_unborn
from orch_lsp.git.index import FILE, FOLDER, MAX_PATH_BYTES, IndexEntry, entries, is_split, read_index_file
from orch_lsp.git.objects import MAX_OBJECT_BYTES, MissingObjectError, ObjectStore
from orch_lsp.git.revisions import Revisions

_TYPE = 0o170000
_MOST_FILES = 1_000_000
_MOST_FOLDERS = 200_000

Wanted = Callable[[str], bool]
"""Whether a path, relative to the checkout's top, is asked for."""


@dataclass(frozen=True, slots=True)
class Contents:
    """Regular files by their paths, relative to the checkout's top, each with the hash of its content."""

    files: Mapping[str, str]
    conflicts: frozenset[str] = field(default_factory=frozenset[str])
    """Paths of which several versions are staged, as a merge has left them."""


class Repository:
    """The repository of one checkout, to be read. A context manager.

    Args:
        top: The folder that holds `.git`, links resolved.

    Raises:
        SpecError: Its files cannot be found.
    """

    def __init__(self, top: Path) -> None:
        folder = git_folder(top)
        if folder is None or not folder.is_dir():
            raise _unusable(top, "Its `.git` leads to no folder.")
        self.top = top
        self._folder = folder
        self._common = common_folder(folder)
        self._store = ObjectStore(self._common)
        self._revisions = Revisions(folder, self._common, self._store)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.__exit__(kind, error, trace)

    def path_of(self, file: Path) -> str | None:
        """The path of a file below the top, with `/`; None if it is outside. Links have to be resolved."""
        return file.relative_to(self.top).as_posix() if file.is_relative_to(self.top) else None

    @property
    def is_unborn(self) -> bool:
        """Whether there is no commit yet on the checked-out branch."""
        return is_unborn(self._folder, self._common)

    def commit(self, revision: str) -> str:
        """The hash of the commit that a person means.

        Raises:
            SpecError: There is none, or several.
        """
        return self._revisions.commit(revision)

    def fork_point(self, commit: str) -> str | None:
        """The newest commit that the checked-out history has in common with this one; None if none is known."""
        head = head_revision(self._folder, self._common)
        return None if head is None else self._revisions.fork_point(head, commit)

    def committed(self, commit: str, wanted: Wanted) -> Contents:
        """The files of a commit.

        Raises:
            SpecError: Its folders cannot be read.
        """
        try:
            found = self._below(self._store.commit(commit).tree, "", wanted)
            return Contents(dict(self._at_most(found)))
        except MissingObjectError as error:
            raise _unusable(self.top, f"{_sentence(error)}") from error

    def staged(self, wanted: Wanted, environment: Mapping[str, str] = os.environ) -> Contents:
        """The files of the index, those left out that were only announced.

        Args:
            wanted: Which paths are asked for.
            environment: Names the index that git has given to its hook, which may be another than that of the checkout.

        Raises:
            SpecError: The index is of a kind that is not read, or damaged.
        """
        file = self._index_file(environment)
        data = read_index_file(file)
        if data is None:
            if file.exists():
                raise _unusable(self.top, "Its index is damaged, too large, or of a version that is not read.")
            return Contents({})
        head = head_revision(self._folder, self._common)
        for hash_bytes in (20, 32) if head is None else (len(head) // 2,):
            try:
                if is_split(data, hash_bytes):
                    raise _unusable(
                        self.top, "Its index is split in two files.", "Run `git update-index --no-split-index`."
                    )
                return self._of_entries(entries(data, hash_bytes), wanted)
            except ValueError:
                continue
            except MissingObjectError as error:
                raise _unusable(self.top, _sentence(error)) from error
        raise _unusable(self.top, "Its index is damaged.")

    def read(self, oid: str) -> bytes:
        """The content of a file.

        Raises:
            SpecError: It is not in this clone, or too large.
        """
        try:
            kind, content = self._store.read(oid, MAX_OBJECT_BYTES)
        except MissingObjectError as error:
            raise SpecError(
                ErrorCode.INVALID_REQUEST, f"It is not read: {error}.",
                remediation="If the clone is a partial one, fetch the object: `git cat-file -t HASH` does.",
            ) from error  # fmt: skip
        if kind != "blob":
            raise SpecError(ErrorCode.INVALID_REQUEST, f"It is not read: the object {oid} is not a file.")
        return content

    def _of_entries(self, found: Iterator[IndexEntry], wanted: Wanted) -> Contents:
        files, conflicts = dict[str, str](), set[str]()
        for entry in found:
            path = _decoded(entry.path)
            if entry.kind == FOLDER:
                # A sparse index holds a folder that is not checked out as one entry.
                files.update(self._at_most(self._below(entry.oid.hex(), f"{path.rstrip('/')}/", wanted)))
            elif entry.kind == FILE and wanted(path):
                if entry.stage:
                    conflicts.add(path)
                elif not entry.is_planned:
                    files[path] = entry.oid.hex()
        return Contents(files, frozenset(conflicts))

    def _below(self, tree: str, prefix: str, wanted: Wanted) -> Iterator[tuple[str, str]]:
        waiting, folders = [(tree, prefix)], 0
        while waiting:
            oid, before = waiting.pop()
            folders += 1
            # A few trees that hold one another many times are more folders than there can be.
            if folders > _MOST_FOLDERS or len(before) > MAX_PATH_BYTES:
                raise MissingObjectError("more or deeper folders than are read")
            for entry in self._store.tree(oid):
                path = before + _decoded(entry.name)
                kind = entry.mode & _TYPE
                if kind == FOLDER:
                    waiting.append((entry.oid, f"{path}/"))
                elif kind == FILE and wanted(path):
                    yield path, entry.oid

    def _at_most(self, found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        for number, one in enumerate(found):
            if number == _MOST_FILES:
                raise _unusable(self.top, f"It holds more than {_MOST_FILES} files that may be specs.")
            yield one

    def _index_file(self, environment: Mapping[str, str]) -> Path:
        """The index that counts: while `git commit FILE` or `git commit -a` runs a hook, it is a temporary one."""
        own = self._folder / "index"
        named, folder = environment.get("GIT_INDEX_FILE"), environment.get("GIT_DIR")
        if not named or (folder and _real(self.top / folder) != self._folder):
            return own
        path = self.top / named
        return path if path.is_file() else own


def blob_hashes(content: bytes, length: int) -> frozenset[str]:
    """The hashes that a file with this content can have in a repository: as it is, and with LF line ends.

    Args:
        content: Its bytes.
        length: Digits of the repository's hashes, 40 or 64.
    """
    forms = {content, content.replace(b"\r\n", b"\n")}
    return frozenset(
        hashlib.new(
            "sha1" if length == 40 else "sha256", b"blob %d\0" % len(form) + form, usedforsecurity=False
        ).hexdigest()
        for form in forms
    )


def _decoded(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _unusable(top: Path, why: str, cure: str = "Look at the repository with `git fsck`.") -> SpecError:
    return SpecError(ErrorCode.INVALID_REQUEST, f"The repository of {top} cannot be read. {why}", remediation=cure)
