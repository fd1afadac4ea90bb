"""Asking a provider for its models: a few small requests, never repeated by themselves.

A port of this machine may be anybody's: an answer that is a page for a browser is told as such.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
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
    from orch_lsp.providers.http import HttpClient, HttpResponse

# A list is never this long; a server that always names a next page must not keep us.
_MAX_PAGES = 50
_MAX_DESCRIBED = 100
_NO_SUCH_PLACE = frozenset({400, 404, 405, 410, 501})
"""Statuses by which a web server says that it has nothing at an address, or not for such a request."""
_BEGINNING = 1024
"""Bytes of an answer by which a page is known."""
_DESCRIBED_AT_ONCE = 8
_DESCRIBING_S = 1.0
"""Seconds that all descriptions may take: the list is what was asked for."""


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
        return await _all_described(client, wire, models, settings, headers)
    return models


async def _all_described(
    client: HttpClient,
    wire: DescribesModels,
    models: tuple[ModelInfo, ...],
    settings: ProviderSettings,
    headers: Mapping[str, str],
) -> tuple[ModelInfo, ...]:
    """The models with what the provider says of each, as far as it says that in time."""
    described = {model.id: model for model in models}
    turns = asyncio.Semaphore(_DESCRIBED_AT_ONCE)

    async def describe(model: ModelInfo) -> None:
        async with turns:
            described[model.id] = await _described(client, wire, model, settings, headers)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DESCRIBING_S):
            await asyncio.gather(*map(describe, models))
    return tuple(described.values())


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
        await _refuse_failed_answers(response, settings.name)
        content = bytearray()
        async with aclosing(response.pieces()) as pieces:
            async for piece in pieces:
                content += piece
    try:
        return parse_json(content.decode("utf-8-sig"))
    except ValueError as error:
        message = "The list of models is not JSON."
        if _is_page(response.headers.get("content-type", ""), bytes(content[:_BEGINNING])):
            message = f"{settings.name} answered with a web page (HTML), not with a list of models."
        raise ExchangeFailedError(Failure(ErrorCode.INVALID_RESPONSE, message, http_status=response.status)) from error


async def _refuse_failed_answers(response: HttpResponse, provider: str) -> None:
    try:
        await refuse_failed_answers(response, provider)
    except ExchangeFailedError as failed:
        if response.status not in _NO_SUCH_PLACE or not _is_page(response.headers.get("content-type", "")):
            raise
        message = f"{provider} answered HTTP {response.status} with a web page (HTML), not with a list of models."
        raise ExchangeFailedError(replace(failed.failure, message=message)) from failed


def _is_page(content_type: str, beginning: bytes = b"") -> bool:
    """Whether an answer is made for a browser, by what it says of itself or by its first characters."""
    start = beginning.lstrip().lower()
    return content_type.lower().startswith("text/html") or start.startswith((b"<!doctype html", b"<html"))
