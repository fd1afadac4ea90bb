"""`orch-lsp apply RUN`: put a draft that was kept, or some of its sections, into its file."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from orch_lsp.cli.document_file import DocumentFile, file_of, update_provenance_of
from orch_lsp.cli.files import read_text, require_replaceable
from orch_lsp.cli.output import EXIT_FAILED, reporting_errors, say, say_error, write_json
from orch_lsp.cli.runs import find_run, with_store, workspace_option
from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.orchestration.drafts.delivery import Delivery, insert
from orch_lsp.orchestration.running.session import Session
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.schema import to_dict
from orch_lsp.runs.status import LIVE
from orch_lsp.runs.store import RunStore
from orch_lsp.runs.view import findings_told
from orch_lsp.settings.run_settings import RunSettings


@dataclass(frozen=True, slots=True)
class _Outcome:
    record: RunRecord
    was_told: bool
    """Whether the findings on its draft were on the record before."""
    delivery: Delivery
    path: Path
    problems: tuple[str, ...] = ()


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--section", "sections", metavar="KEY", multiple=True, help="Only this section of the draft.")
@click.option("--json", "as_json", is_flag=True, help="Print the run's record.")
@workspace_option
def apply(run_id: str, sections: tuple[str, ...], as_json: bool, workspace: Path | None) -> None:  # noqa: FBT001 -- click passes flags by name
    """Put the draft of RUN into its file: all sections that wait, or those with these keys.

    A section in which you wrote meanwhile keeps your text, and the drafted one comes after it. One that is named is
    put there even if it was rejected, or its draft superseded.

    Exit codes: 0 the file has it, 1 it could not be put there, 2 there is no such run or section.
    """

    async def put(session: Session, store: RunStore, settings: RunSettings) -> _Outcome:
        store, record = await find_run(session, store, settings, run_id)
        if record.status in LIVE:
            raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
        if record.draft is None:
            raise RunError(ErrorCode.UNKNOWN_RUN, f"Run {record.run_id} has no draft.")
        path = file_of(store, record)
        require_replaceable(path)
        document = DocumentFile(path, await asyncio.to_thread(read_text, path))
        was_told = bool(record.findings)
        record, delivery = await insert(store, record, document, sections or None)
        if delivery.made is None:
            return _Outcome(record, was_told, delivery, path)
        return _Outcome(
            record, was_told, delivery, path, tuple(await update_provenance_of(store, record, delivery.made.edit.text))
        )

    with reporting_errors(as_json=as_json):
        outcome = with_store(workspace, put)
    for severity, line in () if outcome.was_told else findings_told(outcome.record):
        say(f"{severity}: {line}")
    for problem in outcome.problems:
        say(f"warning: {problem}")
    if as_json:
        write_json(to_dict(outcome.record))
    if outcome.delivery.refusal is not None:
        say_error(outcome.delivery.refusal.detail)
        sys.exit(EXIT_FAILED)
    if outcome.delivery.made is None:
        state = outcome.record.draft.state if outcome.record.draft else "gone"
        say(
            f"Nothing was put into {outcome.path.name}: the draft is {state}. Name a section with --section to take it."
        )
    else:
        say(f"{outcome.path.name} has {', '.join(outcome.delivery.made.edit.filled)} of run {outcome.record.run_id}.")
