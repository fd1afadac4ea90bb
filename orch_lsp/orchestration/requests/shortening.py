"""The one call in place of many: for a model with a small window, and where a budget has no room for all the calls.

A workflow by sections asks once for a plan and once for each section, each time with the brief and the excerpts. That
is decided before the run is on record, so that its steps are the ones that it takes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

from orch_lsp.errors import ErrorCode, SettingsError, StoreError
from orch_lsp.generation import Usage
from orch_lsp.model_lists.token_table import family_of, tokens_of
from orch_lsp.orchestration.planning.plan import DraftPlan, in_one_call
from orch_lsp.orchestration.requests.budget import UNLIMITED_OUTPUT, Spending, Spent, require, spent_today
from orch_lsp.orchestration.requests.cost import cost_of
from orch_lsp.orchestration.requests.resources import ProcessResources
from orch_lsp.orchestration.requests.window import FOR_PROMPT, context_budget, window_of
from orch_lsp.runs.record import Reserved, timestamp
from orch_lsp.runs.store import RunStore
from orch_lsp.runs.usage import total
from orch_lsp.settings.endpoint import is_loopback
from orch_lsp.workflows.model import ANSWERED_ONCE, SECTION

SMALL_WINDOW = 16_384
"""Tokens of a window below which a model is small: the brief, excerpts and a plan leave each section little room."""
_NEWEST = 100
"""Of how many runs of a day the reservations are looked at."""


async def shortened(plan: DraftPlan, resources: ProcessResources, store: RunStore) -> DraftPlan:
    """The plan, or the same in one call if that is all that its provider or its budget has room for.

    Raises:
        SettingsError: The step that then writes cannot be asked for.
    """
    if not plan.workflow.is_by_section or plan.brought is not None:
        return plan
    why = await _small_window(plan, resources) or await _small_budget(plan, resources, store)
    return plan if why is None else await asyncio.to_thread(in_one_call, plan, why)


async def _small_window(plan: DraftPlan, resources: ProcessResources) -> str | None:
    choice = plan.for_step(SECTION).choice
    window = await window_of(resources.models, choice)
    if window is None or window >= SMALL_WINDOW:
        return None
    return f"the window of {choice.model} has {window:,} tokens"


async def _small_budget(plan: DraftPlan, resources: ProcessResources, store: RunStore) -> str | None:
    limits = plan.reading.settings.budget
    if not limits.is_set:
        return None
    try:
        spending = await _spending(store)
    except StoreError:
        # Each call is refused or let pass by itself later.
        return None
    calls = sum(
        len(plan.targets) if step.id == SECTION else 1 for step in plan.workflow.steps if step.id in ANSWERED_ONCE
    )
    one = await _largest_call(plan, resources)
    if one.usd is None and (limits.run_usd is not None or limits.day_usd is not None):
        # A model without a price is refused for that, in however many calls.
        one = replace(one, usd="0")
    if _fits(plan, spending, one, calls):
        return None
    return f"its {calls} calls could take {one.tokens * calls:,} tokens, more than the budget has left"


async def _spending(store: RunStore) -> Spending:
    today = timestamp()[:10]
    of_day = (await store.usage(("day",), today))["day"]
    newest = [one for one in await store.list(_NEWEST) if one.timing.started_at >= today]
    return Spending(Spent(), spent_today(total(of_day), newest, "", ""))


async def _largest_call(plan: DraftPlan, resources: ProcessResources) -> Reserved:
    """The most that one of the calls can take, before anything was chosen for it."""
    choice, settings = plan.for_step(SECTION).choice, plan.reading.settings
    family = family_of(choice.model)
    document = await asyncio.to_thread(tokens_of, plan.reading.document.text, family)
    reads = plan.reading.root is not None and settings.context.enabled
    context = context_budget(plan, await window_of(resources.models, choice)) if reads else 0
    most_in = round((document * 5 // 4 + context + FOR_PROMPT) * (1 + family.plus_minus))
    most_out = settings.parameters.max_output_tokens or UNLIMITED_OUTPUT
    cost = await cost_of(Usage(most_in, most_out), choice.model, choice.provider)
    return Reserved(most_in + most_out, None if cost is None else cost.amount)


def _fits(plan: DraftPlan, spending: Spending, one: Reserved, calls: int) -> bool:
    choice = plan.for_step(SECTION).choice
    base_url = choice.provider.base_url
    usd = None if one.usd is None else str(Decimal(one.usd) * calls)
    is_free = base_url is not None and is_loopback(base_url)
    try:
        require(
            plan.reading.settings.budget, spending, Reserved(one.tokens * calls, usd), choice.model, is_free=is_free
        )
    except SettingsError as error:
        if error.code != ErrorCode.BUDGET_EXCEEDED:
            raise
        return False
    return True
