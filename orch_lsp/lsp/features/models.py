"""orch.selectModel: which model is to write this document, from what the providers offer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from orch_lsp.errors import ErrorCode, OrchError, SettingsError
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.choosing import choose
from orch_lsp.lsp.consent import allow
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.snapshot import read
from orch_lsp.model_lists.lists import ModelList
from orch_lsp.orchestration.running.permission import is_allowed, may_be_asked_quietly
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.record import timestamp
from orch_lsp.settings.configured import configured_providers
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.workspace import user_config_path

FEW = 6
"""Models that a message offers: more are no choice but a wall."""
PATIENCE_S = 2.0
"""Seconds that a provider has whose models were never asked for: the command must answer."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A provider with a model, or without one where it has none."""

    provider: str
    model: str | None
    name: str | None = None
    context_window: int | None = None

    @property
    def title(self) -> str:
        """How a message names it."""
        return f"{self.provider} · {self.model}" if self.model else f"{self.provider} (no model)"


async def select_model(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.selectModel: the models that there are, and a choice of them in a message."""
    uri = ls.target_uri(given.uri)
    reading = await read(ls, uri)
    lists = await asyncio.gather(*(_known(ls, reading, one) for one in _providers(reading, given.provider)))
    offers = await _offers(ls, uri, reading, lists)
    asks = given.open is not False and ls.client.message_actions and bool(offers)
    if asks:
        ls.run_task(_ask(ls, uri, offers), f"choice of a model for {uri}")
    elif given.open is not False:
        _tell(ls, reading)
    choice = reading.settings.choice
    return {
        "status": "asked" if asks else "listed",
        "uri": uri,
        "provider": choice.provider.name if choice else None,
        "model": choice.model if choice else None,
        "candidates": [
            {"provider": o.provider, "model": o.model, "name": o.name, "contextWindow": o.context_window}
            for o in offers
        ],
        "lists": [_told(one) for one in lists],
    }


def _providers(reading: Reading, name: str | None) -> list[ProviderSettings]:
    settings = reading.settings
    if name is None:
        return [one for one in configured_providers(settings) if one.name not in settings.unusable]
    if name not in settings.providers:
        raise SettingsError(ErrorCode.UNKNOWN_PROVIDER, f"There is no provider named {name}.")
    if name in settings.unusable:
        raise SettingsError(ErrorCode.INVALID_SETTINGS, settings.unusable[name])
    return [settings.providers[name]]


async def _known(ls: OrchServer, reading: Reading, provider: ProviderSettings) -> ModelList:
    """The known models of a provider; asked for now if there are none, and behind the answer if they are old."""
    session = ls.shared
    known = await session.models.known(provider)
    if not session.models.is_due(known) or not await is_allowed(session, reading, provider):
        return known
    if known.fetched_at is not None:
        if await may_be_asked_quietly(session, reading, provider):
            ls.run_task(session.models.refresh(provider), f"models of {provider.name}")
        return known
    try:
        return await session.models.ask(provider, patience_s=PATIENCE_S)
    except OrchError:
        return known


async def _offers(ls: OrchServer, uri: str, reading: Reading, lists: list[ModelList]) -> list[_Offer]:
    """The likeliest first: what is nearest to a model that was not found, then each provider's own, then the rest."""
    session = ls.shared
    settings = reading.settings
    offers: list[_Offer] = []
    failure, choice = ls.failures.get(uri), settings.choice
    if failure is not None and failure.detail.code == ErrorCode.MODEL_NOT_FOUND and choice and choice.model:
        nearest = await session.models.nearest(choice.provider, choice.model)
        offers += [_Offer(choice.provider.name, model) for model in nearest]
    for known in lists:
        provider = settings.providers[known.provider]
        if provider.model or not provider.has_model:
            offers.append(_Offer(provider.name, provider.model))
    offers += [_Offer(known.provider, one.id) for known in lists for one in known.models]
    described = {(known.provider, one.id): one for known in lists for one in known.models}
    complete: dict[tuple[str, str | None], _Offer] = {}
    for offer in offers:
        model = described.get((offer.provider, offer.model or ""))
        full = _Offer(offer.provider, offer.model, model.name, model.context_window) if model else offer
        complete.setdefault((offer.provider, offer.model), full)
    return list(complete.values())


async def _ask(ls: OrchServer, uri: str, offers: list[_Offer]) -> None:
    """A few in a message; completion has them all."""
    more = f" All {len(offers)}: complete `model:` in the front matter." if len(offers) > FEW else ""
    titles = {offer.title: offer for offer in offers[:FEW]}
    question = types.ShowMessageRequestParams(
        types.MessageType.Info,
        f"Orch: which model should write this document?{more}",
        [types.MessageActionItem(title) for title in titles],
    )
    try:
        answer = await ls.window_show_message_request_async(question)
    except JsonRpcException:
        return
    chosen = titles.get(answer.title) if answer is not None else None
    if chosen is None or not ls.documents.is_open(uri):
        return
    try:
        reading = await read(ls, uri)
        # A person who chooses by hand need not be asked again.
        await allow(ls, reading, chosen.provider)
        await choose(ls, reading, chosen.provider, chosen.model)
    except OrchError as error:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"Orch: {error.message}"))
        return
    ls.failures.clear(uri)
    refresh(ls, uri)


def _tell(ls: OrchServer, reading: Reading) -> None:
    """The cure where there is no picker."""
    where = "in the front matter" if reading.document.front_matter else "in .orch/config.toml"
    text = (
        f"Orch: write `provider` and `model` {where}; completion offers what is known. Or run `orch-lsp setup`, which "
        f"writes them into {user_config_path()}."
    )
    ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


def _told(known: ModelList) -> dict[str, Any]:
    return {
        "provider": known.provider,
        "source": known.source,
        "fetchedAt": timestamp(known.fetched_at) if known.fetched_at else None,
        "models": len(known.models),
    }
