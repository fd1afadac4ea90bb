"""`orch-lsp refine FILE`: write a part of a spec anew, or amend all of it, by an instruction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.options import model_option, provider_option, root_option
from orch_lsp.late import late
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.planning.rewrite import RewriteAsk
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.settings.resolve import CommandChoice

if TYPE_CHECKING:
    from orch_lsp.orchestration.drafts import rewrite_plan
else:
    rewrite_plan = late("orch_lsp.orchestration.drafts.rewrite_plan")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--section",
    "keys",
    metavar="KEY",
    multiple=True,
    help="Write only this key anew: `goal`, `FR-003`, `2.1`.",
)
@click.option("--instruction", metavar="TEXT", help="What to change; required without --section.")
@provider_option
@model_option
@click.option("--write", is_flag=True, help="Replace the file instead of printing its document.")
@click.option("--json", "as_json", is_flag=True, help="Print the run's record instead of the document.")
@root_option
def refine(
    file: Path,
    keys: tuple[str, ...],
    instruction: str | None,
    provider: str | None,
    model: str | None,
    write: bool,  # noqa: FBT001 -- click passes flags by name
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """Write a part of FILE anew by an instruction, or amend all of it, and print the resulting document.

    With --section a heading's section, a requirement, a criterion, a scenario or a task is written anew; with several
    of them, all in one run. Without it the model answers only the parts that the instruction concerns. All else stays
    byte for byte as it is, ids included.

    Exit codes: 0 completed, 1 the run failed, 2 refused before a run, 130 cancelled.
    """
    if not keys and not (instruction or "").strip():
        raise click.UsageError("give --section KEY, --instruction TEXT, or both")
    ask = RewriteAsk.of(keys, instruction)

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        return await rewrite_plan.planned_rewrite(session, reading, ask, command="refine")

    run_on((file,), Options(CommandChoice(provider, model), write, as_json, workspace, plan))
