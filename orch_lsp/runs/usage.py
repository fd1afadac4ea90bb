"""Tokens and money of many runs, added up by day, model or spec. Pure.

What is not known is never counted as 0: each sum is over the runs that told, and says how many did not. A run that
asked no provider (no attempt on its record) used nothing, so that it is not unknown either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from orch_lsp.generation import Usage
from orch_lsp.runs.columns import COUNTS
from orch_lsp.runs.escape import plain
from orch_lsp.runs.labels import COST_UNKNOWN, LIKE_PRICE, TOKENS_UNKNOWN, cached_label
from orch_lsp.text import counted

Grouping = Literal["day", "model", "spec"]

GROUPINGS: tuple[Grouping, ...] = ("day", "model", "spec")


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """Tokens and cost of a group of runs.

    Attributes:
        key: The day (UTC, `2026-01-31`), the provider with its model, or the spec; empty for all runs.
        runs: How many runs there are.
        asked: How many of them asked a provider.
        usage: Sums of the counts that were told; a count that no run told is None.
        runs_without_tokens: Runs that asked a provider, and whose input or output tokens are unknown.
        cost: Sums of the costs that are known, by currency.
        runs_without_cost: Runs that asked a provider, and whose cost is unknown.
        runs_at_like_price: Runs in `cost` that were priced as a model with a like name.
    """

    key: str
    runs: int = 0
    asked: int = 0
    usage: Usage = field(default_factory=Usage)
    runs_without_tokens: int = 0
    cost: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    runs_without_cost: int = 0
    runs_at_like_price: int = 0


def total(groups: Iterable[UsageTotal], key: str = "") -> UsageTotal:
    """Add up groups."""
    whole = UsageTotal(key)
    for one in groups:
        whole = UsageTotal(
            key,
            whole.runs + one.runs,
            whole.asked + one.asked,
            whole.usage + one.usage,
            whole.runs_without_tokens + one.runs_without_tokens,
            {
                currency: whole.cost.get(currency, Decimal(0)) + one.cost.get(currency, Decimal(0))
                for currency in (*whole.cost, *one.cost)
            },
            whole.runs_without_cost + one.runs_without_cost,
            whole.runs_at_like_price + one.runs_at_like_price,
        )
    return whole


def joined(records: Sequence[Mapping[Grouping, Sequence[UsageTotal]]]) -> dict[Grouping, Sequence[UsageTotal]]:
    """The tables of several records as one each."""
    tables: dict[Grouping, dict[str, UsageTotal]] = {}
    for record in records:
        for by, table in record.items():
            known = tables.setdefault(by, {})
            for one in table:
                known[one.key] = total((known[one.key], one), one.key) if one.key in known else one
    return {by: ordered(by, table.values()) for by, table in tables.items()}


def ordered(by: Grouping, table: Iterable[UsageTotal]) -> list[UsageTotal]:
    """A table in its order: the newest day first, all else by name."""
    return sorted(table, key=lambda group: group.key, reverse=by == "day")


def usage_value(summed: UsageTotal) -> dict[str, object]:
    """A total as JSON; amounts are decimal strings."""
    return {
        "key": summed.key,
        "runs": summed.runs,
        "asked": summed.asked,
        **{name: getattr(summed.usage, name) for name in COUNTS},
        "runs_without_tokens": summed.runs_without_tokens,
        "cost": [{"amount": f"{amount:f}", "currency": currency} for currency, amount in sorted(summed.cost.items())],
        "runs_without_cost": summed.runs_without_cost,
        "runs_at_like_price": summed.runs_at_like_price,
    }


def usage_cells(totals: Sequence[UsageTotal]) -> list[tuple[str, str, str, str]]:
    """The name of each total, its runs, its tokens and its cost, as plain text."""
    return [(plain(one.key), _runs(one.runs), tokens_text(one), cost_text(one)) for one in totals]


def usage_lines(totals: Sequence[UsageTotal]) -> list[str]:
    """Totals as lines with columns apart by two blanks."""
    rows = usage_cells(totals)
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def tokens_text(summed: UsageTotal) -> str:
    """`N in / N out` with the number of runs that did not tell."""
    if not summed.asked and summed.usage == Usage():
        return "nothing sent"
    if summed.usage.input_tokens is None and summed.usage.output_tokens is None:
        return TOKENS_UNKNOWN
    counts = [
        "unknown" if count is None else str(count) for count in (summed.usage.input_tokens, summed.usage.output_tokens)
    ]
    return f"{counts[0]} in{cached_label(summed.usage)} / {counts[1]} out{_unknown(summed.runs_without_tokens)}"


def cost_text(summed: UsageTotal) -> str:
    """The sum in each currency with the number of runs whose cost is unknown, or that of a like model."""
    if not summed.cost:
        return COST_UNKNOWN if summed.asked else ""
    amounts = " + ".join(plain(f"{amount:f} {currency}") for currency, amount in sorted(summed.cost.items()))
    return f"{amounts}{_unknown(summed.runs_without_cost, summed.runs_at_like_price)}"


def _unknown(unknown: int, at_like_price: int = 0) -> str:
    said = [f"{_runs(unknown)} unknown"] if unknown else []
    said += [f"{_runs(at_like_price)} at the {LIKE_PRICE}"] if at_like_price else []
    return f" ({', '.join(said)})" if said else ""


def _runs(count: int) -> str:
    return counted(count, "run")
