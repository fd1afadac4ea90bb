"""The record of a run at its beginning: queued, its steps pending."""

from __future__ import annotations

from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.prepare import planned_parameters, prompt_ref
from orch_lsp.orchestration.running.workflow import pending_steps, planned_steps
from orch_lsp.runs.record import (
    ModelRef,
    Owner,
    ProviderRef,
    RewriteRef,
    RunRecord,
    Software,
    SpecRef,
    StatusChange,
    Timing,
    new_run_id,
    timestamp,
)
from orch_lsp.runs.status import RunStatus
from orch_lsp.text import sha256


def new_record(
    plan: DraftPlan, *, server_address: str | None, owner: Owner, server: Software, client: Software
) -> RunRecord:
    """The record of a run that nobody has begun.

    Args:
        plan: What is to be done.
        server_address: Where the chosen provider's requests go; None if nothing leaves the machine.
        owner: The process that will run it.
        server: This program.
        client: The editor or command line that asked.
    """
    reading, choice, now = plan.reading, plan.choice, timestamp()
    profile = reading.profile
    return RunRecord(
        run_id=new_run_id(),
        command=plan.command,
        status=RunStatus.QUEUED,
        status_timeline=(StatusChange(RunStatus.QUEUED, now),),
        owner=owner,
        spec=SpecRef(reading.spec_path, profile.name, sha256(reading.document.text), profile.kind),
        brief_sha256=sha256(plan.brief),
        prompt=prompt_ref(plan),
        provider=ProviderRef(choice.provider.name, choice.provider.kind, server_address),
        model=ModelRef(choice.model if choice.provider.has_model else None),
        request=planned_parameters(plan, choice),
        timing=Timing(started_at=now),
        server=server,
        parent_run_id=plan.parent_run_id,
        workflow=plan.workflow.name,
        steps=pending_steps(planned_steps(plan.workflow, plan.targets)),
        client=client,
        rewrite=_rewrite_of(plan),
    )


def _rewrite_of(plan: DraftPlan) -> RewriteRef | None:
    rewrite = plan.rewrite
    return None if rewrite is None else RewriteRef(rewrite.keys, rewrite.instruction or None, rewrite.whole)
