"""Sections of documents that speak of a question which was answered since they were written, as histories tell it.

The history is asked once a document, and again when something about runs has changed: a key costs no look at it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from orch_lsp.document.written import written_parts
from orch_lsp.errors import StoreError
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.orchestration.specs.written_by import origins_of
from orch_lsp.rules.rule import AnsweredSince
from orch_lsp.runs.store import RunStore

logger = logging.getLogger(__name__)

_MOST_KEPT = 1_000
_Known = tuple[AnsweredSince, ...]


class Answers:
    """Answers that are known, by document.

    Args:
        store_of: Gives the store that holds a document's runs.
    """

    def __init__(self, store_of: Callable[[Reading], Awaitable[RunStore]]) -> None:
        self._store_of = store_of
        self._known: dict[str, _Known] = {}

    def known(self, reading: Reading) -> _Known | None:
        """Those of a document; None if nobody has looked."""
        return self._known.get(reading.source.uri)

    async def look(self, reading: Reading) -> _Known:
        """Those of a document, as its history has them now; none where the history cannot be read."""
        try:
            origins = await origins_of(self._store_of, reading, lambda: written_parts(reading.document))
        except StoreError as error:
            # Whatever asks for runs says so; findings are none of that.
            logger.warning("answers on %s are not known: %s", reading.spec_path, error.message)
            return ()
        found = tuple(
            AnsweredSince(part.key, part.sha256, one.answered.id, one.answered.text, one.answered.answer or "")
            for part, one in origins
            if one.answered is not None
        )
        while len(self._known) >= _MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known[reading.source.uri] = found
        return found

    def forget(self) -> None:
        """Look again when it is asked for next: something about runs has changed."""
        self._known.clear()
