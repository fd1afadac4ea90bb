"""The asking of a step: one request to a provider, all that comes taken in, and a fallback only where the user said so.

An answer that an earlier run was given to the very same request is taken from there instead of being paid for again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import cast

from orch_lsp.context.item import ContextResult
from orch_lsp.context.shrinking import smaller
from orch_lsp.errors import ErrorCode, OrchError, ProviderError, SettingsError, detail_of
from orch_lsp.generation import FinishReason, Usage
from orch_lsp.model_lists.token_table import family_of
from orch_lsp.orchestration.attempts import AttemptLog
from orch_lsp.orchestration.budget import UNLIMITED_OUTPUT, require
from orch_lsp.orchestration.context_record import context_record
from orch_lsp.orchestration.cost import at_factor, cost_of, cost_sum
from orch_lsp.orchestration.estimate import table_tokens
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.prepare import Prepared, prepare, prompt_ref, write
from orch_lsp.orchestration.previewed import changed_since
from orch_lsp.orchestration.scope import StepScope
from orch_lsp.orchestration.shielding import to_the_end
from orch_lsp.orchestration.streaming import LiveKeyFilter, SectionTracker
from orch_lsp.orchestration.untouched import Stamped, changed, changed_left_out, stamps_of, told_of_left_out
from orch_lsp.orchestration.untouched import touched as touched_by
from orch_lsp.plugins import contained
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.providers.base import (
    AnswerBegan,
    AttemptEnded,
    AttemptStarted,
    Batched,
    Finished,
    GenerationRequest,
    InBatch,
    ModelResolved,
    Provider,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.redaction import Redactor
from orch_lsp.runs.record import ModelRef, Reserved, StepBatch
from orch_lsp.settings.endpoint import is_loopback
from orch_lsp.settings.kinds import kind_named
from orch_lsp.settings.model import Choice, ProviderSettings
from orch_lsp.workflows.model import CLARIFY, CRITIC, FACTS, LOCATE, OUTLINE

SHARE_AGAIN = 0.4
"""Of the context's tokens, what is sent again to a model for which all of it was too long."""
FALLS_BACK = frozenset({
    ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.OVERLOADED, ErrorCode.TIMEOUT, ErrorCode.QUOTA_EXHAUSTED,
    ErrorCode.NETWORK_ERROR,
})  # fmt: skip
"""Failures after which a fallback is asked, since this provider cannot be had. Never a refusal or a bad request."""

_PRODUCTS = {
    FACTS: "the facts of the brief", LOCATE: "a choice of files", CLARIFY: "questions", OUTLINE: "a plan",
    CRITIC: "objections",
}  # fmt: skip
"""The products of steps that write no part of a draft."""


async def ask(scope: StepScope, plan: DraftPlan, context: ContextResult, providers: ProviderAccess) -> str:
    """The raw answer, from the chosen provider, else from the first of the user's fallbacks that gives one.

    Raises:
        OrchError: None did; with text on the step, if the answer broke off.
    """
    model = plan.choice.model if plan.choice.provider.has_model else None
    keys = tuple(target.key for target in plan.targets)
    scope.note(provider=plan.choice.provider.name, model=model, sections=keys, prompt=prompt_ref(plan))
    written = await asyncio.to_thread(write, plan, context)
    return await _Asking(scope, plan, context, written, providers).answer()


