"""The way to a provider: the port through which whoever asks one gets it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from orch_lsp.providers.base import Provider
from orch_lsp.redaction import Redactor
from orch_lsp.settings.model import ProviderSettings


class ProviderAccess(Protocol):
    """A provider's key, its connections, and what must not be told of either."""

    redactor: Redactor

    async def api_key(self, provider: ProviderSettings, /) -> str | None:
        """The provider's key; None if it needs none.

        Raises:
            SettingsError: It needs one and there is none, or one was found that cannot be one.
        """
        ...

    async def provider(self, settings: ProviderSettings, api_key: str | None, /) -> Provider:
        """The provider for these settings and this key."""
        ...

    def in_use(self, provider: Provider, /) -> AbstractAsyncContextManager[None]:
        """Keep a provider's connections while it is asked."""
        ...
