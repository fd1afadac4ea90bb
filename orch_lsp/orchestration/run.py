"""One run, from its first transition to its last, readable top to bottom.

context -> request -> provider stream -> draft checked -> draft stored, run completed. What happens to the draft
afterwards is the client's affair (`applying`). A run always ends in a saved terminal record.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.document.answer.reading import Answer
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, RunError, detail_of
from orch_lsp.orchestration.applying import draft_sections
from orch_lsp.orchestration.check_step import check_answer
from orch_lsp.orchestration.context_step import gather_context
from orch_lsp.orchestration.draft_step import ask, seconds_between
from orch_lsp.orchestration.live_run import LiveRun
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.request import assemble, refuse_secrets
from orch_lsp.orchestration.shielding import to_the_end
from orch_lsp.orchestration.steps import begin_step
from orch_lsp.orchestration.vcs import revision_of
from orch_lsp.runs.record import Draft, timestamp
from orch_lsp.runs.status import LIVE, DraftState, RunStatus
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.orchestration.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FinishedDraft:
    """A completed run's draft: its canonical text and sections."""

    answer: Answer


async def run_draft(live: LiveRun, plan: DraftPlan, session: Session) -> FinishedDraft | None:
    """Take a queued run to its terminal state.

    Returns:
        The draft, if the run completed; None if it failed. Either way the record says so.

    Raises:
        asyncio.CancelledError: The run was cancelled; it is recorded as such before this is raised.
    """
    try:
        return await _run(live, plan, session)
    except asyncio.CancelledError:
        error = RunError(
            ErrorCode.CANCELLED, " ".join(filter(None, ("The run was cancelled", live.cancelled_by))) + "."
        )
        if live.record.status in LIVE:
            await to_the_end(_end(live, RunStatus.CANCELLED, error.detail))
        raise
    except OrchError as error:
        detail = replace(error.detail, message=session.redactor.redact(error.message))
        await to_the_end(_fail(live, plan, session, detail))
    except Exception as error:
        logger.exception("run %s met a fault", live.record.run_id)
        await to_the_end(_end(live, RunStatus.FAILED, detail_of(error)))
    return None


async def _run(live: LiveRun, plan: DraftPlan, session: Session) -> FinishedDraft:
    queue_s = seconds_between(live.record.status_timeline[0].at, timestamp())
    await live.transition(RunStatus.RUNNING, timing=replace(live.record.timing, queue_s=queue_s))
    live.change(vcs=await revision_of(plan.reading.root))
    context = await gather_context(live, plan, session.context_source, session.redactor)
    # Open from now on: a request that cannot be made is this step's failure.
    begin_step(live, "draft", wave=1, provider=plan.choice.provider.name, model=live.record.model.requested)
    request = assemble(plan, context)
    await asyncio.to_thread(refuse_secrets, plan, request)
    raw = await ask(live, plan, session, request)
    answer = await check_answer(live, plan, raw)
    await _complete(live, answer)
    return FinishedDraft(answer)


async def _complete(live: LiveRun, answer: Answer) -> None:
    draft = Draft(
        sha256=sha256(answer.text),
        bytes=len(answer.text.encode("utf-8", "surrogatepass")),
        state=DraftState.READY,
        partial=False,
        sections=draft_sections(answer),
    )
    await live.transition(RunStatus.COMPLETED, texts=(answer.text, live.text), draft=draft)


async def _fail(live: LiveRun, plan: DraftPlan, session: Session, error: ErrorDetail) -> None:
    provider = plan.reading.settings.providers.get(live.record.provider.id)
    try:
        if provider is not None:
            error = await session.models.with_nearest(error, provider, live.record.model.requested)
    except Exception:
        # A suggestion is a comfort; the record is a must.
        logger.exception("no model could be suggested")
    await _end(live, RunStatus.FAILED, error)


async def _end(live: LiveRun, status: RunStatus, error: ErrorDetail) -> None:
    """Bring a run that did not complete to its end, keeping the text that had arrived."""
    raw = live.text
    draft = None
    if raw:
        data = raw.encode("utf-8", "surrogatepass")
        draft = Draft(sha256(data), len(data), DraftState.READY, partial=True)
    steps = tuple(
        replace(step, output_sha256=sha256(raw)) if step.id == "draft" and raw else step for step in live.record.steps
    )
    live.must_record = False
    await live.transition(status, texts=(raw,) if raw else (), error=error, draft=draft, steps=steps)
