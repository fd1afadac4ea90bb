"""The facts step: a model reads the brief into facts. Each counts only if its quote stands there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult
from orch_lsp.late import late
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.findings import FACT_MISQUOTED, unread
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.runs.record import Finding
from orch_lsp.text import counted

if TYPE_CHECKING:
    from orch_lsp.document.answer import listed
    from orch_lsp.draft_checks import told
    from orch_lsp.draft_checks.told import ToldFacts
else:
    listed = late("orch_lsp.document.answer.listed")
    told = late("orch_lsp.draft_checks.told")

NAME = "facts"
_LONGEST_TEXT = 1_000


async def tell_facts(scope: StepScope, plan: DraftPlan, providers: ProviderAccess) -> ToldFacts:
    """The facts of the brief, those of the machine where the model told none.

    Raises:
        OrchError: Nobody gave an answer.
    """
    scope.progressed("Asking for the facts of the brief")
    raw = await ask(scope, plan.for_step(NAME, ()), ContextResult((), ()), providers)
    found = await asyncio.to_thread(_read, raw, plan.brief)
    scope.found(tuple(_findings(found, scope.entry.id)))
    return found


def _read(raw: str, brief: str) -> ToldFacts:
    return told.read_facts(listed.items_in(raw), brief)


def _findings(found: ToldFacts, step: str) -> list[Finding]:
    if not found.is_read:
        return [unread(step, "the facts are those that the machine finds in the brief")]
    if not found.misquoted:
        return []
    message = (
        f"{counted(len(found.misquoted), 'fact')} of the step `{step}` quote what the brief does not say, and do not "
        "count"
    )
    return [Finding(FACT_MISQUOTED, "information", message, None, "\n".join(found.misquoted)[:_LONGEST_TEXT], step)]
