"""The context step: what of the workspace is put before the model, on the record with what was left out."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from orch_lsp.context.item import ContextQuery, ContextResult, ContextSource
from orch_lsp.errors import ContextError, ErrorCode, ErrorDetail, OrchError
from orch_lsp.orchestration.context_record import context_record
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.scope import StepScope
from orch_lsp.plugins import PluginError, contained
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import ContextRecord
from orch_lsp.runs.status import StepStatus

logger = logging.getLogger(__name__)

NAME = "context"
NOTHING = ContextResult((), ())


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Result of a source for a plan; `reason` says why it was not asked, `error` what went wrong."""

    result: ContextResult = NOTHING
    reason: str = ""
    error: ErrorDetail | None = None


async def gather_context(
    scope: StepScope, plan: DraftPlan, source: ContextSource, redactor: Redactor, budget: int
) -> ContextResult:
    """Let the source choose. A failure does not fail the run: the record and a warning say that it is ungrounded."""
    scope.progressed("Reading the workspace")
    found = await retrieve(plan, source, redactor, budget)
    if found.reason:
        scope.end(StepStatus.SKIPPED, skip_reason=found.reason)
    elif found.error is not None:
        scope.change(context=ContextRecord(source=source.name, error=found.error))
        scope.warned(f"The draft is not grounded on the workspace: {found.error.message}")
        scope.end(StepStatus.FAILED, error=found.error)
    else:
        scope.change(context=context_record(found.result))
        for warning in found.result.warnings:
            scope.warned(redactor.redact(warning))
    return found.result


async def retrieve(
    plan: DraftPlan, source: ContextSource, redactor: Redactor, budget: int, *, asks_servers: bool = True
) -> Retrieved:
    """Ask the source for what belongs to a plan, within a budget of tokens. Never raises, whatever the source does."""
    reading, limits = plan.reading, plan.reading.settings.context
    reason = _skip_reason(plan)
    if reading.root is None or reason:
        return Retrieved(reason=reason)
    query = ContextQuery(
        reading.root,
        reading.source.path,
        reading.document.text,
        plan.brief,
        budget,
        limits.include,
        limits.exclude,
        _folders(plan),
        reading.settings.mcp,
        asks_servers=asks_servers,
        pinned=limits.pin,
    )
    try:
        with contained():
            result = await source.retrieve(query)
            return Retrieved(replace(result, source=result.source or source.name))
    except Exception as error:
        if not isinstance(error, OrchError):
            # A source may come from another package; whatever it does, the draft is only ungrounded.
            logger.exception("the context source %s met a fault", source.name)
        return Retrieved(error=_detail(error, redactor))


def _folders(plan: DraftPlan) -> tuple[str, ...]:
    """The folders of the documents from which one of a format is made: of its own spec, and of what it changes."""
    known = plan.reading.recognition
    if known is None or plan.reading.profile.drafting is None or known.certainty != "path":
        return ()
    places = [known.places[name] for name in ("change", "base", "deltas") if name in known.places]
    return tuple(filter(None, (known.scope, *places)))


def _detail(error: Exception, redactor: Redactor) -> ErrorDetail:
    if isinstance(error, OrchError):
        return replace(error.detail, message=redactor.redact(error.message))
    reason = str(error) if isinstance(error, PluginError) else type(error).__name__
    message = f"The workspace could not be read ({reason})."
    return ContextError(ErrorCode.UNEXPECTED_ERROR, message).detail


def _skip_reason(plan: DraftPlan) -> str:
    if plan.reading.root is None:
        return "the document has no workspace"
    if not plan.reading.settings.context.enabled:
        return "context is switched off"
    provider = plan.choice.provider
    return "" if provider.has_model else f"{provider.kind} reads the brief alone"
