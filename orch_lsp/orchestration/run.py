"""One run, from its first transition to its last, readable top to bottom.

context -> request -> provider stream -> draft checked -> draft stored, run completed. What happens to the draft
afterwards is the client's affair (`applying`). A run always ends in a saved terminal record.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from orch_lsp.context.item import ContextItem, ContextQuery, ContextResult
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, ProviderError, RunError, SettingsError
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.orchestration.attempts import AttemptLog
from orch_lsp.orchestration.cost import cost_of
from orch_lsp.orchestration.live_run import LiveRun
from orch_lsp.orchestration.observer import DraftDelta
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.request import assemble, refuse_secrets
from orch_lsp.orchestration.shielding import to_the_end
from orch_lsp.orchestration.streaming import LiveKeyFilter, SectionTracker
from orch_lsp.orchestration.vcs import revision_of
from orch_lsp.providers.base import (
    AttemptEnded,
    AttemptStarted,
    Finished,
    GenerationRequest,
    ModelResolved,
    Provider,
    ReasoningDelta,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.runs.lifecycle import LIVE
from orch_lsp.runs.record import (
    ContextItemRef,
    ContextRecord,
    Draft,
    DraftSection,
    DraftState,
    LeftOut,
    ModelRef,
    RunStatus,
    Step,
    StepStatus,
    timestamp,
)
from orch_lsp.spec.answer import Answer, read_answer
from orch_lsp.text import normalised, sha256

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
        error = RunError(ErrorCode.CANCELLED, "The run was cancelled.")
        if live.record.status in LIVE:
            await to_the_end(_end(live, RunStatus.CANCELLED, error.detail))
        raise
    except OrchError as error:
        detail = replace(error.detail, message=session.redactor.redact(error.message))
        await to_the_end(_end(live, RunStatus.FAILED, detail))
    except Exception as error:
        logger.exception("run %s met a fault", live.record.run_id)
        fault = RunError(ErrorCode.UNEXPECTED_ERROR, f"A fault in orch-lsp ended the run ({type(error).__name__}).")
        await to_the_end(_end(live, RunStatus.FAILED, fault.detail))
    return None


async def _run(live: LiveRun, plan: DraftPlan, session: Session) -> FinishedDraft:
    queued_at = live.record.status_timeline[0].at
    now = timestamp()
    await live.transition(
        RunStatus.RUNNING, timing=replace(live.record.timing, queue_s=_seconds_between(queued_at, now))
    )
    await live.update(vcs=await revision_of(plan.reading.root))
    context = await _gather_context(live, plan, session)
    await _begin_draft(live, plan)
    request = assemble(plan, context)
    await asyncio.to_thread(refuse_secrets, plan, request)
    provider, live_keys = await _provider(plan, session)
    body = await asyncio.to_thread(provider.request_body, request)
    await live.save(tell=False, request_sha256=None if body is None else sha256(body))
    live.must_record = provider.server_address is None
    raw = await _stream(live, plan, session, provider, request, live_keys)
    answer = await _check(live, plan, raw)
    await _complete(live, answer)
    return FinishedDraft(answer)


async def _gather_context(live: LiveRun, plan: DraftPlan, session: Session) -> Sequence[ContextItem]:
    """The context step. A failure does not fail the run: the record and a warning say that it is ungrounded."""
    reading = plan.reading
    step = Step("context", "context", wave=0, status=StepStatus.RUNNING, started_at=timestamp())
    await live.update(steps=(*live.record.steps, step))
    live.observer.progressed("Reading the workspace")
    root, limits = reading.root, reading.settings.context
    if root is None or not limits.enabled or plan.choice.provider.kind == "outline":
        reason = (
            "the document has no workspace" if root is None
            else "context is switched off" if not limits.enabled
            else "outline reads the brief alone"
        )  # fmt: skip
        await _end_step(live, "context", StepStatus.SKIPPED, skip_reason=reason)
        return ()
    query = ContextQuery(
        root,
        reading.source.path,
        reading.document.text,
        plan.brief,
        limits.budget_tokens,
        limits.include,
        limits.exclude,
    )
    source = session.context_source
    try:
        result = await source.retrieve(query)
    except OrchError as error:
        detail = replace(error.detail, message=session.redactor.redact(error.message))
        await live.update(context=ContextRecord(source=source.name, error=detail))
        live.observer.warned(f"The draft is not grounded on the workspace: {detail.message}")
        await _end_step(live, "context", StepStatus.FAILED)
        return ()
    await live.update(context=_context_record(source.name, result))
    await _end_step(live, "context", StepStatus.COMPLETED)
    return result.items


def _context_record(source: str, result: ContextResult) -> ContextRecord:
    return ContextRecord(
        items=tuple(
            ContextItemRef(
                item.path, item.lines, item.sha256, len(item.text.encode("utf-8", "surrogatepass")), item.score,
                item.source, item.redactions,
            )
            for item in result.items
        ),
        left_out=tuple(LeftOut(exclusion.path, exclusion.reason) for exclusion in result.left_out),
        source=source,
    )  # fmt: skip


async def _begin_draft(live: LiveRun, plan: DraftPlan) -> None:
    """The draft step, open from now on: a request that cannot be made is its failure."""
    step = Step(
        "draft", "draft", wave=1, status=StepStatus.RUNNING, started_at=timestamp(), provider=plan.choice.provider.name,
        model=live.record.model.requested,
    )  # fmt: skip
    await live.update(steps=(*live.record.steps, step))


async def _provider(plan: DraftPlan, session: Session) -> tuple[Provider, tuple[str, ...]]:
    """The provider, with its key found.

    Raises:
        SettingsError: There is no key, or it cannot be one.
    """
    provider = plan.choice.provider
    key = await session.api_key(provider)
    if key is None and provider.requires_key:
        variables = [provider.api_key_env] if provider.api_key_env else list(provider.key_variables)
        named = " or ".join(f"`{variable}`" for variable in variables if variable)
        raise SettingsError(
            ErrorCode.MISSING_AUTH,
            f"There is no API key for {provider.name}.",
            remediation=f"Set the environment variable {named}, then restart the editor." if named else None,
        )
    return session.provider(provider, key), (key,) if key else ()


async def _stream(
    live: LiveRun,
    plan: DraftPlan,
    session: Session,
    provider: Provider,
    request: GenerationRequest,
    live_keys: tuple[str, ...],
) -> str:
    """Ask the provider and take in what comes, attempts and usage with it."""
    tracker = SectionTracker(plan.reading.profile)
    keys = LiveKeyFilter(live_keys, session.redactor.redact_known)
    attempts = AttemptLog(session.redactor)
    writer = asyncio.create_task(live.keep_checkpoints(), name=f"checkpoints of {live.record.run_id}")
    stream = cast("AsyncGenerator[object, None]", provider.stream(request))
    try:
        async with contextlib.aclosing(stream):
            async for event in stream:
                match event:
                    case TextDelta(text):
                        _receive(live, tracker, keys.feed(text))
                    case AttemptStarted():
                        attempts.started(event)
                        await live.update(steps=attempts.on(live.record.steps))
                        live.observer.progressed(_asking(plan, event))
                    case AttemptEnded():
                        attempts.ended(event)
                        await live.update(steps=attempts.on(live.record.steps))
                    case Waiting(wait_s, error):
                        live.observer.progressed(f"{error.message} Trying again in {wait_s:.0f} s")
                        await live.save(tell=False)
                    case UsageReported(usage):
                        attempts.used(usage)
                    case ModelResolved(model):
                        await live.update(model=ModelRef(live.record.model.requested, model))
                    case Finished(reason, raw_reasons):
                        await live.update(finish_reason=reason, finish_reasons=raw_reasons)
                    case ReasoningDelta() if not live.characters:
                        live.observer.progressed(f"{plan.choice.model or provider.id} is thinking")
                    case _:
                        pass
        if live.record.finish_reason is not FinishReason.STOP:
            raise ProviderError(ErrorCode.INCOMPLETE_OUTPUT, "The provider's answer had no end.")
    except asyncio.CancelledError:
        attempts.cancelled()
        raise
    finally:
        _receive(live, tracker, keys.flush())
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        await to_the_end(live.checkpoint())
        await live.update(steps=attempts.on(live.record.steps), **await _totals(live, plan, attempts.total))
    raw = live.text
    await _end_step(
        live, "draft", StepStatus.COMPLETED, usage=attempts.total, finish_reason=live.record.finish_reason,
        output_sha256=sha256(raw),
    )  # fmt: skip
    return raw


def _asking(plan: DraftPlan, attempt: AttemptStarted) -> str:
    model = attempt.model or plan.choice.provider.name
    return f"Asking {model}" if attempt.number == 1 else f"Asking {model}, attempt {attempt.number}"


async def _totals(live: LiveRun, plan: DraftPlan, usage: Usage | None) -> dict[str, object]:
    """Usage and cost as they stand at the end of the stream, whether it went well or not."""
    if usage is None:
        return {}
    model = live.record.model.resolved or live.record.model.requested
    return {"usage": usage, "cost": await cost_of(usage, model, plan.choice.provider)}


def _receive(live: LiveRun, tracker: SectionTracker, text: str) -> None:
    if not text:
        return
    record = live.record
    offset = live.characters
    if offset == 0 and record.timing.first_chunk_s is None:
        began = next(change.at for change in record.status_timeline if change.status is RunStatus.RUNNING)
        waited = _seconds_between(began, timestamp())
        live.record = replace(record, timing=replace(record.timing, first_chunk_s=waited))
    tracker.feed(text)
    live.receive(text)
    live.observer.text_received(DraftDelta(record.run_id, "draft", tracker.current, offset, text))
    tokens = (live.characters + 3) // 4
    live.observer.progressed(f"Writing {tracker.title or 'the draft'} (about {tokens} tokens so far)")


async def _check(live: LiveRun, plan: DraftPlan, raw: str) -> Answer:
    """The check step.

    Raises:
        ProviderError: The answer holds no section of the profile; its text is kept.
    """
    step = Step("check", "check", wave=2, status=StepStatus.RUNNING, started_at=timestamp())
    await live.update(steps=(*live.record.steps, step))
    live.observer.progressed("Checking the draft")
    wanted = [target.key for target in plan.targets]
    answer = await asyncio.to_thread(read_answer, raw, plan.reading.profile, wanted)
    if not answer.sections:
        raise ProviderError(
            ErrorCode.UNUSABLE_DRAFT, "The answer is complete but holds none of the sections that were asked for."
        )
    await _end_step(live, "check", StepStatus.COMPLETED, output_sha256=sha256(answer.text))
    return answer


async def _complete(live: LiveRun, answer: Answer) -> None:
    draft = Draft(
        sha256=sha256(answer.text),
        bytes=len(answer.text.encode("utf-8", "surrogatepass")),
        state=DraftState.READY,
        partial=False,
        sections=tuple(
            DraftSection(section.key, sha256(normalised(section.body)), DraftState.READY) for section in answer.sections
        ),
    )
    await live.transition(RunStatus.COMPLETED, texts=(answer.text, live.text), draft=draft)


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


async def _end_step(live: LiveRun, step_id: str, status: StepStatus, **changes: object) -> None:
    steps = tuple(
        replace(step, status=status, ended_at=timestamp(), **changes) if step.id == step_id else step  # pyright: ignore[reportArgumentType] -- field values by name
        for step in live.record.steps
    )
    await live.update(steps=steps)


def _seconds_between(earlier: str, later: str) -> float:
    return max(0.0, (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())
