"""Tokens and money of many runs, added up by SQLite over the columns beside the records: no record is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orch_lsp.generation import Usage
from orch_lsp.runs.columns import COUNTS
from orch_lsp.runs.labels import model_label
from orch_lsp.runs.usage import Grouping, UsageTotal, ordered, total

_KEYS: dict[Grouping, tuple[str, ...]] = {
    "day": ("substr(started_at, 1, 10)",),
    "model": ("provider", "model"),
    "spec": ("document",),
}
# So few plain digits are a whole number of units that a float and the sum of many runs hold exactly.
_PLAIN = "(length(cost_amount) <= 12 AND cost_amount NOT GLOB '*[^0-9.]*' AND cost_amount + 0 < 10)"
_UNIT_PLACES = 11
_SUMS = {
    "runs": "count(*)",
    "asked": "sum(asked)",
    **{count: f"sum({count})" for count in COUNTS},
    "without_tokens": "sum(asked AND (input_tokens IS NULL OR output_tokens IS NULL))",
    "without_cost": "sum(asked AND cost_amount IS NULL)",
    "like_price": "count(cost_amount) FILTER (WHERE cost_exact = 0)",
    "amounts": "count(cost_amount)",
    "plain_amounts": f"count(*) FILTER (WHERE {_PLAIN})",
    "units": f"sum(CAST(round(cost_amount * 1e{_UNIT_PLACES}) AS INTEGER)) FILTER (WHERE {_PLAIN})",
    "places": f"max(max(length(cost_amount) - instr(cost_amount || '.', '.'), 0)) FILTER (WHERE {_PLAIN})",
}
_AGAIN = ", ".join(f"{'max' if name == 'places' else 'sum'}(all_{name})" for name in _SUMS)


def grouped(
    connection: sqlite3.Connection, groupings: Sequence[Grouping], since: str | None = None
) -> dict[Grouping, list[UsageTotal]]:
    """Add up runs by day (newest first), and by model or spec (in alphabetical order).

    Args:
        connection: Where.
        groupings: What the groups of each table have in common.
        since: Only the runs of this day (UTC, `2026-01-31`) and later ones.
    """
    tables: dict[Grouping, dict[str, UsageTotal]] = {by: {} for by in groupings}
    unusual = False
    for by, first, second, currency, *sums in connection.execute(_statement(groupings), (since or "",)):
        part, some = _part(_label(by, first, second), currency, sums)
        _add(tables[by], part)
        unusual = unusual or some
    if unusual:
        _add_unusual(connection, tables, since)
    return {by: ordered(by, table.values()) for by, table in tables.items()}


def _statement(groupings: Sequence[Grouping]) -> str:
    """All runs are read once, in an index, to groups that have every key in common; the tables are made of those."""
    keys = {f"{by}_{number}": key for by, several in _KEYS.items() for number, key in enumerate(several)}
    named = ", ".join(f"{key} AS {name}" for name, key in keys.items())
    sums = ", ".join(f"{value} AS all_{name}" for name, value in _SUMS.items())
    tables = (
        f"SELECT '{by}', {by}_0, {f'{by}_1' if f'{by}_1' in keys else 'NULL'}, cost_currency, {_AGAIN} "  # noqa: S608 -- its parts are constants of ours, and values are bound
        "FROM parts GROUP BY 1, 2, 3, 4"
        for by in groupings
    )
    return (
        f"WITH parts AS (SELECT {named}, cost_currency, {sums} FROM summaries WHERE started_at >= ? "  # noqa: S608 -- its parts are constants of ours, and values are bound
        f"GROUP BY {', '.join(keys)}, cost_currency) {' UNION ALL '.join(tables)}"
    )


def _part(key: str, currency: str | None, sums: Sequence[Any]) -> tuple[UsageTotal, bool]:
    """A group whose amounts have one currency, and whether it has amounts that are not plain."""
    runs, asked, *counts, without_tokens, without_cost, like_price, amounts, plain_amounts, units, places = sums
    cost = {str(currency): _amount(units, places)} if plain_amounts else {}
    summed = UsageTotal(key, runs, asked, Usage(*counts), without_tokens, cost, without_cost, like_price)
    return summed, amounts > plain_amounts


def _amount(units: int, places: int) -> Decimal:
    """The sum with as many places as the longest of its amounts has."""
    return Decimal(units).scaleb(-_UNIT_PLACES).quantize(Decimal(1).scaleb(-places))


def _add_unusual(
    connection: sqlite3.Connection, tables: dict[Grouping, dict[str, UsageTotal]], since: str | None
) -> None:
    """Add the amounts that are longer or written in another way, such as `1E-7`."""
    connection.create_aggregate("decimal_sum", 1, _DecimalSum)
    for by, table in tables.items():
        keys = ", ".join(_KEYS[by])
        statement = (
            f"SELECT {keys}, cost_currency, decimal_sum(cost_amount) FROM summaries "  # noqa: S608 -- its parts are constants of ours, and values are bound
            f"WHERE started_at >= ? AND cost_amount IS NOT NULL AND NOT {_PLAIN} GROUP BY {keys}, cost_currency"
        )
        for *key, currency, amount in connection.execute(statement, (since or "",)):
            _add(table, UsageTotal(_label(by, key[0], key[-1]), cost={str(currency): Decimal(amount)}))


def _add(table: dict[str, UsageTotal], part: UsageTotal) -> None:
    known = table.get(part.key)
    table[part.key] = part if known is None else total((known, part), part.key)


def _label(by: Grouping, first: Any, second: Any) -> str:
    return model_label(first or "", second) if by == "model" else str(first)


class _DecimalSum:
    """Sums decimal strings without rounding them as floats would be."""

    def __init__(self) -> None:
        self._sum = Decimal(0)

    def step(self, amount: Any) -> None:
        self._sum += Decimal(amount)

    def finalize(self) -> Any:
        return str(self._sum)
