"""Which files a command is about that takes files and folders, read one after another.

A folder is walked as the context source walks a workspace: what git would not track, checkouts within it and links are
left out, as are templates, archives and other people's copies.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from orch_lsp.context.tree import FileTree
from orch_lsp.errors import ErrorCode, SpecError
from orch_lsp.git.repository import blob_hashes
from orch_lsp.orchestration.index.spec_reading import indexed
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.included import is_included
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.review import is_spec
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.orchestration.specs.whereabouts import root_of_folder
from orch_lsp.profiles.protocol import Clues
from orch_lsp.profiles.recognition import kept_away
from orch_lsp.profiles.registry import FORMATS
from orch_lsp.reports.file_content import decoded, read_bytes
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workspace import find_root, git_top_level, relative_path, resolved

MOST_FILES = 1_000_000
"""Of one folder that is named, and how many folders are looked into."""
_MARK = "\ufeff"
_MARKDOWN = (".md", ".markdown")
_MOST_AHEAD = 4 * 1024 * 1024
"""Characters of the documents that are kept until all around them are known; the rest is read a second time."""
_NOT_ALL_KNOWN = "Not all documents of the workspace are known: rules that need them say nothing."
_MOST_SECONDS = 120.0
"""How long all documents of a workspace may take to be read."""
_NO_EDITOR, _NO_COMMAND = ProjectLayer(), CommandChoice()


@dataclass(frozen=True, slots=True)
class SpecFile:
    """A file that may hold a spec."""

    path: Path
    """Absolute, links not followed."""
    is_named: bool
    """Whether the person named it, and not a folder around it."""
    below: Path
    """The folder that it is shown relative to where it has no workspace."""


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """A file that holds a spec, or was named: read, with its settings."""

    file: SpecFile
    reading: Reading
    mark: str = ""
    """The byte order mark before the text, which no editor counts."""

    @property
    def root(self) -> Path:
        """The folder that its paths are relative to."""
        return self.reading.root or resolved(self.file.below)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that was named, or is a spec by its path, and cannot be read."""

    file: SpecFile
    root: Path
    message: str


class Shelf(Protocol):
    """Files, wherever they are kept: in the work tree, in git's index, in a commit. Paths are absolute."""

    def is_folder(self, path: Path, /) -> bool:
        """Whether there is a folder of this name."""
        ...

    def names(self, folder: Path, /) -> Iterable[str]:
        """The files below a folder whose links are resolved, relative to it, with `/`.

        Raises:
            OSError: It cannot be read.
        """
        ...

    def content(self, path: Path, /) -> bytes:
        """The content of a file.

        Raises:
            SpecError: It is no regular file, cannot be read, or is too large.
        """
        ...

    def hashes(self, path: Path, /) -> frozenset[str]:
        """The hashes that the content of a file can have in git; none if it cannot be had."""
        ...

    def surrounded(self, reading: Reading, /) -> Reading:
        """A document with those that are kept around it here, if they are others than those of the work tree."""
        ...


