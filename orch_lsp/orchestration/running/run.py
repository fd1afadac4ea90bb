"""One run, from its first transition to its last, readable top to bottom.

The brief is read and files are chosen -> draft, or a plan and the sections side by side -> check -> repair, as the
workflow orders them -> draft stored, run completed. What happens to the draft afterwards is the client's affair
(`applying`). A workflow that writes nothing ends with its findings and questions. A run always ends in a saved terminal
record.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult, ContextSource
from orch_lsp.errors import ErrorCode, ErrorDetail, OrchError, RunError, detail_of
from orch_lsp.orchestration.asking.draft_material import questions_before
from orch_lsp.orchestration.asking.findings import WORKFLOW_SHORTENED, Judged, draft_sections, unread
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.asking.shielding import to_the_end
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.window import context_budget, window_of
from orch_lsp.orchestration.running.graph import StepSpec, run_in_waves
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.vcs import revision_of
from orch_lsp.orchestration.running.workflow import planned_steps, section_step
from orch_lsp.orchestration.steps import (
    check,
    clarify,
    context,
    critic,
    draft,
    facts,
    locate,
    outline,
    read,
    repair,
    section,
)
from orch_lsp.plugins import PluginError
from orch_lsp.redaction import Redactor
from orch_lsp.runs.interruption import partial_draft
from orch_lsp.runs.record import Draft, Finding, seconds_between, timestamp
from orch_lsp.runs.status import LIVE, DraftState, RunStatus, StepStatus
from orch_lsp.text import counted, sha256
from orch_lsp.workflows.model import ANSWERED_ONCE, ASKING

if TYPE_CHECKING:
    from orch_lsp.document.answer.reading import Answer
    from orch_lsp.orchestration.requests.resources import RunResources

logger = logging.getLogger(__name__)

_OF_ONE_ANSWER = frozenset({
    ErrorCode.TRUNCATED, ErrorCode.EMPTY_OUTPUT, ErrorCode.INCOMPLETE_OUTPUT, ErrorCode.CONTENT_FILTERED,
    ErrorCode.REFUSED, ErrorCode.TIMEOUT, ErrorCode.NETWORK_ERROR, ErrorCode.INVALID_RESPONSE,
    ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.OVERLOADED, ErrorCode.RATE_LIMITED,
})  # fmt: skip
"""Failures after which another request may still be answered."""

_OF_EVERY_CALL = frozenset({
    ErrorCode.MISSING_AUTH, ErrorCode.INVALID_AUTH, ErrorCode.PERMISSION_DENIED, ErrorCode.REGION_BLOCKED,
    ErrorCode.BILLING, ErrorCode.QUOTA_EXHAUSTED, ErrorCode.BUDGET_EXCEEDED, ErrorCode.SECRET_BLOCKED,
})  # fmt: skip
"""Failures that any other call to the same provider would meet as well."""


@dataclass(frozen=True, slots=True)
class FinishedDraft:
    """A completed run's draft: its canonical text and sections."""

    answer: Answer


async def run_draft(live: LiveRun, plan: DraftPlan, resources: RunResources) -> FinishedDraft | None:
    """Take a queued run to its terminal state.

    Returns:
        The draft, if the run completed and wrote one; None if not. Either way the record says so.

    Raises:
        asyncio.CancelledError: The run was cancelled; it is recorded as such before this is raised.
    """
    try:
        return await _run(live, plan, resources)
    except asyncio.CancelledError:
        error = RunError(
            ErrorCode.CANCELLED, " ".join(filter(None, ("The run was cancelled", live.cancelled_by))) + "."
        )
        if live.record.status in LIVE:
            await to_the_end(_end(live, RunStatus.CANCELLED, error.detail))
        raise
    except OrchError as error:
        await to_the_end(_fail(live, plan, resources, _detail(error, resources.redactor)))
    except Exception as error:
        logger.exception("run %s met a fault", live.record.run_id)
        await to_the_end(_end(live, RunStatus.FAILED, _detail(error, resources.redactor)))
    return None


async def _run(live: LiveRun, plan: DraftPlan, resources: RunResources) -> FinishedDraft | None:
    queue_s = seconds_between(live.record.status_timeline[0].at, timestamp())
    await live.transition(RunStatus.RUNNING, timing=replace(live.record.timing, queue_s=queue_s))
    live.change(vcs=await revision_of(plan.reading.root))
    steps = _DraftSteps(live, plan, resources)
    if plan.shortened:
        live.warned(plan.shortened)
        first = live.scopes[0]
        first.found((Finding(WORKFLOW_SHORTENED, "information", plan.shortened, step=first.entry.id),))
    await run_in_waves(planned_steps(plan.workflow, plan.targets), steps.perform)
    if not plan.writes:
        await live.transition(RunStatus.COMPLETED, texts=live.texts)
        return None
    return await _complete(live, steps.draft.answer)


