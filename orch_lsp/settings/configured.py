"""Which providers a person works with, of all that are known."""

from __future__ import annotations

from orch_lsp.settings.model import ProviderSettings, Settings


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
