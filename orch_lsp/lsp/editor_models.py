"""The models of the connected editor, asked by `orch/lm/models` and `orch/lm/request`.

A client that declares `experimental.orch.languageModels` answers `orch/lm/models` with `{models: [{id, name?,
maxInputTokens?}]}`, and `orch/lm/request {requestId, model, messages, modelOptions}` once the model has ended, with
`{chunks, model?}`: how many `orch/lm/chunk {requestId, text}` it had sent before. `orch/lm/cancel {requestId}` ends a
request early. A failure is a JSON-RPC error whose `data.code` is one of `_CODES`.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, cast

from pygls.exceptions import JsonRpcException

from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.lsp.server import OrchServer
from orch_lsp.providers.base import ModelInfo, ModelResolved, TextDelta
from orch_lsp.providers.editor import unavailable
from orch_lsp.providers.wording import clean_message

MODELS = "orch/lm/models"
REQUEST = "orch/lm/request"
CANCEL = "orch/lm/cancel"

MOST_MODELS = 10_000
_LONGEST = 256

_CODES: Mapping[str, ErrorCode] = {
    "NoPermissions": ErrorCode.PERMISSION_DENIED,
    "Blocked": ErrorCode.QUOTA_EXHAUSTED,
    "NotFound": ErrorCode.MODEL_NOT_FOUND,
    "RateLimited": ErrorCode.RATE_LIMITED,
    "ContentFiltered": ErrorCode.CONTENT_FILTERED,
    "ContextLength": ErrorCode.CONTEXT_LENGTH_EXCEEDED,
}
_CURES: Mapping[ErrorCode, str] = {
    ErrorCode.PERMISSION_DENIED: "Allow orch-lsp to use language models: the editor asks when you run the command "
    "again; in VS Code, see `Manage Language Model Access` in the command palette.",
    ErrorCode.QUOTA_EXHAUSTED: "Wait until the allowance of the editor's models is there again, or choose another one.",
    ErrorCode.MODEL_NOT_FOUND: "Choose one of the models that the editor offers now.",
}


class ClientModels:
    """The models of a server's client."""

    def __init__(self, server: OrchServer) -> None:
        self._server = server

    async def models(self) -> tuple[ModelInfo, ...]:
        """Those that the client offers, in its order.

        Raises:
            ProviderError: It offers none, or does not answer as it declared.
        """
        answer = await self._request(MODELS, {})
        listed: Any = _fields(answer).get("models")
        if not isinstance(listed, list):
            raise ProviderError(ErrorCode.INVALID_RESPONSE, f"The editor's answer to {MODELS} holds no models.")
        models = (_model(_fields(one)) for one in cast("list[Any]", listed)[:MOST_MODELS])
        return tuple(model for model in models if model is not None)

    async def ask(self, body: Mapping[str, object]) -> AsyncGenerator[TextDelta | ModelResolved, None]:
        """Put a request before one of its models.

        Raises:
            ProviderError: The client cannot, or its model failed.
        """
        request_id = uuid.uuid4().hex
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self._server.model_answers[request_id] = pieces
        asking = asyncio.create_task(self._request(REQUEST, {"requestId": request_id, **body}), name=REQUEST)
        asking.add_done_callback(lambda _: pieces.put_nowait(None))
        came = 0
        try:
            while (piece := await pieces.get()) is not None:
                came += 1
                yield TextDelta(piece)
            ended = _fields(asking.result())
            if isinstance(resolved := ended.get("model"), str) and resolved:
                yield ModelResolved(resolved[:_LONGEST])
            async for piece in _rest(pieces, ended.get("chunks"), came, self._server.last_pieces_s):
                yield TextDelta(piece)
        finally:
            self._server.model_answers.pop(request_id, None)
            if not asking.done():
                self._server.protocol.notify(CANCEL, {"requestId": request_id})
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    async def _request(self, method: str, params: Mapping[str, object]) -> Any:
        if not self._server.client.language_models:
            raise unavailable("This editor has no models of its own to share with orch-lsp.")
        try:
            return await self._server.protocol.send_request_async(method, params)
        except JsonRpcException as error:
            raise _failure(error) from error


async def _rest(
    pieces: asyncio.Queue[str | None], counted: object, came: int, patience_s: float
) -> AsyncGenerator[str, None]:
    """Pieces that the client's last word has overtaken, as many as it has counted.

    Raises:
        ProviderError: They are not here in time.
    """
    if not isinstance(counted, int):
        return
    try:
        async with asyncio.timeout(patience_s):
            while came < counted:
                piece = await pieces.get()
                if piece is not None:
                    came += 1
                    yield piece
    except TimeoutError as error:
        raise ProviderError(
            ErrorCode.INCOMPLETE_OUTPUT, f"The editor counted {counted} pieces of the answer, of which {came} came."
        ) from error


def _failure(error: JsonRpcException) -> ProviderError:
    told = _fields(error.data)
    code = _CODES.get(str(told.get("code")), ErrorCode.PROVIDER_UNAVAILABLE)
    if error.code == _METHOD_NOT_FOUND:
        return unavailable("This editor does not answer for the models that it declared.")
    message = clean_message(f"The editor's model failed: {error.message}")
    return ProviderError(code, message, remediation=_CURES.get(code))


_METHOD_NOT_FOUND = -32601


def _model(told: Mapping[str, Any]) -> ModelInfo | None:
    name = told.get("id")
    if not isinstance(name, str) or not name or len(name) > _LONGEST:
        return None
    info = ModelInfo(name)
    if isinstance(label := told.get("name"), str) and label:
        info = replace(info, name=label[:_LONGEST])
    window = told.get("maxInputTokens")
    if isinstance(window, int) and not isinstance(window, bool) and window > 0:
        info = replace(info, context_window=window)
    return info


def _fields(value: Any) -> Mapping[str, Any]:
    """The fields of an object that came over the wire; none of anything else."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    # Answers to methods that pygls does not know come as objects of its own.
    named: Any = getattr(value, "_asdict", dict[str, Any])
    return cast("Mapping[str, Any]", named())
