"""`orch-lsp derive FILE`: begin and draft the document that its format makes of a spec."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.files import read_text
from orch_lsp.cli.options import model_option, provider_option, root_option
from orch_lsp.cli.output import EXIT_BEFORE_RUN, error_document, say, say_error, write_json
from orch_lsp.errors import SpecError
from orch_lsp.late import late
from orch_lsp.orchestration.planning.beginning import write_new
from orch_lsp.orchestration.planning.plan import DraftPlan, plan_draft
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading, read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workflows.library import DERIVE
from orch_lsp.workspace import resolved

if TYPE_CHECKING:
    from orch_lsp.app import session as sessions
    from orch_lsp.orchestration.planning import deriving
else:
    sessions = late("orch_lsp.app.session")
    deriving = late("orch_lsp.orchestration.planning.deriving")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", metavar="KIND", help="Which document, such as `tasks` (default: the next one that is missing).")
@provider_option
@model_option
@click.option("--write", is_flag=True, help="Begin the file beside FILE and draft it, instead of printing it.")
@click.option("--json", "as_json", is_flag=True, help="Print each run's record instead of the document.")
@root_option
def derive(
    file: Path,
    kind: str | None,
    provider: str | None,
    model: str | None,
    write: bool,  # noqa: FBT001 -- click passes flags by name
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """Make the next document of FILE's format: of a spec the plan, of a plan the tasks, of a proposal the deltas.

    The document is begun as `orch-lsp new` would, and drafted with FILE and the documents beside it before the model,
    which is asked to cite each of their ids. A file that is there is never touched.

    Exit codes: 0 completed, 1 a run failed, 2 refused before a run, 130 cancelled.
    """
    choice = CommandChoice(provider, model)
    try:
        source, found = asyncio.run(_found(file, kind, choice, workspace))
    except SpecError as error:
        if as_json:
            write_json(error_document(error.detail))
        say_error(error.detail)
        raise SystemExit(EXIT_BEFORE_RUN) from error
    if len(found) > 1 and not (write or as_json):
        raise click.UsageError(f"{len(found)} documents follow; give --write or --json")
    for one in found:
        say(f"{one.path}: made of {file}")
    texts: dict[Path, str | SpecError] = {one.path: one.text for one in found}

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        resting = await deriving.resting_on(session, reading, source)
        return await asyncio.to_thread(plan_draft, resting, command="derive", workflow=DERIVE)

    options = Options(
        choice, write, as_json, workspace, plan, texts, several=len(found) > 1, begins=True,
        before_sending=_begin if write else None,
    )  # fmt: skip
    run_on([*texts], options)


async def _begin(_: Session, plan: DraftPlan) -> None:
    """Write the beginning. Only now, as a refusal would leave it there with nobody to draft it."""
    path = plan.reading.source.path
    if path is not None:
        await asyncio.to_thread(write_new, path, plan.reading.document.text)


def _source(file: Path, workspace: Path | None) -> Source:
    return Source(resolved(file).as_uri(), file.absolute(), None, read_text(file), (Path.cwd(),), workspace)


async def _found(
    file: Path, kind: str | None, choice: CommandChoice, workspace: Path | None
) -> tuple[Reading, tuple[deriving.Derived, ...]]:
    session = sessions.build_session()
    try:
        source = await asyncio.to_thread(_source, file, workspace)
        reading = await read(session, source, editor=ProjectLayer(), command=choice)
        return reading, await asyncio.to_thread(deriving.next_documents, reading, kind)
    finally:
        await session.aclose()
