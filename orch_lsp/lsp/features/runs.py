"""orch.cancelRun, orch.showRun, orch.showHistory, orch.compareRuns, orch.doctor: runs and the state of things."""

from __future__ import annotations

from typing import Any

from orch_lsp.doctor.examine import examine
from orch_lsp.doctor.findings import report_markdown, report_value
from orch_lsp.errors import ErrorCode, RunError
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.lookup import find_run, history, newest_run, taken_back_of
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_page, show_record
from orch_lsp.lsp.snapshot import editor_layer
from orch_lsp.orchestration.drafts.comparing import compared
from orch_lsp.runs.comparison import comparison_markdown, comparison_value
from orch_lsp.runs.pages import COMPARISON, HISTORY
from orch_lsp.runs.pages import DOCTOR as DOCTOR_PAGE
from orch_lsp.runs.schema import to_dict
from orch_lsp.runs.status import TERMINAL
from orch_lsp.runs.view import history_markdown

DEFAULT_LIMIT = 50
_COMPARED = 2
DOCTOR_PATIENCE_S = 5.0
"""Seconds that providers have to answer: the command must answer whether or not they do."""
CANCEL_SECONDS = 2.0
"""How long a cancel waits for the run to be recorded as cancelled, so that it can say so."""


async def cancel_run(ls: OrchServer, given: CommandArgument) -> dict[str, str]:
    """orch.cancelRun: end a live run; one that has ended stays as it is."""
    supervisor = ls.shared.supervisor
    for live in reversed(supervisor.live):
        run_id = live.record.run_id
        if given.run_id in {None, run_id} and supervisor.cancel(run_id, "in the editor"):
            await supervisor.wait(run_id, CANCEL_SECONDS)
            status = live.committed.status
            return {"runId": run_id, "status": str(status) if status in TERMINAL else "cancelling"}
        if given.run_id == run_id:
            # The run has ended, and its draft is being brought in.
            return {"runId": run_id, "status": "already_ended"}
    found = await find_run(ls, given.run_id) if given.run_id else await newest_run(ls, given.uri)
    if found.record.status in TERMINAL:
        return {"runId": found.record.run_id, "status": "already_ended"}
    raise RunError(
        ErrorCode.NOT_ALLOWED,
        "This run belongs to another process.",
        remediation="Cancel it in the editor or the terminal where it was started.",
    )


async def show_run(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.showRun: open a run's record, and answer it."""
    found = await find_run(ls, given.run_id) if given.run_id else await newest_run(ls, given.uri)
    if given.open is not False:
        await show_record(ls, found)
    return to_dict(found.record)


async def show_history(ls: OrchServer, given: CommandArgument) -> list[dict[str, Any]]:
    """orch.showHistory: open the list of runs, and answer it."""
    limit = given.limit or DEFAULT_LIMIT
    found = await history(ls, given.uri, limit, given.search)
    undone = await taken_back_of(ls, found)
    records = [run.record for run in found]
    if given.open is not False:
        await show_page(ls, HISTORY, history_markdown(records, undone))
    return [
        {**to_dict(record), "taken_back": True} if record.run_id in undone else to_dict(record) for record in records
    ]


async def compare_runs(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.compareRuns: runs beside each other, with the first of them; by default a document's newest two drafts."""
    if given.run_ids is not None:
        found = [await find_run(ls, run_id) for run_id in given.run_ids]
    else:
        drafted = [run for run in await history(ls, given.uri, DEFAULT_LIMIT) if run.record.draft is not None]
        if len(drafted) < _COMPARED:
            raise RunError(ErrorCode.UNKNOWN_RUN, "There are no two drafts here that could be compared.")
        found = [drafted[1], drafted[0]]
    made = await compared([(run.store, run.record) for run in found])
    if given.open is not False:
        await show_page(ls, COMPARISON, comparison_markdown(made))
    return comparison_value(made)


async def doctor(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.doctor: what is set up, what is wrong with it, and its cure."""
    session = ls.shared
    uri = given.uri or ls.last_document
    source = ls.source(uri) if uri is not None and ls.documents.is_open(uri) else None
    diagnosis = await examine(
        session, source, editor=editor_layer(ls), folders=ls.folders(), patience_s=DOCTOR_PATIENCE_S
    )
    text = report_markdown(diagnosis.findings)
    if given.open is not False:
        await show_page(ls, DOCTOR_PAGE, text)
    return {**report_value(diagnosis.findings), "text": text}
