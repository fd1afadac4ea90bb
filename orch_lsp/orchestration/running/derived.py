"""The values of a run's record that are derived from its steps; here and nowhere else. Pure.

Usage and cost are sums; provider, model, request and end are the word of the last step that asked a provider, context
that of the last step that chose one. The status is derived in `runs/lifecycle`, with the transitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

from orch_lsp.generation import Usage
from orch_lsp.orchestration.asking.scope import StepState
from orch_lsp.orchestration.requests.cost import cost_sum
from orch_lsp.runs.record import Cost, RunRecord, Step, Timing, seconds_between
from orch_lsp.runs.status import RunStatus


def with_steps(record: RunRecord, states: Sequence[StepState]) -> RunRecord:
    """The record with its steps in these states, and with all that follows from them.

    Args:
        record: The run as it was.
        states: Its steps, in their order on the record.
    """
    entries = tuple(state.entry for state in states)
    contexts = [state.context for state in states if state.context is not None]
    changed = replace(
        record,
        steps=entries,
        context=contexts[-1] if contexts else record.context,
        usage=_usage_of(entries),
        cost=_cost_of(entries),
        findings=tuple(finding for state in states for finding in state.findings),
        questions=next((state.questions for state in reversed(states) if state.questions is not None), ()),
        timing=_timing_of(record, entries),
    )
    asked = [state for state in states if state.provider is not None]
    if not asked:
        return changed
    last = asked[-1]
    return replace(
        changed,
        provider=last.provider or record.provider,
        model=last.model or record.model,
        request=last.request or record.request,
        request_sha256=last.entry.request_sha256,
        finish_reason=last.entry.finish_reason,
        finish_reasons=last.entry.finish_reasons,
    )


def _usage_of(steps: Iterable[Step]) -> Usage | None:
    """The sum; a count that no step told is None."""
    known = [step.usage for step in steps if step.usage is not None]
    return reduce(add, known) if known else None


def _cost_of(steps: Iterable[Step]) -> Cost | None:
    """The sum over the steps that used something; unknown if that of one is."""
    costs = [step.cost for step in steps if step.usage is not None]
    return reduce(cost_sum, costs) if costs else None


def _timing_of(record: RunRecord, steps: Iterable[Step]) -> Timing:
    """The run's times, with that of the first text of any step."""
    began = next((change.at for change in record.status_timeline if change.status is RunStatus.RUNNING), None)
    if began is None:
        return record.timing
    first = [
        seconds_between(began, step.started_at) + step.first_chunk_s
        for step in steps
        if step.started_at is not None and step.first_chunk_s is not None
    ]
    return replace(record.timing, first_chunk_s=round(min(first), 3) if first else None)