class _Asking:
    """The providers that are asked one after the other, until one answers."""

    def __init__(
        self,
        scope: StepScope,
        plan: DraftPlan,
        context: ContextResult,
        written: GenerationRequest,
        providers: ProviderAccess,
    ) -> None:
        self._scope = scope
        self._plan = plan
        self._context = context
        self._written = written
        self._providers = providers
        self._redactor = providers.redactor
        self._attempts = AttemptLog(providers.redactor)
        self._before: list[str] = []
        self._is_smaller = False

    async def answer(self) -> str:
        choice, fallbacks = self._plan.choice, _fallbacks(self._plan)
        while True:
            try:
                return await self._answer_of(choice)
            except OrchError as error:
                if error.code is ErrorCode.CONTEXT_LENGTH_EXCEEDED and await self._with_less_context():
                    continue
                if error.code in FALLS_BACK and fallbacks and not self._scope.characters:
                    self._before.append(f"{choice.provider.name}: {error.code}")
                    choice = fallbacks.pop(0)
                    continue
                if self._before:
                    asked = ", ".join(self._before)
                    error.message += f" {choice.provider.name} was a fallback; asked before it: {asked}."
                raise

    async def _with_less_context(self) -> bool:
        """Write the request with less of the workspace, once; False if there is nothing to leave out."""
        scope, before = self._scope, self._context
        if self._is_smaller or scope.characters or not before.items:
            return False
        self._is_smaller = True
        self._context = smaller(before, SHARE_AGAIN)
        self._written = await asyncio.to_thread(write, self._plan, self._context)
        scope.change(context=context_record(self._context))
        kept, all_items = len(self._context.items), len(before.items)
        scope.warned(
            "The request is too long for the model; it is sent again with "
            f"{kept} of {all_items} pieces of the workspace."
        )
        return True

    async def _answer_of(self, choice: Choice) -> str:
        scope = self._scope
        opened = await self._opened(choice.provider)
        batched = None if self._plan.batching is None else self._plan.batching.of(opened)
        provider = batched or opened
        prepared = await asyncio.to_thread(prepare, self._plan, self._written, choice, provider, self._redactor)
        model = prepared.model.requested
        tokens = await asyncio.to_thread(table_tokens, prepared.request, model) if model is not None else None
        shown = self._plan.previewed
        if shown is not None and choice is self._plan.choice and not self._is_smaller:
            document = self._plan.reading.document.text
            scope.change(findings=changed_since(shown, prepared, document, self._context, scope.entry.id))
        scope.asks(prepared.provider, prepared.model, prepared.parameters, prepared.body_sha256, tokens)
        await scope.save()
        if (known := self._plan.reusable.get(prepared.body_sha256 or "")) is not None:
            scope.receive(known.text)
            scope.note(reused_from=known.run_id, finish_reason=FinishReason.STOP)
            await scope.checkpoint()
            return scope.text
        factor = None if batched is None else batched.price_factor
        sent = None if batched is None else await self._sent(batched, prepared)
        if sent is not None and sent != prepared.body_sha256:
            scope.asks(prepared.provider, prepared.model, prepared.parameters, sent, tokens)
        most = await self._reserve(prepared, choice, tokens, factor, was_asked=sent is not None)
        if not choice.provider.is_local:
            scope.may_be_charged()
        if factor is not None:
            scope.note(batch=StepBatch(None, float(factor)))
        intake = _Intake(scope, self._plan, choice, self._attempts, self._redactor, self._before, most, factor)
        with contained():
            events = (
                provider.stream(prepared.request)
                if batched is None or sent is None
                else batched.stream_sent(prepared.request, sent)
            )
            stream = cast("AsyncGenerator[StreamEvent, None]", events)
        scope.begin_checkpoints()
        before = await self._stamps(choice)
        try:
            async with self._providers.in_use(opened):
                with contained():
                    async with contextlib.aclosing(stream):
                        async for event in stream:
                            await intake.take(event)
        except asyncio.CancelledError:
            self._attempts.cancelled()
            raise
        except Exception as error:
            # A provider of somebody else's may break the port's rules; the record must not show it as still open.
            self._attempts.failed(detail_of(error))
            raise
        finally:
            # A second cancel, or one that comes meanwhile, must not leave an attempt open or its tokens uncounted.
            await to_the_end(intake.settle())
            touched = () if before is None else await self._touched(choice, before)
        if touched:
            raise touched_by(choice.provider.name, touched)
        if scope.entry.finish_reason is not FinishReason.STOP:
            raise ProviderError(ErrorCode.INCOMPLETE_OUTPUT, "The provider's answer had no end.")
        return scope.text

    async def _touched(self, choice: Choice, before: Stamped) -> Sequence[str]:
        """The files that have changed while the provider was at work; those that git leaves out are only told."""
        after = await to_the_end(self._stamps(choice)) or Stamped()
        touched, left_out = changed(before, after), changed_left_out(before, after)
        if touched:
            self._scope.warned(touched_by(choice.provider.name, touched).message)
        if left_out:
            self._scope.warned(told_of_left_out(choice.provider.name, left_out))
        return touched

    async def _stamps(self, choice: Choice) -> Stamped | None:
        """The files of the workspace as they are; None if who is asked has no hands."""
        if not kind_named(choice.provider.kind).acts:
            return None
        reading = self._plan.reading
        return await asyncio.to_thread(stamps_of, reading.root, reading.source.path)

    async def _sent(self, batched: Batched, prepared: Prepared) -> str | None:
        """The hash of the request that was sent for this step in a batch whose answer is still to be had, if one was.

        It need not be the one that would be sent now: what is around the document may be other meanwhile.
        """
        model = prepared.model.requested
        before = self._plan.sent_before.get(self._scope.entry.id)
        same = before is not None and (before.provider, before.model) == (prepared.provider.id, model)
        for one in (prepared.body_sha256, before.body_sha256 if before is not None and same else None):
            if one is not None and await batched.has_asked(one):
                return one
        return None

    async def _reserve(
        self, prepared: Prepared, choice: Choice, tokens: int | None, factor: str | None, *, was_asked: bool
    ) -> int | None:
        """Reserve the most that the call can take, durably; the tokens of its answer, None without a budget.

        A request that is in a batch already costs nothing more.

        Two that reserve at once see each other: at worst both are refused, and never both made.

        Raises:
            SettingsError: `budget_exceeded`: it could take more than is left. Nothing is sent.
        """
        limits, scope = self._plan.reading.settings.budget, self._scope
        if not limits.is_set or tokens is None:
            return None
        model = prepared.model.requested
        most_in = round(tokens * (1 + family_of(model).plus_minus))
        most_out = prepared.parameters.max_output_tokens or UNLIMITED_OUTPUT
        cost = at_factor(await cost_of(Usage(most_in, most_out), model, choice.provider), factor)
        call = Reserved(most_in + most_out, None if cost is None else cost.amount)
        scope.note(reserved=call)
        await scope.save()
        base_url = choice.provider.base_url
        is_free = base_url is not None and is_loopback(base_url)
        if was_asked:
            return most_out
        try:
            require(limits, await scope.spending(), call, model, is_free=is_free)
        except OrchError:
            scope.note(reserved=None)
            raise
        return most_out

    async def _opened(self, settings: ProviderSettings) -> Provider:
        """The provider, with its key found.

        Raises:
            SettingsError: There is no key, or it cannot be one.
        """
        key = await self._providers.api_key(settings)
        if key is None and settings.requires_key:
            raise SettingsError(ErrorCode.MISSING_AUTH, f"There is no API key for {settings.name}.")
        return await self._providers.provider(settings, key)


