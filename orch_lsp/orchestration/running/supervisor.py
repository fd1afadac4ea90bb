"""The tasks behind runs: started, limited, cancelled, awaited. Nobody else owns a run's task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orch_lsp.errors import ErrorCode, OrchError, RunError
from orch_lsp.late import late, load_now
from orch_lsp.orchestration.asking.shielding import to_the_end
from orch_lsp.orchestration.running.observer import RunObserver
from orch_lsp.runs.record import Software
from orch_lsp.runs.status import TERMINAL, RunStatus
from orch_lsp.uri import normal_form

if TYPE_CHECKING:
    from orch_lsp.orchestration.planning import batching
    from orch_lsp.orchestration.planning.plan import DraftPlan
    from orch_lsp.orchestration.requests import shortening
    from orch_lsp.orchestration.requests.resources import ProcessResources
    from orch_lsp.orchestration.running import live_run, new_run, reuse, run
    from orch_lsp.orchestration.running.live_run import LiveRun
    from orch_lsp.orchestration.running.run import FinishedDraft
    from orch_lsp.runs.store import RunStore

    Delivery = Callable[[LiveRun, FinishedDraft], Awaitable[None]]
else:
    # A server in which nobody drafts does without them.
    batching = late("orch_lsp.orchestration.planning.batching")
    live_run = late("orch_lsp.orchestration.running.live_run")
    new_run = late("orch_lsp.orchestration.running.new_run")
    reuse = late("orch_lsp.orchestration.running.reuse")
    run = late("orch_lsp.orchestration.running.run")
    shortening = late("orch_lsp.orchestration.requests.shortening")

logger = logging.getLogger(__name__)

_ENDING_SECONDS = 10.0
BY_THE_END = "because its process was told to end: the editor closed or restarted it, or went away"


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """A live run with its task."""

    live: LiveRun
    document: str
    """The normal form of its URI."""
    task: asyncio.Task[None]


async def _with_earlier_answers(plan: DraftPlan, store: RunStore) -> DraftPlan:
    """The plan of a run that is tried again, with the answers that the earlier one was given."""
    if plan.parent_run_id is None or not plan.reuses:
        return plan
    try:
        return replace(plan, reusable=await reuse.reusable_of(store, await store.get(plan.parent_run_id)))
    except OrchError as error:
        logger.warning("nothing of run %s can be used again: %s", plan.parent_run_id, error.message)
        return plan


class Supervisor:
    """Owns the live runs of this process."""

    def __init__(self, resources: ProcessResources) -> None:
        self._resources = resources
        self._entries: dict[str, LiveEntry] = {}
        self._starting: set[str] = set()
        self._running = 0
        self._slot_freed = asyncio.Condition()
        self._heartbeat: asyncio.Task[None] | None = None

    @property
    def live(self) -> list[LiveRun]:
        """Live runs, oldest first."""
        return [entry.live for entry in self._entries.values()]

    def live_on(self, document: str) -> LiveRun | None:
        """The live run on a document (its URI, in any spelling), if there is one."""
        form = normal_form(document)
        return next((entry.live for entry in self._entries.values() if entry.document == form), None)

    async def start(self, plan: DraftPlan, observer: RunObserver, deliver: Delivery, *, client: Software) -> LiveRun:
        """Create the run, durable and `queued`, and let it go on in the background.

        Args:
            plan: What is to be done.
            observer: Who watches.
            deliver: Called with the draft of a run that completed.
            client: The editor or command line that asked.

        Raises:
            RunError: The document has a live run already.
            StoreError: The run could not be recorded; nothing was sent.
        """
        document = normal_form(plan.reading.source.uri)
        ending = self.live_on(plan.reading.source.uri)
        if ending is not None and ending.record.status in TERMINAL:
            # Its last bookkeeping is going on; it would be odd to be refused by a run that has ended.
            await self.wait(ending.record.run_id, _ENDING_SECONDS)
        if document in self._starting or self.live_on(plan.reading.source.uri):
            raise RunError(ErrorCode.RUN_IN_PROGRESS, "A run on this document is in progress.")
        self._starting.add(document)
        try:
            await asyncio.to_thread(load_now, live_run, new_run, run, shortening)
            await self._record_late()
            address = None
            if plan.brought is None:
                address = (await self._resources.provider(plan.choice.provider, None)).server_address
            store = await self._resources.store(plan.reading)
            plan = await shortening.shortened(plan, self._resources, store)
            record = new_run.new_record(
                plan,
                server_address=address,
                owner=self._resources.owner,
                server=self._resources.server,
                client=client,
            )
            plan = await _with_earlier_answers(plan, store)
            live = live_run.LiveRun(record, store, observer)
            try:
                self._resources.tell_interrupted(await live.create(texts=(plan.reading.document.text,)))
                if plan.by_batch:
                    plan = replace(plan, batching=batching.Batching(store.location.parent / batching.FOLDER))
            except asyncio.CancelledError:
                # The run is durable by now, and whoever asked for it has withdrawn.
                await self._cancel_queued(live)
                raise
            task = asyncio.create_task(self._run(live, plan, deliver), name=f"run {record.run_id}")
            self._entries[record.run_id] = LiveEntry(live, document, task)
        finally:
            self._starting.discard(document)
        if self._heartbeat is None or self._heartbeat.done():
            self._heartbeat = asyncio.create_task(self._beat(plan.reading.settings.runs.heartbeat_s), name="heartbeat")
        return live

    async def _run(self, live: LiveRun, plan: DraftPlan, deliver: Delivery) -> None:
        try:
            live.progressed("Waiting for other runs to end" if self._full(plan) else "Starting")
            finished = await self._in_slot(live, plan)
            if plan.batching is not None:
                await plan.batching.settle(live.record)
            if finished is not None:
                await deliver(live, finished)
        except OrchError as error:
            live.observer.warned(error.detail.text)
        except asyncio.CancelledError:
            # The record says `cancelled` by now; there is nobody above to tell.
            logger.debug("run %s was cancelled", live.record.run_id)
        except Exception:
            logger.exception("the draft of run %s could not be delivered", live.record.run_id)
        finally:
            self._entries.pop(live.record.run_id, None)

    async def _record_late(self) -> None:
        """Record the runs that could not be recorded at their end: their documents would count as being worked on."""
        for store in await self._resources.open_stores():
            await store.write_held()

    def _full(self, plan: DraftPlan) -> bool:
        return self._running >= plan.reading.settings.runs.parallel

    async def _in_slot(self, live: LiveRun, plan: DraftPlan) -> FinishedDraft | None:
        try:
            async with self._slot_freed:
                await self._slot_freed.wait_for(lambda: not self._full(plan))
                self._running += 1
        except asyncio.CancelledError:
            await self._cancel_queued(live)
            raise
        try:
            return await run.run_draft(live, plan, self._resources)
        finally:
            self._running -= 1
            async with self._slot_freed:
                self._slot_freed.notify_all()

    async def _cancel_queued(self, live: LiveRun) -> None:
        by = f" {live.cancelled_by}" if live.cancelled_by else ""
        error = RunError(ErrorCode.CANCELLED, f"The run was cancelled{by} before it began.").detail
        live.stop_if_not_recorded = False
        await to_the_end(live.transition(RunStatus.CANCELLED, error=error))

    async def _beat(self, seconds: float) -> None:
        while self._entries:
            await asyncio.sleep(seconds)
            for store in await self._resources.open_stores():
                ids = [live.record.run_id for live in self.live if live.store is store]
                try:
                    await store.heartbeat(ids)
                except OrchError as error:
                    logger.warning("no heartbeat: %s", error.message)

    def cancel(self, run_id: str, by: str) -> bool:
        """Ask a live run to end as `cancelled`; False if it has ended, or is not live in this process.

        Args:
            run_id: Which.
            by: Who or what ends it, as it completes "The run was cancelled …"; it stands on the record.
        """
        entry = self._entries.get(run_id)
        if entry is None or entry.live.record.status in TERMINAL:
            return False
        entry.live.cancelled_by = entry.live.cancelled_by or by
        return entry.task.cancel()

    async def wait(self, run_id: str, seconds: float | None = None) -> None:
        """Until a run has ended and its draft was delivered, or `seconds` have passed; at once if it is not live."""
        entry = self._entries.get(run_id)
        if entry is not None:
            await asyncio.wait([entry.task], timeout=seconds)

    async def aclose(self) -> None:
        """Cancel all live runs and wait until each is recorded."""
        tasks = [entry.task for entry in self._entries.values()]
        for entry in self._entries.values():
            entry.live.cancelled_by = entry.live.cancelled_by or BY_THE_END
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._record_late()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
