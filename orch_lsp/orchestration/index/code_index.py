"""The code of a workspace: which of its files may name nodes of specs, and where. Nothing of it leaves the machine.

Files that git would track are read on worker threads, a slice at a time, when somebody first asks; of a file only the
places that look like a name of a node are kept. A file is read again if its stamp is another one.
"""

from __future__ import annotations

import asyncio
import codecs
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from orch_lsp.context.choke import read_bytes
from orch_lsp.context.item import Exclusion
from orch_lsp.context.tree import FileTree
from orch_lsp.language.code.files import family_of, is_generated
from orch_lsp.language.code.links import CodeCitation, CodeLinks, link
from orch_lsp.language.code.mentions import Mention, mentions_in
from orch_lsp.language.index import Index

logger = logging.getLogger(__name__)

_SLICE_SECONDS = 0.05
_FEW_FILES = 1_000
"""Files of all kinds whose list is read again for every question; longer lists are read again beside the answer."""
_WAIT_SECONDS = 20.0

Stamp = tuple[int, int]
"""Time of the content in nanoseconds, and size in bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a workspace is looked at."""

    files: int = 300_000
    """Of all kinds, by name."""
    file_bytes: int = 1024 * 1024
    """Of one file; a larger one is no code that people write."""
    total_bytes: int = 1024 * 1024 * 1024
    mentions: int = 500_000


@dataclass(frozen=True, slots=True)
class _File:
    stamp: Stamp
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True)
class Code:
    """The code of a workspace as it was found."""

    files: Mapping[str, tuple[Mention, ...]]
    """By path below the root, with `/`; only files with places that may name something."""
    is_whole: bool
    """False before all files were read once, and where there is more than is looked at."""


