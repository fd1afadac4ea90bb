"""`orch-lsp draft FILE…`: fill a spec's open sections."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.options import model_option, provider_option, root_option
from orch_lsp.cli.output import say
from orch_lsp.late import late
from orch_lsp.orchestration.planning.batching import FOLDER, SentBefore, batched_of, is_left_in_batch, sent_by
from orch_lsp.orchestration.planning.plan import DraftPlan, plan_draft
from orch_lsp.orchestration.requests import kept_previews
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.settings.resolve import CommandChoice

if TYPE_CHECKING:
    from orch_lsp.orchestration.running import reuse
else:
    reuse = late("orch_lsp.orchestration.running.reuse")

_NEWEST = 10
"""So many runs of a document are looked at for one whose answer is still to be had from a batch."""
_MOST_IN_BATCHES = 2_000
"""Documents that are begun at once where all of them wait for batches."""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@provider_option
@model_option
@click.option(
    "--only", "only", metavar="KEY", multiple=True, help="Draft only the open place with this key, such as `FR-003`."
)
@click.option("--workflow", metavar="NAME", help="Draft in these steps; `orch-lsp workflows list` names them.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="How many files at once.")
@click.option(
    "--max-failures", "most_failures", type=click.IntRange(1), metavar="N", help="Begin no file after N have failed."
)
@click.option("--batch", "by_batch", is_flag=True, help="Ask in the provider's batches: within a day, for less.")
@click.option("--write", is_flag=True, help="Replace each file instead of printing its document.")
@click.option("--json", "as_json", is_flag=True, help="Print each run's record instead of the document.")
@root_option
def draft(
    files: tuple[Path, ...],
    provider: str | None,
    model: str | None,
    only: tuple[str, ...],
    workflow: str | None,
    jobs: int,
    most_failures: int | None,
    by_batch: bool,  # noqa: FBT001
    write: bool,  # noqa: FBT001 -- click passes flags by name
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """Fill the open sections of each of FILES and print the resulting document.

    FILES are Markdown specs; a pipe or /dev/stdin is read to its end. Several need --write or --json: each is drafted
    in turn, or some at once with --jobs, and the worst exit code is that of the command. Run the same command again
    until all are done: what is done is not done again, and answers that came whole are not paid for twice.

    With --batch all files are asked for at once, in batches of the provider (Anthropic, OpenAI and compatible ones). An
    answer may take a day, and what was sent stays sent: end the command when you like, and run it again to collect.

    Exit codes: 0 completed, 1 the run failed, 2 refused before a run, 130 cancelled.
    """
    if len(files) > 1 and only:
        raise click.UsageError("--only needs one file")
    if len(files) > 1 and not (write or as_json):
        raise click.UsageError("several files need --write or --json")

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        made = await asyncio.to_thread(plan_draft, reading, command="draft", only=only, workflow=workflow)
        if by_batch:
            await _require_batches(session, made)
        path = reading.source.path
        shown = None if path is None else await asyncio.to_thread(kept_previews.take, path)
        return await _going_on(session, replace(made, previewed=shown, by_batch=by_batch))

    options = Options(
        CommandChoice(provider, model),
        write,
        as_json,
        workspace,
        plan,
        several=len(files) > 1,
        jobs=max(jobs, min(len(files), _MOST_IN_BATCHES)) if by_batch else jobs,
        most_failures=most_failures,
    )
    run_on(files, options)


async def _require_batches(session: Session, plan: DraftPlan) -> None:
    """Refuse before anything is sent where a provider takes no batches."""
    for choice in {one.provider.name: one for one in (plan.choice, *plan.step_choices.values())}.values():
        batched_of(await session.provider(choice.provider, None), Path(FOLDER))


async def _going_on(session: Session, plan: DraftPlan) -> DraftPlan:
    """The plan, as one that follows the newest run on the document where that was answered and not ended."""
    store = await session.store(plan.reading)
    earlier = await reuse.unfinished_on(store, plan.reading)
    newest = await store.list(limit=_NEWEST, spec_path=plan.reading.spec_path)
    if plan.by_batch:
        sent = (sent_by(run, plan.reading.document.text) for run in newest)
        plan = replace(plan, sent_before=next(filter(None, sent), dict[str, SentBefore]()))
    elif newest and is_left_in_batch(newest[0]):
        say(f"warning: {plan.reading.spec_path} was asked for in a batch that may still answer: --batch collects it")
    return plan if earlier is None else replace(plan, parent_run_id=earlier.run_id)
