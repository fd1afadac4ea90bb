"""Every setting that some layer gave, with its value and its layer, fit to be shown to anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from orch_lsp.settings.model import ProviderSettings, Settings
from orch_lsp.settings.problem import Layer

_SHOWN = ("kind", "base_url", "model", "api_key_env", "allow_http", "timeout", "retry", "limits")
"""Members that are shown of a provider; headers, proxies, commands and the rest show only that they are set."""


def setting_values(settings: Settings) -> dict[str, tuple[str, Layer]]:
    """Each value that is not a default, in words, and the layer that it came from, by dotted key."""
    simple = _simple(settings)
    found: dict[str, tuple[str, Layer]] = {}
    for key, layer in sorted(settings.origins.items()):
        if key.startswith("providers."):
            found[key] = (_of_provider(key, settings.providers), layer)
        elif key.startswith("lint."):
            found[key] = (str(settings.severities.get(key.removeprefix("lint."))), layer)
        else:
            found[key] = (_words(simple[key]) if key in simple else "set", layer)
    return found


def _simple(settings: Settings) -> dict[str, object]:
    parameters, choice = settings.parameters, settings.choice
    return {
        "provider": choice.provider.name if choice else None,
        "model": choice.model if choice else None,
        "profile": settings.profile,
        "apply": settings.apply,
        "include": settings.include,
        "fallback": settings.fallback,
        "docs_base": settings.docs_base,
        "max_output_tokens": parameters.max_output_tokens,
        "temperature": parameters.temperature,
        "reasoning": parameters.reasoning,
        "instructions": f"{len(parameters.instructions or '')} characters",
        **{f"context.{key}": value for key, value in asdict(settings.context).items()},
        **{f"budget.{key}": value for key, value in asdict(settings.budget).items()},
        **{f"runs.{key.removesuffix('_s')}": value for key, value in asdict(settings.runs).items()},
    }


def _of_provider(key: str, providers: Mapping[str, ProviderSettings]) -> str:
    path, _, setting = key.removeprefix("providers.").rpartition(".")
    provider = providers.get(path)
    if provider is None or setting not in _SHOWN:
        return "set"
    value = getattr(provider, setting)
    if setting == "base_url" and "@" in str(value):
        return "set"
    return _words(asdict(value) if setting in {"timeout", "retry", "limits"} else value)


def _words(value: object) -> str:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return ", ".join(f"{name} {_words(one)}" for name, one in members.items())
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in cast("tuple[object, ...]", value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
