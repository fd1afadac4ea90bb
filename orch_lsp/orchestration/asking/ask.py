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
from orch_lsp.orchestration.asking.attempts import AttemptLog
from orch_lsp.orchestration.asking.intake import AskedProvider, Intake
from orch_lsp.orchestration.asking.scope import StepScope
from orch_lsp.orchestration.asking.shielding import to_the_end
from orch_lsp.orchestration.asking.untouched import Stamped, changed, changed_left_out, stamps_of, told_of_left_out
from orch_lsp.orchestration.asking.untouched import touched as touched_by
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.requests.budget import UNLIMITED_OUTPUT, require
from orch_lsp.orchestration.requests.context_record import context_record
from orch_lsp.orchestration.requests.cost import at_factor, cost_of
from orch_lsp.orchestration.requests.estimate import table_tokens
from orch_lsp.orchestration.requests.prepare import Prepared, prepare, prompt_ref, write
from orch_lsp.orchestration.requests.since_preview import changed_since
from orch_lsp.plugins import contained
from orch_lsp.providers.access import ProviderAccess
from orch_lsp.providers.base import Batched, GenerationRequest, Provider, StreamEvent
from orch_lsp.runs.record import Reserved, StepBatch
from orch_lsp.settings.endpoint import is_loopback
from orch_lsp.settings.kinds import kind_named
from orch_lsp.settings.model import Choice, ProviderSettings

SHARE_AGAIN = 0.4
"""Of the context's tokens, what is sent again to a model for which all of it was too long."""
FALLS_BACK = frozenset({
    ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.OVERLOADED, ErrorCode.TIMEOUT, ErrorCode.QUOTA_EXHAUSTED,
    ErrorCode.NETWORK_ERROR,
})  # fmt: skip
"""Failures after which a fallback is asked, since this provider cannot be had. Never a refusal or a bad request."""


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
        """The answer of one provider: taken from an earlier run, collected from a batch, or asked for."""
        scope = self._scope
        opened = await self._opened(choice.provider)
        batched = None if self._plan.batching is None else self._plan.batching.of(opened)
        provider = batched or opened
        prepared = await asyncio.to_thread(prepare, self._plan, self._written, choice, provider, self._redactor)
        self._compare_with_preview(choice, prepared)
        model = prepared.model.requested
        tokens = await asyncio.to_thread(table_tokens, prepared.request, model) if model is not None else None
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
        asked = AskedProvider(choice, tuple(self._before), most, factor)
        intake = Intake(scope, self._plan, asked, self._attempts, self._redactor)
        with contained():
            events = (
                provider.stream(prepared.request)
                if batched is None or sent is None
                else batched.stream_sent(prepared.request, sent)
            )
            stream = cast("AsyncGenerator[StreamEvent, None]", events)
        await self._take_all(stream, intake, opened, choice)
        if scope.entry.finish_reason is not FinishReason.STOP:
            raise ProviderError(ErrorCode.INCOMPLETE_OUTPUT, "The provider's answer had no end.")
        return scope.text

    def _compare_with_preview(self, choice: Choice, prepared: Prepared) -> None:
        """Note how the first request differs from the one that the person was shown, if one was."""
        shown = self._plan.previewed
        if shown is not None and choice is self._plan.choice and not self._is_smaller:
            document = self._plan.reading.document.text
            self._scope.change(findings=changed_since(shown, prepared, document, self._context, self._scope.entry.id))

    async def _take_all(
        self, stream: AsyncGenerator[StreamEvent, None], intake: Intake, opened: Provider, choice: Choice
    ) -> None:
        """Take in an answer to its end, and look afterwards for what a provider that acts has changed meanwhile.

        Raises:
            OrchError: The answer failed, or files of the workspace were changed (`not_allowed`).
        """
        scope = self._scope
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
