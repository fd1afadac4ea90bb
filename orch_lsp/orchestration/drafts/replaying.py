"""Running a run again on what it was given: the document as it was then, and the workspace as it is now.

The request is made anew, and compared with the run's by hashes before anything is sent: so that whoever compares two
answers knows in what the questions differed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from orch_lsp.errors import ErrorCode, RunError, StoreError
from orch_lsp.orchestration.drafts.resuming import planned_again
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.planning.targets import still_open
from orch_lsp.orchestration.requests.context_record import context_record
from orch_lsp.orchestration.requests.preview import preview
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.runs.comparison import changed_inputs
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import LIVE
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.resolve import CommandChoice
from orch_lsp.workflows.model import ASKING, DRAFT, Workflow

COMMAND = "replay"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A run that is to be replayed, with the document that it was given."""

    record: RunRecord
    path: Path
    """Where the document is, or was."""
    text: str


async def earlier_run(store: RunStore, record: RunRecord) -> Earlier:
    """A run that is to be replayed, as far as it is kept.

    Raises:
        RunError: It is live (`run_in_progress`).
        StoreError: The document that it was given is not in the store.
    """
    if record.status in LIVE:
        raise RunError(ErrorCode.RUN_IN_PROGRESS, "This run has not ended yet.")
    text = await store.text(record.spec.sha256_before)
    if text is None:
        raise StoreError(ErrorCode.STORE_ERROR, f"The document of run {record.run_id} is not in the store.")
    return Earlier(record, (store.root or Path.cwd()) / record.spec.path, text)


def same_choice(record: RunRecord, given: CommandChoice) -> CommandChoice:
    """The provider and model of a run, where the person names no others."""
    if given.provider is not None:
        return given
    return CommandChoice(record.provider.id, given.model or record.model.requested)


async def planned_replay(session: Session, reading: Reading, record: RunRecord) -> DraftPlan:
    """The plan of a run that does what another one was to do.

    Args:
        session: The process's.
        reading: The document as it was then, with the settings of now.
        record: The run.

    Raises:
        OrchError: It is refused, as a draft would be.
    """
    only = await asyncio.to_thread(still_open, reading, record)
    plan = await planned_again(session, reading, record, command=COMMAND, only=only)
    return replace(plan, reuses=False)


async def changed_since_run(session: Session, plan: DraftPlan, record: RunRecord) -> tuple[str, ...]:
    """Words for the inputs that are others than in a run, by hash; none if the request is the same, byte for byte.

    A request that other steps have a part in is compared by its inputs alone: their answers may be others.

    Raises:
        OrchError: The request cannot be made; nothing is sent.
    """
    made = await preview(session, plan)
    prepared = made.prepared
    draft = next((step for step in record.steps if step.name == DRAFT), None)
    if prepared.body_sha256 == (record if draft is None else draft).request_sha256:
        return ()
    now: Mapping[str, Any] = {
        "profile": plan.reading.profile.name,
        "prompt": f"{plan.words.name} {plan.words.version}",
        "prompt_sha256": plan.words.sha256,
        "provider": prepared.provider.id,
        "server_address": prepared.provider.server_address,
        "model": prepared.model.requested,
        "max_output_tokens": prepared.parameters.max_output_tokens,
        "temperature": prepared.parameters.temperature,
        "reasoning": prepared.parameters.reasoning,
        "instructions_sha256": prepared.parameters.instructions_sha256,
    }
    found = tuple(changed_inputs(record, now, context_record(made.context).items))
    return found or (("the task, or how requests are written",) if _is_first(plan.workflow) else ())


def _is_first(workflow: Workflow) -> bool:
    """Whether the draft is asked for before anything else is."""
    return next((step.id for step in workflow.steps if step.id in ASKING), None) == DRAFT
