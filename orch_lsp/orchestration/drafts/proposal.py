"""A text that an agent brought for one node: checked as any answer is, recorded, and left as a draft for review.

Nobody is asked for anything, so nothing is sent and nothing is paid; and no document is edited.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from orch_lsp.document.brief import Target, brief_of
from orch_lsp.document.rewriting import Rewritable, rewriting_profile
from orch_lsp.errors import ErrorCode, RunError, SpecError
from orch_lsp.orchestration.planning.plan import DraftPlan, asked_profile, require_draftable
from orch_lsp.orchestration.planning.rewrite import LONGEST_INSTRUCTION, Rewrite, RewriteAsk, nodes_of
from orch_lsp.orchestration.planning.targets import open_targets
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.observer import DraftDelta, Progress
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.orchestration.running.supervisor import Supervisor
from orch_lsp.orchestration.specs.reading import Reading
from orch_lsp.prompts.library import PLAIN_DRAFT, choose
from orch_lsp.redaction import Redactor
from orch_lsp.runs import drafts
from orch_lsp.runs.escape import plain
from orch_lsp.runs.record import RunRecord, Software
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.kinds import AGENT
from orch_lsp.settings.model import Choice, ProviderSettings
from orch_lsp.settings.problem import Layer
from orch_lsp.text import sha256
from orch_lsp.workflows.model import CHECK, Workflow, WorkflowStep

COMMAND = "propose"
MOST_WAITING = 20
"""Proposals for one document that wait for a person."""
_WORKFLOW = Workflow(COMMAND, "A text that an agent brought, and the check", (WorkflowStep(CHECK),))


class Resources(Protocol):
    """The parts of a process that a proposal needs."""

    redactor: Redactor
    supervisor: Supervisor

    async def store(self, reading: Reading, /) -> RunStore:
        """The store that holds the document's runs."""
        ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """The wish of an agent.

    Attributes:
        key: The node, or the open place.
        text: Its new text: below a heading, or a whole item with its marker.
        sha256: Hash of the document that the agent has read.
        agent: As it named itself.
        model: The model that it says it is; None if it does not say.
        reason: Its words to the person; they stand on the record.
    """

    key: str
    text: str
    sha256: str
    agent: Software
    model: str | None = None
    reason: str = ""


async def propose(resources: Resources, reading: Reading, proposal: Proposal) -> RunRecord:
    """Record a proposal and check it. Ends when that is done; the document stays as it is.

    Raises:
        SpecError: The document is not what the agent has read (`document_changed`), or see `require_draftable` and
            `nodes_of`.
        RunError: A run on the document is in progress, or too many proposals wait already (`run_in_progress`).
        StoreError: It could not be recorded.
    """
    require_draftable(reading)
    if sha256(reading.document.text) != proposal.sha256:
        raise SpecError(
            ErrorCode.DOCUMENT_CHANGED, f"{reading.spec_path} is not what you have read: its hash is another one.",
            remediation="Read it again, then propose with its `document_sha256`.",
        )  # fmt: skip
    plan = await asyncio.to_thread(plan_of, reading, proposal, resources.redactor)
    store = await resources.store(reading)
    if len([one for one in await store.ready_drafts(reading.spec_path) if one.command == COMMAND]) >= MOST_WAITING:
        raise RunError(
            ErrorCode.RUN_IN_PROGRESS, f"{MOST_WAITING} proposals for {reading.spec_path} wait for a person.",
            remediation="Ask for a review of them first.",
        )  # fmt: skip
    live = await resources.supervisor.start(plan, _Unwatched(), _supersede, client=proposal.agent)
    await resources.supervisor.wait(live.record.run_id)
    return live.record


def plan_of(reading: Reading, proposal: Proposal, redactor: Redactor) -> DraftPlan:
    """The plan of a run that only checks the text of a proposal. Blocking: looks for prompts.

    Raises:
        SpecError: See `nodes_of`.
    """
    provider = ProviderSettings(_name_of(proposal.agent), AGENT, None)
    choice = Choice(provider, proposal.model, Layer.PROJECT)
    brief = brief_of(reading.document, reading.profile) or reading.document.text
    words = choose(PLAIN_DRAFT, None)
    target = next((one for one in open_targets(reading) if one.key == proposal.key), None)
    if target is not None:
        return DraftPlan(
            reading, choice, brief, (target,), asked_profile(reading, (target,)), COMMAND, words, workflow=_WORKFLOW,
            brought=_below_heading(target.title, proposal.text),
        )  # fmt: skip
    (node,) = nodes_of(reading, RewriteAsk(proposal.key))
    reason = redactor.redact(proposal.reason.strip()[:LONGEST_INSTRUCTION])
    return DraftPlan(
        reading, choice, brief, (_target(node),), rewriting_profile(reading.profile, (node,)), COMMAND, words,
        rewrite=Rewrite((node,), reason), workflow=_WORKFLOW, brought=_below_heading(node.label, proposal.text),
    )  # fmt: skip


def _target(node: Rewritable) -> Target:
    return Target(node.key, node.label, "placeholder")


def _below_heading(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip()}\n"


def _name_of(agent: Software) -> str:
    """The agent in the place of a provider: by its own word, so that no provider can have the same name."""
    return f"{AGENT}:{plain(agent.name or '', 80)}".rstrip(":")


class _Unwatched:
    """The watcher of a run that nobody watches: the record says all."""

    def run_changed(self, record: RunRecord) -> None:
        """A transition."""

    def progressed(self, progress: Progress) -> None:
        """The activity."""

    def text_received(self, delta: DraftDelta) -> None:
        """A piece of text."""

    def warned(self, message: str) -> None:
        """A warning; it is of no concern to the agent."""


async def _supersede(live: LiveRun, _: FinishedDraft) -> None:
    """Earlier proposals for the same node that wait are superseded; drafts of models stay as they are."""
    newest = live.record
    keys = _keys(newest)
    for record in await live.store.ready_drafts(newest.spec.path):
        if record.command == COMMAND and record.run_id != newest.run_id and _keys(record) <= keys:
            await live.store.amend(record.run_id, lambda now: drafts.superseded(now, keys))


def _keys(record: RunRecord) -> set[str]:
    return {section.key for section in drafts.draft_of(record).sections}