class _DraftSteps:
    """The steps of a draft, and what one hands on to another."""

    def __init__(self, live: LiveRun, plan: DraftPlan, resources: RunResources) -> None:
        self._live = live
        self._plan = plan
        self._resources = resources
        self._context = ContextResult((), ())
        self._raw = plan.brought or ""
        self._parts: dict[str, str] = {}
        self._judged: Judged | None = None
        self._targets = {section_step(target.key): target for target in plan.targets}
        by_section = plan.workflow.step(section.NAME)
        parallel = by_section.parallel if by_section is not None else 1
        # A batch takes all at once: one after the other each would wait a day.
        self._slots = asyncio.Semaphore(max(parallel, len(plan.targets)) if plan.by_batch else parallel)
        self._hopeless = False
        self._unusable: dict[str, str] = {}
        self._bodies: dict[str, Callable[[StepScope], Awaitable[None]]] = {
            read.NAME: self._read,
            facts.NAME: self._facts,
            **dict.fromkeys(context.NAMES, self._gather),
            locate.NAME: self._locate,
            clarify.NAME: self._clarify,
            outline.NAME: self._outline,
            draft.NAME: self._ask,
            section.NAME: self._ask_for_section,
            check.NAME: self._check,
            critic.NAME: self._criticise,
            repair.NAME: self._repair,
        }

    @property
    def draft(self) -> Judged:
        """The model's answer as the check has read it, or a repair has mended it.

        Raises:
            RunError: It was not checked.
        """
        if self._judged is None:
            raise RunError(ErrorCode.UNEXPECTED_ERROR, "The answer was not checked.")
        return self._judged

    async def perform(self, step: StepSpec) -> None:
        """Run a step; whatever happens, it has ended afterwards and says how.

        One of several sections waits for its turn as `pending`. It is not begun if one beside it met a failure that
        would be its own, too: a key that is refused is not tried seven times.
        """
        async with self._slots if step.name == section.NAME else contextlib.nullcontext():
            if not self._hopeless:
                await self._perform(step)

    async def _perform(self, step: StepSpec) -> None:
        scope = self._live.scope(step.id)
        scope.begin()
        try:
            # Were this process killed now, the record would say in which step.
            await scope.save()
            if step.optional and (refused := self._refused_before(step)) is not None:
                scope.end(StepStatus.SKIPPED, skip_reason=refused)
                return
            await self._bodies[step.name](scope)
        except asyncio.CancelledError:
            scope.end(StepStatus.CANCELLED)
            raise
        except Exception as error:
            detail = _detail(error, self._resources.redactor)
            scope.end(StepStatus.FAILED, error=detail)
            if step.optional:
                if detail.code in _OF_EVERY_CALL and scope.entry.provider is not None:
                    self._unusable[scope.entry.provider] = step.id
                self._live.warned(f"The run goes on without its step `{step.id}`: {detail.message}")
                return
            self._hopeless = not isinstance(error, OrchError) or error.code not in _OF_ONE_ANSWER
            raise
        if scope.entry.status is StepStatus.RUNNING:
            scope.end(StepStatus.COMPLETED)
        if step.name in ANSWERED_ONCE:
            # Durable at once: were this process killed while others write, this answer need not be paid for again.
            await scope.save()

    def _refused_before(self, step: StepSpec) -> str | None:
        """Why a step that can be done without is not tried: its provider refused an earlier one, and would again."""
        if step.name not in ASKING:
            return None
        provider = self._plan.for_step(step.name).choice.provider.name
        earlier = self._unusable.get(provider)
        return None if earlier is None else f"{provider} refused the step `{earlier}`, and would refuse this one"

    async def _read(self, scope: StepScope) -> None:
        await read.read_brief(scope, self._plan)

    async def _facts(self, scope: StepScope) -> None:
        told = await facts.tell_facts(scope, self._plan, self._resources)
        before = (*self._plan.asked_before, *told.contradictions)
        self._plan = replace(self._plan, facts=told.facts, asked_before=before)
        scope.change(questions=await asyncio.to_thread(questions_before, self._plan))

    async def _gather(self, scope: StepScope) -> None:
        source, budget = await self._source()
        self._context = await context.gather_context(scope, self._plan, source, self._resources.redactor, budget)

    async def _locate(self, scope: StepScope) -> None:
        source, budget = await self._source()
        plan, before = self._plan, self._context
        self._context = await locate.choose_files(scope, plan, before, source, self._resources, budget)

    async def _source(self) -> tuple[ContextSource, int]:
        """The source of context, and how many tokens it may give."""
        plan, resources = self._plan, self._resources
        source = await asyncio.to_thread(lambda: resources.context_source)
        return source, context_budget(plan, await window_of(resources.models, plan.choice))

    async def _clarify(self, scope: StepScope) -> None:
        asked = await clarify.ask_questions(scope, self._plan, self._context, self._resources)
        self._plan = replace(self._plan, asked_before=(*self._plan.asked_before, *asked))
        scope.change(questions=await asyncio.to_thread(questions_before, self._plan))

    async def _ask(self, scope: StepScope) -> None:
        self._raw = await draft.write_all(scope, self._plan, self._context, self._resources)

    async def _outline(self, scope: StepScope) -> None:
        planned = await outline.plan_ids(scope, self._plan, self._context, self._resources)
        self._plan = replace(self._plan, outline=planned)

    async def _ask_for_section(self, scope: StepScope) -> None:
        target = self._targets[scope.entry.id]
        self._parts[target.key] = await section.write_section(scope, self._plan, target, self._context, self._resources)

    async def _check(self, scope: StepScope) -> None:
        if not self._plan.writes:
            self._judged = await check.check_document(scope, self._plan, self._sources)
            return
        written = self._raw
        if self._plan.workflow.is_by_section:
            written = [check.part(target.key, self._parts[target.key]) for target in self._plan.targets]
        self._judged = await check.check_answer(scope, self._plan, written, self._sources)

    @property
    def _sources(self) -> tuple[str, ...]:
        """Texts that were sent beside the document."""
        return (self._context.card, *(item.text for item in self._context.items))

    async def _criticise(self, scope: StepScope) -> None:
        found = await critic.criticise(scope, self._plan, self.draft.answer, self._context, self._resources)
        objections = found.findings
        if not found.is_read:
            objections = (*objections, unread(scope.entry.id, "nobody else has looked at it"))
        scope.found(objections)
        self._judged = replace(self.draft, said=(*self.draft.said, *objections))
        if found.thrown_away:
            where = "draft" if self._plan.writes else "document"
            self._live.warned(
                f"{counted(found.thrown_away, 'objection')} of the critic left out: the words that "
                f"{'it quotes' if found.thrown_away == 1 else 'they quote'} do not stand in the {where}"
            )

    async def _repair(self, scope: StepScope) -> None:
        judging = repair.Judging(
            check.read_written,
            lambda answer: check.judge(self._plan, answer, self._sources, scope.entry.id),
        )
        mended = await repair.mend(scope, self._plan, self.draft, self._context, self._resources, judging)
        if mended is not self.draft:
            self._judged = mended
            scope.found(mended.findings)
            scope.change(questions=await asyncio.to_thread(check.questions_of, self._plan, mended.answer))
            # The steps keep what they found; what counts for the run is what is left.
            for name in (check.NAME, critic.NAME):
                if self._plan.workflow.step(name) is not None:
                    self._live.scope(name).change(findings=())


