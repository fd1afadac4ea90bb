"""Files as they are staged, as they were committed, and which have changed since a commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from orch_lsp.context.tree import FileTree
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.git.index import TrackedPaths
from orch_lsp.git.repository import Contents, Repository
from orch_lsp.language.index import Index
from orch_lsp.orchestration.index.file_documents import MAX_FILE_BYTES
from orch_lsp.orchestration.index.spec_index import SpecIndex
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.reports.spec_files import Shelf
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.workspace import git_top_level, resolved

_HEAD = ("HEAD", "@")


class Checkouts:
    """The repositories around paths, each opened once. A context manager."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._by_top: dict[Path, Repository] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def around(self, path: Path) -> Repository:
        """The repository of the checkout that a path is in.

        Raises:
            SpecError: It is in none, or that cannot be read.
        """
        top = git_top_level(really(path))
        if top is None:
            raise SpecError(
                ErrorCode.INVALID_REQUEST, f"{path} is in no checkout of git.",
                remediation="Name files and folders of a checkout.",
            )  # fmt: skip
        if top not in self._by_top:
            self._by_top[top] = self._open.enter_context(Repository(top))
        return self._by_top[top]


class GitShelf:
    """Files of repositories, as a `Shelf`.

    Args:
        session: What reads settings.
        checkouts: The repositories.
        contents: The files of one that are meant.
        is_known_whole: Whether a document is read together with those around it here.
    """

    def __init__(
        self,
        session: Session,
        checkouts: Checkouts,
        contents: Callable[[Repository], Contents],
        *,
        is_known_whole: bool = True,
    ) -> None:
        self._session = session
        self._checkouts = checkouts
        self._contents = contents
        self._is_known_whole = is_known_whole
        self._by_top: dict[Path, Contents] = {}
        self._sorted: dict[Path, TrackedPaths] = {}
        self._trees: dict[Path, FileTree] = {}
        self._indexes: dict[Path, Index] = {}

    def has(self, path: Path) -> bool:
        """Whether there is a file or a folder of this name."""
        contents, name = self._find(path)
        return name in contents.files or name in contents.conflicts or self.is_folder(path)

    def is_folder(self, path: Path) -> bool:
        """Whether there is any file below this path."""
        contents, name = self._find(path)
        if name == ".":
            return True
        top = self._checkouts.around(path).top
        if top not in self._sorted:
            self._sorted[top] = TrackedPaths([*contents.files, *contents.conflicts])
        return self._sorted[top].holds_below(name)

    def names(self, folder: Path) -> Iterable[str]:
        """The files below a folder, relative to it, with `/`."""
        contents, name = self._find(folder)
        before = "" if name == "." else f"{name}/"
        found = sorted({*contents.files, *contents.conflicts})
        return [other[len(before) :] for other in found if other.startswith(before)]

    def content(self, path: Path) -> bytes:
        """The content of a file."""
        contents, name = self._find(path)
        if name in contents.conflicts:
            raise SpecError(
                ErrorCode.INVALID_REQUEST, f"{path.name} is not read: a merge has left several versions of it.",
                remediation="Resolve the conflict, and stage the file.",
            )  # fmt: skip
        if name not in contents.files:
            raise SpecError(ErrorCode.INVALID_REQUEST, f"{path.name} is not read: it is not there.")
        return self._checkouts.around(path).read(contents.files[name])

    def hashes(self, path: Path) -> frozenset[str]:
        """The hash of a file's content; none if there is no such file."""
        contents, name = self._find(path)
        return frozenset((contents.files[name],) if name in contents.files else ())

    def surrounded(self, reading: Reading) -> Reading:
        """A document with those below its root that are kept here; their index is made when it is first asked for."""
        root = reading.root
        if root is None or reading.source.path is None or not self._is_known_whole:
            return reading
        if root not in self._indexes:
            top = self._checkouts.around(reading.source.path).top
            self._indexes[root] = self._index(root, top)
        return replace(reading, around_it=self._indexes[root], has_file=self.has_file)

    def has_file(self, path: Path) -> bool:
        """Whether there is a file of this name, or one on the disk that git is never to hold."""
        contents, name = self._find(path)
        if name in contents.files or name in contents.conflicts:
            return True
        top = self._checkouts.around(path).top
        if top not in self._trees:
            self._trees[top] = FileTree(top)
        return path.is_file() and self._trees[top].ignored(name)

    def _index(self, root: Path, top: Path) -> Index:
        places = {path: top / path for path in self._by_top[top].files}
        named = {path.relative_to(root).as_posix(): path for path in places.values() if path.is_relative_to(root)}
        return SpecIndex(root, self._session, ProjectLayer).of_files(named, lambda name: self._text(named[name]))

    def _text(self, path: Path) -> str | None:
        try:
            content = self.content(path)
            return None if len(content) > MAX_FILE_BYTES or b"\0" in content else content.decode("utf-8")
        except (SpecError, UnicodeDecodeError):
            return None

    def _find(self, path: Path) -> tuple[Contents, str]:
        """The files of the checkout around a path, and how they name it; `.` is the checkout."""
        repository = self._checkouts.around(path)
        if repository.top not in self._by_top:
            self._by_top[repository.top] = self._contents(repository)
        return self._by_top[repository.top], repository.path_of(really(path)) or "."


