"""Beginning and ending the steps of a live run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orch_lsp.orchestration.live_run import LiveRun
from orch_lsp.runs.record import Step, timestamp
from orch_lsp.runs.status import StepStatus


def begin_step(live: LiveRun, name: str, wave: int, **values: Any) -> None:
    """Add a running step; it is committed with the run's next change."""
    step = Step(name, name, wave, StepStatus.RUNNING, started_at=timestamp(), **values)
    live.change(steps=(*live.record.steps, step))


def end_step(live: LiveRun, name: str, status: StepStatus, **values: Any) -> None:
    """End the step with this name."""
    live.change(
        steps=tuple(
            replace(step, status=status, ended_at=timestamp(), **values) if step.id == name else step
            for step in live.record.steps
        )
    )
