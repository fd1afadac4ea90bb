"""What the price table of genai-prices knows of models: ids and context windows. Works offline; may be missing.

Everything here is blocking, and the first call loads the table: call it on a worker thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.providers.base import ModelInfo

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot


def listed_models(base_url: str | None) -> tuple[ModelInfo, ...]:
    """The models that the table lists for the service at an address; none if it does not know the service."""
    table = _table()
    if table is None or base_url is None:
        return ()
    try:
        provider = table.find_provider(None, None, base_url)
    except LookupError:
        return ()
    return tuple(
        ModelInfo(model.id, model.name, model.context_window) for model in provider.models if not model.deprecated
    )


def with_context_windows(models: Iterable[ModelInfo], base_url: str | None) -> tuple[ModelInfo, ...]:
    """The models, each with its context window if it has none and the table knows it at this address."""
    table = _table()
    if table is None or base_url is None:
        return tuple(models)
    return tuple(
        model if model.context_window else replace(model, context_window=_window(table, model.id, base_url))
        for model in models
    )


def is_listed(model: str, base_url: str | None) -> bool:
    """Whether the table knows the model, by its id or an alias, at this address."""
    table = _table()
    if table is None or base_url is None:
        return False
    try:
        table.find_provider_model(model, None, None, base_url)
    except LookupError:
        return False
    return True


def _window(table: DataSnapshot, model: str, base_url: str) -> int | None:
    try:
        return table.find_provider_model(model, None, None, base_url)[1].context_window
    except LookupError:
        return None


def _table() -> DataSnapshot | None:
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    return get_snapshot()
