"""`orch-lsp usage`: what the runs of a workspace used and cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from orch_lsp.cli.output import reporting_errors, say, terminal_width, write_json, write_page
from orch_lsp.cli.runs import looked_at, roots_of_here, with_store, workspace_option
from orch_lsp.late import late
from orch_lsp.runs.usage import GROUPINGS, Grouping, UsageTotal, joined, total, usage_cells, usage_lines, usage_value

if TYPE_CHECKING:
    from orch_lsp.cli import layout
    from orch_lsp.orchestration.running.session import Session
    from orch_lsp.runs.history import RunHistory
    from orch_lsp.runs.store import RunStore
    from orch_lsp.settings.run_settings import RunSettings
else:
    layout = late("orch_lsp.cli.layout")

_LEAST = 12
"""Cells in which a model or a document can still be known."""
Tables = Mapping[Grouping, Sequence[UsageTotal]]


@click.command()
@click.option("--since", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="Only runs of this day and later (UTC).")
@click.option("--by", type=click.Choice(GROUPINGS), help="Only this table; without it all three.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@workspace_option
def usage(first_day: datetime | None, by: str | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Add up tokens and cost by day, model and spec. What a provider did not tell is unknown, never 0.

    Outside any workspace, the runs of documents without one are counted as well.
    """
    day = first_day.date().isoformat() if first_day else None
    groupings = (cast("Grouping", by),) if by else GROUPINGS

    roots = roots_of_here(workspace)

    async def add_up(session: Session, store: RunStore, settings: RunSettings) -> list[Tables]:
        stores = [store, *[await session.stores.store_at(other, None, settings) for other in roots[1:]]]
        return [await each.usage(groupings, day) for each in stores]

    def look(history: RunHistory) -> Tables:
        return history.usage(groupings, day)

    with reporting_errors(as_json=as_json):
        found = looked_at(roots, look)
        found = with_store(workspace, add_up) if found is None else found
        tables = joined(found)
    whole = total(tables[groupings[0]], "total")
    if as_json:
        values = {name: [usage_value(one) for one in groups] for name, groups in tables.items()}
        write_json({"schema": "orch.usage/1", "since": day, "by": values, "total": {**usage_value(whole), "key": ""}})
    elif whole.runs:
        write_page("\n\n".join([*(_table(name, groups) for name, groups in tables.items()), *_lines([whole])]) + "\n")
    else:
        say("No runs yet." if day is None else f"No runs since {day}.")


def _table(by: str, groups: Sequence[UsageTotal]) -> str:
    return "\n".join([f"by {by}", *(f"  {line}" for line in _lines(groups, indent=2))])


def _lines(groups: Sequence[UsageTotal], indent: int = 0) -> list[str]:
    """The totals, cut on a terminal to its width."""
    lines, width = usage_lines(groups), terminal_width()
    if width is None or layout.widest(lines) + indent <= width:
        return lines
    keys, runs, tokens, cost = (list(cells) for cells in zip(*usage_cells(groups), strict=True))
    key = layout.Column("", keys, _LEAST, from_front=True)
    columns = (key, *(layout.Column("", cells) for cells in (runs, tokens, cost)))
    # There is no header: the line above the table says what it is of.
    return [line for line in layout.table([columns], width - indent) if line]
