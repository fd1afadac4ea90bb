"""The documents that files are: each is read when it is first asked for, and again if its stamp is another one."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from orch_lsp.context.choke import read_text
from orch_lsp.context.item import Exclusion
from orch_lsp.language.index import IndexedDocument
from orch_lsp.orchestration.index.breath import Breath
from orch_lsp.orchestration.index.spec_files import SpecFiles, Stamp
from orch_lsp.orchestration.index.spec_reading import SpecReader, indexed

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Of one file; a larger one is in the index only while it is open."""


@dataclass(frozen=True, slots=True)
class _File:
    stamp: Stamp
    size: int = 0
    document: IndexedDocument | None = None
    """None for one that is no spec."""


class FileDocuments:
    """The documents of the files of one folder, of which nothing but nodes and citations is kept.

    Args:
        files: Tells their stamps.
        total_bytes: How large those may be together that are specs.
        breath: Asked between the files.
    """

    def __init__(self, files: SpecFiles, total_bytes: int, breath: Breath) -> None:
        self._on_disk = files
        self._total_bytes = total_bytes
        self._breath = breath
        self._files: dict[str, _File] = {}
        self._offered: dict[str, tuple[str, IndexedDocument | None]] = {}
        self.is_full = False
        """Whether a document was left out for want of room."""
        self.left_out: tuple[Exclusion, ...] = ()
        """Files that were not read though they may be specs, with the reasons."""
        self.files_read = 0
        """How often a file was read."""
        self.texts_parsed = 0
        """How often the text of a file was parsed for it."""

    @property
    def paths(self) -> Collection[str]:
        """The files that were looked at."""
        return self._files.keys()

    def of(self, path: str) -> IndexedDocument | None:
        """The document that a file was when it was read last; None if it was none, or was not read."""
        known = self._files.get(path)
        return None if known is None else known.document

    def is_known(self, path: str, stamp: Stamp) -> bool:
        """Whether the file was read with this stamp."""
        known = self._files.get(path)
        return known is not None and known.stamp == stamp

    def offer(self, path: str, text: str, document: IndexedDocument | None) -> None:
        """The document that a file makes if it has this text; it is not made again then."""
        self._offered[path] = (text, document)

    def forget_offers(self) -> None:
        """Keep no offered document any longer."""
        self._offered.clear()

    def doubt_all(self) -> None:
        """Have all files read again, as another setting may make other documents of them."""
        self._files = {path: _File((0, 0, 0, 0), document=file.document) for path, file in self._files.items()}

    def look_at(
        self, reader: SpecReader, paths: list[str], seconds: float | None = None
    ) -> dict[str, IndexedDocument | None]:
        """Take files off the end of a list, and read those that have changed, until the time is over. Blocking.

        Returns:
            The documents of those that have changed or vanished; None for one that is no spec.
        """
        until = None if seconds is None else time.perf_counter() + seconds
        changed: dict[str, IndexedDocument | None] = {}
        held = sum(file.size for file in tuple(self._files.values()))
        while paths and not self._breath.is_stopped:
            path = paths.pop()
            stamp = self._on_disk.stamp(path)
            if stamp is None:
                self._files.pop(path, None)
                changed[path] = None
            elif not self.is_known(path, stamp):
                known = self._files.get(path)
                held -= 0 if known is None else known.size
                file = self._read(reader, path, stamp, self._total_bytes - held)
                held += file.size
                self._files[path] = file
                changed[path] = file.document
            self._breath.take()
            if until is not None and time.perf_counter() >= until:
                break
        return changed

    def _read(self, reader: SpecReader, path: str, stamp: Stamp, most: int) -> _File:
        if stamp[2] > most:
            self.is_full = True
            self.left_out = (*self.left_out, Exclusion(path, "the documents together are too large: it is not known"))
            return _File(stamp)
        self.files_read += 1
        readable = read_text(self._on_disk.folder, path, MAX_FILE_BYTES)
        if isinstance(readable, Exclusion):
            self.left_out = (*self.left_out, readable)
            return _File(stamp)
        text, document = self._offered.pop(path, ("", None))
        if text != readable.text:
            self.texts_parsed += 1
            document = indexed(reader.read(path, readable.text))
        return _File(stamp, 0 if document is None else readable.size, document)
