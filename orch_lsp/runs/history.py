"""Everything the store does, on its own thread: what belongs together in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.late import late
from orch_lsp.runs import columns, rescue, retention, rows, search
from orch_lsp.runs.connection import record_of_runs
from orch_lsp.runs.interruption import interrupted, text_of_steps, with_late_text
from orch_lsp.runs.labels import ListedRun, listed
from orch_lsp.runs.owner import is_gone
from orch_lsp.runs.status import LIVE, RunStatus
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.storage.database import Connection

if TYPE_CHECKING:
    from orch_lsp.runs import record as records
    from orch_lsp.runs import usage_rows
    from orch_lsp.runs.record import RunRecord
    from orch_lsp.runs.usage import Grouping, UsageTotal
else:
    # Lists are made of columns.
    records = late("orch_lsp.runs.record")
    usage_rows = late("orch_lsp.runs.usage_rows")

logger = logging.getLogger(__name__)

_AT_ONCE = 200
"""Runs that one transaction puts into the index of words, or brings up to date."""
_READ_LAST = 32
"""Records that are kept as they were read, each until its JSON is another."""
_APPLIED = "run_id = ? AND spec_path = ? AND applied_at IS NOT NULL"


class RunHistory:
    """The runs of one workspace; `RunStore` documents each call for its users.

    Args:
        root: The workspace's root, or None.
        settings: Lease, retention and vacuum.
        notify: Called with each sentence that the user should be told.
        document: Without a root, what tells the document apart: two of them may have the same name. Left out, the runs
            of all documents without a root are seen.
    """

    def __init__(
        self, root: Path | None, settings: RunSettings, notify: Callable[[str], None], document: str | None = None
    ) -> None:
        self._settings = settings
        self._notify = notify
        self._connection = record_of_runs(root, notify)
        self._root = root
        self._has_root = root is not None
        self._document = None if self._has_root else document
        self._own: set[str] = set()
        self._rescued: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self._read_last: dict[str, tuple[object, RunRecord]] = {}

    @property
    def location(self) -> Path:
        """The database's path, whether or not it exists yet."""
        return self._connection.location

    def open(self) -> None:
        """Decide on the place and look at what is there."""
        self._connection.open()

    def close(self) -> None:
        """Give back the connection."""
        self._connection.close()

    def create(self, record: RunRecord, texts: Sequence[str]) -> tuple[RunRecord, ...]:
        """Add a run; end the runs without an owner that it finds on the same document."""

        def work(db: Connection) -> tuple[RunRecord, ...]:
            orphans, alive = self._interrupt(db, f"spec_path = ? AND {rows.LIVE}", [self._key(record.spec.path)])
            if alive:
                message = f"Run {alive[0].run_id} is at work on this document."
                raise RunError(ErrorCode.RUN_IN_PROGRESS, message)
            rows.insert(db, record, self._name(record), texts, records.timestamp())
            return orphans

        orphans = self._connection.write(work)
        self._own.add(record.run_id)
        return orphans

    def take_over(self, record: RunRecord, texts: Sequence[str]) -> None:
        """Record a run that has ended elsewhere; one that is here already is left as it is."""

        def work(db: Connection) -> None:
            if not rows.exists(db, record.run_id):
                rows.insert(db, record, self._name(record), texts, records.timestamp())

        self._connection.write(work)

    def save(self, record: RunRecord, expected: RunStatus, texts: Sequence[str]) -> None:
        """Replace a record if its status is the expected one."""

        def work(db: Connection) -> None:
            if rows.update(db, record, self._name(record), expected, texts, behind=record.run_id in self._own):
                return
            if record.run_id not in self._own:
                raise rows.unknown(record.run_id)
            # The database was removed or replaced under a live run: what memory holds is all there is.
            rows.insert(db, record, self._name(record), texts, records.timestamp())

        self._connection.write(work)
        if record.status not in LIVE:
            self._own.discard(record.run_id)

    def amend(self, run_id: str, change: Callable[[RunRecord], RunRecord]) -> RunRecord:
        """Change a record by a function of its stored one."""

        def work(db: Connection) -> RunRecord:
            record = rows.record_of(db, run_id)
            changed = change(record)
            if changed is not record:
                rows.update(db, changed, self._name(record), record.status, (), reviewed=True)
            return changed

        return self._connection.write(work)

    def rescue(self, record: RunRecord, texts: Sequence[str]) -> Path | None:
        """Keep a run outside the database; where, or None if no file can be written."""
        try:
            return rescue.keep(self._root, rescue.RescuedRun(record, self._name(record), tuple(texts)))
        except (OSError, StoreError) as error:
            logger.warning("run %s cannot be kept in the state folder either: %s", record.run_id, error)
            return None

    def forget_rescued(self, run_id: str) -> None:
        """Remove what is kept of a run outside the database."""
        self._rescued.pop(run_id, None)
        rescue.forget(self._root, run_id)

    def rescued(self) -> Sequence[rescue.RescuedRun]:
        """The runs that earlier processes could not write; they may be saved from now on as if they were our own."""
        found = [
            run
            for run in rescue.find_all(self._root)
            if self._document in {None, run.document} and is_gone(run.record.owner, None, self._settings.lease_s)
        ]
        self._own.update(run.record.run_id for run in found)
        self._rescued.update((run.record.run_id, run.document) for run in found)
        return found

    def checkpoint(self, run_id: str, step: str, offset: int, text: str) -> None:
        """Keep a piece of a step's raw text."""
        self._connection.write(lambda db: rows.add_checkpoint(db, run_id, step, offset, text))

    def partial_text(self, run_id: str) -> str:
        """The raw text of a run that did not complete."""

        def find(db: Connection) -> str:
            if text := rows.checkpointed(db, run_id):
                return text
            draft = rows.record_of(db, run_id).draft
            return (rows.text_of(db, draft.sha256) or "") if draft and draft.partial else ""

        return self._connection.read(find, "")

    def add_late_text(self, run_id: str, text: str) -> RunRecord:
        """Give an interrupted run the text that its owner still held."""

        def work(db: Connection) -> RunRecord:
            record = rows.record_of(db, run_id)
            changed = with_late_text(record, text)
            if changed is not record:
                rows.update(db, changed, self._name(record), record.status, (text,))
            return changed

        return self._connection.write(work)

    def get(self, identifier: str) -> RunRecord:
        """The run with this id or unique prefix."""

        def find(db: Connection) -> RunRecord | None:
            return rows.record_of(db, identifier)

        found = self._connection.read(find, None)
        if found is None:
            raise rows.unknown(identifier)
        return found

    def catch_up(self, spec_path: str | None = None) -> bool:
        """Write the columns of some more runs that an earlier version recorded, or some more of one document's.

        Returns:
            Whether there may be further ones.
        """
        if not self._connection.read(columns.is_behind, empty=False):
            return False
        document = None if spec_path is None else self._key(spec_path)
        return self._connection.write(lambda db: columns.catch_up(db, _AT_ONCE, document))

    def index_words(self) -> bool:
        """Make some more runs findable by their words; whether there are further ones."""
        if not self._is_unsearched():
            return False
        return self._connection.write(lambda db: rows.index_words(db, _AT_ONCE))

    def list(
        self,
        limit: int | None,
        spec_path: str | None,
        statuses: Iterable[RunStatus] | None,
        words: Sequence[str] = (),
    ) -> Sequence[RunRecord]:
        """Runs, newest first."""
        condition, arguments = self._with_words(words)
        conditions = [condition]
        if spec_path is not None:
            conditions.append("spec_path = ?")
            arguments.append(self._key(spec_path))
        if statuses is not None:
            wanted = [str(status) for status in statuses]
            conditions.append(f"status IN ({', '.join('?' * len(wanted))})")
            arguments += wanted
        return self._records(" AND ".join(conditions), arguments, limit=limit)

    def listing(self, limit: int, query: str | None = None) -> Sequence[ListedRun]:
        """Lines of the newest runs, from the columns beside the records; a record is read only where those tell none.

        Args:
            limit: How many.
            query: Only those with all these words, or longer ones that begin so; blank is as None.
        """
        words = search.words_in(query or "")
        if not words and (query or "").strip():
            return ()
        condition, arguments = self._with_words(words)

        def find(db: Connection) -> list[ListedRun]:
            found: list[ListedRun] = []
            for run_id, line in columns.listing(db, condition, arguments):
                if len(found) == limit:
                    break
                if (shown := line or self._line_of(db, run_id)) is not None:
                    found.append(shown)
            return found

        none: list[ListedRun] = []
        return self._connection.read(find, none)

    def is_at_rest(self, *, to_search: bool) -> bool:
        """Whether nothing is to be done here but to read.

        Something is where a run is live, waits to be recorded, is to be dropped, or lacks what this version derives.

        Args:
            to_search: Whether all runs have to be in the index of words as well.
        """
        return not (
            self.rescued()
            or self._connection.read(columns.is_behind, empty=False)
            or (to_search and self._is_unsearched())
            or self._connection.read(_any_live, empty=False)
            or self.droppable(self._settings.keep_runs, self._settings.keep_days, None)
        )

    def applied_for(
        self, spec_path: str, sections: Sequence[tuple[str, str]], named: Sequence[str]
    ) -> Sequence[RunRecord]:
        """The applied runs that say where sections of a document come from, newest first."""
        document = self._key(spec_path)

        def find(db: Connection) -> list[RunRecord]:
            wanted = {*columns.writers(db, document, sections), *named}
            stored = [row for run_id in wanted for row in rows.select(db, _APPLIED, [run_id, document])]
            return [record for one in stored if (record := self._readable(*one)) is not None]

        none: list[RunRecord] = []
        return sorted(self._connection.read(find, none), key=lambda record: record.run_id, reverse=True)

    def completed_without_draft(self, spec_path: str) -> Sequence[RunRecord]:
        """The last ten completed runs of a document that wrote nothing, newest first."""
        where = "spec_path = ? AND status = 'completed' AND draft_state IS NULL"
        return self._records(where, [self._key(spec_path)], limit=10)

    def ready_drafts(self, spec_path: str) -> Sequence[RunRecord]:
        """All runs of a document whose drafts wait, the complete ones first, newest first."""
        where = "spec_path = ? AND draft_state = 'ready'"
        return self._records(where, [self._key(spec_path)], order="draft_partial, run_id DESC")

    def at_work_elsewhere(self, spec_path: str) -> RunRecord | None:
        """The live run of another process on a document; None where nobody is known to work on it."""
        where = f"spec_path = ? AND {rows.LIVE}"

        def find(db: Connection) -> RunRecord | None:
            for run_id, stored, heartbeat_at in rows.select_live(db, where, [self._key(spec_path)]):
                record = None if run_id in self._own else self._readable(run_id, stored)
                if record is None or record.status not in LIVE:
                    continue
                if not is_gone(record.owner, heartbeat_at, self._settings.lease_s):
                    return record
            return None

        return self._connection.read(find, None)

    def usage(self, groupings: Sequence[Grouping], since: str | None) -> Mapping[Grouping, Sequence[UsageTotal]]:
        """Tokens and cost of the runs, added up by each of day, model and spec that is asked for."""

        def add_up(db: Connection) -> dict[Grouping, list[UsageTotal]]:
            return usage_rows.grouped(db, groupings, since)

        none: dict[Grouping, list[UsageTotal]] = {by: [] for by in groupings}
        return self._connection.read(add_up, none)

    def text(self, digest: str) -> str | None:
        """A text by its hash."""

        def find(db: Connection) -> str | None:
            return rows.text_of(db, digest)

        return self._connection.read(find, None)

    def dismiss(self, run_id: str) -> None:
        """Remember that the user has seen a run's failure."""
        self._connection.write(lambda db: rows.dismiss(db, run_id, records.timestamp()))

    def is_dismissed(self, run_id: str) -> bool:
        """Whether the user has seen a run's failure."""
        return self._connection.read(lambda db: rows.is_dismissed(db, run_id), empty=False)

    def heartbeat(self, run_ids: Sequence[str]) -> None:
        """Say that the owner of these runs is alive."""
        now = records.timestamp()
        self._connection.write(lambda db: rows.heartbeat(db, run_ids, now))

    def relink(self, old: str, new: str) -> int:
        """Follow a document to its new path, or to what tells it apart now."""

        def work(db: Connection) -> int:
            return rows.relink(db, old, new, is_path=self._has_root)

        return self._connection.write(work) if old != new else 0

    def reconcile(self) -> Sequence[RunRecord]:
        """End every live run whose owner is gone."""
        if not self._connection.read(_any_live, empty=False):
            return ()
        return self._connection.write(lambda db: self._interrupt(db, rows.LIVE, []))[0]

    def droppable(self, keep_runs: int | None, keep_days: int | None, now: datetime | None) -> Sequence[str]:
        """The runs that neither limit keeps."""
        return retention.droppable(self._connection, keep_runs, keep_days, now or datetime.now(UTC))

    def drop(self, run_ids: Sequence[str]) -> int:
        """Drop runs and the texts that no run names any more."""
        return retention.drop(self._connection, run_ids)

    def give_back_room(self) -> bool:
        """Return some free pages to the file system if that is wanted; whether there are more."""
        return self._settings.vacuum and self._connection.give_back_room()

    def check(self) -> str | None:
        """The result of SQLite's quick check; None if it finds nothing. Runs and texts that are spoilt are notices."""

        def look(db: Connection) -> tuple[str, int]:
            for run_id, stored in rows.select(db):
                self._readable(run_id, stored)
            return str(db.execute("PRAGMA quick_check(1)").fetchone()[0]), rows.count_spoilt_texts(db)

        found, spoilt = self._connection.read(look, ("ok", 0))
        if spoilt:
            self._notify(f"Texts that are not what was kept, and are not shown any more: {spoilt}.")
        return None if found == "ok" else found

    def _name(self, record: RunRecord) -> str:
        return self._rescued.get(record.run_id) or self._document or record.spec.path

    def _key(self, spec_path: str) -> str:
        return rows.path_key(self._document or spec_path)

    def _interrupt(
        self, db: Connection, where: str, arguments: Sequence[object]
    ) -> tuple[tuple[RunRecord, ...], tuple[RunRecord, ...]]:
        """End the runs among those that `where` picks whose owner is gone; these, and the ones that live."""
        ended: list[RunRecord] = []
        alive: list[RunRecord] = []
        for run_id, stored, heartbeat_at in rows.select_live(db, where, arguments):
            record = self._readable(run_id, stored)
            if record is None:
                continue
            if record.status not in LIVE:
                rows.repair(db, record)
                continue
            if not is_gone(record.owner, heartbeat_at, self._settings.lease_s):
                alive.append(record)
                continue
            if (run := rescue.find(self._root, run_id)) is not None:
                # The run ended, and only its end could not be written; its file goes when a store is opened again.
                rows.update(db, run.record, run.document, run.record.status, run.texts, behind=True)
                continue
            texts = rows.checkpointed_by_step(db, run_id)
            changed = interrupted(record, texts)
            kept = dict.fromkeys((*texts.values(), text_of_steps(texts))) if texts else ()
            rows.update(db, changed, self._name(record), record.status, tuple(kept))
            ended.append(changed)
        return tuple(ended), tuple(alive)

    def _records(
        self, where: str, arguments: Sequence[object], *, order: str = "run_id DESC", limit: int | None = None
    ) -> Sequence[RunRecord]:
        def find(db: Connection) -> list[RunRecord]:
            records: list[RunRecord] = []
            for run_id, stored in rows.select(db, where, arguments, order):
                if len(records) == limit:
                    break
                if (record := self._readable(run_id, stored)) is not None:
                    records.append(record)
            return records

        none: list[RunRecord] = []
        return self._connection.read(find, none)

    def _is_unsearched(self) -> bool:
        """Whether some runs are not in the index of words that could be."""

        def is_behind(db: Connection) -> bool:
            return bool(search.unsearched(db, 1))

        return search.can_index() and self._connection.read(is_behind, empty=False)

    def _with_words(self, words: Sequence[str]) -> tuple[str, list[object]]:
        """A condition that runs with all these words meet, and its arguments; without words all do."""
        everything: list[object] = []
        if not words:
            return "1", everything
        return self._connection.read(lambda db: search.condition(db, words), ("0", everything))

    def _line_of(self, db: Connection, run_id: str) -> ListedRun | None:
        (found,) = rows.select(db, "run_id = ?", [run_id])
        record = self._readable(*found)
        return None if record is None else listed(record)

    def _readable(self, run_id: str, stored: object) -> RunRecord | None:
        known, record = self._read_last.get(run_id, (None, None))
        if record is not None and known == stored:
            return record
        try:
            record = rows.record_from(run_id, stored)
        except StoreError as error:
            if run_id not in self._unreadable:
                self._unreadable.add(run_id)
                self._notify(f"Run {rows.path_key(run_id)} is kept but cannot be shown. {error.message}")
            return None
        # Lenses and actions ask for the same few at each key.
        self._read_last.pop(run_id, None)
        self._read_last[run_id] = stored, record
        if len(self._read_last) > _READ_LAST:
            del self._read_last[next(iter(self._read_last))]
        return record


def _any_live(db: Connection) -> bool:
    return bool(rows.select_live(db, rows.LIVE, []))