async def _complete(live: LiveRun, answer: Answer) -> FinishedDraft:
    written = Draft(
        sha256=sha256(answer.text),
        bytes=len(answer.text.encode("utf-8", "surrogatepass")),
        state=DraftState.READY,
        partial=False,
        sections=draft_sections(answer),
    )
    await live.transition(RunStatus.COMPLETED, texts=(answer.text, *live.texts), draft=written)
    return FinishedDraft(answer)


def _detail(error: Exception, redactor: Redactor) -> ErrorDetail:
    """An error for the record: ours without keys, that of a package as one, any other as a fault."""
    if isinstance(error, OrchError):
        return replace(error.detail, message=redactor.redact(error.message))
    if isinstance(error, PluginError):
        return RunError(ErrorCode.UNEXPECTED_ERROR, f"A third-party package ended the run: {error}.").detail
    return detail_of(error)


def _of_sections(live: LiveRun, plan: DraftPlan, error: ErrorDetail) -> ErrorDetail:
    """The failure of a run by sections says which of them failed, and what is kept of the others."""
    titles = {section_step(target.key): f"“{target.title}”" for target in plan.targets}
    steps = [scope.entry for scope in live.scopes if scope.entry.name == section.NAME]
    failed = [titles.get(step.id, step.id) for step in steps if step.status is StepStatus.FAILED]
    whole = sum(step.status is StepStatus.COMPLETED for step in steps)
    if not failed or not whole:
        return error
    kept = f"{whole} of {counted(len(steps), 'section')} came whole and {'is' if whole == 1 else 'are'} kept"
    return replace(error, message=f"{', '.join(failed)}: {error.message} {kept}: a retry asks only for the rest.")


async def _fail(live: LiveRun, plan: DraftPlan, resources: RunResources, error: ErrorDetail) -> None:
    provider = plan.reading.settings.providers.get(live.record.provider.id)
    suggested = error
    try:
        if provider is not None:
            suggested = await resources.models.with_nearest(error, provider, live.record.model.requested)
    except Exception:
        # A suggestion is a comfort; the record is a must.
        logger.exception("no model could be suggested")
    for scope in live.scopes:
        if scope.entry.error == error:
            scope.note(error=suggested)
    await _end(live, RunStatus.FAILED, _of_sections(live, plan, suggested))


async def _end(live: LiveRun, status: RunStatus, error: ErrorDetail) -> None:
    """Bring a run that did not complete to its end, keeping the text that had arrived."""
    raw = live.text
    live.stop_if_not_recorded = False
    texts = tuple(dict.fromkeys((raw, *live.texts))) if raw else ()
    await live.transition(status, texts=texts, error=error, draft=partial_draft(raw))
