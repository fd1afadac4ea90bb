"""Work done progress that a slow or silent client cannot hold up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, cast

from lsprotocol import types

if TYPE_CHECKING:
    from orch_lsp.lsp.server import OrchServer

REPORT_SECONDS = 0.25
"""At most four reports a second."""


class WorkDoneProgress:
    """One server-created, cancellable progress token.

    `window/workDoneProgress/create` is not awaited, and nothing is sent on the token until the client has answered it.
    Reports are throttled: the newest message wins. Where the client has no progress, begin and end are messages.
    """

    def __init__(self, server: OrchServer, token: str, title: str, on_cancel: Callable[[], object]) -> None:
        self._server = server
        self._title = title
        self._on_cancel = on_cancel
        self._token = token
        self._latest: str | None = None
        self._begun = False
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None
        if server.client.progress:
            created: Future[Any] = cast("Any", server.work_done_progress).create(self._token)
            created.add_done_callback(self._created)
        else:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Info, title))

    def _created(self, answer: Future[None]) -> None:
        tokens = self._tokens()
        if answer.cancelled() or answer.exception() is not None:
            tokens.pop(self._token, None)
            return
        if self._ended:  # A begin now would never end.
            tokens.pop(self._token, None)
            return
        # pygls cancels this future on window/workDoneProgress/cancel.
        tokens[self._token].add_done_callback(self._client_cancelled)
        begin = types.WorkDoneProgressBegin(title=self._title, cancellable=True, message=self._latest)
        self._server.work_done_progress.begin(self._token, begin)
        self._begun = True

    def _tokens(self) -> dict[Any, Future[Any]]:
        return cast("dict[Any, Future[Any]]", self._server.work_done_progress.tokens)  # pyright: ignore[reportUnknownMemberType] -- as above

    def _client_cancelled(self, future: Future[Any]) -> None:
        if future.cancelled():
            self._on_cancel()

    def report(self, message: str) -> None:
        """Say what is happening now."""
        if message == self._latest or self._ended:
            return
        self._latest = message
        if self._begun and self._timer is None:
            self._send()
            self._timer = asyncio.get_running_loop().call_later(REPORT_SECONDS, self._throttled)

    def _throttled(self) -> None:
        self._timer = None
        self._send()

    def _send(self) -> None:
        if self._begun and not self._ended:
            report = types.WorkDoneProgressReport(message=self._latest)
            self._server.work_done_progress.report(self._token, report)

    def end(self, message: str) -> None:
        """End the progress, whatever became of the work."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._begun:
            # pygls never forgets a token by itself (issue #607).
            self._tokens().pop(self._token, None)
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=message))
        elif not self._server.client.progress:
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Info, message))