class WorkTree:
    """Files as they are on the disk. A folder is walked as the context source walks a workspace.

    Args:
        complain: Takes a sentence on what is left out, for the person.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self._complain = complain

    def is_folder(self, path: Path) -> bool:
        """Whether there is a folder of this name."""
        return path.is_dir()

    def names(self, folder: Path) -> Iterable[str]:
        """Files that git would track."""
        listing = FileTree(folder).list_files(MOST_FILES, lambda: False)
        if not listing.complete:
            self._complain(f"{folder} holds more than {MOST_FILES} files: the rest was not looked at.")
        return listing.files

    def content(self, path: Path) -> bytes:
        """The content of a regular file."""
        if not path.is_file():
            raise SpecError(ErrorCode.INVALID_REQUEST, f"{path.name} is not read: it is not a regular file.")
        return read_bytes(path)

    def hashes(self, path: Path) -> frozenset[str]:
        """The hashes of its content, and of that with LF line ends, for repositories of both kinds of hashes."""
        try:
            content = self.content(path)
        except SpecError:
            return frozenset()
        return blob_hashes(content, 40) | blob_hashes(content, 64)

    def surrounded(self, reading: Reading) -> Reading:
        """The document: those around it are those of the work tree."""
        return reading


class SpecFiles:
    """The files below paths that a person named, each once.

    Args:
        paths: Files and folders that exist.
        session: What reads documents and settings.
        workspace: The root that the person named, if they did.
        complain: Takes a sentence on what is left out, for the person.
        shelf: Where the files are kept; the work tree if left out.
        is_asked: Whether a file is to be read; all are if left out.
        with_past: Whether what a format has put into its archive is among them.
        with_others: Whether each spec is read with all others of its workspace around it.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        session: Session,
        workspace: Path | None,
        complain: Callable[[str], None],
        *,
        shelf: Shelf | None = None,
        is_asked: Callable[[Path], bool] | None = None,
        with_others: bool = False,
        with_past: bool = False,
    ) -> None:
        self._paths = paths
        self._session = session
        self._workspace = workspace
        self._complain = complain
        self._shelf = shelf or WorkTree(complain)
        self._is_asked = is_asked
        self._with_others = with_others
        self._patience = _MOST_SECONDS
        self._found: Sequence[SpecFile] | None = None
        self._with_past = with_past

    async def read(self) -> AsyncIterator[ReadSpec | Unreadable]:
        """Read one file after another: those that are specs, and those that were named."""
        ahead = await self._read_ahead() if self._with_others else {}
        for file in self.files():
            found = ahead.pop(file.path, None) or await self._read_alone(file)
            if isinstance(found, ReadSpec):
                yield replace(found, reading=await self._surrounded(found.reading))
            elif found is not None:
                yield found

    async def _read_ahead(self) -> dict[Path, ReadSpec]:
        """As many files as can be kept; the index of their workspace takes them over, and reads only the others."""
        ahead: dict[Path, ReadSpec] = {}
        kept = 0
        for file in self.files():
            found = await self._read_alone(file)
            if isinstance(found, ReadSpec):
                ahead[file.path] = found
                kept += len(found.reading.source.text)
                await asyncio.to_thread(self._session.indexes.offer, found.reading)
            if kept > _MOST_AHEAD:
                break
        return ahead

    async def _read_alone(self, file: SpecFile) -> ReadSpec | Unreadable | None:
        """A file without those around it; None for one that is not asked for, or is no spec."""
        if self._is_asked is not None and not self._is_asked(file.path):
            return None
        try:
            text = _text(self._shelf.content(file.path), file.path.name)
        except SpecError as error:
            root = self._root_if_spec(file)
            return None if root is None else Unreadable(file, root, error.message)
        bare = text.removeprefix(_MARK)
        reading = await self._reading_alone(file, bare)
        if file.is_named or is_spec(reading) or (self._with_past and indexed(reading) is not None):
            return ReadSpec(file, reading, text[: len(text) - len(bare)])
        return None

    async def reading(self, file: SpecFile, text: str) -> Reading:
        """A file with this text, with its settings."""
        return await self._surrounded(await self._reading_alone(file, text))

    async def with_history(self, spec: ReadSpec) -> ReadSpec:
        """A document with what its history tells of it."""
        if not is_spec(spec.reading):
            return spec
        told = await self._session.histories.look(spec.reading)
        return replace(spec, reading=told.put_to(spec.reading)) if told else spec

    async def _reading_alone(self, file: SpecFile, text: str) -> Reading:
        source = Source(resolved(file.path).as_uri(), file.path, None, text, (Path.cwd(),), self._workspace)
        return await read(self._session, source, editor=_NO_EDITOR, command=_NO_COMMAND)

    async def _surrounded(self, reading: Reading) -> Reading:
        """A document with those around it."""
        found = await asyncio.to_thread(self._shelf.surrounded, reading)
        if self._with_others and not found.around_it.is_whole and is_spec(found):
            around = await self._session.indexes.whole(found, self._patience)
            if not around.is_whole:
                # Those that follow do not wait again.
                self._patience = 0.0
                index = await asyncio.to_thread(self._session.indexes.of, found)
                self._complain((None if index is None else index.shortfall) or _NOT_ALL_KNOWN)
            return replace(found, around_it=around)
        return found

    def files(self) -> Sequence[SpecFile]:
        """The files that may be specs by their names, and those that were named; found once."""
        if self._found is None:
            self._found = tuple(self._find())
        return self._found

    def _find(self) -> Iterator[SpecFile]:
        seen: set[Path] = set()
        for path in self._paths:
            found = (
                self._below(path.absolute()) if self._shelf.is_folder(path.absolute()) else (_named(path.absolute()),)
            )
            is_empty = True
            for file in found:
                is_empty = False
                real = resolved(file.path)
                if real not in seen:
                    seen.add(real)
                    yield file
            if is_empty:
                self._complain(
                    f"{path} holds no document that is looked at: files that git leaves out, and repositories within "
                    "it, are passed over unless they are named."
                )

    def _below(self, folder: Path) -> Iterable[SpecFile]:
        real = resolved(folder)
        try:
            names = self._shelf.names(real)
        except OSError as error:
            self._complain(f"{folder} cannot be read: {error.strerror or type(error).__name__}.")
            return
        root = self._workspace or root_of_folder(real)
        settings = self._session.read_settings(root, None, editor=_NO_EDITOR, command=_NO_COMMAND)
        include = (*settings.include, *(one.glob for one in settings.formats))
        # Of what is listed nothing is a link: only the folder's own place is asked for.
        before = "" if root is None or resolved(root) == real else f"{relative_path(real, root)}/"
        for name in names:
            path = before + name
            if not name.casefold().endswith(_MARKDOWN) and not is_included(path, include):
                continue
            away = kept_away(path)
            if away is None or (self._with_past and away == "archived"):
                yield SpecFile(real / name, is_named=False, below=real)

    def _root_if_spec(self, file: SpecFile) -> Path | None:
        """The root of a file that is a spec by its path, or was named; None for another one."""
        root = find_root(file.path, explicit=self._workspace, folders=(Path.cwd(),))
        path = relative_path(file.path, root) if root else file.path.as_posix()
        if not file.is_named and not FORMATS.recognised(Clues(path, "")):
            settings = self._session.read_settings(root, None, editor=_NO_EDITOR, command=_NO_COMMAND)
            if not is_included(path, (*settings.include, *(one.glob for one in settings.formats))):
                return None
        return root or resolved(file.below)


def _named(path: Path) -> SpecFile:
    return SpecFile(path, is_named=True, below=path.parent)


def _text(content: bytes, name: str) -> str:
    """The text of a file with this content.

    Raises:
        SpecError: It is not UTF-8, or binary.
    """
    text = decoded(content, name)
    if "\0" in text:
        raise SpecError(ErrorCode.INVALID_REQUEST, f"{name} is not read: it is binary.")
    return text


def common_root(roots: Iterable[Path], *, of_checkout: bool) -> Path:
    """The folder that the paths of a report are relative to: the innermost one that holds all these roots.

    Args:
        roots: Resolved; without any it is the current folder.
        of_checkout: Whether it is to be the top of the checkout around it, if there is one.
    """
    unique = sorted({str(root) for root in roots})
    try:
        root = Path(os.path.commonpath(unique)) if unique else resolved(Path.cwd())
    except ValueError:  # Several drives of Windows.
        root = resolved(Path.cwd())
    return (git_top_level(root) or root) if of_checkout else root
