"""Runs beside each other, with the texts that the store keeps of them; no provider is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from orch_lsp.errors import ErrorCode, OrchError, RunError
from orch_lsp.orchestration.drafts.applying import stored_draft
from orch_lsp.runs.comparison import ComparedRun, Comparison, compare
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore

MOST = 8
"""Runs that are compared at once."""


async def compared(runs: Sequence[tuple[RunStore, RunRecord]]) -> Comparison:
    """Compare runs with the first of them; one without a draft, or whose text is gone, has no sections.

    Raises:
        RunError: `invalid_request`: there are fewer than two runs, or too many.
    """
    if not 1 < len(runs) <= MOST:
        raise RunError(
            ErrorCode.INVALID_REQUEST, f"{len(runs)} run cannot be compared." if len(runs) == 1 else "Name the runs.",
            remediation=f"Name two runs, or up to {MOST}.",
        )  # fmt: skip
    loaded = [ComparedRun(record, await _sections(store, record)) for store, record in runs]
    return await asyncio.to_thread(compare, loaded)


async def _sections(store: RunStore, record: RunRecord) -> dict[str, str]:
    if record.draft is None:
        return {}
    try:
        stored = await stored_draft(store, record)
    except OrchError:
        return {}
    return {section.key: section.body for section in stored.answer.sections}
