"""From a workflow to the steps of one run: a step for each section that is asked for by itself."""

from __future__ import annotations

from collections.abc import Sequence

from orch_lsp.document.brief import Target
from orch_lsp.orchestration.running.graph import StepSpec, waves
from orch_lsp.runs.record import Step
from orch_lsp.runs.status import StepStatus
from orch_lsp.workflows.model import (
    CANDIDATES,
    CLARIFY,
    CONTEXT,
    CRITIC,
    FACTS,
    LOCATE,
    OUTLINE,
    READ,
    REPAIR,
    SECTION,
    Workflow,
)

OPTIONAL = frozenset({READ, FACTS, CANDIDATES, CONTEXT, LOCATE, CLARIFY, OUTLINE, CRITIC, REPAIR})
"""Steps without which a draft is still one."""
_THE_POINT = frozenset({CLARIFY, CRITIC})
"""Steps whose answers are all that a workflow gives that writes nothing."""


def planned_steps(workflow: Workflow, targets: Sequence[Target]) -> tuple[StepSpec, ...]:
    """The steps of a run that is to write these targets, each behind those that it needs."""
    planned: list[StepSpec] = []
    ids: dict[str, tuple[str, ...]] = {}
    for step in workflow.steps:
        needs = tuple(one for need in step.needs for one in ids[need])
        names = [section_step(target.key) for target in targets] if step.id == SECTION else [step.id]
        ids[step.id] = tuple(names)
        optional = step.id in OPTIONAL and (workflow.writes or step.id not in _THE_POINT)
        planned += (StepSpec(name, step.id, needs, optional=optional) for name in names)
    return tuple(planned)


def section_step(key: str) -> str:
    """The id of the step that writes the section with this key."""
    return f"{SECTION}:{key}"


def pending_steps(steps: Sequence[StepSpec]) -> tuple[Step, ...]:
    """The steps as they are recorded before any of them has begun, wave by wave."""
    return tuple(
        Step(spec.id, spec.name, number, StepStatus.PENDING, needs=spec.needs, optional=spec.optional)
        for number, wave in enumerate(waves(steps))
        for spec in wave
    )
