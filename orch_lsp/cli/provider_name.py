"""A provider that was named on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.settings.model import ProviderSettings
from orch_lsp.settings.validate import nearest


def named_provider(name: str, providers: Mapping[str, ProviderSettings]) -> ProviderSettings:
    """The provider with this name.

    Raises:
        SettingsError: `unknown_provider`, with the nearest name, else with all of them.
    """
    if name not in providers:
        hint = nearest(name, providers) or f"; expected one of {', '.join(sorted(providers))}."
        raise SettingsError(ErrorCode.UNKNOWN_PROVIDER, f"There is no provider named {name!r}{hint}")
    return providers[name]
