"""What a run says of itself follows from its steps, however many there are."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.generation import FinishReason, Usage
from orch_lsp.orchestration.asking.scope import StepState
from orch_lsp.orchestration.running.derived import with_steps
from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.record import (
    ContextRecord,
    Cost,
    Finding,
    ModelRef,
    ProviderRef,
    RequestParameters,
    RunRecord,
    Step,
)
from orch_lsp.runs.status import RunStatus, StepStatus
from tests.fakes.records import queued


def running() -> RunRecord:
    record = transition(queued(), RunStatus.RUNNING)
    began = replace(record.status_timeline[-1], at="2026-01-01T00:00:10.000Z")
    return replace(record, status_timeline=(record.status_timeline[0], began))


def asked(
    step_id: str, *, provider: str = "work", usage: Usage | None = None, cost: str | None = None, **entry
) -> StepState:
    return StepState(
        Step(
            step_id, "section", 1, StepStatus.COMPLETED, usage=usage,
            cost=Cost(cost, "USD", "genai-prices") if cost else None, **entry,
        ),
        ProviderRef(provider, "openai-compatible", f"{provider}.invalid"),
        ModelRef("asked", f"{provider}-answered"),
        RequestParameters(max_output_tokens=len(step_id)),
    )  # fmt: skip


def test_usage_and_cost_are_sums_over_the_steps() -> None:
    record = with_steps(running(), [
        asked("a", usage=Usage(10, 1), cost="0.10"),
        StepState(Step("check", "check", 2, StepStatus.PENDING)),
        asked("b", usage=Usage(20, None, 5), cost="0.25"),
    ])  # fmt: skip
    assert record.usage == Usage(30, 1, 5)
    assert record.cost == Cost("0.35", "USD", "genai-prices")


def test_a_cost_that_one_step_does_not_know_is_not_known_of_the_run() -> None:
    states = [asked("a", usage=Usage(10, 1), cost="0.10"), asked("b", usage=Usage(20, 2))]
    assert with_steps(running(), states).cost is None
    assert with_steps(running(), [states[0], asked("b")]).cost == Cost("0.10", "USD", "genai-prices")
    assert with_steps(running(), [asked("a")]).usage is None


def test_provider_request_and_end_are_the_last_word_of_those_who_asked() -> None:
    ended = {"finish_reason": FinishReason.STOP, "finish_reasons": ("stop",), "request_sha256": "ab"}
    record = with_steps(running(), [
        asked("a", finish_reason=FinishReason.LENGTH, finish_reasons=("length",)),
        asked("bb", provider="spare", **ended),
        StepState(Step("check", "check", 2, StepStatus.COMPLETED)),
    ])  # fmt: skip
    assert record.provider.id == "spare"
    assert record.model == ModelRef("asked", "spare-answered")
    assert record.request.max_output_tokens == 2
    assert (record.finish_reason, record.finish_reasons) == (FinishReason.STOP, ("stop",))
    assert record.request_sha256 == "ab"


def test_a_run_of_which_no_step_has_asked_keeps_what_was_planned() -> None:
    before = running()
    after = with_steps(before, [StepState(Step("a", "draft", 0, StepStatus.RUNNING, provider="work"))])
    assert (after.provider, after.model, after.request) == (before.provider, before.model, before.request)
    assert after.context == ContextRecord()


def test_findings_come_in_the_order_of_the_steps_and_context_from_the_one_that_chose_it() -> None:
    finding = Finding("text_left_out", "warning", "Left out.")
    chosen = ContextRecord(source="filesystem")
    record = with_steps(running(), [
        StepState(Step("context", "context", 0, StepStatus.COMPLETED), context=chosen),
        StepState(Step("a", "check", 1, StepStatus.COMPLETED), findings=(replace(finding, step="a"),)),
        StepState(Step("b", "check", 1, StepStatus.COMPLETED), findings=(replace(finding, step="b"),)),
    ])  # fmt: skip
    assert [found.step for found in record.findings] == ["a", "b"]
    assert record.context == chosen


def test_the_first_text_of_any_step_is_the_runs_first() -> None:
    record = with_steps(running(), [
        asked("slow", started_at="2026-01-01T00:00:11.000Z", first_chunk_s=9.5),
        asked("quick", started_at="2026-01-01T00:00:12.100Z", first_chunk_s=0.2),
        asked("silent", started_at="2026-01-01T00:00:10.000Z"),
    ])  # fmt: skip
    assert record.timing.first_chunk_s == 2.3


@given(st.lists(st.tuples(st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6)), max_size=6))
def test_the_sum_does_not_depend_on_how_the_work_was_cut_into_steps(counts) -> None:
    usages = [Usage(*pair) for pair in counts]
    apart = with_steps(running(), [asked(str(number), usage=usage) for number, usage in enumerate(usages)])
    for name in ("input_tokens", "output_tokens"):
        known = [getattr(usage, name) for usage in usages if getattr(usage, name) is not None]
        total = None if apart.usage is None else getattr(apart.usage, name)
        assert total == (sum(known) if known else None)
