"""`orch-lsp answer RUN [QUESTION TEXT]`: the questions of a run, and an answer to one, kept in its document."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orch_lsp.cli.document_file import file_of
from orch_lsp.cli.drafting import Options, run_on
from orch_lsp.cli.files import read_text, replace_text, require_replaceable
from orch_lsp.cli.options import model_option, provider_option
from orch_lsp.cli.output import reporting_errors, say, write_json, write_page
from orch_lsp.cli.runs import find_run, with_store, workspace_option
from orch_lsp.document.answering import answer_edit
from orch_lsp.document.parse import parse
from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.late import late
from orch_lsp.orchestration.drafts.questions import keep_answer, question_of, sections_borne_on
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.planning.rewrite import RewriteAsk, update_instruction
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.profiles.registry import profile_named
from orch_lsp.runs.record import Question, RunRecord, timestamp
from orch_lsp.runs.schema import plain_value
from orch_lsp.runs.status import LIVE
from orch_lsp.runs.store import RunStore
from orch_lsp.runs.view import question_lines
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.text import apply_edits, counted, sha256

if TYPE_CHECKING:
    from orch_lsp.orchestration.drafts import rewrite_plan
else:
    rewrite_plan = late("orch_lsp.orchestration.drafts.rewrite_plan")


@dataclass(frozen=True, slots=True)
class _Answered:
    record: RunRecord
    question: Question
    path: Path
    sections: tuple[str, ...]
    is_newest: bool


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("question", required=False)
@click.argument("text", required=False)
@click.option("--update", is_flag=True, help="Rewrite the sections that the answer bears on, in one run.")
@provider_option
@model_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON; with --update the run's record.")
@workspace_option
def answer(
    run_id: str,
    question: str | None,
    text: str | None,
    update: bool,  # noqa: FBT001 -- click passes flags by name
    provider: str | None,
    model: str | None,
    as_json: bool,  # noqa: FBT001
    workspace: Path | None,
) -> None:
    """List what RUN asks, or write the answer TEXT to QUESTION, such as Q2, into its document.

    The answer stands where the document keeps such: below Clarifications, behind the question, or below Decisions.
    Sections that speak of the question are stale from then on, until they are written anew.

    Exit codes: 0 done, 1 the file could not be written or the run of --update failed, 2 no such run or question.
    """
    if question is not None and not (text or "").strip():
        raise click.UsageError("give QUESTION with the TEXT of its answer")

    async def told(session: Session, store: RunStore, settings: RunSettings) -> RunRecord | _Answered:
        store, record = await find_run(session, store, settings, run_id)
        if question is None:
            return record
        return await _answered(store, record, question, text or "")

    with reporting_errors(as_json=as_json):
        found = with_store(workspace, told)
    if isinstance(found, RunRecord):
        _list(found, as_json=as_json)
        return
    if as_json and not (update and found.sections):
        write_json(_document(found))
    _say(found, update=update)
    if update and found.sections:
        _update(found, CommandChoice(provider, model), as_json=as_json, workspace=workspace)


async def _answered(store: RunStore, record: RunRecord, named: str, text: str) -> _Answered:
    if record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    question = question_of(record, named)
    path = file_of(store, record)
    require_replaceable(path)
    before = await asyncio.to_thread(read_text, path)
    profile = profile_named(record.spec.profile)
    if profile is None:
        raise RunError(ErrorCode.UNKNOWN_PROFILE, f"The format {record.spec.profile} of the run is not available here.")
    document = await asyncio.to_thread(parse, before, profile)
    now = timestamp()
    edit = await asyncio.to_thread(answer_edit, document, question.text, text, now[:10])
    borne_on = await sections_borne_on(store, record, question, document)
    after = apply_edits(before, (edit,))
    await asyncio.to_thread(replace_text, path, after, expected_sha256=sha256(before))
    kept = await keep_answer(store, record, question, text, now, borne_on)
    return _Answered(kept.record, question, path, tuple(one.key for one in borne_on), kept.is_newest)


def _list(record: RunRecord, *, as_json: bool) -> None:
    if as_json:
        write_json({"run_id": record.run_id, "questions": [plain_value(one) for one in record.questions]})
    elif record.questions:
        write_page("\n".join(question_lines(record)) + "\n")
    else:
        say(f"Run {record.run_id} asks nothing.")


def _document(found: _Answered) -> dict[str, object]:
    return {"run_id": found.record.run_id, "question": found.question.id, "stale": list(found.sections)}


def _say(found: _Answered, *, update: bool) -> None:
    say(f"{found.path.name} has the answer to {found.question.id}: {found.question.text}")
    if not found.is_newest:
        say("note: a later run has drafted this document since; the answer is in it nevertheless")
    if found.sections and not update:
        named = " ".join(f"--section {key}" for key in found.sections)
        say(f"{counted(len(found.sections), 'section')} to update: orch-lsp refine {found.path} {named} --write")
    elif not found.sections:
        say("No section speaks of the question.")


def _update(found: _Answered, choice: CommandChoice, *, as_json: bool, workspace: Path | None) -> None:
    told = next((one for one in found.record.questions if one.id == found.question.id), found.question)
    instruction = update_instruction([told])

    async def plan(session: Session, reading: Reading) -> DraftPlan:
        ask = RewriteAsk.of(_still_there(reading, found.sections), instruction)
        return await rewrite_plan.planned_rewrite(session, reading, ask, command="answer")

    run_on((found.path,), Options(choice, write=True, as_json=as_json, workspace=workspace, plan=plan))


def _still_there(reading: Reading, keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key in reading.document.nodes.by_key) or tuple(keys)
