"""The one connection of a database: opened late, checked at each use, and replaced when the file is.

All calls come from one thread.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from orch_lsp.errors import ErrorCode, StoreError
from orch_lsp.storage import binding, damage, place, sqlite
from orch_lsp.storage.schema import Schema, is_bound, is_empty

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Connection = sqlite3.Connection
"""The connection that a caller's work is given."""

PATIENCE_S = 1.0
"""How long a call waits for other processes before it fails: others wait for the same thread meanwhile."""
_PAUSE_S = 0.02
_PAGES_AT_ONCE = 500
"""Pages that one transaction gives back, so that no other process waits long."""


class _UnusableError(Exception):
    """A place that cannot or must not be used; the text completes `… is kept in … because …`."""


class Database:
    """A database in the first of its places if it can be there, else in the second.

    Nothing is created before the first write, so that reading leaves no trace in a workspace.

    Args:
        first: Where it shall be.
        second: Where it is if it cannot be there: a place that only the user writes.
        schema: What it holds.
        salvage: Copies the readable items of a damaged file into the new one, in a transaction, and says how many; its
            last argument is the secret to which that file has to be bound, None if only the user could write there.
        notify: Called with each sentence that the user should be told.
        patience_s: Seconds that a call waits for other processes.
    """

    def __init__(
        self,
        first: place.DatabasePlace,
        second: place.DatabasePlace,
        schema: Schema,
        salvage: Callable[[Path, sqlite3.Connection, bytes | None], int],
        notify: Callable[[str], None],
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._place = first
        self._second = second
        self._schema = schema
        self._salvage = salvage
        self._notify = notify
        self._patience_s = patience_s
        self._connection: Connection | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def location(self) -> Path:
        """The database's path, whether or not it exists yet."""
        return self._place.database

    def open(self) -> None:
        """Decide on the place, and open the database if there is one.

        Raises:
            StoreError: The database cannot be used.
        """
        self._guarded(lambda: self._usable(create=False))

    def read(self, work: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        """Do reading work on one state of the database; `empty` is the answer while there is no database.

        Raises:
            StoreError: The database cannot be used.
        """
        return self._guarded(lambda: self._read(work, empty))

    def write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Do work in one transaction, durable when this returns, undone if it raises.

        `work` may be called again after another process was in the way.

        Raises:
            StoreError: It could not be written; nothing was changed.
        """
        return self._guarded(lambda: self._write(work))

    def give_back_room(self) -> bool:
        """Return some free pages to the file system.

        Returns:
            Whether there are more.

        Raises:
            StoreError: It could not be done; nothing is lost.
        """

        def shrink() -> bool:
            if (connection := self._usable(create=False)) is None:
                return False
            before = _free_pages(connection)
            # SQLite frees one page a step, and only a script is stepped to its end.
            connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE:d})")
            left = _free_pages(connection)
            if left:
                return left < before
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return False

        return self._guarded(shrink)

    def discard(self) -> None:
        """Remove a database that can be made again; the next write makes it.

        Raises:
            StoreError: It cannot be removed.
        """
        self.close()
        try:
            damage.remove(self.location, damage.identity_of(self.location))
        except OSError as error:
            raise self._io_error(error) from error

    def close(self) -> None:
        """Give back the connection; the next use opens it again."""
        connection, self._connection, self._identity = self._connection, None, None
        if connection is not None:
            connection.close()

    def _read(self, work: Callable[[sqlite3.Connection], Result], empty: Result) -> Result:
        connection = self._usable(create=False)
        if connection is None:
            return empty
        connection.execute("BEGIN")
        try:
            self._schema.refuse_newer(connection)
            return work(connection)
        finally:
            _roll_back(connection)

    def _write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        connection = self._usable(create=True)
        if connection is None:
            raise StoreError(ErrorCode.STORE_ERROR, f"{self._schema.what} cannot be created.")
        connection.execute("BEGIN IMMEDIATE")
        try:
            self._schema.refuse_newer(connection)
            result = work(connection)
            connection.execute("COMMIT")
        finally:
            _roll_back(connection)
        return result

    def _guarded(self, operation: Callable[[], Result]) -> Result:
        deadline = time.monotonic() + self._patience_s
        repaired = False
        while True:
            try:
                return operation()
            except sqlite3.Error as error:
                if sqlite.is_busy(error) and time.monotonic() < deadline:
                    time.sleep(_PAUSE_S)
                    continue
                self.close()
                if not sqlite.is_damage(error) or repaired:
                    raise sqlite.store_error(error, self._schema.what) from error
                repaired = True
                self._begin_anew(error)
            except StoreError as error:
                if error.code is not ErrorCode.STORE_NEWER or not self._schema.is_derived or repaired:
                    raise
                repaired = True
                self.discard()
            except OSError as error:
                self.close()
                raise self._io_error(error) from error

    def _begin_anew(self, error: sqlite3.Error) -> None:
        if not self._schema.is_derived:
            self._set_aside()
            return
        try:
            # A look at a database while another process makes it may miss a table that is there by now.
            is_damaged = sqlite.is_damage_within(error) or damage.is_damaged(self.location, self._schema)
        except sqlite3.Error as other:
            raise sqlite.store_error(other, self._schema.what) from other
        if is_damaged:
            self.discard()

    def _set_aside(self) -> None:
        try:
            moved = damage.set_aside(self.location, self._schema)
        except sqlite3.Error as error:
            raise sqlite.store_error(error, self._schema.what) from error
        except OSError as error:
            raise self._io_error(error) from error
        if moved is not None:
            taken = (
                f"; of its {self._schema.items}, {copied} could be taken over"
                if (copied := self._salvaged(moved))
                else ""
            )
            self._notify(
                f"{self._schema.what} was damaged. It was set aside as {moved.name}, and a new one was begun{taken}."
            )

    def _salvaged(self, damaged: Path) -> int:
        """How many items of the damaged database the new one has."""
        try:
            secret = binding.user_secret() if self._place.in_workspace else None
            return self._write(lambda db: self._salvage(damaged, db, secret))
        except (sqlite3.Error, OSError, StoreError) as error:
            logger.warning("nothing was taken over from %s: %s", damaged.name, error)
            self.close()
            return 0

    def _io_error(self, error: OSError) -> StoreError:
        reason = error.strerror or error
        return StoreError(ErrorCode.STORE_ERROR, f"{self._schema.what} cannot be used: {reason}.")

    def _usable(self, *, create: bool) -> sqlite3.Connection | None:
        if self._connection is not None:
            if damage.identity_of(self.location) == self._identity:
                return self._connection
            # The file was removed or replaced; writes to the old one would be lost.
            self.close()
        try:
            return self._opened(create=create)
        except _UnusableError as error:
            reason = error
        if not self._place.in_workspace:
            raise StoreError(ErrorCode.STORE_ERROR, f"{self._schema.what} cannot be kept: {reason}.") from reason
        self._place = self._second
        self._notify(f"{self._schema.what} is kept in {self.location.parent}, because {reason}.")
        return self._usable(create=create)

    def _opened(self, *, create: bool) -> sqlite3.Connection | None:
        try:
            if reason := place.refusal(self._place):
                raise _UnusableError(reason)
            if not place.is_writable(self._place):
                msg = f"{self.location.parent} cannot be written"
                raise _UnusableError(msg)
            if create:
                place.prepare(self._place)
            elif not self.location.exists():
                return None
        except OSError as error:
            msg = f"{self.location.parent} cannot be written ({error.strerror or error})"
            raise _UnusableError(msg) from error
        return self._connected(create=create)

    def _connected(self, *, create: bool) -> sqlite3.Connection | None:
        try:
            secret = binding.user_secret()
        except OSError as error:
            msg = f"the state folder cannot be used ({error.strerror or error})"
            raise _UnusableError(msg) from error
        identity = damage.identity_of(self.location)
        try:
            connection = self._checked(secret, create=create)
        except sqlite3.OperationalError as error:
            if sqlite.is_busy(error):
                raise
            raise _UnusableError(sqlite.store_error(error, self._schema.what).message) from error
        if connection is not None:
            self._connection, self._identity = connection, identity
        return connection

    def _checked(self, secret: bytes, *, create: bool) -> sqlite3.Connection | None:
        """Look at the file before anything may change it, then open it for use; None if it is empty and stays so."""
        try:
            empty = self._inspected(sqlite.look_at, secret)
        except sqlite3.OperationalError as error:
            if sqlite.primary_code(error) != sqlite3.SQLITE_READONLY:
                raise
            # Its last writer was killed in rollback mode: nobody can read it before that is undone.
            empty = self._inspected(sqlite.connect, secret)
        return None if empty and not create else self._ready(secret)

    def _inspected(self, connect: Callable[[Path], sqlite3.Connection], secret: bytes) -> bool:
        with closing(connect(self.location)) as connection:
            empty = is_empty(connection)
            if not empty and self._place.in_workspace and not is_bound(connection, secret):
                msg = (
                    f"{self.location} was made with another state folder's secret: "
                    "set ORCH_STATE_HOME back if it is yours, else move it away"
                )
                raise _UnusableError(msg)
            self._schema.refuse_newer(connection)
        return empty

    def _ready(self, secret: bytes) -> sqlite3.Connection:
        connection = sqlite.connect(self.location)
        try:
            if is_empty(connection):
                connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            wal = sqlite.wal_can_work(self.location, sqlite.file_system_of(self.location))
            sqlite.choose_journal(connection, wal=wal)
            self._schema.migrate(connection, secret)
        except BaseException:
            connection.close()
            raise
        return connection


def _free_pages(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("PRAGMA freelist_count").fetchone()
    return int(count)


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
