"""Where requests are collected into batches, and their results are waited for.

A request that was sent before, by whichever process, is not sent again: its batch is waited for. A batch whose sending
broke off is looked for at the provider first.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from orch_lsp.errors import ErrorCode, OrchError, RunError
from orch_lsp.providers.base import CancelledBatch
from orch_lsp.providers.batches.calls import Calls, encoded
from orch_lsp.providers.batches.endpoint import BatchEndpoint, BatchItem, BatchResult
from orch_lsp.providers.batches.ledger import BatchLedger, Sent
from orch_lsp.providers.batches.results import unanswered, unknown_batch
from orch_lsp.providers.failure import ExchangeFailedError, Failure

logger = logging.getLogger(__name__)

LINGER_S = 2.0
"""Seconds without a further request after which a batch is sent."""
_MOST_REQUESTS = 10_000
_MOST_BYTES = 64 * 1024 * 1024
_FIRST_LOOK_S = 1.0
_LONGEST_LOOK_S = 60.0
_SLOWER = 1.5
_MOST_FAILED_LOOKS = 8
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Standing:
    """The batch that a request is in: its id, how many of how many requests are answered."""

    batch_id: str
    answered: int
    requests: int


News = Standing | BatchResult | OrchError
"""The words for whoever waits: where the request is, then its result; or why nothing is known of it."""


@dataclass(slots=True)
class _Place:
    """A request at the desk, and whoever waits for it."""

    item: BatchItem
    waiting: list[asyncio.Queue[News]] = field(default_factory=list["asyncio.Queue[News]"])

    def tell(self, news: News) -> None:
        for queue in self.waiting:
            queue.put_nowait(news)


class BatchDesk:
    """The desk of one provider in one workspace.

    Args:
        endpoint: The provider's batches.
        calls: The way to it.
        ledger: What was sent.
        attempts: How often a request is made that fails, at most.
        sleep: Waits some seconds.
        linger_s: As `LINGER_S`.
    """

    def __init__(
        self,
        endpoint: BatchEndpoint,
        calls: Calls,
        ledger: BatchLedger,
        *,
        attempts: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        linger_s: float = LINGER_S,
    ) -> None:
        self._endpoint = endpoint
        self._calls = calls
        self._ledger = ledger
        self._attempts = attempts
        self._sleep = sleep
        self._linger_s = linger_s
        self._places: dict[str, _Place] = {}
        self._collected: list[str] = []
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent: dict[str, Sent] | None = None
        self._answers: dict[str, dict[str, BatchResult]] = {}
        """The answers of batches that have ended, for those who come for them later."""
        self._opening = asyncio.Lock()
        self._changing = asyncio.Lock()

    async def has_asked(self, custom_id: str) -> bool:
        """Whether a request was sent already and its answer is still to be had."""
        return any(custom_id in one.requests for one in (await self._known()).values())

    async def join(self, item: BatchItem) -> asyncio.Queue[News]:
        """Ask, or wait for the answer of somebody who has asked the same; the news come through the queue."""
        queue: asyncio.Queue[News] = asyncio.Queue()
        place = self._places.get(item.custom_id)
        if place is not None:
            place.waiting.append(queue)
            return queue
        known = next((one for one in (await self._known()).values() if item.custom_id in one.requests), None)
        if known is not None and (result := self._answers.get(known.name, {}).get(item.custom_id)) is not None:
            queue.put_nowait(Standing(known.id, known.size, known.size))
            queue.put_nowait(result)
            return queue
        place = self._places.setdefault(item.custom_id, _Place(item))
        place.waiting.append(queue)
        if known is not None:
            self._follow_once(known)
        else:
            self._collected.append(item.custom_id)
            self._arrived.set()
            self._run_once("collecting", self._collect)
        return queue

    def leave(self, custom_id: str, queue: asyncio.Queue[News]) -> None:
        """Wait no more. What was sent stays sent; what was not is not."""
        place = self._places.get(custom_id)
        if place is not None and queue in place.waiting:
            place.waiting.remove(queue)
            if not place.waiting:
                del self._places[custom_id]
                if custom_id in self._collected:
                    self._collected.remove(custom_id)

    async def cancel(self, requests: Collection[str]) -> Sequence[CancelledBatch]:
        """Have the batches end in which these requests are; what they answered stays to be had.

        Raises:
            ExchangeFailedError: The provider did not take it.
        """
        found: list[CancelledBatch] = []
        for batch in tuple((await self._known()).values()):
            if set(requests).isdisjoint(batch.requests):
                continue
            batch_id = batch.id or next(iter(await self._found(batch)), "")
            if not batch_id:
                # Its sending broke off before the provider had it.
                await self._forget(batch)
                continue
            if not batch.id:
                await self._named(batch.name, batch_id)
            state = await self._endpoint.state(self._calls, batch_id)
            if not state.ended:
                await self._endpoint.cancel(self._calls, batch_id)
            found.append(CancelledBatch(batch_id, batch.size, state.answered, state.ended))
        return found

    async def aclose(self) -> None:
        """Send nothing more, and wait for nothing more; what was sent is on disk."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _known(self) -> dict[str, Sent]:
        async with self._opening:
            if self._sent is None:
                self._sent = {one.name: one for one in await asyncio.to_thread(self._ledger.sent)}
            return self._sent

    async def _change(self, name: str, change: Callable[[Sent], Sent]) -> Sent | None:
        """Change what is known of a batch, durably, one change after the other; None if nothing is known of it.

        A batch without requests is forgotten.
        """
        known = await self._known()
        async with self._changing:
            if (batch := known.get(name)) is None:
                return None
            batch = change(batch)
            if batch.requests:
                known[name] = batch
            else:
                del known[name]
                self._answers.pop(name, None)
            await asyncio.to_thread(self._ledger.save, batch)
            return batch

    async def _named(self, name: str, batch_id: str) -> Sent | None:
        """Note the provider's id of a batch."""
        return await self._change(name, lambda batch: replace(batch, id=batch_id))

    async def _without(self, name: str, requests: Collection[str]) -> None:
        """Forget some requests of a batch."""
        await self._change(
            name, lambda batch: replace(batch, requests=tuple(one for one in batch.requests if one not in requests))
        )

    async def _forget(self, batch: Sent) -> None:
        """Forget a batch: nothing of it is to be had."""
        await self._without(batch.name, batch.requests)

    def _run_once(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        if all(task.done() or task.get_name() != name for task in self._tasks):

            async def run() -> None:
                await work()

            task = asyncio.create_task(run(), name=name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _follow_once(self, batch: Sent) -> None:
        self._run_once(f"batch {batch.name}", lambda: self._guarded(batch.requests, lambda: self._follow(batch.name)))

    async def _guarded(self, requests: Iterable[str], work: Callable[[], Awaitable[None]]) -> None:
        """Do something for these requests; whatever goes wrong is told to those who wait."""
        try:
            await work()
        except ExchangeFailedError as failed:
            self._tell_all(requests, failed.failure.error())
        except OrchError as error:
            self._tell_all(requests, error)
        except Exception as error:
            logger.exception("a batch met a fault")
            self._tell_all(requests, _fault(error))

    def _tell_all(self, requests: Iterable[str], error: OrchError) -> None:
        for custom_id in requests:
            if (place := self._places.pop(custom_id, None)) is not None:
                place.tell(error)

    # Sending.

    async def _collect(self) -> None:
        while self._collected:
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._linger_s):
                    await self._arrived.wait()
                continue
            except TimeoutError:
                pass
            while self._collected:
                items = self._next_items()
                requests = [item.custom_id for item in items]
                await self._guarded(requests, lambda items=items: self._send(items))

    def _next_items(self) -> list[BatchItem]:
        """The requests of the next batch: OpenAI wants one model in each, and all want it not too large."""
        items: list[BatchItem] = []
        size = 0
        for custom_id in tuple(self._collected):
            item = self._places[custom_id].item
            length = len(encoded(item.body))
            is_full = len(items) >= _MOST_REQUESTS or size + length > _MOST_BYTES
            if items and (is_full or item.body.get("model") != items[0].body.get("model")):
                continue
            items.append(item)
            size += length
            self._collected.remove(custom_id)
        return items

    async def _send(self, items: list[BatchItem]) -> None:
        name = uuid.uuid4().hex
        batch = await asyncio.to_thread(self._ledger.begin, name, [item.custom_id for item in items])
        (await self._known())[name] = batch
        number = 1
        while True:
            try:
                batch_id = await self._endpoint.submit(self._calls, items, name)
                break
            except ExchangeFailedError as failed:
                refused = _is_refusal(failed.failure)
                if not refused and (found := await self._found(batch)):
                    batch_id = found[0]
                    break
                # Refused, or nowhere at the provider: nothing was made.
                if number >= self._attempts or not failed.failure.repeat:
                    await self._forget(batch)
                    raise
                await self._sleep(failed.failure.retry_after_s or _FIRST_LOOK_S * number)
                number += 1
        await self._named(name, batch_id)
        self._follow_once(batch)

    async def _found(self, batch: Sent) -> list[str]:
        """Batches at the provider that may be this one."""
        known = {one.id for one in (await self._known()).values()} | set(batch.others)
        found = await self._endpoint.find(self._calls, batch.name, batch.created, batch.size)
        return [one for one in found if one and one not in known]

    # Waiting.

    async def _follow(self, name: str) -> None:
        while True:
            batch = (await self._known()).get(name)
            if batch is None:
                return
            if not batch.id:
                found = await self._found(batch)
                if not found:
                    await self._never_made(batch)
                    return
                batch = await self._named(name, found[0]) or batch
            await self._until_ended(batch)
            if await self._hand_out(batch):
                return

    async def _never_made(self, batch: Sent) -> None:
        """Its sending broke off before the provider had it: its requests are collected anew."""
        await self._forget(batch)
        self._collected += [one for one in batch.requests if one in self._places]
        self._arrived.set()
        self._run_once("collecting", self._collect)

    async def _until_ended(self, batch: Sent) -> None:
        """Look at a batch until it has ended.

        Raises:
            ExchangeFailedError: It failed, is not known any more, or cannot be looked at.
        """
        delay, failed_looks, told = _FIRST_LOOK_S, 0, -1
        while True:
            try:
                state = await self._endpoint.state(self._calls, batch.id)
            except ExchangeFailedError as failed:
                if failed.failure.http_status == _NOT_FOUND:
                    await self._forget(batch)
                    raise ExchangeFailedError(unknown_batch(self._calls.provider, batch.id)) from failed
                failed_looks += 1
                if not failed.failure.may_succeed_later or failed_looks > _MOST_FAILED_LOOKS:
                    raise
            else:
                failed_looks = 0
                if state.failure is not None:
                    await self._forget(batch)
                    raise ExchangeFailedError(state.failure)
                self._tell_standing(batch, state.answered, is_first=told < 0, is_new=state.answered != told)
                told = state.answered
                if state.ended:
                    return
            await self._sleep(delay)
            delay = min(delay * _SLOWER, _LONGEST_LOOK_S)

    def _tell_standing(self, batch: Sent, answered: int, *, is_first: bool, is_new: bool) -> None:
        """Tell all of those who wait in which batch they are, and one of them how far it is."""
        places = [self._places[one] for one in batch.requests if one in self._places]
        for place in places if is_first else places[:1]:
            if is_first or is_new:
                place.tell(Standing(batch.id, answered, batch.size))

    async def _results(self, batch: Sent) -> Sequence[BatchResult]:
        number = 1
        while True:
            try:
                return await self._endpoint.results(self._calls, batch.id)
            except ExchangeFailedError as failed:
                if not failed.failure.may_succeed_later or number >= self._attempts:
                    raise
            await self._sleep(_FIRST_LOOK_S * number)
            number += 1

    async def settle(self, requests: Collection[str]) -> None:
        """These requests are dealt with: their answers are kept, and none of them is to be had from here again."""
        for batch in tuple((await self._known()).values()):
            if not set(requests).isdisjoint(batch.requests):
                await self._without(batch.name, requests)

    async def _hand_out(self, batch: Sent) -> bool:
        """Give each result to whoever waits for it; False if the batch turns out to be another one."""
        results = {one.custom_id: one for one in await self._results(batch)}
        if results and results.keys().isdisjoint(batch.requests):
            other = batch.id
            await self._change(batch.name, lambda now: replace(now, id="", others=(*now.others, other)))
            return False
        batch = (await self._known()).get(batch.name, batch)
        missing = unanswered(self._calls.provider, batch.id)
        ended = {one: results.get(one) or BatchResult(one, failure=missing) for one in batch.requests}
        self._answers[batch.name] = {one: result for one, result in ended.items() if result.failure is None}
        await self._without(batch.name, {one for one, result in ended.items() if result.failure is not None})
        for custom_id, result in ended.items():
            if (place := self._places.pop(custom_id, None)) is not None:
                place.tell(Standing(batch.id, batch.size, batch.size))
                place.tell(result)
        return True


def _is_refusal(failure: Failure) -> bool:
    """Whether a provider said that it did not take the request."""
    status = failure.http_status or 0
    return 400 <= status < 500 and status not in {408, 409}


def _fault(error: Exception) -> OrchError:
    return RunError(ErrorCode.UNEXPECTED_ERROR, f"Batches met a fault: {type(error).__name__}.")
