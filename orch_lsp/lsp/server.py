"""The server object: what features may reach."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from typing_extensions import override

from orch_lsp import __version__
from orch_lsp.lsp.client import ClientFeatures
from orch_lsp.lsp.documents import Documents
from orch_lsp.lsp.estimates import Estimates
from orch_lsp.lsp.failures import Failures
from orch_lsp.lsp.previewed import PreviewedRequests
from orch_lsp.lsp.publication import Publication
from orch_lsp.lsp.scope import may_be_settings
from orch_lsp.lsp.shown import ShownDiagnostics
from orch_lsp.lsp.wire.protocol import OrchProtocol, converter_factory
from orch_lsp.lsp.wire.workspace import OrchWorkspace
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.uri import file_name, normal_form

if TYPE_CHECKING:
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.settings.resolve import CommandChoice

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 10.0
"""How long each part of the server may take to end."""


class OrchServer(LanguageServer):
    """A language server with the state that its features share.

    `open_session` builds what runs need, and loads what serves the features; it is called after `initialize` was
    answered, in a worker thread.
    """

    protocol: OrchProtocol  # pyright: ignore[reportIncompatibleVariableOverride] -- what `protocol_cls` makes

    def __init__(self, open_session: Callable[[OrchServer], Session]) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls
            "orch-lsp",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
            protocol_cls=OrchProtocol,
            converter_factory=converter_factory,
        )
        self._open_session = open_session
        self._opened: asyncio.Task[Session] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop_of_session: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Task[None] | None = None
        self.client = ClientFeatures()
        self.edit_answer_s = 20.0
        """Seconds that the client has to answer an edit."""
        self.last_pieces_s = 5.0
        """Seconds in which all pieces of an answer are here, once the client said that its model has ended."""
        self.configured = asyncio.Event()
        """Set once the editor's settings are known, or are known not to come."""
        self.initial_settings: Any = None
        """The initialization options, as they came."""
        self.editor_settings: Any = None
        """The editor's settings for the section `orch`, as they came."""
        self._recent: dict[str, str] = {}
        """Documents by the normal form of their URI, the one last worked on at the end."""
        self.documents = Documents(lambda: self.workspace)
        self.failures = Failures()
        self.previewed = PreviewedRequests()
        self.lenses_shown = asyncio.Event()
        """Set once lenses were asked for and shown, or nobody asks for them."""
        self.told_of_files = False
        """Whether the client tells of specs that change on the disk."""
        self.publishing: dict[str, Publication] = {}
        """Diagnostics on their way to the client, by URI."""
        self.typing: dict[str, asyncio.Task[None]] = {}
        """Of documents in which somebody types, by URI: what waits until a word is typed to its end."""
        self.shown = ShownDiagnostics()
        self.concerned: set[str] = set()
        """Open documents, by URI, that another one may concern and that are to be looked at."""
        self.watched_runs: set[str] = set()
        self.estimates = Estimates()
        """Runs of other processes, by id, after whose end the client is to ask again for lenses."""
        self.named_once: dict[str, CommandChoice] = {}
        """By document: the provider and model that its newest run was asked for with by name, if it was."""
        self.model_answers: dict[str, asyncio.Queue[str | None]] = {}
        """Answers of the editor's own models that are being written, by the id of their request."""
        self.applying: dict[str, tuple[str | None, asyncio.Task[dict[str, Any]]]] = {}
        """Drafts that are being inserted as a person asked for it, by run: the section, None for all, and the task."""

    @property
    def last_document(self) -> str | None:
        """URI of the document last opened, changed or named in a request; a closed one gives way to the one before."""
        return next(reversed(self._recent.values()), None)

    @last_document.setter
    def last_document(self, uri: str) -> None:
        self.forget_document(uri)
        self._recent[normal_form(uri)] = uri

    def forget_document(self, uri: str) -> None:
        """The document was closed."""
        self._recent.pop(normal_form(uri), None)

    @property
    @override
    def workspace(self) -> OrchWorkspace:
        """The documents that the client has open; there are none before `initialize`."""
        return cast("OrchWorkspace", super().workspace)

    @override
    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log; pygls would put the exception's text into a message box."""
        if isinstance(error, JsonRpcException):
            logger.warning("%s: %s", getattr(source, "__name__", source), error.message)
            return
        logger.error("%s: %s", getattr(source, "__name__", source), error, exc_info=error)

    @property
    def position_encoding(self) -> str:
        """`utf-8`, `utf-16` or `utf-32`; pygls gives a string or an enum member."""
        return types.PositionEncodingKind(self.workspace.position_encoding).value

    async def session(self) -> Session:
        """The session that runs share; opened at the first call, on a worker thread, since its imports are slow."""
        if self._opened is None:
            self._loop_of_session = asyncio.get_running_loop()
            self._opened = asyncio.create_task(asyncio.to_thread(self._open_session, self), name="open session")
        # Each request comes by here.
        return self._opened.result() if self._opened.done() else await asyncio.shield(self._opened)

    def call_on_loop(self, call: Callable[[], None]) -> None:
        """Call something on the server's loop soon, from any thread; nothing once the loop is closed."""
        loop = self._loop_of_session
        if loop is not None and not loop.is_closed():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(call)

    @property
    def shared(self) -> Session:
        """The session that runs share, for all that is served once `ready` has returned.

        Raises:
            RuntimeError: It is not open yet.
        """
        if self._opened is None or not self._opened.done():
            raise RuntimeError("nothing is served before the session is open")
        return self._opened.result()

    async def ready(self) -> Session:
        """The session, once the editor's settings have arrived: a command may overtake them."""
        session = await self.session()
        if self.configured.is_set():
            return session
        try:
            async with asyncio.timeout(2.0):
                await self.configured.wait()
        except TimeoutError:
            # A client that never answers must not stop the work.
            self.configured.set()
        return session

    def run_task(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Own a background task: kept, its failure logged, cancelled at `close`."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s failed", task.get_name(), exc_info=error)

    def source(self, uri: str) -> Source:
        """The document as it is now. Take it before the first `await`."""
        return self.documents.source(uri)

    def folders(self) -> tuple[Path, ...]:
        """The client's workspace folders that are on disk."""
        return self.workspace.folder_paths()

    def focus(self, uri: str) -> None:
        """The person works on this document: commands without an argument mean it, unless it is a settings file."""
        if not may_be_settings(uri):
            self.last_document = uri

    def target_uri(self, given: str | None) -> str:
        """The document that a command is about: the one it names, else the one last worked on.

        Raises:
            JsonRpcInvalidParams: There is none.
        """
        uri = given or self.last_document
        if uri is None:
            raise JsonRpcInvalidParams("no document is open; name one by its uri")
        document = self.workspace.document(uri)
        if document is None:
            raise JsonRpcInvalidParams(f"{file_name(uri) or uri} is not open in the editor")
        uri = document.uri
        self.last_document = uri
        return uri

    async def close(self) -> None:
        """End everything: live runs are recorded as cancelled, stores and connections are closed.

        Each step has `CLOSE_SECONDS` and no more: a worker thread that is stuck must not keep the server.
        """
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(), name="close")
        # A second call, such as that of `exit` after `shutdown`, waits for the same end.
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        await _for_a_while(self._end_runs(), "live runs")
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
        await _for_a_while(self._end_session(), "stores and connections")

    async def _end_runs(self) -> None:
        if self._opened is not None:
            await (await self.session()).supervisor.aclose()

    async def _end_session(self) -> None:
        if self._opened is not None:
            await (await self.session()).aclose()


async def _for_a_while(work: Coroutine[Any, Any, None], what: str) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await work
    except TimeoutError:
        logger.warning("%s did not end within %g seconds", what, CLOSE_SECONDS)
