"""How an index comes about and keeps up.

Files that are not in it as they are now are read and put in, a batch a transaction. Whoever stops it, or kills it,
loses the batch that was under way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orch_lsp.context.choke import MAX_FILE_BYTES, read_text
from orch_lsp.context.corpus import SETTLED
from orch_lsp.context.index.disk import Disk
from orch_lsp.context.index.look import Looker, differing, stamps_of
from orch_lsp.context.index.marks import Marker
from orch_lsp.context.index.rows import NewRow
from orch_lsp.context.item import Exclusion
from orch_lsp.context.stamps import Stamp, settled
from orch_lsp.storage.claim import claimed

_BATCH_FILES = 500
_BATCH_BYTES = 4 * 1024 * 1024
"""Of text that is held at once."""
_NEVER = Stamp(0, 0, 0, 0)
"""The stamp of a file that may change again without getting another one: it is read again at the next look."""


@dataclass(frozen=True, slots=True)
class Built:
    """How a build ended: whether another process is at it, and how many files were read."""

    elsewhere: bool = False
    files: int = 0


def build(root: Path, max_files: int, progress: Callable[[int, int], None], stopped: Callable[[], bool]) -> Built:
    """Bring the index of a workspace up to date, all of it.

    Args:
        root: The workspace, its symlinks resolved.
        max_files: How many files are looked at.
        progress: Told how many files of how many were read.
        stopped: Asked before each file.

    Raises:
        StoreError: The index cannot be written.
        OSError: The workspace, or the folder of the index, cannot be used.
    """
    listing = Looker(root).list_files(max_files, stopped)
    now = stamps_of(root, listing.files, stopped)
    disk = Disk(root, patience_s=10.0)
    try:
        # Makes the folder, and the database if there is none.
        disk.generation()
        disk.replace(())
        with claimed(disk.location.with_name(f"{disk.location.name}.building")) as ours:
            if not ours:
                return Built(elsewhere=True)
            then = disk.indexed().stamps
            gone = [path for path in then if path not in now] if listing.complete and not stopped() else []
            waiting = differing(now, then)
            done = 0
            progress(done, len(waiting))
            for batch in _batches(root, waiting, disk.marker(), stopped):
                disk.replace(batch, gone)
                gone = []
                done += len(batch)
                progress(done, len(waiting))
            if gone:
                disk.replace((), gone)
            return Built(files=done)
    finally:
        disk.close()


def rows_of(root: Path, paths: Collection[str], marker: Marker, stopped: Callable[[], bool]) -> Iterator[NewRow]:
    """Files as the index holds them; those left out that cannot be read now, but may be later."""
    for path in paths:
        if stopped():
            return
        readable = read_text(root, path, MAX_FILE_BYTES)
        if not isinstance(readable, Exclusion):
            # A file that was reached by a link is in the index by its own name.
            if readable.path == path:
                terms, names, words = marker.row(path, readable.text)
                yield NewRow(path, settled(readable.stamp) or _NEVER, words, terms, names)
        elif readable.reason.startswith(SETTLED):
            found = stamps_of(root, (path,), stopped).get(path)
            stamp = None if found is None else settled(Stamp(*found))
            if stamp is not None:
                yield NewRow(path, stamp)


def _batches(
    root: Path, paths: Sequence[str], marker: Marker, stopped: Callable[[], bool]
) -> Iterator[Sequence[NewRow]]:
    batch: list[NewRow] = []
    size = 0
    for row in rows_of(root, paths, marker, stopped):
        batch.append(row)
        size += row.stamp.size
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
