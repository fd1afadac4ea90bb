"""Asking a provider for its models: a few small requests, never repeated by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode
from orch_lsp.providers.base import ModelInfo
from orch_lsp.providers.exchange import refuse_failed_answers
from orch_lsp.providers.failure import ExchangeFailedError, Failure
from orch_lsp.providers.json_reading import parse_json
from orch_lsp.providers.remedies import look_up
from orch_lsp.providers.wire import DescribesModels, WireFormat
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers.http import HttpClient

# A list is never this long; a server that always names a next page must not keep us.
_MAX_PAGES = 50
_MAX_DESCRIBED = 100


async def list_models(
    client: HttpClient, wire: WireFormat, settings: ProviderSettings, headers: Mapping[str, str]
) -> tuple[ModelInfo, ...]:
    """The models of a provider, in its order, each once.

    Raises:
        ExchangeFailedError: There is no list, or it could not be had.
    """
    path = wire.models_path(settings)
    if path is None:
        raise ExchangeFailedError(
            Failure(
                ErrorCode.INVALID_REQUEST,
                f"{settings.name} has no list of models to ask for.",
                look_up(settings),
            )
        )
    found: dict[str, ModelInfo] = {}
    for _ in range(_MAX_PAGES):
        page = wire.models_page(await _document(client, path, settings, headers), settings)
        for model in page.models:
            found.setdefault(model.id, model)
        if page.next_path is None:
            break
        path = page.next_path
    models = tuple(found.values())
    if isinstance(wire, DescribesModels) and len(models) <= _MAX_DESCRIBED:
        return tuple([await _described(client, wire, model, settings, headers) for model in models])
    return models


async def _described(
    client: HttpClient, wire: DescribesModels, model: ModelInfo, settings: ProviderSettings, headers: Mapping[str, str]
) -> ModelInfo:
    path, body = wire.description_request(model.id)
    try:
        return wire.described(model, await _document(client, path, settings, headers, body))
    except ExchangeFailedError:
        # The sizes are a comfort; the model can be used without them.
        return model


async def _document(
    client: HttpClient, path: str, settings: ProviderSettings, headers: Mapping[str, str], body: bytes | None = None
) -> object:
    async with client.send("GET" if body is None else "POST", path, headers, body) as response:
        await refuse_failed_answers(response, settings.name)
        content = bytearray()
        async with aclosing(response.pieces()) as pieces:
            async for piece in pieces:
                content += piece
    try:
        return parse_json(content.decode("utf-8-sig"))
    except ValueError as error:
        raise ExchangeFailedError(
            Failure(ErrorCode.INVALID_RESPONSE, "The list of models is not JSON.", http_status=response.status)
        ) from error
