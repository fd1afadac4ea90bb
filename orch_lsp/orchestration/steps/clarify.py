"""The clarify step: a model names the questions that only the client can answer. No run waits for an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orch_lsp.context.item import ContextResult
from orch_lsp.document.brief import without_template_note
from orch_lsp.late import late
from orch_lsp.orchestration.asking.ask import ask
from orch_lsp.orchestration.asking.findings import unread
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.text import split_lines

if TYPE_CHECKING:
    from orch_lsp.document.answer import listed
    from orch_lsp.draft_checks import told
    from orch_lsp.draft_checks.questions import Question
    from orch_lsp.draft_checks.told import ToldQuestions
else:
    listed = late("orch_lsp.document.answer.listed")
    told = late("orch_lsp.draft_checks.told")

NAME = "clarify"


async def ask_questions(
    scope: StepScope, plan: DraftPlan, context: ContextResult, providers: ProviderAccess
) -> tuple[Question, ...]:
    """The model's questions; none if its answer could not be read: those that the machine finds are there anyway.

    Raises:
        OrchError: Nobody gave an answer.
    """
    scope.progressed("Asking what is open")
    raw = await ask(scope, plan.for_step(NAME, ()), context, providers)
    found = await asyncio.to_thread(_read, raw, plan)
    if not found.is_read:
        scope.found((unread(scope.entry.id, "the questions are those that the machine finds in the brief"),))
    return found.questions


def _read(raw: str, plan: DraftPlan) -> ToldQuestions:
    lines = split_lines(without_template_note(plan.reading.document.text))
    document = "\n".join(line.rstrip() for line in lines)
    return told.read_questions(listed.items_in(raw), document, plan.brief)
