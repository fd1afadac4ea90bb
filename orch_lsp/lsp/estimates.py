"""The size and the cost of a draft, beside the command that makes it: worked out when typing pauses, told by lenses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orch_lsp.errors import OrchError
from orch_lsp.late import late
from orch_lsp.lsp.commands import GENERATE_DRAFT

if TYPE_CHECKING:
    from orch_lsp.orchestration.planning import plan as plans
    from orch_lsp.orchestration.requests import preview as previews
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.orchestration.specs.reading import Reading
else:
    plans = late("orch_lsp.orchestration.planning.plan")
    previews = late("orch_lsp.orchestration.requests.preview")

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""Of typing, before a document is looked at."""


@dataclass(frozen=True, slots=True)
class _Known:
    of: Hashable
    """The version of the document and the settings that it was worked out for."""
    words: str


class Estimates:
    """The estimates of the open documents of one server."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._newest: dict[str, Reading] = {}

    def words(self, reading: Reading) -> str:
        """The estimate for a document as far as it is known, which may be of an earlier version; empty if it is not."""
        known = self._known.get(reading.source.uri)
        return "" if known is None else known.words

    def wants(self, reading: Reading) -> bool:
        """Whether a version is to be looked at by `work_out`; one that is being looked at is followed by this one."""
        uri = reading.source.uri
        known = self._known.get(uri)
        if known is not None and known.of == _what(reading):
            return False
        waits = uri in self._newest
        self._newest[uri] = reading
        return not waits

    def forget(self, uri: str) -> None:
        """Drop the estimate of a document that was closed."""
        self._known.pop(uri, None)
        self._newest.pop(uri, None)

    async def work_out(self, session: Session, uri: str, told: Callable[[], object]) -> None:
        """Look at the newest version of a document once typing pauses; `told` is called if its estimate is another."""
        try:
            reading = await self._settled(uri)
            if reading is None:
                return
            before = self._known.get(uri)
            words = await _words_for(session, reading)
            if uri not in self._newest:
                return
            self._known[uri] = _Known(_what(reading), words)
        finally:
            self._newest.pop(uri, None)
        if (before.words if before else "") != words:
            told()

    async def _settled(self, uri: str) -> Reading | None:
        """The newest version, once there was none newer for a moment; None if the document is closed meanwhile."""
        while (reading := self._newest.get(uri)) is not None:
            await asyncio.sleep(PAUSE_SECONDS)
            if self._newest.get(uri) is reading:
                return reading
        return None


def _what(reading: Reading) -> Hashable:
    choice, settings = reading.settings.choice, reading.settings
    asked = (choice.provider.name, choice.model) if choice else None
    return reading.source.version, asked, settings.context, settings.parameters


async def _words_for(session: Session, reading: Reading) -> str:
    choice = reading.settings.choice
    if choice is None or not choice.provider.has_model:
        return ""
    try:
        plan = await asyncio.to_thread(plans.plan_draft, reading, command=GENERATE_DRAFT)
        made = await previews.preview(session, plan, asks_servers=False)
    except OrchError as error:
        logger.info("no estimate for %s: %s", reading.spec_path, error.code)
        return ""
    return previews.in_short(made)
