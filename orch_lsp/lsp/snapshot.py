"""An open document as it was when a request came: what a handler is given, and the only thing that it reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from orch_lsp.language.index import Index
from orch_lsp.lsp.client import ClientFeatures
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.lenses import estimate_of, watch_run
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.shown import ShownDiagnostics
from orch_lsp.lsp.wire.workspace import Typed
from orch_lsp.orchestration.index.spec_index import Known
from orch_lsp.orchestration.index.spec_indexes import WAIT_SECONDS
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read_now
from orch_lsp.orchestration.specs.reading import read as read_source
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice

_NONE = CommandChoice()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a document with what was known around it. Nothing in it changes while a handler awaits."""

    source: Source
    """URI, version and text."""
    client: ClientFeatures
    encoding: str
    """The units in which the client counts columns: `utf-8`, `utf-16` or `utf-32`."""
    failure: ShownFailure | None
    """The failure that the document shows."""
    editor: ProjectLayer
    """The editor's settings."""
    session: Session
    shown: ShownDiagnostics
    """The diagnostics that the client has."""
    in_background: Callable[[Coroutine[Any, Any, Any], str], object]
    """Starts work, with a name for the log, for which the request does not wait."""
    tell: Callable[[str], object]
    """Shows a sentence to the person, who need not answer."""
    watch_run: Callable[[str], object]
    """Has the client ask again for lenses when a run of another process, by its id, has ended."""
    typed: Typed | None
    """The place at which somebody types just now."""
    estimate_of: Callable[[Reading], str]
    """The size and cost of a draft as far as they are known; the client asks again for lenses when they are others."""

    @property
    def uri(self) -> str:
        """The document, as the client spells it."""
        return self.source.uri

    @property
    def text(self) -> str:
        """The whole text."""
        return self.source.text

    def positions(self) -> Positions:
        """Offsets of the text as the client's positions."""
        return Positions(self.source.text, self.encoding, self.source.line_starts)

    async def reading(self, command: CommandChoice = _NONE) -> Reading:
        """The document parsed, with its profile and settings; done when it is first asked for, and kept by version."""
        return await read_source(self.session, self.source, editor=self.editor, command=command)

    def reading_now(self) -> Reading:
        """As `reading`, in the calling thread. Blocking."""
        return read_now(self.session, self.source, self.editor, _NONE)

    async def index(self, seconds: float = WAIT_SECONDS) -> Index:
        """All specs of the document's workspace, with this version of it: waits for the first look at the files.

        If that takes too long, the index is not whole (`Index.is_whole`): of what it lacks nothing is known. The files
        nearest to the document are looked at first.
        """
        return await self.session.indexes.whole(await self.reading(), seconds)

    async def index_about(
        self, scopes: Collection[str], seconds: float = WAIT_SECONDS, *, citing: bool = True
    ) -> Known:
        """As `index`, once all files were read that can hold or cite a node of these specs; others may be missing.

        Args:
            scopes: See `IndexedDocument.own_scope`.
            seconds: How long to wait; it is given then as far as it is known.
            citing: Whether documents matter that only cite them; without, specs below one of them matter, too.
        """
        return await self.session.indexes.concerning(await self.reading(), scopes, seconds, citing=citing)


def take(ls: OrchServer, source: Source) -> Snapshot:
    """Read a document with its settings; the session is open."""
    return Snapshot(
        source=source,
        client=ls.client,
        encoding=ls.position_encoding,
        failure=ls.failures.get(source.uri),
        editor=editor_layer(ls),
        session=ls.shared,
        shown=ls.shown,
        in_background=ls.run_task,
        watch_run=lambda run_id: watch_run(ls, source.uri, run_id),
        typed=ls.documents.typed(source.uri),
        estimate_of=lambda reading: estimate_of(ls, reading),
        tell=lambda text: ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text)),
    )


def snapshot(ls: OrchServer, uri: str) -> Snapshot:
    """The open document as it is now.

    Raises:
        KeyError: It is not open.
    """
    return take(ls, ls.source(uri))


async def read(ls: OrchServer, uri: str, command: CommandChoice = _NONE) -> Reading:
    """The open document as it is now, parsed, with its settings.

    Raises:
        KeyError: It is not open.
    """
    return await snapshot(ls, uri).reading(command)


def editor_layer(ls: OrchServer) -> ProjectLayer:
    """The editor's settings, validated."""
    return ls.shared.settings_reader.editor(ls.editor_settings)
