"""Answers of an earlier run that need not be paid for again, by the hash of the request that they answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode
from orch_lsp.generation import FinishReason
from orch_lsp.orchestration.planning.plan import Reusable
from orch_lsp.orchestration.running.retryable import ENDED_OTHERWISE
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import sha256
from orch_lsp.workflows.model import ANSWERED_ONCE

if TYPE_CHECKING:
    from orch_lsp.orchestration.specs.reading import Reading
    from orch_lsp.runs.record import RunRecord, Step
    from orch_lsp.runs.store import RunStore


async def unfinished_on(store: RunStore, reading: Reading) -> RunRecord | None:
    """The newest run on a document, if it came to no end of its own, was given this very text and was answered.

    Raises:
        StoreError: The runs cannot be read.
    """
    newest = next(iter(await store.list(limit=1, spec_path=reading.spec_path)), None)
    if newest is None or newest.spec.sha256_before != sha256(reading.document.text) or newest.rewrite is not None:
        return None
    return newest if any(_whole_answers(newest)) else None


async def reusable_of(store: RunStore, earlier: RunRecord) -> dict[str, Reusable]:
    """The whole answers of a run that came to no end of its own.

    None of a run that completed: whoever runs it again wants other words. None of one whose answer was unusable either.

    Args:
        store: The store that holds the run.
        earlier: The run that is tried again.

    Raises:
        StoreError: The texts cannot be read.
    """
    found: dict[str, Reusable] = {}
    for request, output, step in _whole_answers(earlier):
        text = await store.text(output)
        if text is not None:
            found[request] = Reusable(step.reused_from or earlier.run_id, text)
    return found


def _whole_answers(earlier: RunRecord) -> Iterator[tuple[str, str, Step]]:
    """The steps whose answers may be used again, each behind the hashes of its request and of its text."""
    unusable = earlier.error is not None and earlier.error.code == ErrorCode.UNUSABLE_DRAFT
    if earlier.status not in ENDED_OTHERWISE or unusable:
        return
    for step in earlier.steps:
        whole = step.status is StepStatus.COMPLETED and step.finish_reason is FinishReason.STOP
        if step.name in ANSWERED_ONCE and whole and step.request_sha256 is not None and step.output_sha256 is not None:
            yield step.request_sha256, step.output_sha256, step
