"""From settings to a provider: the table of wire formats, and the door through which others are added.

A kind is an entry point of the group `orch_lsp.providers` whose value is a function
`(settings: ProviderSettings, api_key: str | None) -> Provider`. What ships here is declared through the same group;
`BUILT_IN` repeats it so that it also works from a source tree, and without a search through installed packages.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.providers.base import Provider
from orch_lsp.providers.endpoint import endpoint_of
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "orch_lsp.providers"

BUILT_IN: Mapping[str, str] = {
    "anthropic": "orch_lsp.providers.anthropic:create",
    "gemini": "orch_lsp.providers.gemini:create",
    "ollama": "orch_lsp.providers.ollama:create",
    "openai": "orch_lsp.providers.openai_responses:create",
    "openai-compatible": "orch_lsp.providers.openai_chat:create",
    "outline": "orch_lsp.providers.registry:create_outline",
}

ProviderFactory = Callable[[ProviderSettings, str | None], Provider]


def create_provider(settings: ProviderSettings, api_key: str | None) -> Provider:
    """The provider that `settings` describe; nothing is sent, and no connection is opened.

    Raises:
        SettingsError: The kind is not known, its package cannot be loaded, or the endpoint cannot be used.
    """
    return _factory(settings)(settings, api_key)


def create_outline(settings: ProviderSettings, api_key: str | None) -> Provider:
    """The provider without a model; it has no use for a key."""
    from orch_lsp.providers.outline import OutlineProvider

    del api_key
    return OutlineProvider(settings)


def is_hosted(settings: ProviderSettings) -> bool:
    """Whether requests leave this machine. What cannot be told counts as leaving it.

    Raises:
        SettingsError: `base_url` cannot be used.
    """
    if settings.is_local:
        return False
    return settings.base_url is None or not endpoint_of(settings).is_loopback


def kinds() -> tuple[str, ...]:
    """All kinds that can be used here, sorted."""
    return tuple(sorted({*BUILT_IN, *(found.name for found in _declared())}))


def _declared() -> Iterable[EntryPoint]:
    # Here, because it loads the reader of mail headers, and built-in kinds do without.
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _factory(settings: ProviderSettings) -> ProviderFactory:
    if (target := BUILT_IN.get(settings.kind)) is not None:
        module, _, name = target.partition(":")
        return getattr(importlib.import_module(module), name)
    found = next((found for found in _declared() if found.name == settings.kind), None)
    if found is None:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.kind` is `{settings.kind}`; expected one of {', '.join(kinds())}.",
        )
    try:
        return found.load()
    except (ImportError, AttributeError) as error:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"The package that provides `{settings.kind}` cannot be loaded ({type(error).__name__}).",
            remediation="Install the package again, or choose another provider.",
        ) from error
