"""orch.applyDraft, orch.reviewSection, orch.previewDraft, orch.discardDraft: what becomes of a draft that waits."""

from __future__ import annotations

import asyncio
import functools
import logging
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcInvalidParams

from orch_lsp.errors import ErrorCode, RunError, SpecError, StoreError
from orch_lsp.lsp.announcing import announce
from orch_lsp.lsp.arguments import CommandArgument
from orch_lsp.lsp.convert import Positions
from orch_lsp.lsp.drafted import placed_findings, sections_in_document
from orch_lsp.lsp.drafting import show_findings
from orch_lsp.lsp.editing import EditorDocument
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.lookup import FoundRun, document_of, draft_text, find_run, newest_run
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.lsp.show import show_draft
from orch_lsp.orchestration.drafts.applying import (
    draft_edit,
    draft_text_of,
    only_sections,
    stored_draft,
)
from orch_lsp.orchestration.drafts.delivery import insert, reject, remark
from orch_lsp.runs.drafts import discarded, section_of, waiting_keys
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.schema import plain_value
from orch_lsp.runs.status import LIVE, DraftState, SectionState
from orch_lsp.runs.view import finding_lines

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.text import Span

logger = logging.getLogger(__name__)

_COMMENTED = "commented"
_WORDS = (str(SectionState.ACCEPTED), str(SectionState.REJECTED), _COMMENTED)
"""The words that a person has for a section."""
READ_BACK_AT_ONCE_SECONDS = 0.5
"""How long the command waits for the change itself, after the client said that it made it."""


