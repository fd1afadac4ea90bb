"""The index on disk. Whatever is wrong with it, it is dropped or left alone, never in anybody's way."""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from orch_lsp import __version__
from orch_lsp.context.index import rows
from orch_lsp.context.index.marks import Marker
from orch_lsp.context.index.rows import Indexed, NewRow
from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.storage import binding
from orch_lsp.storage.database import Database
from orch_lsp.storage.place import side_files, state_place, workspace_place

logger = logging.getLogger(__name__)

DATABASE = "context.db"
PATIENCE_S = 0.2
"""How long a draft waits for a lock of another process before it does without the index."""


class Disk:
    """The index of one workspace. All calls come from the thread that made it.

    Args:
        root: The workspace, its symlinks resolved.
        patience_s: Seconds that a call waits for other processes.
    """

    def __init__(self, root: Path, *, patience_s: float = PATIENCE_S) -> None:
        self._database = Database(
            workspace_place(root, DATABASE),
            state_place(root, DATABASE),
            rows.SCHEMA,
            lambda _file, _new, _secret: 0,
            lambda notice: logger.info("%s", notice),
            patience_s=patience_s,
        )

    @property
    def location(self) -> Path:
        """The database's path, whether or not it exists yet."""
        return self._database.location

    def marker(self) -> Marker:
        """The maker of marks for this user.

        Raises:
            StoreError: The user's secret cannot be read.
        """
        try:
            return Marker(binding.user_secret())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(ErrorCode.STORE_ERROR, f"The state folder cannot be used: {reason}.") from error

    def generation(self) -> tuple[str, str]:
        """The id of the database, and a text that is another one after each change; empty for one that is not there.

        One that was made by other rules is dropped here, and so is one that is mostly about files that are no more.

        Raises:
            StoreError: The index cannot be used.
        """
        store_id, generation, made_by, is_dead = self._database.read(
            lambda db: (rows.store_id(db), rows.generation(db), rows.made_by(db), rows.is_mostly_dead(db)),
            ("", "", "", False),
        )
        if generation and (made_by != rules() or is_dead):
            self._database.discard()
            return "", ""
        return store_id, generation

    def indexed(self) -> Indexed:
        """All files in it.

        Raises:
            StoreError: The index cannot be used.
        """
        return self._database.read(rows.indexed, rows.NOTHING_INDEXED)

    def replace(self, new: Sequence[NewRow], gone: Sequence[str] = ()) -> tuple[Indexed, str]:
        """Put files in as they are now and take others out; the new ones as they stand in it, and the generation.

        Raises:
            StoreError: It could not be written; nothing was changed.
        """

        def work(db: rows.Connection) -> tuple[Indexed, str]:
            rows.set_made_by(db, rules())
            if gone:
                rows.remove(db, gone)
            return rows.replace(db, new), rows.generation(db)

        return self._database.write(work)

    def occurrences(self, marks: Mapping[str, str], store_id: str) -> dict[str, list[tuple[int, list[int]]]]:
        """See `rows.occurrences`.

        Raises:
            StoreError: The index cannot be used, or is not that with the id any more.
        """

        def work(db: rows.Connection) -> dict[str, list[tuple[int, list[int]]]] | None:
            return rows.occurrences(db, marks) if rows.store_id(db) == store_id else None

        found = self._database.read(work, None)
        if found is None:
            raise StoreError(ErrorCode.STORE_ERROR, "The index of the workspace was begun anew by another process.")
        return found

    def holding(self, mark: str) -> list[int]:
        """See `rows.holding`.

        Raises:
            StoreError: The index cannot be used.
        """
        return self._database.read(lambda db: rows.holding(db, mark), list[int]())

    def close(self) -> None:
        """Give back the connection."""
        self._database.close()


@functools.cache
def rules() -> str:
    """The rules by which an index is made: of another one nothing is known. Those are the modules that make marks."""
    here = Path(__file__).parent
    modules = (here / "marks.py", here.parent / "tokens.py", here.parent / "definitions.py")
    try:
        digest = hashlib.sha256(b"\0".join(module.read_bytes() for module in modules)).hexdigest()[:16]
    except OSError:
        digest = ""
    return f"{__version__} {digest}"


@dataclass(frozen=True, slots=True)
class Described:
    """An index that is there: where, how large in bytes with the files beside it, and how many files are in it."""

    location: Path
    size: int
    files: int


def describe(root: Path) -> Described | None:
    """The index of a workspace, None if it has none. Blocking; one of another version is dropped.

    Raises:
        StoreError: It cannot be used.
    """
    with closing(Disk(root)) as disk:
        _, generation = disk.generation()
        if not generation:
            return None
        files = len(disk.indexed())
        return Described(disk.location, _size_of((disk.location, *side_files(disk.location))), files)


def _size_of(files: Iterable[Path]) -> int:
    """Bytes of files, those left out that are not there."""
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size
    return total
