"""How a row of the table of features becomes a handler: what it is given, and when.

Whatever answers a request is loaded after `initialize` (`late`): what a notification leads to, together with the
session (`load_all`), and all else when it is first asked for, on a worker thread. The handlers here wait for that, and
for the editor's settings. What must not wait, such as the text itself, is taken before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from lsprotocol import types

from orch_lsp.late import late, load
from orch_lsp.lsp.arguments import CommandArgument, parse
from orch_lsp.lsp.server import OrchServer

if TYPE_CHECKING:
    from orch_lsp.lsp import snapshot as snapshots
    from orch_lsp.lsp.snapshot import Snapshot
else:
    snapshots = late("orch_lsp.lsp.snapshot")

_WITH_THEM = (
    "pyromark", "orch_lsp.settings.schema", "orch_lsp.lsp.announcing", "orch_lsp.lsp.opening",
    "orch_lsp.lsp.diagnostics",
)  # fmt: skip
"""Modules of handlers that load late for the sake of the command line, or of the registration."""

_Handler = TypeVar("_Handler")


class Row(Protocol):
    """One line of the table of features."""

    @property
    def register(self) -> Callable[[OrchServer], None]:
        """Tells the server of it; loads nothing."""
        ...

    def load(self) -> None:
        """Load what has to be there from the first request on. Blocking."""
        ...


class _AtFirstCall(Generic[_Handler]):
    """A handler that is looked up when it is first asked for, on a worker thread: that loads its module."""

    def __init__(self, look_up: Callable[[], _Handler]) -> None:
        self._look_up = look_up
        self._found: _Handler | None = None

    async def get(self) -> _Handler:
        """The handler; from the second time on without a pause."""
        if self._found is None:
            self._found = await asyncio.to_thread(self._look_up)
        return self._found


@dataclass(frozen=True, slots=True)
class AboutDocument:
    """A request about an open document; its handler is given a snapshot of it."""

    method: str
    handler: Callable[[], Callable[[Snapshot, Any], Awaitable[Any]]]
    """Looks the handler up, which loads its module."""
    options: Any = None
    otherwise: Callable[[], Any] = lambda: None
    """The answer for a document that is not open."""
    focuses: Callable[[Any], bool] = lambda _: False
    """Whether a person works on the document, as the parameters tell it."""

    def register(self, server: OrchServer) -> None:
        """Tell the server of it; loads nothing."""
        handler = _AtFirstCall(self.handler)

        async def serve(ls: OrchServer, params: Any) -> Any:
            uri: str = params.text_document.uri
            if not ls.documents.is_open(uri):
                return self.otherwise()
            if self.focuses(params):
                ls.focus(uri)
            source = ls.source(uri)
            await ls.ready()
            try:
                serving = await handler.get()
                return await serving(snapshots.take(ls, source), params)
            finally:
                if self.method == types.TEXT_DOCUMENT_CODE_LENS:
                    asyncio.get_running_loop().call_soon(ls.lenses_shown.set)

        serve.__name__ = self.method
        server.feature(self.method, self.options)(serve)  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls

    def load(self) -> None:
        """There is nothing to load before the first call."""


@dataclass(frozen=True, slots=True)
class OfServer:
    """A request or notification about no document in particular; its handler is given the server."""

    method: str
    handler: Callable[[], Callable[[OrchServer, Any], Awaitable[Any]]]
    options: Any = None
    with_session: bool = True
    """Whether it is loaded with the session, so that nothing comes between a notification and its handler."""

    def register(self, server: OrchServer) -> None:
        """Tell the server of it; loads nothing."""
        handler = _AtFirstCall(self.handler)

        async def serve(ls: OrchServer, params: Any) -> Any:
            await ls.ready()
            serving = self.handler() if self.with_session else await handler.get()
            return await serving(ls, params)

        serve.__name__ = self.method
        server.feature(self.method, self.options)(serve)  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls

    def load(self) -> None:
        """Load what serves it, unless that has time until the first call. Blocking."""
        if self.with_session:
            self.handler()


@dataclass(frozen=True, slots=True)
class Command:
    """A command; its handler is given the server and the checked argument."""

    name: str
    handler: Callable[[], Callable[[OrchServer, CommandArgument], Awaitable[Any]]]
    waits_for_settings: bool = True
    """False for one that none of the editor's settings concerns."""

    def register(self, server: OrchServer) -> None:
        """Tell the server of it; loads nothing."""
        handler = _AtFirstCall(self.handler)

        async def serve(ls: OrchServer, argument: Any) -> Any:
            given = parse(argument)
            await (ls.ready() if self.waits_for_settings else ls.session())
            serving = await handler.get()
            return await serving(ls, given)

        serve.__name__ = self.name
        server.command(self.name)(serve)  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls

    def load(self) -> None:
        """There is nothing to load before the first call."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """A light module that registers handlers of its own, which must not wait for anything to be loaded."""

    register: Callable[[OrchServer], None]

    def load(self) -> None:
        """There is nothing to load."""


def load_all(rows: Iterable[Row]) -> None:
    """Load what serves the first requests. Blocking: an import holds up whoever waits for it."""
    for name in ("orch_lsp.lsp.snapshot", *_WITH_THEM):
        load(name)
    for row in rows:
        row.load()
