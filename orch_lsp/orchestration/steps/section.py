"""The section step: one section is asked for by its text alone, beside the others."""

from __future__ import annotations

from dataclasses import replace

from orch_lsp.context.item import ContextResult
from orch_lsp.document.brief import Target
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.providers.access import ProviderAccess

NAME = "section"


async def write_section(
    scope: StepScope, plan: DraftPlan, target: Target, context: ContextResult, providers: ProviderAccess
) -> str:
    """The raw answer below the section's heading.

    Raises:
        OrchError: Nobody gave one; with text on the step, if it broke off.
    """
    asked = replace(plan.for_step(NAME, (target,)), heading=f"## {target.title}")
    return await ask(scope, asked, context, providers)
