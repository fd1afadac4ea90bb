"""The context step: what of the workspace is put before the model, on the record with what was left out."""

from __future__ import annotations

from orch_lsp.context.item import ContextResult, ContextSource
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.context_record import context_record
from orch_lsp.orchestration.requests.gathering import retrieve
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import ContextRecord
from orch_lsp.runs.status import StepStatus

NAMES = ("context", "candidates")
"""Both mean this step."""


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
