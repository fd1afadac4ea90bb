"""The last review of a document: what it said of words that are quoted, as its record has it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orch_lsp.document.parse import parse
from orch_lsp.late import late
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.rules.rule import Objection
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.workflows.model import CHECK, CRITIC

if TYPE_CHECKING:
    from orch_lsp.language import across
    from orch_lsp.rules import check, objections
else:
    across = late("orch_lsp.language.across")
    check = late("orch_lsp.rules.check")
    objections = late("orch_lsp.rules.objections")

_LOOKING = frozenset((CHECK, CRITIC))


async def objections_of(store: RunStore, reading: Reading) -> tuple[Objection, ...]:
    """Its findings, each with the text of the section that it is about; none of a rule, which says them by itself."""
    runs = await store.completed_without_draft(reading.spec_path)
    last = next((run for run in runs if any(step.name in _LOOKING for step in run.steps)), None)
    text = None if last is None else await store.text(last.spec.sha256_before)
    return () if last is None or text is None else await asyncio.to_thread(_objections, last, text, reading)


def _objections(run: RunRecord, text: str, reading: Reading) -> tuple[Objection, ...]:
    remarks = [
        objections.Remark(
            # Whatever a model says, nothing breaks by it.
            f"The last review: {one.message}", "warning" if one.severity in {"error", "warning"} else "information",
            one.text, one.key,
        )
        for one in run.findings
        if one.text and one.rule not in check.RULES and one.rule not in across.ACROSS
    ]  # fmt: skip
    return tuple(objections.objections_to(parse(text, reading.profile), remarks)) if remarks else ()
