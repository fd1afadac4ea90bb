"""The window of a model, as far as it is known, and the room for context in it."""

from __future__ import annotations

from orch_lsp.context.item import estimate_tokens
from orch_lsp.model_lists.lists import ModelLists
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.settings.model import Choice
from orch_lsp.workflows.model import FACTS

FOR_PROMPT = 1_200
"""Tokens of the words around document and context: instructions, task, the list of places."""

_FOR_ANSWER = 4_096
_SHARE_FOR_ANSWER = 4
"""An answer takes at most a quarter of a small window, where the settings do not say."""


async def window_of(models: ModelLists, choice: Choice) -> int | None:
    """Tokens of the window of the chosen model, from the settings or a list that is at hand; None if unknown."""
    if not choice.provider.has_model or choice.model is None:
        return None
    told = choice.provider.options.get("num_ctx", "")
    if told.isdigit():
        return int(told)
    known = await models.known(choice.provider)
    return next((model.context_window for model in known.models if model.id == choice.model), None)


def context_budget(plan: DraftPlan, window: int | None) -> int:
    """Tokens of context for a plan: those of the settings, or what a small window leaves."""
    settings = plan.reading.settings
    budget = settings.context.budget_tokens
    if window is None:
        return budget
    answer = settings.parameters.max_output_tokens or min(_FOR_ANSWER, window // _SHARE_FOR_ANSWER)
    # The document counts for more than its bytes, as its lines have numbers.
    document = estimate_tokens(plan.reading.document.text) * 5 // 4
    if plan.workflow.step(FACTS) is not None:
        # The facts of its brief are its own words once more.
        document *= 2
    return max(0, min(budget, window - answer - document - FOR_PROMPT))