def _fallbacks(plan: DraftPlan) -> list[Choice]:
    if plan.by_batch:
        # An answer for the usual price at once is another thing than was asked for.
        return []
    settings = plan.reading.settings
    providers = [settings.providers[name] for name in settings.fallback if name in settings.providers]
    return [
        replace(plan.choice, provider=provider, model=provider.model)
        for provider in providers
        if provider.name != plan.choice.provider.name and (provider.model or not provider.has_model)
    ]


class _Intake:
    """Takes in the events of one provider's answer."""

    def __init__(
        self,
        scope: StepScope,
        plan: DraftPlan,
        choice: Choice,
        attempts: AttemptLog,
        redactor: Redactor,
        before: Sequence[str],
        most: int | None,
        factor: str | None,
    ) -> None:
        self._scope = scope
        self._factor = factor
        """The part of the usual price that the answer costs; None if it is the usual one."""
        self._most = most
        """Tokens of an answer that are reserved; None without a budget."""
        self._heading = plan.heading
        self._choice = choice
        self._attempts = attempts
        self._attempts_before = attempts.count
        self._usage_before = scope.entry.usage
        self._cost_before = scope.entry.cost
        # In every message, because a client shows only the newest of them.
        self._hops = f" (fallback from {', '.join(before)})" if before else ""
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
                    self._progressed(f"{self._choice.model or self._choice.provider.name} is thinking")

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
        model = self._choice.model or self._choice.provider.name
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
                ErrorCode.BUDGET_EXCEEDED, f"The answer is longer than the {self._most:,} tokens that were reserved."
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
        usual = await cost_of(spent_here, model and (model.resolved or model.requested), self._choice.provider)
        cost = at_factor(usual, self._factor)
        if self._usage_before is not None:
            # Another provider had counted tokens before, at prices of its own.
            cost = cost_sum(self._cost_before, cost)
        self._scope.note(usage=self._attempts.total(), cost=cost)


def _waiting(code: str, reason: str, wait_s: float) -> str:
    """Why and how long nothing happens: short first, since a status bar cuts the rest."""
    when = f"in {wait_s:.0f} s" if round(wait_s) else "now"
    return f"{code.replace('_', ' ').capitalize()}, trying again {when} ({reason.rstrip('.')})"
