"""The files of the workspace and, beside them, what servers of the Model Context Protocol give.

No process is started, and no host asked, but to answer a query. A server that fails costs its own part: the rest of
the context is as it would be without it, and a warning says so.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from orch_lsp.context.assembly import servers_introduction_cost
from orch_lsp.context.item import Background, ContextQuery, ContextResult, ContextSource, Exclusion, Watcher
from orch_lsp.context.mcp.answer import Answer, Given
from orch_lsp.context.mcp.fitting import fit
from orch_lsp.context.mcp.servers import IsAllowed, Servers, servers_of
from orch_lsp.context.mentions import Mention
from orch_lsp.context.sight import LooksUp, Sight
from orch_lsp.context.tokens import terms as terms_of_text
from orch_lsp.extras import how_to_add
from orch_lsp.late import late
from orch_lsp.settings.mcp_settings import McpServer

if TYPE_CHECKING:
    from orch_lsp.context.mcp import client
else:
    client = late("orch_lsp.context.mcp.client")

logger = logging.getLogger(__name__)

_WORD = re.compile(r"\w+(?:[-.]\w+)*")

SHARE = 4
"""Servers get at most the fourth part of the budget."""

_MOST_TERMS = 24


def not_installed() -> str:
    """The reason for which no server is asked."""
    return f"the extra `mcp` is not installed: `{how_to_add('mcp')}`"


class SourceWithServers:
    """A source of context, with servers beside it."""

    def __init__(self, inner: ContextSource, is_allowed: IsAllowed) -> None:
        self._inner = inner
        self._is_allowed = is_allowed
        self._watcher: Watcher | None = None

    @property
    def name(self) -> str:
        """The name of the source itself; a result names the servers that gave something, too."""
        return self._inner.name

    @property
    def watcher(self) -> Watcher:
        """See `Background`."""
        if isinstance(self._inner, Background):
            return self._inner.watcher
        raise AttributeError("watcher")

    @watcher.setter
    def watcher(self, watcher: Watcher) -> None:
        if isinstance(self._inner, Background):
            self._inner.watcher = watcher

    def cancel(self, root: Path) -> None:
        """See `Background`."""
        if isinstance(self._inner, Background):
            self._inner.cancel(root)

    async def aclose(self) -> None:
        """See `Background`."""
        if isinstance(self._inner, Background):
            await self._inner.aclose()

    async def look_up(self, query: ContextQuery, mention: Mention) -> tuple[Sight, ...]:
        """See `LooksUp`: a mention never means anything of a server."""
        return await self._inner.look_up(query, mention) if isinstance(self._inner, LooksUp) else ()

    async def paths(self, query: ContextQuery, begun: str, most: int) -> tuple[str, ...]:
        """See `LooksUp`."""
        return await self._inner.paths(query, begun, most) if isinstance(self._inner, LooksUp) else ()

    async def names(self, query: ContextQuery, begun: str, most: int) -> tuple[Sight, ...]:
        """See `LooksUp`."""
        return await self._inner.names(query, begun, most) if isinstance(self._inner, LooksUp) else ()

    async def parts(self, query: ContextQuery, file: Mention) -> tuple[Sight, ...]:
        """See `LooksUp`."""
        return await self._inner.parts(query, file) if isinstance(self._inner, LooksUp) else ()

    async def retrieve(self, query: ContextQuery) -> ContextResult:
        """Ask servers first, as what they leave of the budget is the workspace's.

        Raises:
            ContextError: The workspace cannot be read.
        """
        root = Path(await asyncio.to_thread(os.path.realpath, query.root))
        servers = await asyncio.to_thread(servers_of, root, query.servers, self._is_allowed, query.network)
        if not query.asks_servers:
            found = await self._inner.retrieve(query)
            unasked = (Exclusion(f"mcp:{name}", one.unasked) for name, one in servers.ready.items())
            return replace(found, left_out=(*servers.refused, *unasked, *found.left_out))
        if not servers.ready and not servers.failed:
            found = await self._inner.retrieve(query)
            return replace(found, left_out=(*servers.refused, *found.left_out))
        if query.budget_tokens // SHARE <= servers_introduction_cost():
            found = await self._inner.retrieve(query)
            unasked = (Exclusion(f"mcp:{name}", "no room in the budget") for name in (*servers.ready, *servers.failed))
            return replace(found, left_out=(*servers.refused, *unasked, *found.left_out))
        words = await asyncio.to_thread(words_of, query.brief)
        outcome = await _Round(servers, query.servers, words).ask()
        share = query.budget_tokens // SHARE
        fitted = await asyncio.to_thread(
            fit, outcome.texts, terms_of_text(" ".join(words)), max(0, share - servers_introduction_cost())
        )
        used = share - fitted.remaining if fitted.items else 0
        found = await self._inner.retrieve(replace(query, budget_tokens=query.budget_tokens - used))
        return replace(
            found,
            items=(*found.items, *fitted.items),
            left_out=(*servers.refused, *outcome.left_out, *fitted.left_out, *found.left_out),
            source=", ".join((found.source or self._inner.name, *outcome.gave)),
            fallback_from=", ".join(outcome.fallen_back) or None,
            warnings=(*found.warnings, *outcome.warnings),
            asked=tuple(sorted(outcome.asked)),
        )


def words_of(brief: str) -> tuple[str, ...]:
    """The first words of a brief that say something, as they are written, each once; those of its title are first."""
    words = dict.fromkeys(_WORD.findall(unicodedata.normalize("NFC", brief)))
    return tuple(islice((word for word in words if terms_of_text(word)), _MOST_TERMS))


class _Round:
    """All servers of a query, each asked once, and those that stand in for one that failed."""

    def __init__(self, servers: Servers, wanted: Mapping[str, McpServer], words: tuple[str, ...]) -> None:
        self._servers = servers
        self._wanted = wanted
        self._words = words
        self.answers: list[Answer] = []
        self.fallen_back: list[str] = []
        self.warnings: list[str] = []
        self.asked: list[str] = []

    async def ask(self) -> _Round:
        stand_ins = {server.fallback for server in self._wanted.values()}
        names = [name for name in (*self._servers.ready, *self._servers.failed) if name not in stand_ins]
        for chain in await asyncio.gather(*map(self._with_fallback, names)):
            self.answers += chain
            self._note(chain)
        return self

    async def _with_fallback(self, name: str) -> list[Answer]:
        """The answers of a server and of those that stood in for it, in turn."""
        chain: list[Answer] = []
        seen: set[str] = set()
        following: str | None = name
        while following is not None and following not in seen:
            seen.add(following)
            chain.append(await self._one(following))
            if not chain[-1].failure or chain[-1].texts:
                break
            server = self._wanted.get(following)
            following = server.fallback if server else None
        return chain

    async def _one(self, name: str) -> Answer:
        ready = self._servers.ready.get(name)
        if ready is None:
            reason = self._servers.failed.get(name, "it may not be asked here")
            return Answer(f"mcp:{name}", failure=reason)
        try:
            # Loading the SDK takes a while.
            ask = await asyncio.to_thread(lambda: client.ask)
        except ImportError:
            return Answer(ready.server.origin, failure=not_installed())
        if ready.at:
            self.asked.append(f"{ready.server.origin}{ready.at}")
        return await ask(ready.server, ready.way, self._words)

    def _note(self, chain: list[Answer]) -> None:
        last = chain[-1]
        for answer in chain:
            if answer.failure:
                answer.left_out.append(Exclusion(answer.origin, f"the server failed: {answer.failure}"))
        if last.failure:
            self.warnings.append(f"The server {last.origin} gave {_how_much(last)}: {last.failure}")
        elif len(chain) > 1:
            self.fallen_back += [answer.origin for answer in chain[:-1]]

    @property
    def texts(self) -> list[Given]:
        return [text for answer in self.answers for text in answer.texts]

    @property
    def left_out(self) -> list[Exclusion]:
        return [one for answer in self.answers for one in answer.left_out]

    @property
    def gave(self) -> list[str]:
        return [answer.origin for answer in self.answers if answer.texts]


def _how_much(answer: Answer) -> str:
    return "only a part" if answer.texts else "nothing"
