"""The index of one workspace, as queries use it: looked at, kept up, and built beside them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from orch_lsp.context.corpus import Limits, ReadCorpus
from orch_lsp.context.index.build import rows_of
from orch_lsp.context.index.children import Build, find_in_children
from orch_lsp.context.index.corpus import Fresh, IndexedCorpus, Unread, not_used
from orch_lsp.context.index.disk import Disk
from orch_lsp.context.index.first_look import Looked, first_look
from orch_lsp.context.index.look import Looker, differing, stamps_of
from orch_lsp.context.index.reading import Found, Wanted, find
from orch_lsp.context.index.rows import NO_TEXT, NOTHING_INDEXED, Indexed
from orch_lsp.context.index.searching import Searching
from orch_lsp.context.item import Exclusion, Watcher
from orch_lsp.context.ranking import Texts, texts_of
from orch_lsp.context.stamps import Fields
from orch_lsp.context.tree import FileTree, Listing
from orch_lsp.errors import StoreError

logger = logging.getLogger(__name__)

_SMALLEST_BYTES = 16 * 1024 * 1024
"""From so many bytes on there is an index, too, however few files hold them."""
_FEW = 200
"""Files that changed and are read while a query waits. For more, ripgrep is asked, or processes of our own."""
_FEW_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Known:
    """The files of the index, as they were read from it at a generation of it."""

    store_id: str
    generation: str
    files: Indexed


_NOTHING_KNOWN = _Known("", "", NOTHING_INDEXED)


@dataclass(frozen=True)
class _Compared:
    """The files as they are beside those of the index; kept as long as neither changes."""

    now: Mapping[str, Fields]
    known: _Known
    unread: Sequence[str]
    fresh: Mapping[str, tuple[int, int]]

    @cached_property
    def texts(self) -> Texts:
        """Those of the index that are as they were."""
        return texts_of({number: (path, words) for path, (number, words) in self.fresh.items() if words != NO_TEXT})


def _compare(now: Mapping[str, Fields], known: _Known) -> _Compared:
    unread = differing(now, known.files.stamps)
    if unread or len(now) != len(known.files):
        fresh = {path: known.files.numbers[path] for path in now.keys() - set(unread)}
    else:
        fresh = known.files.numbers
    return _Compared(now, known, unread, fresh)


def _none_known(files: Sequence[str]) -> _Compared:
    """Files of which nothing is known, so that there is nothing to ask of them before they are read."""
    return _Compared({}, _NOTHING_KNOWN, files, {})


def _told(found: Found, limits: Limits) -> Found:
    """The same, said of it if it is not all."""
    if not found.is_whole:
        reason = f"it took longer than {limits.max_seconds:g} seconds to read: the rest was not searched"
        found.left_out.insert(0, Exclusion("…", reason))
    return found


class WorkspaceIndex:
    """The knowledge of one workspace in this process, and its index on disk.

    Args:
        root: The workspace, its symlinks resolved.
        watcher: Is told of builds.
        max_files: How many files an index is built of.
    """

    def __init__(self, root: Path, watcher: Watcher, max_files: int) -> None:
        self.root = root
        self._watcher = watcher
        self._max_files = max_files
        self._looker = Looker(root)
        self._searching = Searching(root)
        self._known = _NOTHING_KNOWN
        self._compared = _none_known(())
        self._was_asked = self._was_told = False
        self._lock = threading.Lock()
        self._build: Build | None = None
        self._cancelled = False

    def list_files(self, max_files: int, stopped: Callable[[], bool]) -> tuple[Listing, FileTree]:
        """The files that there are, and what decides which count. Blocking.

        Raises:
            OSError: The workspace cannot be read.
        """
        with self._lock:
            if self._was_asked and not self._was_told:
                # A process that asks only once is not worth it.
                self._was_told = True
                self._looker.be_told()
            return self._looker.list_files(max_files, stopped), self._looker.tree

    def look(self, hints: Wanted, takes: Callable[[str], bool], limits: Limits, ended: Callable[[], bool]) -> Looked:
        """The files that there are; where nothing is known of them, they are searched while they are listed. Blocking.

        Args:
            hints: What will be asked for.
            takes: Whether a file counts.
            limits: How much is looked at.
            ended: Asked before each file; once it says yes, the rest is not looked at.

        Raises:
            OSError: The workspace cannot be read.
        """
        if not self._was_asked and self._has_none():
            return first_look(FileTree(self.root), self._searching, hints, takes, limits, ended)
        listing, tree = self.list_files(limits.max_files, ended)
        return Looked(listing, tree, [path for path in takewhile(lambda _: not ended(), listing.files) if takes(path)])

    def corpus(
        self,
        files: Sequence[str],
        hints: Wanted,
        limits: Limits,
        ended: Callable[[], bool],
        found: Found | None = None,
    ) -> ReadCorpus | IndexedCorpus:
        """The content of these files: from the index as far as they are in it as they are, else by reading.

        Where many have to be read, an index is built beside that. Blocking.

        Args:
            files: Root-relative paths with `/`.
            hints: What will be asked for.
            limits: How much is read.
            ended: Asked before each file; once it says yes, the rest is not looked at.
            found: What stands in them, if `look` found that.
        """
        if len(files) < limits.indexed_from:
            now = self.stamps(files, ended)
            if sum(stamp[0] for stamp in now.values()) < _SMALLEST_BYTES:
                return ReadCorpus(self.root, files, limits, ended)
        self._was_asked = True
        disk = Disk(self.root)
        left_out: list[Exclusion] = []
        try:
            compared = self._up_to_date(disk, files, ended) if found is None else _none_known(files)
        except StoreError as error:
            left_out.append(not_used(error))
            compared = _none_known(files)
        # Beside the reading for an answer, a build would only slow it down.
        afterwards = self.begin if len(compared.unread) > _FEW else lambda: None
        reading = Unread(compared.unread, self._reader(limits, ended), afterwards, found and _told(found, limits))
        indexed = Fresh(compared.fresh, lambda: compared.texts)
        return IndexedCorpus(
            self.root, disk, compared.known.store_id, indexed, reading, dict.fromkeys(files), hints, left_out
        )

    def stamps(self, files: Sequence[str], ended: Callable[[], bool]) -> Mapping[str, Fields]:
        """The stamps of files as they are now, without asking for those that are known to be what they were. Blocking.

        Args:
            files: Root-relative paths with `/`.
            ended: Asked before each file; once it says yes, the rest is not looked at.
        """
        with self._lock:
            kept = self._looker.kept_stamps(files, ended)
            number = self._looker.begin_asking() if kept is None else 0
        if kept is not None:
            return kept
        now = stamps_of(self.root, files, ended)
        with self._lock:
            self._looker.keep_stamps(number, now)
        return now

    def _compare(self, now: Mapping[str, Fields], known: _Known) -> _Compared:
        compared = self._compared
        if compared.now is not now or compared.known is not known:
            compared = self._compared = _compare(now, known)
        return compared

    def begin(self) -> None:
        """Build the index in the background, unless that is under way or was cancelled."""
        with self._lock:
            if self._cancelled or (self._build is not None and self._build.is_running):
                return
            try:
                self._build = Build(self.root, self._max_files, self._progressed, self._ended)
            except OSError as error:
                logger.warning("no process could be started to build an index: %s", error.strerror or error)

    def cancel(self) -> None:
        """End a build, and begin none in this process any more: a person said so. Blocking, for a moment."""
        self._cancelled = True
        self.stop()

    def stop(self) -> None:
        """End a build. Blocking, for a moment."""
        with self._lock:
            build, self._build = self._build, None
        if build is not None:
            build.stop()

    def close(self) -> None:
        """End a build, and be told of no more changes. Blocking, for a moment."""
        self.stop()
        with self._lock:
            self._looker.close()

    def wait(self, seconds: float) -> bool:
        """Wait until no build is under way; whether that is so. Blocking."""
        with self._lock:
            build = self._build
        return build is None or build.wait(seconds)

    def _has_none(self) -> bool:
        """Whether there is no index on disk."""
        try:
            with closing(Disk(self.root)) as disk:
                return not disk.generation()[1]
        except StoreError:
            return False

    def _up_to_date(self, disk: Disk, files: Sequence[str], ended: Callable[[], bool]) -> _Compared:
        """Files beside those of the index, once those few that changed were put in anew.

        Raises:
            StoreError: The index cannot be used.
        """
        with self._lock:
            known = self._known
        store_id, generation = disk.generation()
        if not generation:
            return _none_known(files)
        now = self.stamps(files, ended)
        if (known.store_id, known.generation) != (store_id, generation):
            known = _Known(store_id, generation, disk.indexed())
        compared = self._compared
        is_same = compared.now is now and compared.known is known
        changed = compared.unread if is_same else differing(now, known.files.stamps)
        if 0 < len(changed) <= _FEW and sum(now[path][0] for path in changed) <= _FEW_BYTES:
            known = self._with_changed(disk, known, changed, ended)
        with self._lock:
            self._known = known
        return self._compare(now, known)

    def _with_changed(self, disk: Disk, known: _Known, changed: Sequence[str], ended: Callable[[], bool]) -> _Known:
        new, generation = disk.replace(tuple(rows_of(self.root, changed, disk.marker(), ended)))
        return _Known(known.store_id, generation, known.files.with_others(new))

    def _reader(self, limits: Limits, ended: Callable[[], bool]) -> Callable[[Sequence[str], Wanted], Found]:
        until = time.monotonic() + limits.max_seconds

        def read(files: Sequence[str], wanted: Wanted) -> Found:
            found: Found | None = None
            if len(files) > _FEW:
                most = limits.max_file_bytes
                seconds = max(0.0, until - time.monotonic())
                # Half of the time is left for reading, should it hang.
                found = self._searching.find(files, wanted, most, seconds / 2, ended)
                if found is None:
                    seconds = max(0.0, until - time.monotonic())
                    found = find_in_children(self.root, files, wanted, most, seconds, ended)
            if found is None:
                found = find(self.root, files, wanted, limits.max_file_bytes, ended)
            return _told(found, limits)

        return read

    def _progressed(self, done: int, of: int) -> None:
        self._watcher.progressed(self.root, done, of)

    def _ended(self, how: str, reason: str) -> None:
        if reason and how != "stopped":
            logger.warning("the index of %s was not built: %s", self.root, reason)
        self._watcher.ended(self.root, how)
