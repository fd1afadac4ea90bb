"""From settings to a provider: the table of wire formats, and the door through which others are added.

A kind is an entry point of the group `orch_lsp.providers` whose value is a function
`(settings: ProviderSettings, api_key: str | None) -> Provider`. What ships here is declared through the same group;
`BUILT_IN` repeats it so that it also works from a source tree, and without a search through installed packages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from orch_lsp.errors import ErrorCode, OrchError, SettingsError
from orch_lsp.late import late
from orch_lsp.plugins import PluginError, Plugins, Unusable
from orch_lsp.providers.base import Provider
from orch_lsp.providers.endpoint import endpoint_of
from orch_lsp.settings.model import ProviderSettings

if TYPE_CHECKING:
    from orch_lsp.providers import outline
else:
    outline = late("orch_lsp.providers.outline")

logger = logging.getLogger(__name__)

GROUP = "orch_lsp.providers"

BUILT_IN: Mapping[str, str] = {
    "acp": "orch_lsp.providers.acp:create",
    "anthropic": "orch_lsp.providers.anthropic:create",
    "editor": "orch_lsp.providers.editor:create",
    "gemini": "orch_lsp.providers.gemini:create",
    "ollama": "orch_lsp.providers.ollama:create",
    "openai": "orch_lsp.providers.openai_responses:create",
    "openai-compatible": "orch_lsp.providers.openai_chat:create",
    "outline": "orch_lsp.providers.registry:create_outline",
}

ProviderFactory = Callable[[ProviderSettings, str | None], Provider]

PLUGINS = Plugins(GROUP, BUILT_IN)


def create_provider(settings: ProviderSettings, api_key: str | None, plugins: Plugins = PLUGINS) -> Provider:
    """The provider that `settings` describe; nothing is sent, and no connection is opened.

    Raises:
        SettingsError: The kind is not known, its package cannot be loaded, or the endpoint cannot be used.
    """
    factory = _factory(settings, plugins)
    try:
        if settings.kind in BUILT_IN:
            return factory(settings, api_key)
        return plugins.call(settings.kind, lambda: factory(settings, api_key))
    except OrchError:
        raise
    except Exception as error:
        logger.exception("no provider of kind %s could be made", settings.kind)
        reason = str(error) if isinstance(error, PluginError) else f"it raised {type(error).__name__}"
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"The package that provides `{settings.kind}` cannot be used: {reason}.",
            remediation="Install the package again, or choose another provider.",
        ) from error


def create_outline(settings: ProviderSettings, api_key: str | None) -> Provider:
    """The provider without a model; it has no use for a key."""
    del api_key
    return outline.OutlineProvider(settings)


def is_hosted(settings: ProviderSettings) -> bool:
    """Whether requests leave this machine. What cannot be told counts as leaving it.

    Raises:
        SettingsError: `base_url` cannot be used.
    """
    if settings.is_local:
        return False
    return settings.base_url is None or not settings.has_address or not endpoint_of(settings).is_loopback


def kinds(plugins: Plugins = PLUGINS) -> tuple[str, ...]:
    """All kinds that can be used here, sorted."""
    return plugins.names()


def _factory(settings: ProviderSettings, plugins: Plugins) -> ProviderFactory:
    found = plugins.load(settings.kind)
    if found is None:
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"`providers.{settings.name}.kind` is `{settings.kind}`; expected one of {', '.join(kinds(plugins))}.",
        )
    if not callable(found):
        reason = found.reason if isinstance(found, Unusable) else f"{type(found).__name__} is not a function"
        raise SettingsError(
            ErrorCode.INVALID_SETTINGS,
            f"The package that provides `{settings.kind}` cannot be loaded ({reason}).",
            remediation="Install the package again, or choose another provider.",
        )
    return cast("ProviderFactory", found)
