"""Tokens and money of many runs, added up by SQLite over the columns beside the records: no record is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from decimal import Decimal
from typing import Any

from orch_lsp.generation import Usage
from orch_lsp.runs.columns import COUNTS
from orch_lsp.runs.labels import model_label
from orch_lsp.runs.usage import Grouping, UsageTotal

_KEYS = {"day": "substr(started_at, 1, 10)", "model": "provider, model", "spec": "document"}
_SUMS = (
    "count(*), sum(asked)",
    *(f"sum({count})" for count in COUNTS),
    "sum(asked AND (input_tokens IS NULL OR output_tokens IS NULL))",
    "sum(asked AND cost_amount IS NULL)",
)


def grouped(connection: sqlite3.Connection, by: Grouping, since: str | None = None) -> list[UsageTotal]:
    """Add up runs by day (newest first), or by model or spec (in alphabetical order).

    Args:
        connection: Where.
        by: What the groups have in common.
        since: Only the runs of this day (UTC, `2026-01-31`) and later ones.
    """
    connection.create_aggregate("decimal_sum", 1, _DecimalSum)
    costs: dict[str, dict[str, Decimal]] = {}
    for key, (currency, amount) in _rows(connection, by, since, "decimal_sum(cost_amount)", currency=True):
        costs.setdefault(key, {})[str(currency)] = Decimal(amount)
    groups = [
        UsageTotal(key, runs, asked, Usage(*counts), without_tokens, costs.get(key, {}), without_cost)
        for key, (runs, asked, *counts, without_tokens, without_cost) in _rows(connection, by, since, ", ".join(_SUMS))
    ]
    return sorted(groups, key=lambda group: group.key, reverse=by == "day")


def _rows(
    connection: sqlite3.Connection, by: Grouping, since: str | None, sums: str, *, currency: bool = False
) -> Generator[tuple[str, list[Any]]]:
    """The key of each group with the values asked for."""
    key = _KEYS[by]
    width = key.count(",") + 1 if by == "model" else 1
    more, known = (", cost_currency", "AND cost_amount IS NOT NULL") if currency else ("", "")
    statement = f"SELECT {key}{more}, {sums} FROM summaries WHERE started_at >= ? {known} GROUP BY {key}{more}"  # noqa: S608
    for row in connection.execute(statement, (since or "",)):
        yield (model_label(row[0] or "", row[1]) if by == "model" else str(row[0])), list(row[width:])


class _DecimalSum:
    """Sums decimal strings without rounding them as floats would be."""

    def __init__(self) -> None:
        self._sum = Decimal(0)

    def step(self, amount: Any) -> None:
        self._sum += Decimal(amount)

    def finalize(self) -> Any:
        return str(self._sum)
