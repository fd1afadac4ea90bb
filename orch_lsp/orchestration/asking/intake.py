"""The intake of a provider's answer: each of its events noted on the step, and told while it arrives."""

from __future__ import annotations

from dataclasses import dataclass

from orch_lsp.errors import ErrorCode, ProviderError
from orch_lsp.orchestration.asking.attempts import AttemptLog
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.asking.streaming import LiveKeyFilter, SectionTracker
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.cost import at_factor, cost_of, cost_sum
from orch_lsp.providers.base import (
    AnswerBegan,
    AttemptEnded,
    AttemptStarted,
    Finished,
    InBatch,
    ModelResolved,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import ModelRef, StepBatch
from orch_lsp.settings.model import Choice
from orch_lsp.workflows.model import CLARIFY, CRITIC, FACTS, LOCATE, OUTLINE

_PRODUCTS = {
    FACTS: "the facts of the brief", LOCATE: "a choice of files", CLARIFY: "questions", OUTLINE: "a plan",
    CRITIC: "objections",
}  # fmt: skip
"""The products of steps that write no part of a draft."""


@dataclass(frozen=True, slots=True)
class AskedProvider:
    """A provider whose turn it is to be asked."""

    choice: Choice
    before: tuple[str, ...]
    """The providers that were asked before it, each with its failure."""
    most: int | None
    """Tokens of the answer that are reserved; None without a budget."""
    factor: str | None
    """The part of the usual price that the answer costs, as `0.5`; None for the usual price."""


class Intake:
    """Takes in the events of one provider's answer: text, attempts, usage and cost go onto the step.

    Args:
        scope: The step.
        plan: The plan of its run.
        asked: The provider that answers.
        attempts: The log of the step, over all providers that are asked.
        redactor: Knows the keys in use.
    """

    def __init__(
        self, scope: StepScope, plan: DraftPlan, asked: AskedProvider, attempts: AttemptLog, redactor: Redactor
    ) -> None:
        self._scope = scope
        self._asked = asked
        self._most = asked.most
        self._heading = plan.heading
        self._attempts = attempts
        self._attempts_before = attempts.count
        self._usage_before = scope.entry.usage
        self._cost_before = scope.entry.cost
        # In every message, because a client shows only the newest of them.
        self._hops = f" (fallback from {', '.join(asked.before)})" if asked.before else ""
        self._tracker = SectionTracker(plan.asked)
        self._product = _PRODUCTS.get(scope.entry.name)
        self._redactor = redactor
        self._keys = LiveKeyFilter(redactor)
        self._told_more = False
        """Whether the answer has told something of itself that is not durable yet."""

    async def take(self, event: StreamEvent) -> None:
        """Note an event on the step and tell of it."""
        scope = self._scope
        match event:
            case TextDelta(text):
                await self._keep_what_it_told()
                self._receive(self._keys.feed(text))
            case AttemptStarted():
                self._attempts.started(event)
                self._progressed(self._asking(event.number))
                # Durable before the exchange: were this process killed, the record still says whom it had asked.
                scope.note(attempts=self._attempts.entries)
                await scope.save()
            case AnswerBegan():
                self._attempts.answered(event)
                scope.note(attempts=self._attempts.entries)
                self._told_more = True
            case AttemptEnded():
                self._attempts.ended(event)
                scope.note(attempts=self._attempts.entries)
            case Waiting(wait_s, error):
                self._progressed(_waiting(error.code, self._redactor.redact(error.message), wait_s))
                await scope.save()
            case InBatch(batch_id, answered, requests, price_factor):
                await self._in_batch(StepBatch(batch_id, float(price_factor)))
                self._progressed(f"Waiting for the batch {batch_id}: {answered} of {requests} answered")
            case UsageReported(usage):
                self._attempts.used(usage)
            case ModelResolved(model):
                scope.change(model=ModelRef(self._requested, self._redactor.redact_known(model)))
                self._told_more = True
            case Finished(reason, raw_reasons):
                raw = tuple(self._redactor.redact_known(word) for word in raw_reasons)
                scope.note(finish_reason=reason, finish_reasons=raw)
            case ReasoningDelta():
                await self._keep_what_it_told()
                if not scope.characters:
                    self._progressed(f"{self._asked.choice.model or self._asked.choice.provider.name} is thinking")

    async def _in_batch(self, batch: StepBatch) -> None:
        """Note durably where the answer is going to come from."""
        if self._scope.entry.batch != batch:
            self._scope.note(batch=batch)
            await self._scope.save()

    async def _keep_what_it_told(self) -> None:
        """Make status and model durable before the first words: were this process killed, they are known still."""
        if self._told_more:
            self._told_more = False
            await self._scope.save()

    @property
    def _requested(self) -> str | None:
        return self._scope.state.model.requested if self._scope.state.model else None

    def _progressed(self, message: str) -> None:
        self._scope.progressed(message + self._hops)

    def _asking(self, number: int) -> str:
        model = self._asked.choice.model or self._asked.choice.provider.name
        return f"Asking {model}" if number == 1 else f"Asking {model}, attempt {number}"

    def _receive(self, text: str) -> None:
        if not text:
            return
        if self._heading:
            # The text of one section comes without its heading; what was kept of it is still known to be its own.
            text, self._heading = f"{self._heading}\n\n{text}", ""
        if self._product is None:
            self._tracker.feed(text)
        self._scope.receive(text, self._tracker.current)
        tokens = (self._scope.characters + 3) // 4
        if self._most is not None and tokens > self._most:
            raise ProviderError(
                ErrorCode.BUDGET_EXCEEDED,
                f"The answer is longer than the {self._most:,} tokens that were reserved.",
            )
        product = self._product or self._tracker.title or "the draft"
        self._progressed(f"Writing {product} (about {tokens} tokens so far)")

    async def settle(self) -> None:
        """Bring text, attempts, usage and cost on the step, whether it went well or not."""
        self._most = None
        # Text that was held back, since it could be the beginning of a key.
        self._receive(self._keys.flush())
        await self._scope.end_checkpoints()
        self._scope.note(attempts=self._attempts.entries)
        spent_here = self._attempts.total(self._attempts_before)
        if spent_here is not None or not self._scope.characters:
            self._scope.note(reserved=None)
        if spent_here is None:
            return
        model = self._scope.state.model
        usual = await cost_of(spent_here, model and (model.resolved or model.requested), self._asked.choice.provider)
        cost = at_factor(usual, self._asked.factor)
        if self._usage_before is not None:
            # Another provider had counted tokens before, at prices of its own.
            cost = cost_sum(self._cost_before, cost)
        self._scope.note(usage=self._attempts.total(), cost=cost)


def _waiting(code: str, reason: str, wait_s: float) -> str:
    """Why and how long nothing happens: short first, since a status bar cuts the rest."""
    when = f"in {wait_s:.0f} s" if round(wait_s) else "now"
    return f"{code.replace('_', ' ').capitalize()}, trying again {when} ({reason.rstrip('.')})"
