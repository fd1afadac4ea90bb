"""Tokens and money of many runs, added up by SQLite over the columns beside the records: no record is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orch_lsp.generation import Usage
from orch_lsp.runs.columns import COUNTS
from orch_lsp.runs.labels import model_label
from orch_lsp.runs.usage import Grouping, UsageTotal, total

_KEYS: dict[Grouping, tuple[str, ...]] = {
    "day": ("substr(started_at, 1, 10)",),
    "model": ("provider", "model"),
    "spec": ("document",),
}
# Of an amount of so few plain digits the sum of millions is a whole number that SQLite has.
_PLAIN = "(length(cost_amount) <= 12 AND cost_amount NOT GLOB '*[^0-9.]*')"
_PLACES = f"CASE WHEN {_PLAIN} THEN length(substr(cost_amount, instr(cost_amount || '.', '.') + 1)) END"
_SUMS = {
    "runs": "count(*)",
    "asked": "sum(asked)",
    **{count: f"sum({count})" for count in COUNTS},
    "without_tokens": "sum(asked AND (input_tokens IS NULL OR output_tokens IS NULL))",
    "without_cost": "sum(asked AND cost_amount IS NULL)",
    "amounts": "count(cost_amount)",
    # Means something where the places are known; the cut keeps the others small.
    "digits": "sum(CAST(replace(substr(cost_amount, 1, 12), '.', '') AS INTEGER))",
}


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
    for by, first, second, currency, places, *sums in connection.execute(_statement(groupings), (since or "",)):
        part, some = _part(_label(by, first, second), currency, places, sums)
        _add(tables[by], part)
        unusual = unusual or some
    if unusual:
        _add_unusual(connection, tables, since)
    return {
        by: sorted(table.values(), key=lambda group: group.key, reverse=by == "day") for by, table in tables.items()
    }


def _statement(groupings: Sequence[Grouping]) -> str:
    """All runs are read once, to groups that have every key in common; the tables are made of those."""
    keys = {(by, number): key for by in groupings for number, key in enumerate(_KEYS[by])}
    named = ", ".join(f"{key} AS {by}_{number}" for (by, number), key in keys.items())
    sums = ", ".join(f"{value} AS all_{name}" for name, value in _SUMS.items())
    several = ", ".join(map(str, range(1, len(keys) + 3)))
    again = ", ".join(f"sum(all_{name})" for name in _SUMS)
    tables = (
        f"SELECT '{by}', {by}_0, {f'{by}_1' if (by, 1) in keys else 'NULL'}, cost_currency, places, {again} "  # noqa: S608
        "FROM parts GROUP BY 1, 2, 3, 4, 5"
        for by in groupings
    )
    return (
        f"WITH parts AS (SELECT {named}, cost_currency, {_PLACES} AS places, {sums} "  # noqa: S608
        f"FROM summaries WHERE started_at >= ? GROUP BY {several}) {' UNION ALL '.join(tables)}"
    )


def _part(key: str, currency: str | None, places: int | None, sums: Sequence[Any]) -> tuple[UsageTotal, bool]:
    """A group whose amounts have one currency and one number of places, and whether it has amounts of another kind."""
    runs, asked, *counts, without_tokens, without_cost, amounts, digits = sums
    cost = {} if places is None else {str(currency): Decimal(digits).scaleb(-places)}
    return UsageTotal(
        key, runs, asked, Usage(*counts), without_tokens, cost, without_cost
    ), places is None and amounts > 0


def _add_unusual(
    connection: sqlite3.Connection, tables: dict[Grouping, dict[str, UsageTotal]], since: str | None
) -> None:
    """Add the amounts that are longer or written in another way, such as `1E-7`."""
    connection.create_aggregate("decimal_sum", 1, _DecimalSum)
    for by, table in tables.items():
        keys = ", ".join(_KEYS[by])
        statement = (
            f"SELECT {keys}, cost_currency, decimal_sum(cost_amount) FROM summaries "  # noqa: S608
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
