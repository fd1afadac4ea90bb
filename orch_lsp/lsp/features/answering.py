"""orch.answerQuestion: a person answers what a run asked, and the document keeps it."""

from __future__ import annotations

import asyncio
from typing import Any

from lsprotocol import types

from orch_lsp.document.answering import answer_edit
from orch_lsp.errors import ErrorCode, RunError, SpecError
from orch_lsp.lsp.announcing import announce
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.editing import make_edits
from orch_lsp.lsp.lookup import document_of, find_run, newest_run
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.drafts.questions import keep_answer, question_of, sections_borne_on
from orch_lsp.runs.record import timestamp
from orch_lsp.runs.schema import plain_value
from orch_lsp.runs.status import LIVE


async def answer_question(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.answerQuestion: write the answer to one of a run's questions into the document, as one step to undo.

    Without `question` or `answer` nothing is written: the questions are answered with, for a client to choose from.

    Raises:
        RunError: The run has not ended (`run_in_progress`).
        SpecError: It asks no such question (`unknown_node`), its document is not open, or the client did not make the
            edit (`document_changed`).
    """
    found = await find_run(ls, given.run_id) if given.run_id else await newest_run(ls, given.uri)
    record = found.record
    if record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    answer = (given.answer or "").strip()
    if given.question is None or not answer:
        return {"runId": record.run_id, "questions": [plain_value(one) for one in record.questions]}
    question = question_of(record, given.question)
    document = await document_of(ls, found)
    if document is None:
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED,
            "The run's document is not open; a closed document is not edited.",
            remediation="Open the document, then answer again.",
        )
    uri, reading = document
    now = timestamp()
    edit = await asyncio.to_thread(answer_edit, reading.document, question.text, answer, now[:10])
    borne_on = await sections_borne_on(found.store, record, question, reading.document)
    await make_edits(ls, reading.source, [edit], f"Orch: answer {question.id}")
    kept = await keep_answer(found.store, record, question, answer, now, borne_on)
    record, sections = kept.record, [one.key for one in borne_on]
    announce(ls, record)
    refresh(ls, uri)
    if sections and not ls.client.orch_notifications:
        # Clients that know of runs offer to rewrite them.
        named = ", ".join(f"“{key}”" for key in sections)
        text = f"Orch: {question.id} is answered. It bears on {named}: update them, or draft again."
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return {"runId": record.run_id, "question": question.id, "answer": answer, "sections": sections, "uri": uri}