def staged(session: Session, checkouts: Checkouts) -> GitShelf:
    """The files that the next commit is going to hold."""
    return GitShelf(session, checkouts, lambda repository: repository.staged(lambda _: True))


def committed(session: Session, checkouts: Checkouts, commits: Mapping[Path, str]) -> GitShelf:
    """The files of commits, each of the checkout with this top."""

    def contents(repository: Repository) -> Contents:
        # A checkout that stands now where the commit had a folder is another repository.
        commit = commits.get(repository.top)
        return Contents({}) if commit is None else repository.committed(commit, lambda _: True)

    return GitShelf(session, checkouts, contents, is_known_whole=False)


class ChangedSince:
    """Which files differ from those of a commit.

    If the checked-out history has left that of the commit, they are compared with the commit where both were one: the
    work of others is no change.

    Args:
        revision: As the person wrote it.
        paths: What they asked for; the revision has to be one in the checkout of each.
        shelf: The files as they are now.
        checkouts: The repositories.
        complain: Takes a sentence on how it is compared, for the person.

    Raises:
        SpecError: A path is in no checkout, or the revision names no commit of one.
    """

    def __init__(
        self,
        revision: str,
        paths: Sequence[Path],
        shelf: Shelf,
        checkouts: Checkouts,
        complain: Callable[[str], None],
    ) -> None:
        self._revision = revision
        self._shelf = shelf
        self._checkouts = checkouts
        self._complain = complain
        self._files: dict[Path, Mapping[str, str]] = {}
        for path in paths:
            self._files_of(checkouts.around(path.absolute()))

    def holds(self, path: Path) -> bool:
        """Whether a file is new, or has another content than then; so it has if its content cannot be had."""
        repository = self._checkouts.around(path)
        before = self._files_of(repository).get(repository.path_of(really(path)) or "")
        return before is None or before not in self._shelf.hashes(path)

    def _files_of(self, repository: Repository) -> Mapping[str, str]:
        if repository.top not in self._files and self._revision in _HEAD and repository.is_unborn:
            # A hook that asks what a commit changes has to let the first one pass.
            self._files[repository.top] = {}
        if repository.top not in self._files:
            commit = repository.commit(self._revision)
            base = repository.fork_point(commit)
            if base is None:
                self._complain(
                    f"{self._revision} and HEAD have no commit in common that is known here: "
                    "what others have changed counts as well."
                )
            self._files[repository.top] = repository.committed(base or commit, lambda _: True).files
        return self._files[repository.top]


def really(path: Path) -> Path:
    """The path of a file with the links on the way to it resolved; a link itself is no file of git's."""
    path = Path(os.path.abspath(path))  # noqa: PTH100 -- `..` as people mean it
    return resolved(path) if path.is_dir() else resolved(path.parent) / path.name
