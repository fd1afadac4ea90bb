"""The providers of one process with their keys and connections, kept from one run to the next."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping

from orch_lsp.plugins import contained
from orch_lsp.providers.base import Provider
from orch_lsp.redaction import Redactor
from orch_lsp.settings.keys import ApiKey, HandedOverKey, describe_key_source, resolve_key
from orch_lsp.settings.load import UserLayer
from orch_lsp.settings.model import ProviderSettings

_KeptProvider = tuple[ProviderSettings, str | None, Provider]
ProviderFactory = Callable[[ProviderSettings, str | None], Provider]

logger = logging.getLogger(__name__)

PROVIDERS_KEPT = 16
"""Providers, each with its connections, that are kept for the next run."""

CLOSE_SECONDS = 5.0
"""How long a provider may take to close its connections."""


class Connections:
    """Finds keys and makes providers; every key that was found is redacted everywhere."""

    def __init__(
        self,
        create_provider: ProviderFactory,
        is_hosted: Callable[[ProviderSettings], bool],
        environment: Mapping[str, str],
        redactor: Redactor,
    ) -> None:
        self.handed_over: UserLayer | None = None
        """Settings of the editor's user level, from `orch/userSettings`."""
        self.environment = environment
        self.redactor = redactor
        self._create_provider = create_provider
        self._is_hosted = is_hosted
        self._providers: list[_KeptProvider] = []
        """The one used last is at the end."""
        self._in_use: list[Provider] = []
        self._making = asyncio.Lock()

    async def api_key(self, provider: ProviderSettings) -> str | None:
        """The provider's key, as `find_key` finds it."""
        key = await self.find_key(provider)
        return None if key is None else key.value

    async def find_key(self, provider: ProviderSettings) -> ApiKey | None:
        """The provider's key with its source; every sink redacts it from now on. None if there is none.

        Raises:
            SettingsError: A key is needed and there is none, or one was found that cannot be one.
        """
        if provider.is_local:
            return None
        key = await resolve_key(provider, environment=self.environment, handed_over=self._handed_over_keys())
        if key is not None:
            self.redactor.add(key.value)
        return key

    def key_source(self, provider: ProviderSettings) -> str:
        """Where the provider's key would come from, in words; `none: …` if there is none. Opens and runs nothing."""
        return describe_key_source(provider, environment=self.environment, handed_over=self._handed_over_keys())

    def _handed_over_keys(self) -> Mapping[str, HandedOverKey]:
        return self.handed_over.keys if self.handed_over else {}

    async def provider(self, settings: ProviderSettings, api_key: str | None) -> Provider:
        """The provider for these settings; its connections are kept for the next run, and shared by those beside it."""
        async with self._making:
            return self._kept(settings, api_key) or await self._made(settings, api_key)

    def _kept(self, settings: ProviderSettings, api_key: str | None) -> Provider | None:
        for kept in self._providers:
            if kept[0] == settings and kept[1] == api_key:
                self._providers.remove(kept)
                self._providers.append(kept)
                return kept[2]
        return None

    async def _made(self, settings: ProviderSettings, api_key: str | None) -> Provider:
        provider = await asyncio.to_thread(self._create_provider, settings, api_key)
        for stale in self._superseded(settings, api_key):
            self._providers.remove(stale)
            if stale[2] not in self._in_use:
                await _close(stale[2])
        self._providers.append((settings, api_key, provider))
        return provider

    def _superseded(self, settings: ProviderSettings, api_key: str | None) -> list[_KeptProvider]:
        """Those whose settings have a new key now, and the oldest beyond a number."""
        kept = self._providers
        replaced = [one for one in kept if one[0] == settings and None not in {one[1], api_key}]
        others = [one for one in kept if one not in replaced]
        return replaced + others[: max(0, len(others) - PROVIDERS_KEPT + 1)]

    @contextlib.asynccontextmanager
    async def in_use(self, provider: Provider) -> AsyncGenerator[None]:
        """Keep a provider's connections while it is asked, whatever becomes of its key meanwhile."""
        self._in_use.append(provider)
        try:
            yield
        finally:
            self._in_use.remove(provider)
            if provider not in self._in_use and all(kept is not provider for _, _, kept in self._providers):
                await _close(provider)

    def is_hosted(self, provider: ProviderSettings) -> bool:
        """Whether requests to the provider leave this machine."""
        return self._is_hosted(provider)

    async def aclose(self) -> None:
        """Close them all."""
        providers = [provider for _, _, provider in self._providers]
        self._providers.clear()
        await asyncio.gather(*map(_close, providers))


async def _close(provider: Provider) -> None:
    """Close a provider that is not needed; it may be of somebody else's making."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            with contained():
                await provider.aclose()
    except Exception:
        logger.exception("provider %s could not be closed", provider.id)
