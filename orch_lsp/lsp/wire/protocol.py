"""Overrides of pygls 2.1: each names its reason, and has a test in `test_protocol.py`."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import logging
from collections.abc import Callable, Generator
from typing import Any, cast

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    default_converter,
    lsp_method,
)
from typing_extensions import override

from orch_lsp.errors import OrchError
from orch_lsp.lsp.client import features_of
from orch_lsp.lsp.commands import CANCEL_RUN, COMMANDS
from orch_lsp.lsp.wire.encoding import Encoder
from orch_lsp.lsp.wire.first_answer import FirstMessages
from orch_lsp.lsp.wire.lanes import Lane, RequestId
from orch_lsp.lsp.wire.messages import (
    MalformedMessageError,
    bring_positions_into_range,
    invalid_params,
    parse_message,
)
from orch_lsp.lsp.wire.workspace import OrchWorkspace

logger = logging.getLogger(__name__)

REQUEST_FAILED = -32803
"""LSP 3.17: the request failed, and the server knows why."""

RUN_SCHEME = "orch-run"
DRAFT_SCHEME = "orch-draft"

EXTRAS = {
    "commands": {name: subject.announced() for name, subject in COMMANDS.items()},
    "notifications": ["orch/runChanged", "orch/draftDelta"],
    "requests": ["orch/userSettings"],
    "clientRequests": ["orch/lm/models", "orch/lm/request"],
    "runSchema": "orch.run/1",
}
"""The value of `experimental.orch` in the answer to `initialize`."""

_NAMES = (
    types.TextDocumentIdentifier,
    types.VersionedTextDocumentIdentifier,
    types.OptionalVersionedTextDocumentIdentifier,
)
_BEFORE_INITIALIZE = frozenset({types.INITIALIZE, types.SHUTDOWN, types.EXIT})


_READING = frozenset({
    types.TEXT_DOCUMENT_HOVER, types.TEXT_DOCUMENT_CODE_LENS, types.TEXT_DOCUMENT_CODE_ACTION,
    types.TEXT_DOCUMENT_DIAGNOSTIC, types.TEXT_DOCUMENT_COMPLETION, types.WORKSPACE_TEXT_DOCUMENT_CONTENT,
    types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DOCUMENT_LINK_RESOLVE, types.TEXT_DOCUMENT_FOLDING_RANGE,
    types.TEXT_DOCUMENT_SELECTION_RANGE, types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL,
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, types.TEXT_DOCUMENT_INLAY_HINT,
})  # fmt: skip
"""Requests that look at a document or a run, and change nothing."""

READING_AT_ONCE = 8
COMMANDS_AT_ONCE = 64
MOST_WAITING = 1_000
"""Requests in each line; beyond it, the oldest is answered `ServerCancelled`."""


class ServerCancelled(JsonRpcException):
    """LSP 3.17: the server did not begin a request because newer ones crowd it out."""

    CODE = types.LSPErrorCodes.ServerCancelled.value
    MESSAGE = "Too many requests wait; this one was given up"


class RequestFailed(JsonRpcException):
    """An `OrchError` as a client hears it: our code and remediation are in `data`."""

    CODE = REQUEST_FAILED
    MESSAGE = "Request failed"

    @classmethod
    def of_error(cls, error: OrchError) -> RequestFailed:
        """Translate; nothing of the traceback goes with it."""
        data = {"code": str(error.code), "remediation": error.remediation, "retryable": error.retryable}
        return cls(error.detail.text, cls.CODE, data)


def converter_factory() -> Converter:
    """pygls's converter, but parameters of custom methods stay the JSON that came.

    pygls makes named tuples of them, in which keys that are no Python names are lost.
    """
    converter = default_converter()
    converter.register_structure_hook(JsonRPCRequestMessage, _plain_request)
    converter.register_structure_hook(JsonRPCNotification, _plain_notification)
    return converter


def _plain_request(message: dict[str, Any], _: Any) -> JsonRPCRequestMessage:
    return JsonRPCRequestMessage(message["id"], message["method"], message["jsonrpc"], message.get("params"))


def _plain_notification(message: dict[str, Any], _: Any) -> JsonRPCNotification:
    return JsonRPCNotification(message["method"], message["jsonrpc"], message.get("params"))


class OrchProtocol(LanguageServerProtocol):
    """pygls's protocol, corrected."""

    _initialized = False
    exit_code: int | None = None
    """Set once the client has said `exit`."""

    answered_before = FirstMessages()
    """The `initialize` that was answered before this server was loaded, if one was."""

    was_shut_down = False
    """Whether the client has asked for `shutdown`; it need not wait for the answer before it says `exit`."""

    def __init__(self, server: Any, converter: Converter) -> None:
        super().__init__(server, converter)
        self.editor: int | None = None
        """The process that the client named at `initialize`."""
        self.editor_known = asyncio.Event()
        self._asked: set[RequestId] = set()
        """Ids of requests of ours that the client has not answered."""
        self._encoder = Encoder(self._serialize_message)
        self._reading = Lane(READING_AT_ONCE, MOST_WAITING)
        self._commands = Lane(COMMANDS_AT_ONCE, MOST_WAITING)

    def receive(self, body: bytes) -> None:
        """Handle one message as it came. Whatever it is: a request in it is answered, and nothing is raised.

        pygls drops what it cannot read, so that a client would wait for ever.
        """
        try:
            value = parse_message(body)
        except MalformedMessageError as error:
            logger.warning("a message cannot be read: %s", error)
            answer = {"code": error.answer.code, "message": error.answer.message}
            # An id that is null has to be there, and pygls leaves it out.
            self._send_data({"jsonrpc": self.VERSION, "id": error.request_id, "error": answer})
            return
        try:
            message = self._structure(value)
        except Exception as error:  # noqa: BLE001 -- the converter raises whatever it meets
            if not self._was_answered(value.get("id")):
                self._refuse(value, invalid_params(error))
                return
            # The client was told that the session has begun. What it can do is not known, so little is assumed.
            logger.warning("the client's capabilities cannot be read: %s", error)
            message = self._structure({**value, "params": self.answered_before.least_params()})
        try:
            self.handle_message(message)
        except Exception:
            logger.exception("a message could not be handled")
            self._refuse(value, JsonRpcInternalError("A fault in orch-lsp; its log has the details."))

    def _structure(self, value: dict[str, Any]) -> Any:
        method: str | None = value.get("method")
        if method == types.TEXT_DOCUMENT_DID_CHANGE:
            # A change that is left out would shift the text for all that follow.
            bring_positions_into_range(value)
        if method is not None:
            fallback = JsonRPCRequestMessage if "id" in value else JsonRPCNotification
            kind = self.get_message_type(method) or fallback
        elif "error" in value:
            kind = types.ResponseErrorMessage
        else:
            kind = self._result_types.get(value.get("id", "")) or JsonRPCResponseMessage
        return self._converter.structure(value, kind)

    def _refuse(self, value: dict[str, Any], error: JsonRpcException) -> None:
        """Answer a request that cannot be read; an answer that cannot be read fails what waits for it."""
        logger.warning("a message cannot be read: %s", error.message)
        if "id" not in value:
            return
        if "method" in value:
            self._send_response(value["id"], error=error.to_response_error())
        else:
            self._handle_response(value["id"], error=error.to_response_error())

    @override
    def handle_message(self, message: Any) -> None:
        """Refuse requests after `shutdown`; pygls leaves them without an answer.

        It also tells messages apart by `typing.Protocol`, which takes longer than all else here.
        """
        method: str | None = getattr(message, "method", None)
        request_id: RequestId | None = getattr(message, "id", None)
        if self.was_shut_down and method is not None and request_id is not None:
            error = JsonRpcInvalidRequest("the server was shut down")
            self._send_response(request_id, error=error.to_response_error())
            return
        if self._shutdown and method != types.EXIT:
            return
        self._in_own_spelling(message)
        # Each handler has a context of its own, in which pygls keeps the id of its request.
        context = contextvars.copy_context()
        if method is None:
            result, error = getattr(message, "result", None), getattr(message, "error", None)
            context.run(self._handle_response, request_id, result, error)
        elif request_id is None:
            context.run(self._handle_notification, method, message.params)
        else:
            context.run(self._handle_request, request_id, method, message.params)

    def _in_own_spelling(self, message: Any) -> None:
        """Name an open document as the client did when it opened it: answers and edits are to carry that URI."""
        named = getattr(getattr(message, "params", None), "text_document", None)
        if self._initialized and isinstance(named, _NAMES):
            named.uri = cast("OrchWorkspace", self.workspace).spelling(named.uri)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- no generator on purpose
        """Note that the process is to end; pygls would raise `SystemExit` through the running loop."""
        self.exit_code = 0 if self.was_shut_down else 1

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Add what pygls's capability builder does not know: virtual documents and our extras."""
        result = yield from super().lsp_initialize(params)
        self.editor = params.process_id
        self.editor_known.set()
        capabilities = result.capabilities
        self._workspace = OrchWorkspace(
            self.workspace.root_uri, params.workspace_folders or [], capabilities.position_encoding
        )
        if capabilities.workspace is not None:
            schemes = [RUN_SCHEME, DRAFT_SCHEME]
            capabilities.workspace.text_document_content = types.TextDocumentContentOptions(schemes)
        capabilities.experimental = {"orch": EXTRAS}
        if not features_of(params).pull_diagnostics:
            # Shown twice otherwise: such a client keeps pulled and pushed ones apart.
            capabilities.diagnostic_provider = None
        if not features_of(params).semantic_tokens:
            capabilities.semantic_tokens_provider = None
        return result

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] -- no generator on purpose
        """Take in the changes of one notification together; one of a document that is not open concerns nobody.

        No generator, as the built-in is: each key would leave a future, and wake the loop for it.
        """
        workspace = cast("OrchWorkspace", self.workspace)
        workspace.change(params.text_document, params.content_changes)
        features = cast("dict[str, Callable[[Any], Any]]", self.fm.features)  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls
        handler = features.get(types.TEXT_DOCUMENT_DID_CHANGE)
        if handler is not None and workspace.document(params.text_document.uri) is not None:
            handler(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_SAVE)
    def lsp_text_document__did_save(self, params: types.DidSaveTextDocumentParams) -> Generator[Any, Any, None]:
        """Compare the saved text with the one known here, before the next change is taken in."""
        if params.text is not None:
            cast("OrchWorkspace", self.workspace).saved(params.text_document.uri, params.text)
        handler = self.fm.features.get(types.TEXT_DOCUMENT_DID_SAVE)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] -- untyped in pygls
        if handler is not None:
            yield handler, (params,), None

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] -- a coroutine on purpose
        """Call a command with at most one argument.

        A coroutine, so that `$/cancelRequest` reaches the command, an answer is sent when it ends cancelled, and
        `shutdown` can cancel it; the built-in is a generator, where all three fail. Arguments may be null or left out.
        """
        commands = cast("dict[str, Callable[[Any], Any]]", self.fm.commands)  # pyright: ignore[reportUnknownMemberType] -- untyped in pygls
        handler = commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"unknown command {params.command!r}")
        arguments = list(params.arguments or [])
        if len(arguments) > 1:
            raise JsonRpcInvalidParams(f"{params.command} takes at most one argument, an object")
        result = handler(arguments[0] if arguments else None)
        return await result if inspect.isawaitable(result) else result

    @override
    def _handle_request(self, msg_id: Any, method_name: str, params: Any) -> None:
        """Refuse what has no meaning now, and let only so many requests be worked on at a time.

        pygls would serve requests before `initialize` without a workspace, and forget all documents at a second one.
        """
        if (refusal := self._refusal(msg_id, method_name)) is not None:
            super()._send_response(msg_id, error=refusal.to_response_error())
            return
        if method_name == types.INITIALIZE:
            self._initialized = True
        elif method_name == types.SHUTDOWN:
            self.was_shut_down = True
            for waiting in (*self._reading.withdraw_all(), *self._commands.withdraw_all()):
                error = JsonRpcRequestCancelled("the server was shut down")
                self._send_response(waiting, error=error.to_response_error())
        work = functools.partial(super()._handle_request, msg_id, method_name, params)
        lane = self._lane_of(method_name, params)
        if lane is None:
            work()
            return
        # Work that runs later keeps this request's context, in which pygls looks for its id.
        given_up = lane.enter(msg_id, functools.partial(contextvars.copy_context().run, work))
        if given_up is not None:
            self._send_response(given_up, error=ServerCancelled().to_response_error())

    def _refusal(self, msg_id: RequestId, method_name: str) -> JsonRpcException | None:
        if method_name == types.INITIALIZE and self._initialized:
            return JsonRpcInvalidRequest("the server was initialized already")
        if not self._initialized and method_name not in _BEFORE_INITIALIZE:
            return JsonRpcServerNotInitialized("the server was not initialized yet")
        pending = self._request_futures.get(msg_id)
        if msg_id in self._reading or msg_id in self._commands or (pending is not None and not pending.done()):
            return JsonRpcInvalidRequest("a request with this id is in progress")
        return None

    def _lane_of(self, method_name: str, params: Any) -> Lane | None:
        if method_name in _READING:
            return self._reading
        if method_name == types.WORKSPACE_EXECUTE_COMMAND and params.command != CANCEL_RUN:
            return self._commands
        return None

    @override
    def _handle_cancel_notification(self, msg_id: Any) -> None:
        """Cancel a request of the client's that waits or is worked on; pygls would cancel one of ours by its id."""
        if not isinstance(msg_id, str | int):
            return  # Such a request was never accepted.
        if self._reading.withdraw(msg_id) or self._commands.withdraw(msg_id):
            error = JsonRpcRequestCancelled(f'Request with id "{msg_id}" is canceled')
            self._send_response(msg_id, error=error.to_response_error())
        elif msg_id not in self._asked and msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    @override
    def _handle_notification(self, method_name: str, params: Any) -> None:
        """Drop notifications before `initialize`, but for `exit`."""
        if self._initialized or method_name == types.EXIT:
            super()._handle_notification(method_name, params)

    @override
    def _execute_handler(
        self,
        msg_id: Any,
        handler: Callable[..., Any],
        callback: Callable[..., Any],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Forget futures that are done; pygls keeps one for each notification (issues #607, #608)."""
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            # Not at once: `shutdown` iterates this dictionary while it cancels.
            loop = asyncio.get_running_loop()
            forget = functools.partial(self._request_futures.pop, msg_id, None)
            future.add_done_callback(lambda _: loop.call_soon_threadsafe(forget))

    @override
    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """Answer errors as a client should hear them.

        pygls sends the traceback and local paths of an unexpected exception, and logs each typed error as a fault.
        """
        if future.cancelled() or future.exception() is None:
            super()._send_handler_result(future, msg_id=msg_id)
            return
        self._request_futures.pop(msg_id, None)
        self._result_types.pop(msg_id, None)
        error = future.exception()
        if isinstance(error, OrchError):
            error = RequestFailed.of_error(error)
        elif not isinstance(error, JsonRpcException):
            logger.error("a request handler met a fault", exc_info=error)
            error = JsonRpcInternalError(f"A fault in orch-lsp ({type(error).__name__}); its log has the details.")
        self._send_response(msg_id, error=error.to_response_error())

    @override
    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Never leave a request without an answer: a result that is not JSON becomes an internal error."""
        if self._was_answered(msg_id):
            self.answered_before = FirstMessages()
            if error is not None:
                logger.error("initialize was answered, and failed: %s", error)
            return
        body = ""
        if error is None:
            response_type = self._result_types.pop(msg_id, JsonRPCResponseMessage)
            try:
                response = response_type(id=msg_id, result=result, jsonrpc=self.VERSION)
                body = self._encoder.encoded(response)
            except (TypeError, ValueError, AttributeError):
                logger.exception("the result of a request cannot be sent")
                error = JsonRpcInternalError("A fault in orch-lsp: the result cannot be sent.").to_response_error()
        try:
            if error is None:
                self._send_body(body)
            else:
                super()._send_response(msg_id, None, error)
        finally:
            self._reading.leave(msg_id)
            self._commands.leave(msg_id)

    def _send_body(self, body: str) -> None:
        """Send a message that is JSON by now: `_send_data` would make it anew, which takes longer than all else."""
        if self.writer is None:
            return
        logger.info("Sending data: %s", body)
        # Of ASCII alone, so that characters are bytes.
        kind = f"Content-Type: {self.CONTENT_TYPE}; charset={self.CHARSET}"
        header = f"Content-Length: {len(body)}\r\n{kind}\r\n\r\n" if self._include_headers else ""
        self.writer.write((header + body).encode(self.CHARSET))

    @override
    def send_request(self, *args: Any, **kwargs: Any) -> Any:
        """Forget a request of ours that nobody waits for any more; pygls keeps it until it is answered."""
        future = super().send_request(*args, **kwargs)
        msg_id = next(key for key in reversed(self._request_futures) if self._request_futures[key] is future)
        loop = asyncio.get_running_loop()
        self._asked.add(msg_id)

        def forget() -> None:
            self._asked.discard(msg_id)
            self._request_futures.pop(msg_id, None)
            self._result_types.pop(msg_id, None)

        # Not at once, as above.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(forget))
        return future

    def _was_answered(self, msg_id: Any) -> bool:
        """Whether this is the id of the `initialize` that was answered before, and whose answer is not due again."""
        return self.answered_before.answered is not None and msg_id == self.answered_before.answered

    @override
    def _handle_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """Drop answers that nobody waits for any more (issue #621, mended after 2.1.1), or to no request of ours.

        The client's own requests are in the same dictionary.
        """
        future = self._request_futures.get(msg_id) if msg_id in self._asked else None
        if future is not None and not future.done():
            super()._handle_response(msg_id, result, error)
