"""The last review of documents, and their questions that were answered since sections were written, by histories.

The history is asked once a document, and again when something about runs has changed: a key costs no look at it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from orch_lsp.document.written import written_parts
from orch_lsp.errors import StoreError
from orch_lsp.orchestration.specs.last_review import objections_of
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.written_by import origins_of
from orch_lsp.rules.rule import AnsweredSince, Objection
from orch_lsp.runs.store import RunStore

logger = logging.getLogger(__name__)

_MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of a history about one document."""

    answered: tuple[AnsweredSince, ...] = ()
    objections: tuple[Objection, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.answered or self.objections)

    def put_to(self, reading: Reading) -> Reading:
        """The document with them."""
        return replace(reading, answered=self.answered, objections=self.objections) if self else reading


class Histories:
    """Facts that are known, by document.

    Args:
        store_of: Gives the store that holds a document's runs.
    """

    def __init__(self, store_of: Callable[[Reading], Awaitable[RunStore]]) -> None:
        self._store_of = store_of
        self._known: dict[str, Told] = {}

    def known(self, reading: Reading) -> Told | None:
        """Those of a document; None if nobody has looked."""
        return self._known.get(reading.source.uri)

    async def look(self, reading: Reading) -> Told:
        """Those of a document, as its history has them now; none where the history cannot be read."""
        try:
            found = await self._look(reading)
        except StoreError as error:
            # Whatever asks for runs says so; findings are none of that.
            logger.warning("the history of %s is not known: %s", reading.spec_path, error.message)
            return Told()
        while len(self._known) >= _MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known[reading.source.uri] = found
        return found

    async def _look(self, reading: Reading) -> Told:
        origins = await origins_of(self._store_of, reading, lambda: written_parts(reading.document))
        answered = tuple(
            AnsweredSince(part.key, part.sha256, one.answered.id, one.answered.text, one.answered.answer or "")
            for part, one in origins
            if one.answered is not None
        )
        return Told(answered, await objections_of(await self._store_of(reading), reading))

    def forget(self) -> None:
        """Look again when it is asked for next: something about runs has changed."""
        self._known.clear()
