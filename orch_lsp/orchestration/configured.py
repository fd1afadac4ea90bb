"""Which providers a person works with, and which may be asked something without asking the person first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orch_lsp.settings.endpoint import server_address
from orch_lsp.settings.keys import HandedOverKey, describe_key_source
from orch_lsp.settings.model import ProviderSettings, Settings

if TYPE_CHECKING:
    from orch_lsp.orchestration.plan import Reading
    from orch_lsp.orchestration.session import Session


def configured_providers(settings: Settings) -> list[ProviderSettings]:
    """The providers that some layer describes or names, the chosen one first; the built-in rest is left out."""
    chosen = [settings.choice.provider.name] if settings.choice else []
    described = [
        name for name in settings.providers if any(key.startswith(f"providers.{name}.") for key in settings.origins)
    ]
    default = [settings.default_provider] if settings.default_provider else []
    names = dict.fromkeys([*chosen, *default, *settings.fallback, *described])
    return [settings.providers[name] for name in names if name in settings.providers]


def is_own(settings: Settings, provider: ProviderSettings) -> bool:
    """Whether the user level itself describes or names the provider."""
    return (
        provider.name in {settings.default_provider, *settings.fallback}
        or any(key.startswith(f"providers.{provider.name}.") for key in settings.origins)
        or (settings.choice is not None and settings.choice.layer.trusted and settings.choice.provider == provider)
    )


async def is_allowed(session: Session, reading: Reading, provider: ProviderSettings) -> bool:
    """Whether the provider may be contacted for this document: it is on this machine, the user's own, or allowed."""
    if provider.name in reading.settings.unusable:
        return False
    if is_own(reading.settings, provider) or not session.is_hosted(provider):
        return True
    address = server_address(provider.base_url) if provider.base_url else None
    return await asyncio.to_thread(session.trust.is_allowed, session.place_of(reading), provider.name, address)


async def may_be_asked_quietly(session: Session, reading: Reading, provider: ProviderSettings) -> bool:
    """Whether the provider may be contacted behind what the person does: allowed, and no key that makes itself felt.

    A key command or a keyring may open a window; that is for requests that the person made.
    """
    handed_over = session.handed_over.keys if session.handed_over else dict[str, "HandedOverKey"]()
    where = describe_key_source(provider, environment=session.environment, handed_over=handed_over)
    if provider.api_key_command or where.startswith("none: "):
        return False
    return await is_allowed(session, reading, provider)
