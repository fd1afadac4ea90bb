"""Which models a provider offers: its own list, the list that was kept of it, else what the price table knows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, ProviderError
from orch_lsp.model_lists import price_table
from orch_lsp.model_lists.kept import KnownModels, ModelCache, nearest_models
from orch_lsp.plugins import contained
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.providers.base import ModelInfo, ModelLister
from orch_lsp.providers.remedies import look_up
from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.model import ProviderSettings, Retry, Timeouts
from orch_lsp.workspace import state_home

logger = logging.getLogger(__name__)

ListSource = Literal["provider", "cache", "genai-prices"]

FRESH = timedelta(days=1)
"""How old a kept list may be before it is asked for again by itself."""
PAUSE_S = 600.0
"""Seconds between two questions to the same provider that nobody made."""
PATIENCE_S = 15.0
"""Seconds that a list may take altogether."""
_SHORT = Timeouts(connect=5.0, first_byte=10.0, idle=5.0, total=PATIENCE_S)
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class ModelList:
    """The models of a provider, and who says so.

    Attributes:
        provider: The provider's name.
        source: Its own answer, the answer that was kept, or the price table.
        models: In the order of the source.
        fetched_at: When the provider gave the list; None for the price table.
        error: Why the provider's own answer could not be had, if it was asked.
    """

    provider: str
    source: ListSource
    models: tuple[ModelInfo, ...]
    fetched_at: datetime | None = None
    error: ErrorDetail | None = None


def age_words(age: timedelta) -> str:
    """An age in the largest unit that fits."""
    for size, unit in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if (count := age // size) > 0:
            return f"{count} {unit}{'s' if count != 1 else ''} old"
    return "just now"


class ModelLists:
    """The lists of one process: asks for them, keeps them in the state folder, and finds them there."""

    def __init__(self, access: ProviderAccess) -> None:
        self._access = access
        self._cache = ModelCache(state_home() / "models")
        self._asked: dict[tuple[str, str | None], float] = {}

    async def ask(
        self, provider: ProviderSettings, *, patience_s: float = PATIENCE_S, key: str | None = None
    ) -> ModelList:
        """The provider's own list, which is kept; asked for once, within `patience_s` seconds.

        A `key` that is given is used instead of the one that would be found.

        Raises:
            OrchError: There is no list, or it could not be had.
        """
        self._asked[_place(provider)] = time.monotonic()
        used = await self._access.api_key(provider) if key is None else key
        found = self._sound(await self._listed(provider, used, patience_s))
        models = await asyncio.to_thread(price_table.with_context_windows, found, provider.base_url)
        now = datetime.now(UTC)
        try:
            await asyncio.to_thread(self._cache.write, KnownModels(*_place(provider), now, models))
        except OSError as error:
            logger.warning("the list of models of %s is not kept: %s", provider.name, error.strerror)
        return ModelList(provider.name, "provider", models, now)

    async def is_public(self, provider: ProviderSettings, *, patience_s: float = PATIENCE_S) -> bool:
        """Whether the list is given without a key as well, so that having got it says nothing about the key."""
        try:
            await self._listed(replace(provider, requires_key=False), None, patience_s)
        except OrchError:
            return False
        return True

    async def known(self, provider: ProviderSettings) -> ModelList:
        """The list as it is known without a network; it may be empty."""
        kept = await asyncio.to_thread(self._cache.read, *_place(provider))
        if kept is not None:
            return ModelList(provider.name, "cache", self._sound(kept.models), kept.fetched_at)
        models = await asyncio.to_thread(price_table.listed_models, provider.base_url)
        return ModelList(provider.name, "genai-prices", models)

    async def best(self, provider: ProviderSettings) -> ModelList:
        """The provider's own list; if it cannot be had, what is known, with the reason. Never raises an `OrchError`."""
        try:
            return await self.ask(provider)
        except OrchError as error:
            detail = replace(error.detail, message=self._access.redactor.redact(error.message))
        return replace(await self.known(provider), error=detail)

    def is_due(self, known: ModelList) -> bool:
        """Whether a list is old enough to be asked for again."""
        return known.fetched_at is None or datetime.now(UTC) - known.fetched_at > FRESH

    async def refresh(self, provider: ProviderSettings) -> None:
        """Ask again, unless somebody did a moment ago; a failure is only logged."""
        last = self._asked.get(_place(provider))
        if last is not None and time.monotonic() - last < PAUSE_S:
            return
        try:
            await self.ask(provider)
        except OrchError as error:
            logger.info("the models of %s are not known anew: %s", provider.name, error.code)

    async def nearest(self, provider: ProviderSettings, model: str) -> tuple[str, ...]:
        """The ids most like one that the provider does not know, best first. Asks nobody."""
        known = await self.known(provider)
        if known.source == "cache":
            listed = await asyncio.to_thread(price_table.listed_models, provider.base_url)
            known = replace(known, models=(*known.models, *listed))
        ids = [one.id for one in known.models if one.id != model]
        return await asyncio.to_thread(nearest_models, model, ids)

    async def with_nearest(self, error: ErrorDetail, provider: ProviderSettings, model: str | None) -> ErrorDetail:
        """An error whose remediation names the ids most like the one that the provider does not know."""
        if error.code != ErrorCode.MODEL_NOT_FOUND or not model:
            return error
        nearest = await self.nearest(provider, model)
        if not nearest:
            return error
        named = ", ".join(f"`{one}`" for one in nearest)
        return replace(error, remediation=f"{error.remediation} The nearest known: {named}.")

    def _sound(self, models: Iterable[ModelInfo]) -> tuple[ModelInfo, ...]:
        """Those whose id can be written down; one that holds a live key, or is shaped like one, is no model."""
        redact = self._access.redactor.redact
        return tuple(
            replace(model, name=redact(model.name) if model.name else None)
            for model in models
            if _is_sound(model.id) and redact(model.id) == model.id
        )

    async def _listed(self, settings: ProviderSettings, key: str | None, patience_s: float) -> tuple[ModelInfo, ...]:
        short = replace(settings, timeout=_shorter(settings.timeout), retry=Retry(attempts=1))
        provider = await self._access.provider(short, key)
        if not isinstance(provider, ModelLister):
            raise ProviderError(
                ErrorCode.INVALID_REQUEST,
                f"{settings.name} has no list of models to ask for.",
                remediation=look_up(settings),
            )
        try:
            async with self._access.in_use(provider), asyncio.timeout(patience_s):
                with contained():
                    return await provider.models()
        except TimeoutError:
            raise ProviderError(
                ErrorCode.TIMEOUT, f"{settings.name} did not give its list of models within {patience_s:g} seconds.",
                remediation="See whether it runs and what it is doing, then ask again; or name the model by its id.",
            ) from None  # fmt: skip


def _place(provider: ProviderSettings) -> tuple[str, str | None]:
    return provider.name, server_address(provider.base_url) if provider.base_url else None


def _shorter(timeout: Timeouts) -> Timeouts:
    return Timeouts(
        connect=min(timeout.connect, _SHORT.connect),
        first_byte=min(timeout.first_byte, _SHORT.first_byte),
        idle=min(timeout.idle, _SHORT.idle),
        total=min(timeout.total, _SHORT.total),
    )


def _is_sound(identity: str) -> bool:
    """Whether an id can be written into a settings file as it is."""
    return 0 < len(identity) <= _LONGEST_ID and identity.isprintable() and identity == identity.strip()
