"""The outline step: a plan of ids that all sections keep to. Without one the sections are written all the same."""

from __future__ import annotations

from orch_lsp.context.item import ContextResult
from orch_lsp.document.answer.wrapping import content_of_fence
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.text import split_lines

NAME = "outline"
MOST_LINES = 80
LONGEST_LINE = 400


async def plan_ids(scope: StepScope, plan: DraftPlan, context: ContextResult, providers: ProviderAccess) -> str:
    """The plan's lines, bounded; empty if the answer holds no list.

    Raises:
        OrchError: Nobody gave an answer.
    """
    scope.progressed("Planning the sections")
    raw = await ask(scope, plan.for_step(NAME), context, providers)
    return outline_in(raw)


def outline_in(raw: str) -> str:
    """The items of the list that an answer holds; words around it are nobody's plan. Pure."""
    text = content_of_fence(raw.strip(), ("markdown", "md", "text", "")) or raw
    lines = [line.rstrip()[:LONGEST_LINE] for line in split_lines(text)]
    items = [line for line in lines if line.lstrip()[:2] in {"- ", "* ", "+ "} or _is_numbered(line.lstrip())]
    return "\n".join(items[:MOST_LINES])


def _is_numbered(line: str) -> bool:
    number, point, _ = line.partition(". ")
    return bool(point) and number.isdigit()
