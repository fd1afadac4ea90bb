"""The attempts of a run, and what they add up to."""

from __future__ import annotations

from orch_lsp.generation import Usage
from orch_lsp.orchestration.asking.attempts import AttemptLog
from orch_lsp.providers.base import AttemptEnded, AttemptStarted
from orch_lsp.redaction import Redactor


def log_of(*models: str) -> AttemptLog:
    log = AttemptLog(Redactor())
    for number, model in enumerate(models, start=1):
        log.started(AttemptStarted(number, "work", model, "127.0.0.1", 0.0))
        log.used(Usage(input_tokens=10 * number, output_tokens=number))
        log.ended(AttemptEnded(number, "ok", 200, None, None))
    return log


def test_usage_is_the_sum_over_the_attempts_and_what_nobody_told_stays_unknown() -> None:
    total = log_of("m", "m", "m").total()
    assert total is not None
    assert (total.input_tokens, total.output_tokens, total.reasoning_output_tokens) == (60, 6, None)


def test_what_one_of_several_providers_used_can_be_told_from_the_rest() -> None:
    log = log_of("m", "another")
    total = log.total(first=1)
    assert log.count == 2
    assert total is not None
    assert (total.input_tokens, total.output_tokens) == (20, 2)
