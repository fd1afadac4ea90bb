"""The state of one step, and the only thing that a step is given of its run.

A step owns its text with the checkpoints, its attempts, request, usage, cost, end and findings. All that the run's
record says of itself is derived from them (see `derived`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Protocol

from orch_lsp.errors import ErrorDetail
from orch_lsp.orchestration.requests.budget import Spending
from orch_lsp.runs.record import (
    ContextRecord,
    Finding,
    ModelRef,
    ProviderRef,
    Question,
    RequestParameters,
    Step,
    seconds_between,
    timestamp,
)
from orch_lsp.runs.status import StepStatus
from orch_lsp.text import sha256

CHECKPOINT_SECONDS = 1.0
CHECKPOINT_CHARACTERS = 16 * 1024
AGAIN_SECONDS = 15.0
"""Retry interval after a failed checkpoint: one that fails may hold up others' calls for a second."""


@dataclass(frozen=True, slots=True)
class StepState:
    """A step's entry on the record, and what else the run's values are derived from.

    Attributes:
        entry: The step as the record has it.
        provider: Whom it asked last; None if it has asked nobody.
        model: The id that it asked for, and the id that answered.
        request: The parameters that it sent.
        context: What of the workspace it chose; None if that is not its task.
        findings: What it found in an answer.
        questions: What is open in the draft and its brief; None if that is not its task.
    """

    entry: Step
    provider: ProviderRef | None = None
    model: ModelRef | None = None
    request: RequestParameters | None = None
    context: ContextRecord | None = None
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] | None = None


class StepPort(Protocol):
    """The port of a run towards its steps: keeps their values, and passes them on."""

    @property
    def is_recorded(self) -> bool:
        """Whether the store holds the run as it was last saved."""
        ...

    def step_changed(self) -> None:
        """Take over the state of the steps, in memory."""
        ...

    async def save(self, *, tell: bool = True) -> None:
        """Make the run as it is durable; and tell who watches it, if `tell`."""
        ...

    async def keep_text(self, step: str, offset: int, text: str) -> bool:
        """Make a piece of a step's text durable, from `offset` in code points on; whether that went well."""
        ...

    async def spending(self, step: str) -> Spending:
        """The sums of what was spent and reserved, but for the reservation of this step."""
        ...

    def may_be_charged(self) -> None:
        """From now on something may have been paid for: a store that fails does not end the run any more."""
        ...

    def progressed(self, message: str, step: str | None = None) -> None:
        """Tell in a few words what a step does now."""
        ...

    def text_received(self, step: str, section: str | None, offset: int, text: str) -> None:
        """Pass on a piece of a step's text as it arrives."""
        ...

    def warned(self, message: str) -> None:
        """Tell something that the user should know and that does not end the run."""
        ...


class StepScope:
    """One step while it lives."""

    def __init__(self, entry: Step, run: StepPort) -> None:
        self.state = StepState(entry)
        self._run = run
        self._pieces: list[str] = []
        self._stored_pieces = 0
        self._stored_characters = 0
        self._unstored_characters = 0
        self._arrived = asyncio.Event()
        self._enough = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    @property
    def entry(self) -> Step:
        """The step as the record has it."""
        return self.state.entry

    @property
    def text(self) -> str:
        """The raw text so far."""
        return "".join(self._pieces)

    @property
    def characters(self) -> int:
        """Code points of raw text so far."""
        return self._stored_characters + self._unstored_characters

    def begin(self) -> None:
        """The step runs from now on."""
        self.note(status=StepStatus.RUNNING, started_at=timestamp())

    def end(
        self,
        status: StepStatus,
        *,
        output_sha256: str | None = None,
        skip_reason: str | None = None,
        error: ErrorDetail | None = None,
    ) -> None:
        """The step has ended. Its output is its text, unless the hash of another is given."""
        if output_sha256 is None and self.characters:
            output_sha256 = sha256(self.text)
        self.note(
            status=status, ended_at=timestamp(), output_sha256=output_sha256, skip_reason=skip_reason, error=error
        )

    def asks(
        self,
        provider: ProviderRef,
        model: ModelRef,
        request: RequestParameters,
        request_sha256: str | None,
        estimated_input_tokens: int | None = None,
    ) -> None:
        """A provider is asked now; one that was asked before may have given a reason for its own end."""
        entry = replace(
            self.entry, provider=provider.id, model=model.requested, request_sha256=request_sha256,
            finish_reason=None, finish_reasons=(), estimated_input_tokens=estimated_input_tokens,
        )  # fmt: skip
        self.change(entry=entry, provider=provider, model=model, request=request)

    def found(self, findings: tuple[Finding, ...]) -> None:
        """Keep what the step found, as the step's own and as the run's."""
        self.change(entry=replace(self.entry, findings=findings), findings=findings)

    def note(self, **values: Any) -> None:
        """Change the entry on the record; durable with the run's next commit."""
        self.change(entry=replace(self.entry, **values))

    def change(self, **values: Any) -> None:
        """Change the state; durable with the run's next commit."""
        self.state = replace(self.state, **values)
        self._run.step_changed()

    async def save(self) -> None:
        """Make the state durable now."""
        await self._run.save(tell=False)

    async def spending(self) -> Spending:
        """The sums of what was spent and reserved before this step's call."""
        return await self._run.spending(self.entry.id)

    def may_be_charged(self) -> None:
        """From now on something may have been paid for."""
        self._run.may_be_charged()

    def progressed(self, message: str) -> None:
        """Tell in a few words what happens now."""
        self._run.progressed(message, self.entry.id)

    def warned(self, message: str) -> None:
        """Tell something that the user should know and that does not end the run."""
        self._run.warned(message)

    def receive(self, text: str, section: str | None = None) -> None:
        """Take in a piece of raw text and pass it on; it is durable within a second or 16 K characters.

        Args:
            text: What has arrived.
            section: Key of the section that is being written, if one is.
        """
        offset = self.characters
        if offset == 0 and self.entry.started_at is not None:
            self.note(first_chunk_s=seconds_between(self.entry.started_at, timestamp()))
        self._pieces.append(text)
        self._unstored_characters += len(text)
        self._arrived.set()
        if self._unstored_characters >= CHECKPOINT_CHARACTERS and self._run.is_recorded:
            self._enough.set()
        self._run.text_received(self.entry.id, section, offset, text)

    def begin_checkpoints(self) -> None:
        """Let text that arrives be written to the store, until `end_checkpoints`."""
        self._writer = asyncio.create_task(self._keep_checkpoints(), name=f"checkpoints of step {self.entry.id}")

    async def end_checkpoints(self) -> None:
        """Write what is left, and stop."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            self._writer = None
        await self.checkpoint()

    async def _keep_checkpoints(self) -> None:
        while True:
            await self._arrived.wait()
            try:
                async with asyncio.timeout(CHECKPOINT_SECONDS if self._run.is_recorded else AGAIN_SECONDS):
                    await self._enough.wait()
            except TimeoutError:
                pass
            await self.checkpoint()

    async def checkpoint(self) -> None:
        """Write what has arrived since the last checkpoint; one that fails is made up for by the next."""
        self._arrived.clear()
        self._enough.clear()
        pieces = self._pieces[self._stored_pieces :]
        if not pieces:
            return
        text = "".join(pieces)
        kept = False
        try:
            kept = await self._run.keep_text(self.entry.id, self._stored_characters, text)
        finally:
            if not kept:
                # Also if no more words come: what had arrived must have no hole.
                self._arrived.set()
        if kept:
            self._stored_pieces += len(pieces)
            self._stored_characters += len(text)
            self._unstored_characters -= len(text)
