"""Ids and context windows of models from the price table of genai-prices. Works offline; may be missing.

Everything here is blocking, and the first call loads the table: call it on a worker thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orch_lsp.providers.base import ModelInfo

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot


_DATE = re.compile(r"[-@]20[0-9]{2}-?[01][0-9]-?[0-3][0-9]\Z")


def service_at(base_url: str | None) -> str | None:
    """The table's id of the service at an address; None if it knows none.

    The table compares beginnings only, and `api.openai.com.example.org` is another host.
    """
    table = _table()
    if table is None or base_url is None:
        return None
    end_of_host = base_url.find("//") + 2 + len(urlsplit(base_url).netloc)
    for provider in table.providers:
        if found := re.match(provider.api_pattern, base_url):
            rest = base_url[found.end() : end_of_host]
            if not rest or rest.startswith(":") or (found[0].endswith(".") and "." not in rest):
                return provider.id
    return None


def listed_models(base_url: str | None) -> tuple[ModelInfo, ...]:
    """The models that the table lists for the service at an address; none if it does not know the service."""
    table, service = _table(), service_at(base_url)
    if table is None or service is None:
        return ()
    provider = table.find_provider(None, service, None)
    return tuple(
        ModelInfo(model.id, model.name, model.context_window) for model in provider.models if not model.deprecated
    )


def with_context_windows(models: Iterable[ModelInfo], base_url: str | None) -> tuple[ModelInfo, ...]:
    """The models, each with its context window if it has none and the table knows it at this address."""
    table, service = _table(), service_at(base_url)
    if table is None or service is None:
        return tuple(models)
    return tuple(
        model if model.context_window else replace(model, context_window=_window(table, model.id, service))
        for model in models
    )


def is_listed(model: str, base_url: str | None) -> bool:
    """Whether the table knows the model, by its id or an alias, at this address."""
    table, service = _table(), service_at(base_url)
    if table is None or service is None:
        return False
    try:
        table.find_provider_model(model, None, service, None)
    except LookupError:
        return False
    return True


def names_price_of(model: str, base_url: str | None) -> bool:
    """Whether the table has a price for this very id at an address, and not only for ids that begin like it.

    An id with a date behind it is the same model.
    """
    table, service = _table(), service_at(base_url)
    if table is None or service is None:
        return False
    try:
        priced = table.find_provider_model(model, None, service, None)[1]
    except LookupError:
        return False
    named = {priced.id, *_named(priced.match)}
    return model in named or _DATE.sub("", model) in named


def _named(clause: object) -> Iterator[str]:
    """The ids that a clause of the table names in full."""
    if isinstance(name := getattr(clause, "equals", None), str):
        yield name
    for one in getattr(clause, "or_", None) or ():
        yield from _named(one)


def _window(table: DataSnapshot, model: str, service: str) -> int | None:
    try:
        return table.find_provider_model(model, None, service, None)[1].context_window
    except LookupError:
        return None


def _table() -> DataSnapshot | None:
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    return get_snapshot()
