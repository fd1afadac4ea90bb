"""The draft step: one call writes all that is open."""

from __future__ import annotations

from orch_lsp.context.item import ContextResult
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.providers.access import ProviderAccess

NAME = "draft"


async def write_all(scope: StepScope, plan: DraftPlan, context: ContextResult, providers: ProviderAccess) -> str:
    """The raw answer.

    Raises:
        OrchError: Nobody gave one; with text on the step, if it broke off.
    """
    return await ask(scope, plan.for_step(NAME), context, providers)
