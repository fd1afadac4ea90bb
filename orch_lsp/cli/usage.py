"""`orch-lsp usage`: what the runs of a workspace used and cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import click

from orch_lsp.cli.output import reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import with_store, workspace_option
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.usage import GROUPINGS, Grouping, grouped, since, total, usage_lines, usage_value


@click.command()
@click.option("--since", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="Only runs of this day and later (UTC).")
@click.option("--by", type=click.Choice(GROUPINGS), help="Only this table; without it all three.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@workspace_option
def usage(first_day: datetime | None, by: str | None, as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Add up tokens and cost by day, model and spec. What a provider did not tell is unknown, never 0."""
    with reporting_errors(as_json=as_json):
        found = with_store(workspace, lambda _, store, __: store.list(limit=None))
    day = first_day.date().isoformat() if first_day else None
    records = since(found, day) if day else found
    groupings = (cast("Grouping", by),) if by else GROUPINGS
    if as_json:
        tables = {name: [usage_value(one) for one in grouped(records, name)] for name in groupings}
        write_json({"schema": "orch.usage/1", "since": day, "by": tables, "total": usage_value(total(records))})
    elif records:
        write_page("\n\n".join([*(_table(records, name) for name in groupings), _total(records)]) + "\n")
    else:
        say("No runs yet." if day is None else f"No runs since {day}.")


def _table(records: Sequence[RunRecord], by: Grouping) -> str:
    return "\n".join([f"by {by}", *(f"  {line}" for line in usage_lines(grouped(records, by)))])


def _total(records: Sequence[RunRecord]) -> str:
    return usage_lines([total(records, "total")])[0]
