"""The workflows: which steps a run has."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.orchestration.graph import StepSpec, waves
from orch_lsp.orchestration.steps import check, context, draft
from orch_lsp.runs.record import Step
from orch_lsp.runs.status import StepStatus

DRAFT = (
    StepSpec(context.NAME, context.NAME, optional=True),
    StepSpec(draft.NAME, draft.NAME, needs=(context.NAME,)),
    StepSpec(check.NAME, check.NAME, needs=(draft.NAME,)),
)
"""Read the workspace, let one call write all that is open, check the answer."""


def pending_steps(workflow: Sequence[StepSpec]) -> tuple[Step, ...]:
    """The steps as they are recorded before any of them has begun, wave by wave."""
    return tuple(
        Step(spec.id, spec.name, number, StepStatus.PENDING, needs=spec.needs, optional=spec.optional)
        for number, wave in enumerate(waves(workflow))
        for spec in wave
    )
