"""Interruption: the end of a run whose owner is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, ErrorDetail, RunError
from orch_lsp.late import late
from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.status import DraftState, RunStatus, StepStatus
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.runs import record as records
    from orch_lsp.runs.record import Attempt, Draft, RunRecord, Step
else:
    records = late("orch_lsp.runs.record")


_BESIDE_THE_DRAFT = frozenset({"facts", "locate", "clarify", "outline", "critic", "repair"})
"""Steps whose text is about the brief, a plan of the draft, words about it, or other words for parts of it."""


def interrupted(record: RunRecord, texts: Mapping[str, str], at: str | None = None) -> RunRecord:
    """End a live run as interrupted; the text that had arrived becomes a partial draft that waits.

    The steps that were at work are interrupted, and those that had not begun are skipped.

    Args:
        record: The run as it was last saved.
        texts: What each step had streamed, by its id, as far as it was checkpointed.
        at: Time at which the owner was found gone; now if left out.
    """
    ended = transition(record, RunStatus.INTERRUPTED, at)
    owner = f"process {record.owner.pid} on {record.owner.host}"
    message = f"The process that ran this ({owner}) was gone before the run ended."
    error = RunError(ErrorCode.INTERRUPTED, message).detail
    steps = tuple(_ended(step, texts.get(step.id, ""), error) for step in ended.steps)
    draft = record.draft or partial_draft(text_of_steps(texts))
    return replace(ended, error=ended.error or error, steps=steps, draft=draft)


def with_late_text(record: RunRecord, text: str) -> RunRecord:
    """Let an owner that came back late add what it still held; its status stays.

    Returns:
        The run with the fuller text as its partial draft; `record` itself if it is not interrupted, if its draft was
        dealt with, or if it already has as much.
    """
    draft = partial_draft(text)
    kept = record.draft
    if record.status is not RunStatus.INTERRUPTED or draft is None:
        return record
    if kept is not None and (not kept.partial or kept.state is not DraftState.READY or kept.bytes >= draft.bytes):
        return record
    return replace(record, draft=draft)


def partial_draft(text: str) -> Draft | None:
    """The draft that an unfinished answer is; None if nothing had arrived."""
    if not text:
        return None
    return records.Draft(sha256(text), len(text.encode("utf-8", "surrogatepass")), DraftState.READY, partial=True)


def text_of_steps(texts: Mapping[str, str]) -> str:
    """The draft so far of a run: its steps' texts one after the other, a blank line between them.

    Args:
        texts: By the id of the step. Those of steps that write no part of the draft are left out.
    """
    said = [text for step, text in texts.items() if text and step not in _BESIDE_THE_DRAFT]
    return "".join([*(f"{text.rstrip()}\n\n" for text in said[:-1]), *said[-1:]])


def unfinished_text(record: RunRecord, texts: Iterable[str]) -> str:
    """The raw text of a run among its texts, else its draft; empty if neither is there."""
    known = {sha256(text): text for text in texts}
    if record.draft is not None and record.draft.partial and record.draft.sha256 in known:
        return known[record.draft.sha256]
    wanted = [*(step.output_sha256 for step in record.steps), record.draft.sha256 if record.draft else None]
    return next((known[digest] for digest in wanted if digest in known), "")


def _ended(step: Step, text: str, error: ErrorDetail) -> Step:
    return replace(
        step,
        error=error if step.status is StepStatus.INTERRUPTED else step.error,
        output_sha256=step.output_sha256 or (sha256(text) if text else None),
        attempts=tuple(_cut(attempt, error) for attempt in step.attempts),
    )


def _cut(attempt: Attempt, error: ErrorDetail) -> Attempt:
    # When the exchange broke off is not known, so its end stays open.
    return attempt if attempt.status else replace(attempt, status="error", error=error)
