"""The draft step: ask the provider, take in what comes, and fall back only where the user said so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from orch_lsp.errors import ErrorCode, OrchError, ProviderError, SettingsError, detail_of
from orch_lsp.generation import FinishReason
from orch_lsp.orchestration.attempts import AttemptLog
from orch_lsp.orchestration.cost import cost_of, cost_sum
from orch_lsp.orchestration.live_run import LiveRun
from orch_lsp.orchestration.observer import DraftDelta
from orch_lsp.orchestration.plan import DraftPlan
from orch_lsp.orchestration.request import without_live_keys
from orch_lsp.orchestration.shielding import to_the_end
from orch_lsp.orchestration.steps import end_step
from orch_lsp.orchestration.streaming import LiveKeyFilter, SectionTracker
from orch_lsp.plugins import contained
from orch_lsp.providers.base import (
    AnswerBegan,
    AttemptEnded,
    AttemptStarted,
    Finished,
    GenerationRequest,
    LimitsOutput,
    ModelResolved,
    Provider,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    UsageReported,
    Waiting,
)
from orch_lsp.runs.record import ModelRef, ProviderRef, timestamp
from orch_lsp.runs.status import RunStatus, StepStatus
from orch_lsp.settings.model import Choice, ProviderSettings
from orch_lsp.text import sha256

if TYPE_CHECKING:
    from orch_lsp.orchestration.session import Session

FALLS_BACK = frozenset({
    ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.OVERLOADED, ErrorCode.TIMEOUT, ErrorCode.QUOTA_EXHAUSTED,
    ErrorCode.NETWORK_ERROR,
})  # fmt: skip
"""What another provider may be asked for: this one cannot be had. Never a refusal or a bad request."""


async def ask(live: LiveRun, plan: DraftPlan, session: Session, request: GenerationRequest) -> str:
    """The raw answer, from the chosen provider, else from the first of the user's fallbacks that gives one.

    Raises:
        OrchError: None did; with text on the run, if the answer broke off.
    """
    attempts = AttemptLog(session.redactor)
    fallbacks = _fallbacks(plan)
    choice = plan.choice
    before: list[str] = []
    while True:
        try:
            raw = await _ask_one(live, plan, session, choice, replace(request, model=choice.model), attempts, before)
        except OrchError as error:
            if error.code in FALLS_BACK and fallbacks and not live.characters:
                before.append(f"{choice.provider.name}: {error.code}")
                choice = fallbacks.pop(0)
                continue
            if before:
                error.message += f" {choice.provider.name} was a fallback; asked before it: {', '.join(before)}."
            raise
        else:
            end_step(live, "draft", StepStatus.COMPLETED, output_sha256=sha256(raw))
            return raw


def _fallbacks(plan: DraftPlan) -> list[Choice]:
    settings = plan.reading.settings
    providers = [settings.providers[name] for name in settings.fallback if name in settings.providers]
    return [
        replace(plan.choice, provider=provider, model=provider.model)
        for provider in providers
        if provider.name != plan.choice.provider.name and (provider.model or not provider.has_model)
    ]


async def _ask_one(
    live: LiveRun,
    plan: DraftPlan,
    session: Session,
    choice: Choice,
    request: GenerationRequest,
    attempts: AttemptLog,
    before: Sequence[str],
) -> str:
    provider = await _opened(choice.provider, session)
    request = await asyncio.to_thread(without_live_keys, plan, request, session.redactor)
    with contained():
        body = await asyncio.to_thread(provider.request_body, request)
    limit = provider.default_max_output_tokens if isinstance(provider, LimitsOutput) else None
    live.change(
        request=replace(live.record.request, max_output_tokens=request.max_output_tokens or limit),
        provider=ProviderRef(provider.id, provider.kind, provider.server_address),
        model=ModelRef(choice.model if choice.provider.has_model else None),
        # A provider that was asked before may have given a reason for its own end.
        finish_reason=None,
        finish_reasons=(),
        request_sha256=None if body is None else sha256(body),
        steps=tuple(
            replace(step, provider=provider.id, model=choice.model) if step.id == "draft" else step
            for step in live.record.steps
        ),
    )
    await live.save(tell=False)
    # From here on something may have been paid for.
    live.must_record = provider.server_address is None
    answer = _Answer(live, plan, session, choice, attempts, before)
    with contained():
        stream = cast("AsyncGenerator[StreamEvent, None]", provider.stream(request))
    writer = asyncio.create_task(live.keep_checkpoints(), name=f"checkpoints of {live.record.run_id}")
    try:
        async with session.in_use(provider):
            with contained():
                async with contextlib.aclosing(stream):
                    async for event in stream:
                        await answer.take(event)
    except asyncio.CancelledError:
        attempts.cancelled()
        raise
    except Exception as error:
        # A provider of somebody else's may break the port's rules; the record must not show it as still open.
        attempts.failed(detail_of(error))
        raise
    finally:
        # Whoever cancels twice, or while this goes on, must not leave an attempt open or its tokens uncounted.
        await to_the_end(_settled(live, answer, writer))
    if live.record.finish_reason is not FinishReason.STOP:
        raise ProviderError(ErrorCode.INCOMPLETE_OUTPUT, "The provider's answer had no end.")
    return live.text


async def _settled(live: LiveRun, answer: _Answer, writer: asyncio.Task[None]) -> None:
    answer.flush()
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    await live.checkpoint()
    await answer.settle()


async def _opened(settings: ProviderSettings, session: Session) -> Provider:
    """The provider, with its key found.

    Raises:
        SettingsError: There is no key, or it cannot be one.
    """
    key = await session.api_key(settings)
    if key is None and settings.requires_key:
        raise SettingsError(ErrorCode.MISSING_AUTH, f"There is no API key for {settings.name}.")
    return await session.provider(settings, key)


class _Answer:
    """Takes in the events of one provider's answer."""

    def __init__(
        self,
        live: LiveRun,
        plan: DraftPlan,
        session: Session,
        choice: Choice,
        attempts: AttemptLog,
        before: Sequence[str],
    ) -> None:
        self._live = live
        self._choice = choice
        self._attempts = attempts
        self._attempts_before = attempts.count
        self._cost_before = live.record.cost
        # In every message, because a client shows only the newest of them.
        self._hops = f" (fallback from {', '.join(before)})" if before else ""
        self._tracker = SectionTracker(plan.reading.profile)
        self._redactor = session.redactor
        self._keys = LiveKeyFilter(session.redactor)

    async def take(self, event: StreamEvent) -> None:
        """Note an event on the record and tell of it."""
        live = self._live
        match event:
            case TextDelta(text):
                self._receive(self._keys.feed(text))
            case AttemptStarted():
                self._attempts.started(event)
                self._progressed(self._asking(event.number))
                # Durable before the exchange: were this process killed, the record still says whom it had asked.
                await live.save(tell=False, steps=self._attempts.on(live.record.steps))
            case AnswerBegan():
                self._attempts.answered(event)
            case AttemptEnded():
                self._attempts.ended(event)
                live.change(steps=self._attempts.on(live.record.steps))
            case Waiting(wait_s, error):
                self._progressed(_waiting(error.code, self._redactor.redact(error.message), wait_s))
                await live.save(tell=False)
            case UsageReported(usage):
                self._attempts.used(usage)
            case ModelResolved(model):
                live.change(model=ModelRef(live.record.model.requested, self._redactor.redact_known(model)))
            case Finished(reason, raw_reasons):
                raw = tuple(self._redactor.redact_known(word) for word in raw_reasons)
                live.change(finish_reason=reason, finish_reasons=raw)
            case ReasoningDelta():
                if not live.characters:
                    self._progressed(f"{self._choice.model or self._choice.provider.name} is thinking")

    def _progressed(self, message: str) -> None:
        self._live.observer.progressed(message + self._hops)

    def _asking(self, number: int) -> str:
        model = self._choice.model or self._choice.provider.name
        return f"Asking {model}" if number == 1 else f"Asking {model}, attempt {number}"

    def _receive(self, text: str) -> None:
        if not text:
            return
        live = self._live
        offset = live.characters
        if offset == 0 and live.record.timing.first_chunk_s is None:
            began = next(change.at for change in live.record.status_timeline if change.status is RunStatus.RUNNING)
            live.change(timing=replace(live.record.timing, first_chunk_s=seconds_between(began, timestamp())))
        self._tracker.feed(text)
        live.receive(text)
        live.observer.text_received(DraftDelta(live.record.run_id, "draft", self._tracker.current, offset, text))
        tokens = (live.characters + 3) // 4
        self._progressed(f"Writing {self._tracker.title or 'the draft'} (about {tokens} tokens so far)")

    def flush(self) -> None:
        """Take in what was held back for the sake of the keys."""
        self._receive(self._keys.flush())

    async def settle(self) -> None:
        """Put attempts, usage and cost on the record, whether it went well or not."""
        live, usage = self._live, self._attempts.total()
        steps = self._attempts.on(live.record.steps)
        finish_reason = live.record.finish_reason
        live.change(
            steps=tuple(
                replace(step, usage=usage, finish_reason=finish_reason) if step.id == "draft" else step
                for step in steps
            )
        )
        spent_here = self._attempts.total(self._attempts_before)
        if spent_here is None:
            return
        model = live.record.model.resolved or live.record.model.requested
        cost = await cost_of(spent_here, model, self._choice.provider)
        if live.record.usage is not None:
            # Another provider had counted tokens before, at prices of its own.
            cost = cost_sum(self._cost_before, cost)
        live.change(usage=usage, cost=cost)


def _waiting(code: str, reason: str, wait_s: float) -> str:
    """Why and how long nothing happens: short first, since a status bar cuts the rest."""
    when = f"in {wait_s:.0f} s" if round(wait_s) else "now"
    return f"{code.replace('_', ' ').capitalize()}, trying again {when} ({reason.rstrip('.')})"


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one RFC 3339 time to another, never negative."""
    return max(0.0, (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds())