async def apply_draft(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.applyDraft: insert the draft that waits."""
    found = _ended(await _with_draft(ls, given))
    return await _apply(ls, found)


async def review_section(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.reviewSection: take one section of a draft into the document, keep it out with a reason, or comment on it.

    A comment leaves the section's state; the model is told of it when the section is written anew.
    A section that was rejected, or whose draft was superseded or discarded, can be accepted all the same.
    """
    found, key = _ended(await _with_draft(ls, given)), given.key
    if key is None or given.state not in _WORDS:
        raise JsonRpcInvalidParams("`key` is needed, and `state`: " + " or ".join(_WORDS))
    if given.state == SectionState.ACCEPTED:
        return await _apply(ls, found, key)
    act = remark if given.state == _COMMENTED else reject
    record = await act(found.store, found.record, key, given.reason)
    announce(ls, record)
    if _state(record) == DraftState.READY:
        document = await document_of(ls, found)
        if document is not None:
            refresh(ls, document[0])
    else:
        await _settle(ls, found)
    return _answer(record, key)


async def discard_draft(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.discardDraft: the draft that waits is not wanted."""
    found = _ended(await _with_draft(ls, given))
    if _state(found.record) == DraftState.READY:
        record = await found.store.amend(found.record.run_id, discarded)
        announce(ls, record)
        await _settle(ls, found)
        return _answer(record)
    return _answer(found.record)


async def preview_draft(ls: OrchServer, given: CommandArgument) -> dict[str, Any]:
    """orch.previewDraft: the draft, and the document as it would be with it."""
    found = await _with_draft(ls, given)
    if found.record.status in LIVE:
        # The text so far; nothing can be applied yet.
        text = await draft_text(ls, found)
        return {"runId": found.record.run_id, "text": text, "document": None, "uri": None}
    document = await document_of(ls, found)
    text, resulting, answer = await _with_text(found, None if document is None else document[1].document.text)
    placed: dict[str, Any] = {"sections": [], "diagnostics": []}
    if resulting is not None and answer is not None:
        placed = await asyncio.to_thread(_placed, found.record, answer, resulting, ls.position_encoding)
    if given.open is not False:
        await show_draft(ls, found, text)
    return {
        "runId": found.record.run_id,
        "text": text,
        "findings": list(finding_lines(found.record)),
        "questions": [plain_value(question) for question in found.record.questions],
        "document": resulting,
        "uri": document[0] if document else None,
        **placed,
    }


def _placed(record: RunRecord, answer: Answer, text: str, encoding: str) -> dict[str, Any]:
    """The sections of a draft, and what its check found, by their ranges in the document with it. Blocking."""
    positions = Positions(text, encoding)

    def place(span: Span | None) -> Any:
        if span is None:
            return None
        start, end = positions.position(span.start), positions.position(span.end)
        return {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }

    sections = sections_in_document(record, answer, text)
    # Of sections that were dealt with nothing is said any more.
    dealt_with = {section.key for section in record.draft.sections} if record.draft is not None else set[str]()
    dealt_with -= {section.key for section in sections}
    findings = [finding for finding in record.findings if finding.key not in dealt_with]
    return {
        "sections": [
            {
                "key": one.key,
                "title": one.title,
                "state": str(one.state),
                "reason": one.reason,
                "head": place(one.head),
                "range": place(one.whole),
            }
            for one in sections
        ],
        "diagnostics": [
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "message": finding.message,
                "key": finding.key,
                "range": place(span),
            }
            for finding, span in placed_findings(findings, sections, text)
        ],
    }


async def _with_text(found: FoundRun, current: str | None) -> tuple[str, str | None, Answer | None]:
    """A draft's text, the document with it, and its sections there; None if there is none that it could go into."""
    try:
        stored = await stored_draft(found.store, found.record)
        if current is None or not stored.answer.sections:
            return stored.text, None, None
        before, profile = stored.document_before, found.record.spec.profile
        draft = found.record.draft
        answer = stored.answer
        if draft is not None and draft.state is DraftState.READY and draft.sections:
            answer = only_sections(answer, waiting_keys(draft))
        edit = await asyncio.to_thread(draft_edit, before, current, profile, answer, insist=True)
    except SpecError:
        return await draft_text_of(found.store, found.record), None, None
    return stored.text, edit.text, answer


async def _with_draft(ls: OrchServer, given: CommandArgument) -> FoundRun:
    if given.run_id:
        return await find_run(ls, given.run_id)
    return await newest_run(ls, given.uri, with_draft=True)


def _ended(found: FoundRun) -> FoundRun:
    """A run whose draft can be dealt with.

    Raises:
        RunError: It has not ended, or has no draft.
    """
    if found.record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    if found.record.draft is None:
        raise RunError(ErrorCode.UNKNOWN_RUN, f"Run {found.record.run_id} has no draft.")
    return found


async def _apply(ls: OrchServer, found: FoundRun, key: str | None = None) -> dict[str, Any]:
    """Insert a draft once, however often it is asked for, and answer when the client says that it made the edit.

    The text is read back in the background where it does not come at once: some clients tell of a change only after
    the command that made it was answered.

    Args:
        ls: The server.
        found: The run.
        key: The one section that is inserted; all that wait without it.
    """
    run_id = found.record.run_id
    accepted = asyncio.Event()
    asked, task = ls.applying.get(run_id, (None, None))
    if task is None or asked != key:
        # One edit after the other: each is computed against what the one before it left.
        task = ls.run_task(_insert_after(task, ls, found, key, accepted), f"apply the draft of {run_id}")
        ls.applying[run_id] = (key, task)
        task.add_done_callback(functools.partial(_forget, ls, run_id))
    says_so = ls.run_task(accepted.wait(), f"edit of {run_id} accepted")
    try:
        await asyncio.wait([task, says_so], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([task], timeout=READ_BACK_AT_ONCE_SECONDS)
    finally:
        says_so.cancel()
    if task.done():
        return task.result()
    named = {} if key is None else {"key": key}
    return {"runId": run_id, **named, "state": str(SectionState.APPLIED)}


def _forget(ls: OrchServer, run_id: str, task: asyncio.Task[dict[str, Any]]) -> None:
    if ls.applying.get(run_id, (None, None))[1] is task:
        del ls.applying[run_id]


async def _insert_after(
    before: asyncio.Task[dict[str, Any]] | None,
    ls: OrchServer,
    found: FoundRun,
    key: str | None,
    accepted: asyncio.Event,
) -> dict[str, Any]:
    if before is not None:
        await asyncio.wait([before])
        found = FoundRun(await found.store.get(found.record.run_id), found.store)
    return await _insert(ls, found, key, accepted)


async def _insert(ls: OrchServer, found: FoundRun, key: str | None, accepted: asyncio.Event) -> dict[str, Any]:
    """Insert a draft because a person asked for it: their own text is kept wherever there is some."""
    document = await document_of(ls, found)
    target = EditorDocument(ls, document[0], accepted) if document is not None else None
    record, delivery = await insert(found.store, found.record, target, None if key is None else (key,))
    if delivery.refusal is not None:
        error = delivery.refusal
        if document is not None and accepted.is_set():
            # We already answered that it is applied (`READ_BACK_AT_ONCE_SECONDS`), so the refusal is shown.
            ls.failures.set(document[0], ShownFailure.of_run(record, error.detail))
            refresh(ls, document[0])
        if key is not None:
            announce(ls, record)
        return {**_answer(record, key), "code": str(error.code), "message": error.message}
    if delivery.made is not None:
        announce(ls, record)
        if record.findings and not found.record.findings:
            show_findings(ls, record)
        await _settle(ls, found)
    # A discarded draft comes back section by section, with a retry, or by hand from its record.
    return _answer(record, key)


async def _settle(ls: OrchServer, found: FoundRun) -> None:
    """The draft no longer waits: the document need not say so."""
    document = await document_of(ls, found)
    if document is not None:
        failure = ls.failures.get(document[0])
        if failure is not None and failure.run_id == found.record.run_id:
            ls.failures.clear(document[0])
            try:
                await found.store.dismiss(found.record.run_id)
            except StoreError as error:
                logger.warning("the failure of %s will be shown again: %s", found.record.run_id, error.message)
        refresh(ls, document[0])


def _state(record: RunRecord) -> DraftState | None:
    return record.draft.state if record.draft else None


def _answer(record: RunRecord, key: str | None = None) -> dict[str, Any]:
    """The state of the draft; of a section that was asked about, its own, and that of the draft beside it."""
    state = str(_state(record) or "")
    if key is None or record.draft is None:
        return {"runId": record.run_id, "state": state}
    section = section_of(record.draft, key)
    return {"runId": record.run_id, "key": key, "state": str(section.state), "draft": state}