class CodeIndex:
    """The code below one folder. It changes on the event loop; threads read it as it is.

    Args:
        root: Its links resolved.
        on_change: Called on the event loop when something else than before is named, or named elsewhere.
    """

    def __init__(
        self,
        root: Path,
        *,
        limits: Limits | None = None,
        on_change: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._root = root
        self._limits = limits or Limits()
        self._on_change = on_change
        self._now = now
        self._files: dict[str, _File] = {}
        self._reading: dict[str, _File] = {}
        self._code = Code({}, is_whole=False)
        self._was_read = False
        self._listed = 0
        self._looked_at = float("-inf")
        self._stopped = threading.Event()
        self._look: asyncio.Task[None] | None = None
        self._links: tuple[Index, Code, CodeLinks] | None = None
        self.files_read = 0
        """How often a file was read."""

    @property
    def known(self) -> Code:
        """The code as far as it is known."""
        return self._code

    async def code(self, seconds: float | None = _WAIT_SECONDS) -> Code:
        """The code as it is now; of a large workspace as it was at the last look, and another one is begun.

        After `seconds` it is given as far as it is known.
        """
        look = self._look_again()
        if not self._was_read or self._listed <= _FEW_FILES:
            try:
                async with asyncio.timeout(seconds):
                    await asyncio.shield(look)
            except TimeoutError:
                logger.info("the code of %s is not read to its end yet", self._root)
                if not self._was_read:
                    self._take(dict(self._reading), is_whole=False)
        return self._code

    async def is_fresh(self, seconds: float = _WAIT_SECONDS) -> bool:
        """Look at all files now, however many there are; False if that took longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                if self._look is not None:
                    # One that is under way may have passed by a file that is new.
                    await asyncio.shield(self._look)
                await asyncio.shield(self._look_again())
        except TimeoutError:
            return False
        return True

    def code_at_hand(self, seconds: float) -> Code:
        """The code as far as it is known; a look at the files is begun if the last one is older than `seconds`."""
        if self._now() - self._looked_at > seconds:
            self._look_again()
        return self._code

    async def citations(
        self,
        index: Index,
        choose: Callable[[CodeLinks], Sequence[CodeCitation]],
        seconds: float | None = _WAIT_SECONDS,
        *,
        of_seconds: float | None = None,
    ) -> Sequence[CodeCitation]:
        """Places in code that name nodes of an index, as their files are now.

        Args:
            index: The specs below the same folder.
            choose: Which of them are asked for; it is called in a thread, again if a file is another one by now.
            seconds: See `code`.
            of_seconds: The age of a look at the files that will do for now, once there was one; None for a new one.
        """
        if of_seconds is None or not self._was_read:
            await self.code(seconds)
        else:
            self.code_at_hand(of_seconds)
        found = await asyncio.to_thread(choose, await self.links(index, self._code))
        if await self._read_changed({citation.path for citation in found}):
            found = await asyncio.to_thread(choose, await self.links(index, self._code))
        return found

    def text_of(self, path: str) -> str | None:
        """The text in which places of a file are, without a byte order mark. Blocking.

        None if it is not as it was read.

        Raises:
            UnicodeDecodeError: It is no UTF-8; whoever writes it back as such changes it elsewhere, too.
        """
        opened = read_bytes(self._root, path, self._limits.file_bytes)
        if isinstance(opened, Exclusion) or opened.path != path:
            return None
        text = opened.data.decode("utf-8-sig")
        return text if _mentions(path, opened.data) == self._code.files.get(path, ()) else None

    async def _read_changed(self, paths: Collection[str]) -> bool:
        """Read those of the files again that changed or vanished since they were read; whether there were any."""
        known = {path: self._files[path] for path in paths if path in self._files}
        changed = await asyncio.to_thread(self._changed, known)
        if changed:
            files = {**self._files, **changed}
            self._files = {path: file for path, file in files.items() if file is not None}
            self._take(self._files, is_whole=self._code.is_whole)
        return bool(changed)

    def _changed(self, known: Mapping[str, _File]) -> dict[str, _File | None]:
        """The files with another stamp as they are now, None for one that is gone. Blocking."""
        changed: dict[str, _File | None] = {}
        for path, file in known.items():
            stamp = _stamp(self._root / path)
            if stamp is None:
                changed[path] = None
            elif stamp != file.stamp:
                self._read_slice([(path, stamp)], cast("dict[str, _File]", changed))
        return changed

    async def links(self, index: Index, code: Code) -> CodeLinks:
        """The places in code that name a node of an index; kept until one of both is another one."""
        kept = self._links
        if kept is not None and kept[0] is index and kept[1] is code:
            return kept[2]
        found = await asyncio.to_thread(link, index, code.files)
        self._links = (index, code, found)
        return found

    async def aclose(self) -> None:
        """End what is under way."""
        self._stopped.set()
        if self._look is not None:
            self._look.cancel()
            await asyncio.gather(self._look, return_exceptions=True)

    def _look_again(self) -> asyncio.Task[None]:
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_files(), name=f"code of {self._root}")
        return self._look

    async def _look_at_files(self) -> None:
        try:
            stamps, listed, is_complete = await asyncio.to_thread(self._list)
        except OSError as error:
            logger.warning("%s cannot be read: %s", self._root, error.strerror or type(error).__name__)
            stamps, listed, is_complete = {}, 0, False
        files = {
            path: known for path, stamp in stamps.items() if (known := self._files.get(path)) and known.stamp == stamp
        }
        waiting = [(path, stamp) for path, stamp in stamps.items() if path not in files]
        changed = bool(waiting) or len(files) < len(self._files)
        # From the end; the nearest to the root first.
        waiting.reverse()
        self._reading = files
        total = 0
        while waiting and total <= self._limits.total_bytes and not self._stopped.is_set():
            total += await asyncio.to_thread(self._read_slice, waiting, files)
        self._files = files
        if changed or not self._was_read:
            self._take(files, is_whole=is_complete and not waiting)
        self._was_read = True
        self._listed = listed
        self._looked_at = self._now()

    def _take(self, files: Mapping[str, _File], *, is_whole: bool) -> None:
        found: dict[str, tuple[Mention, ...]] = {}
        count = 0
        for path, file in files.items():
            if file.mentions and count < self._limits.mentions:
                found[path] = file.mentions
                count += len(file.mentions)
        if found != self._code.files or is_whole != self._code.is_whole:
            self._code = Code(found, is_whole)
            self._on_change()

    def _list(self) -> tuple[dict[str, Stamp], int, bool]:
        """The files of code with their stamps, how many of all kinds there are, and whether these are all. Blocking."""
        listing = FileTree(self._root).list_files(self._limits.files, self._stopped.is_set)
        stamps: dict[str, Stamp] = {}
        for path in listing.files:
            if family_of(path) is None or self._stopped.is_set():
                continue
            stamp = _stamp(self._root / path)
            if stamp is not None and stamp[1] <= self._limits.file_bytes:
                stamps[path] = stamp
        return stamps, len(listing.files), listing.complete

    def _read_slice(self, waiting: list[tuple[str, Stamp]], files: dict[str, _File]) -> int:
        """Read files from the end of a list until the slice's time is over; the bytes that were read. Blocking."""
        until = time.monotonic() + _SLICE_SECONDS
        read = 0
        while waiting and not self._stopped.is_set():
            path, stamp = waiting.pop()
            opened = read_bytes(self._root, path, self._limits.file_bytes)
            self.files_read += 1
            # One that vanished, or became a link meanwhile, names nothing; a link's target is read by its own name.
            if isinstance(opened, Exclusion) or opened.path != path:
                files[path] = _File(stamp)
            else:
                read += opened.size
                files[path] = _File((opened.mtime_ns, opened.size), _mentions(path, opened.data))
            if time.monotonic() > until:
                break
        return read


def _stamp(file: Path) -> Stamp | None:
    try:
        status = file.lstat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def _mentions(path: str, data: bytes) -> tuple[Mention, ...]:
    family = family_of(path)
    text = _decoded(data)
    if family is None or text is None or is_generated(text):
        return ()
    return mentions_in(text, path, family)


def _decoded(data: bytes) -> str | None:
    """The text of a file as editors show it: a byte that is no UTF-8 is one character. None for a binary file."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    if b"\0" in data:
        return None
    return data.decode("utf-8-sig", "replace")


class CodeIndexes:
    """The code of the workspaces of one process, by root; read when somebody first asks for it."""

    def __init__(self) -> None:
        self._by_root: dict[Path, CodeIndex] = {}
        self.on_change: Callable[[], None] = lambda: None
        """Called on the event loop when something else than before is named in code."""

    def of(self, root: Path | None) -> CodeIndex | None:
        """The code below a root; None without one."""
        if root is None:
            return None
        if root not in self._by_root:
            self._by_root[root] = CodeIndex(root, on_change=self._changed)
        return self._by_root[root]

    def _changed(self) -> None:
        self.on_change()

    async def aclose(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(code.aclose() for code in self._by_root.values()), return_exceptions=True)
