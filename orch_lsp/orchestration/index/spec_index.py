"""The specs of one folder as an index: its files, and over them the documents that a client has open.

Files are read on worker threads, a slice at a time, and kept as nodes and citations only. A file is read again if its
stamp is another one. An open document counts with the text that the client has; its file counts when it is closed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.context.item import Exclusion
from orch_lsp.language.index import Index, IndexedDocument
from orch_lsp.orchestration.index.breath import Breath
from orch_lsp.orchestration.index.concerned import Concerned
from orch_lsp.orchestration.index.file_documents import FileDocuments
from orch_lsp.orchestration.index.spec_files import (
    Limits,
    Listed,
    SpecFiles,
    globs_of_others,
    may_be_spec_name,
    shared_folders,
)
from orch_lsp.orchestration.index.spec_reading import SettingsSource, SpecReader, indexed
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.model import Settings

logger = logging.getLogger(__name__)

_IF_SHORT = (
    "References may be missing, and rules about several documents say nothing. Open the folder of your specs alone, or "
    "name in `.gitignore` what is not yours."
)
_SLICE_SECONDS = 0.03
_LOOK_AGAIN_SECONDS = 3.0
_LOOK_AGAIN_IF_TOLD_SECONDS = 30.0
"""A client that tells of files leaves out some, such as those of a folder that vanishes."""
_PAUSE_BY_LOOK = 20
"""Looking at the files takes a twentieth of the time, at most."""


@dataclass(frozen=True, slots=True)
class OpenSpec:
    """An open document in its place over the file."""

    source: Source
    document: IndexedDocument | None
    """None for one that is no spec."""


@dataclass(frozen=True, slots=True)
class Known:
    """An index, as far as somebody asked for it."""

    index: Index
    is_complete: bool
    """Whether it has all documents that matter to the question."""


class SpecIndex:
    """The specs below one folder. Its state changes under a lock; threads read it as it is.

    Args:
        folder: Its links resolved.
        settings: What reads settings.
        editor: The editor's settings as they are now.
        named: The folder as its documents are named, if links lead to it.
        is_root: Whether it is the root of a workspace; of another folder only the files directly in it count.
        on_short: Told once, on the loop, that the folder holds more than is read.
        on_change: Told of documents that were there before, or are there now, when others may see them otherwise; of
            None once the files were looked at.
    """

    def __init__(
        self,
        folder: Path,
        settings: SettingsSource,
        editor: Callable[[], ProjectLayer],
        *,
        named: Path | None = None,
        is_root: bool = True,
        on_change: Callable[[SpecIndex, Sequence[IndexedDocument] | None], None] = lambda _, __: None,
        on_short: Callable[[SpecIndex], None] = lambda _: None,
        limits: Limits | None = None,
    ) -> None:
        self.folder = folder
        self._settings = settings
        self._editor = editor
        self._named = named or folder
        self._is_root = is_root
        self._on_change = on_change
        self._on_short = on_short
        self._is_short_told = False
        limits = limits or Limits()
        self._limits = limits
        self._breath = Breath()
        self._files = SpecFiles(folder, limits, self._breath, is_root=is_root)
        self._documents = FileDocuments(self._files, limits.total_bytes, self._breath)
        self._open: dict[str, OpenSpec] = {}
        self._index = Index()
        self._lock = threading.Lock()
        self._turn = asyncio.Lock()
        self._scan: asyncio.Task[None] | None = None
        self._once_more = False
        self._first = ""
        self._listed = asyncio.Event()
        """Set while it is known which files there are."""
        self._has_listed_all = False
        self._waiting: list[str] = []
        """Files that the look under way has not come to yet; taken off its end."""
        self._settled: set[tuple[frozenset[str], bool]] = set()
        """Questions for which that look has read all files that matter."""
        self._more_than = ""
        """The number of files of which there are more than are looked at; empty if there are not."""
        self._has_watched_names = True
        """Whether no setting asks for files of another ending than Markdown's: no other ones are watched."""
        self._read_with: tuple[object, ...] | None = None
        self._looked_at = 0.0
        self._look_seconds = 0.0
        self._not_listed: tuple[Exclusion, ...] = ()

    @property
    def index(self) -> Index:
        """The index as far as it is known."""
        return self._index

    @property
    def left_out(self) -> tuple[Exclusion, ...]:
        """Files and folders that are not in it though they may be specs, with the reasons."""
        return (*self._not_listed, *self._documents.left_out)

    @property
    def files_read(self) -> int:
        """How often a file was read."""
        return self._documents.files_read

    @property
    def texts_parsed(self) -> int:
        """How often the text of a file was parsed for it."""
        return self._documents.texts_parsed

    @property
    def shortfall(self) -> str | None:
        """The reason for which it can never be whole, as a sentence for a person; None as far as nothing is known."""
        if self._more_than:
            reason = f"holds more than {self._more_than}"
        elif self._documents.is_full:
            reason = f"holds more than {self._limits.total_bytes // 1024**2} MB of specs"
        else:
            return None
        return f"{self.folder} {reason}: the rest is not known. {_IF_SHORT}"

    async def count(self) -> int:
        """How many files may be specs by their names; `shortfall` tells then whether these are all."""
        return len((await asyncio.to_thread(self._list)).stamps)

    def opened(self, path: str) -> OpenSpec | None:
        """The open document at a path, as it counts in the index; None if it is not open."""
        return self._open.get(path)

    @property
    def is_begun(self) -> bool:
        """Whether the files were looked at, or are."""
        return self._scan is not None

    def begin(self) -> asyncio.Task[None]:
        """Look at the files, if that was not begun yet."""
        if self._scan is None:
            self._scan = asyncio.create_task(self._look(), name=f"index of {self.folder}")
        return self._scan

    def look_again(self) -> asyncio.Task[None]:
        """Look at the files anew, once what is under way is done; files with the same stamp are not read."""
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._look(), name=f"index of {self.folder}")
        else:
            self._once_more = True
        return self._scan

    def offer(self, path: str, text: str, document: IndexedDocument | None) -> None:
        """The document that a file makes if it has this text; it is not made again then."""
        self._documents.offer(path, text, document)

    def prefer(self, path: str) -> None:
        """Read the files that stand nearest to one first: an answer to somebody at work there waits for them."""
        self._first = path

    async def whole(self, seconds: float) -> Index:
        """The index once the files were looked at; after `seconds` it is given as far as it is known."""
        scan = self.begin()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(scan)
        except TimeoutError:
            logger.info("the index of %s is not complete yet", self.folder)
        return self._index

    async def concerning(self, scopes: Collection[str], seconds: float, *, citing: bool = True) -> Known:
        """The index once all files were read that can hold or cite a node of these specs; they are read first.

        The rest may not be in it yet. After `seconds` it is given as far as it is known.

        Args:
            scopes: See `IndexedDocument.own_scope`.
            seconds: How long to wait.
            citing: Whether documents matter that only cite them; without, specs below one of them matter, too.
        """
        scan, is_complete = self.begin(), False
        listed = asyncio.create_task(self._listed.wait(), name=f"list of {self.folder}")
        try:
            async with asyncio.timeout(seconds):
                await asyncio.wait((scan, listed), return_when=asyncio.FIRST_COMPLETED)
                settled, question = self._settled, (frozenset(scopes), citing)
                if question not in settled:
                    async with self._turn:
                        # Taken off and not counted yet is nothing, between two turns.
                        waiting = tuple(self._waiting)
                    wanted = await asyncio.to_thread(self._concerned, waiting, scopes, citing=citing)
                    while wanted and not self._breath.is_stopped:
                        async with self._turn:
                            await asyncio.to_thread(self._look_at, wanted, _SLICE_SECONDS)
                    settled.add(question)
                is_complete = self._has_listed_all and not self._documents.is_full
        except TimeoutError:
            logger.info("what concerns %s in %s is not read yet", ", ".join(scopes), self.folder)
        finally:
            listed.cancel()
        return Known(self._index, is_complete)

    def _concerned(self, paths: Sequence[str], scopes: Collection[str], *, citing: bool) -> list[str]:
        if not paths:
            return []
        concerned = Concerned(scopes, self._settings_now(), self._named, is_root=self._is_root, citing=citing)
        found: list[str] = []
        for path in paths:
            self._breath.take()
            if concerned.holds(path):
                found.append(path)
        return found

    def is_stale(self, *, told: bool = False) -> bool:
        """Whether the files were looked at long ago: seconds, and the more of them, the longer a look takes.

        Args:
            told: Whether somebody tells of files that change.
        """
        if self._scan is None or not self._scan.done():
            return False
        least = _LOOK_AGAIN_IF_TOLD_SECONDS if told and self._has_watched_names else _LOOK_AGAIN_SECONDS
        return time.monotonic() - self._looked_at > max(least, _PAUSE_BY_LOOK * self._look_seconds)

    async def look_at(self, paths: Iterable[str]) -> None:
        """Files that appeared, vanished or changed: they alone are looked at; of a folder, all that is in it."""
        if self._scan is None:
            return
        changed = await asyncio.to_thread(self._files.changed, set(paths), self._documents.paths, self._settings_now)
        if changed is None:
            self.look_again()
            return
        while changed and not self._breath.is_stopped:
            async with self._turn:
                await asyncio.to_thread(self._look_at, changed, _SLICE_SECONDS)

    def read_as(self, path: str, text: str) -> Reading:
        """The document at a path as it would be with another text; nothing is kept of it. Blocking."""
        return self._reader().read(path, text)

    def _reader(self) -> SpecReader:
        return SpecReader(self._settings, self._editor(), self.folder, named=self._named, is_root=self._is_root)

    def of_files(self, paths: Iterable[str], text_of: Callable[[str], str | None]) -> Index:
        """The index of these files alone, whatever is on the disk; nothing is kept of it. Blocking.

        Args:
            paths: All files that there are; those that may be specs are read.
            text_of: The text of one; None if it cannot be read.
        """
        reader = self._reader()
        others = globs_of_others(reader.settings)
        found: list[IndexedDocument] = []
        for path in paths:
            if may_be_spec_name(path, others) and (text := text_of(path)) is not None:
                document = indexed(reader.read(path, text.removeprefix("\ufeff")))
                if document is not None:
                    found.append(document)
        return Index.of(found, is_whole=True)

    def set_open(self, path: str, opened: OpenSpec | None) -> None:
        """A document counts with a text of a client from now on, or, with None, with its file's again."""
        with self._lock:
            if opened is None:
                self._open.pop(path, None)
            else:
                self._open[path] = opened
        self._count_all({path: self._documents.of(path) if opened is None else opened.document}, own=True)

    async def aclose(self) -> None:
        """End what is under way."""
        self._breath.stop()
        if self._scan is not None:
            self._scan.cancel()
            await asyncio.gather(self._scan, return_exceptions=True)

    async def _look(self) -> None:
        self._once_more = True
        while self._once_more and not self._breath.is_stopped:
            self._once_more = False
            await self._look_once()

    async def _look_once(self) -> None:
        started = time.monotonic()
        self._listed.clear()
        try:
            found = await asyncio.to_thread(self._list)
        except OSError as error:
            logger.warning("%s cannot be read: %s", self.folder, error.strerror or type(error).__name__)
            found = Listed(is_complete=False)
        gone = [path for path in self._documents.paths if path not in found.stamps]
        waiting = [path for path, stamp in found.stamps.items() if not self._documents.is_known(path, stamp)]
        waiting += gone
        # From the end; the nearest to the root first.
        waiting.reverse()
        self._waiting, self._has_listed_all, self._settled = waiting, found.is_complete, set()
        self._listed.set()
        first = ""
        while waiting and not self._breath.is_stopped:
            if first != self._first:
                first = self._first
                waiting.sort(key=lambda path: shared_folders(path, first))
            async with self._turn:
                await asyncio.to_thread(self._look_at, waiting, _SLICE_SECONDS)
        self._has_listed_all = found.is_complete and not self._documents.is_full
        if self._has_listed_all and not self._index.is_whole:
            with self._lock:
                self._index = self._index.as_whole()
            self._on_change(self, None)
        self._documents.forget_offers()
        if self.shortfall is not None and not self._is_short_told:
            self._is_short_told = True
            self._on_short(self)
        self._looked_at = time.monotonic()
        self._look_seconds = self._looked_at - started

    def _list(self) -> Listed:
        settings = self._settings_now()
        self._has_watched_names = not globs_of_others(settings)
        read_with = (settings.include, settings.profile, "profile" in settings.origins, settings.formats)
        if self._read_with != read_with:
            self._read_with = read_with
            self._documents.doubt_all()
        self._more_than = ""
        found = self._files.listed(settings)
        self._more_than, self._not_listed, self._documents.left_out = found.more_than, tuple(found.left_out), ()
        return found

    def _settings_now(self) -> Settings:
        return self._reader().settings

    def _look_at(self, paths: list[str], seconds: float) -> None:
        self._count_all(self._documents.look_at(self._reader(), paths, seconds))

    def _count_all(self, documents: Mapping[str, IndexedDocument | None], *, own: bool = False) -> None:
        with self._lock:
            before = self._index
            counted = {path: document for path, document in documents.items() if own or path not in self._open}
            self._index = before.changed(counted)
            after = self._index
        if not after.is_whole:
            return
        others: list[IndexedDocument] = []
        for path in counted:
            old, new = before.documents.get(path), after.documents.get(path)
            if (old and old.seen_by_others) != (new and new.seen_by_others):
                others += [one for one in (old, new) if one is not None]
        if others:
            self._on_change(self, others)
