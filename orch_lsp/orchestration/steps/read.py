"""The read step: a brief as the machine reads it, before anybody is asked: its facts, what is open, what differs."""

from __future__ import annotations

import asyncio

from orch_lsp.orchestration.asking.draft_material import questions_before
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.planning.plan import DraftPlan

NAME = "read"


async def read_brief(scope: StepScope, plan: DraftPlan) -> None:
    """Put the questions that a brief leaves on the record: they are there also if nothing is answered later."""
    scope.progressed("Reading the brief")
    scope.change(questions=await asyncio.to_thread(questions_before, plan))
