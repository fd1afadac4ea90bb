"""The cost of a run, by the price table of genai-prices where it is installed and knows the model."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import cast

from orch_lsp.generation import Usage
from orch_lsp.model_lists.price_table import names_price_of, service_at
from orch_lsp.runs.record import Cost
from orch_lsp.settings.kinds import kind_named
from orch_lsp.settings.model import ProviderSettings

_CURRENCY = re.compile("[A-Z]{3}")


async def cost_of(usage: Usage, model: str | None, provider: ProviderSettings) -> Cost | None:
    """The price of `usage`, or None if it is not known. Works offline, from the table that the library ships.

    The first call loads the table, so it runs in a worker thread.
    """
    if kind_named(provider.kind).acts:
        return _as_told(usage)
    if model is None or usage.input_tokens is None or usage.output_tokens is None or provider.base_url is None:
        return None
    return await asyncio.to_thread(_calculate, usage, model, provider.base_url)


def _as_told(usage: Usage) -> Cost | None:
    """The cost that an agent tells of its session, in the protocol's form; None if it tells none."""
    told = (usage.raw or {}).get("cost")
    if not isinstance(told, Mapping):
        return None
    cost = cast("Mapping[str, object]", told)
    amount, currency = cost.get("amount"), cost.get("currency")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
        return None
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        return None
    return Cost(str(Decimal(str(amount))), currency, "agent")


def cost_sum(one: Cost | None, other: Cost | None) -> Cost | None:
    """The cost of both; unknown if one is unknown, or if they cannot be added."""
    if one is None or other is None or (one.currency, one.source) != (other.currency, other.source):
        return None
    both = {one.exact, other.exact}
    exact = False if False in both else None if None in both else True
    amount = str(Decimal(one.amount) + Decimal(other.amount))
    factor = one.price_factor if one.price_factor == other.price_factor else None
    return replace(one, amount=amount, exact=exact, price_factor=factor)


def at_factor(cost: Cost | None, factor: str | None) -> Cost | None:
    """The cost at a part of the usual price, such as `0.5`; as it is without one."""
    if cost is None or factor is None:
        return cost
    return replace(cost, amount=str(Decimal(cost.amount) * Decimal(factor)), price_factor=float(factor))


def is_exact(model: str, base_url: str | None) -> bool:
    """Whether the table has a price for this very model, and not only for one with a like name. Blocking."""
    return names_price_of(model, base_url)


def _calculate(usage: Usage, model: str, base_url: str) -> Cost | None:
    service = service_at(base_url)
    if service is None:
        return None
    try:
        from genai_prices import Usage as PricedUsage
        from genai_prices import calc_price
    except ImportError:
        return None
    try:
        price = calc_price(
            PricedUsage(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cache_read_tokens=usage.cache_read_input_tokens,
                cache_write_tokens=usage.cache_write_input_tokens,
            ),
            model,
            provider_id=service,
        )
    except (LookupError, ValueError):
        # The table does not know the model, or the counts contradict each other: unknown, never zero.
        return None
    return Cost(str(price.total_price), "USD", "genai-prices", exact=is_exact(model, base_url))
