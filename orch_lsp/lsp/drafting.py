"""A run as an editor sees it: progress, words as they arrive, record changes, and the edit at the end."""

from __future__ import annotations

import asyncio
import functools
import logging
from dataclasses import replace

from lsprotocol import types

from orch_lsp.errors import ErrorCode
from orch_lsp.lsp.announcing import announce
from orch_lsp.lsp.editing import EditorDocument
from orch_lsp.lsp.failures import ShownFailure
from orch_lsp.lsp.progress import WorkDoneProgress
from orch_lsp.lsp.refresh import refresh
from orch_lsp.lsp.server import OrchServer
from orch_lsp.orchestration.drafts.delivery import deliver as delivery_of
from orch_lsp.orchestration.drafts.delivery import has_errors
from orch_lsp.orchestration.planning.plan import DraftPlan
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.observer import DraftDelta, Progress
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import TERMINAL, RunStatus
from orch_lsp.runs.view import finding_lines, looked

logger = logging.getLogger(__name__)

_FINDINGS_TOLD = 3
DELTA_SECONDS = 0.05
"""Deltas are sent at most twenty times a second."""


class EditorObserver:
    """Tells a client of one run. `orch/…` notifications go only to a client that declares `experimental.orch`."""

    def __init__(self, server: OrchServer, uri: str, title: str) -> None:
        self._server = server
        self._uri = uri
        self._title = title
        self._progress: WorkDoneProgress | None = None
        self._deltas: list[DraftDelta] = []
        self._timer: asyncio.TimerHandle | None = None
        self._completed = False

    def run_changed(self, record: RunRecord) -> None:
        """Pass a committed record on, and show what it means."""
        self._flush_deltas()
        if record.status is RunStatus.QUEUED and self._progress is None:
            self._server.failures.clear(self._uri)
            self._progress = WorkDoneProgress(
                self._server, record.run_id, self._title, lambda: self._cancel(record.run_id)
            )
        announce(self._server, record)
        if record.status in TERMINAL:
            self._settle_refusal()
        if record.status is RunStatus.COMPLETED and not self._completed:
            self._completed = True
            self._show_ungrounded(record)
            show_findings(self._server, record)
            if record.draft is None:
                self.ended(looked(record))
        elif (record.status in TERMINAL and record.draft is None) or record.status is RunStatus.FAILED:
            self._show_failure(record)
        if record.status in TERMINAL and self._progress is not None and record.status is not RunStatus.COMPLETED:
            self._progress.end(str(record.status))
        refresh(self._server, self._uri)

    def _cancel(self, run_id: str) -> None:
        self._server.run_task(_cancel(self._server, run_id), f"cancel {run_id}")

    def _settle_refusal(self) -> None:
        """A second run was refused because of this one, which is no reason any more."""
        failure = self._server.failures.get(self._uri)
        if failure is not None and failure.detail.code == ErrorCode.RUN_IN_PROGRESS:
            self._server.failures.clear(self._uri)

    def _show_ungrounded(self, record: RunRecord) -> None:
        error = record.context.error
        if error is not None:
            detail = replace(error, message=f"The draft is not grounded on the workspace: {error.message}")
            self._server.failures.set(self._uri, ShownFailure.of_run(record, detail, "warning"))

    def _show_failure(self, record: RunRecord) -> None:
        if record.error is None or record.status is RunStatus.CANCELLED:
            return
        failure = ShownFailure.of_run(record, record.error)
        self._server.failures.set(self._uri, failure)

    def progressed(self, progress: Progress) -> None:
        """Show what is happening now."""
        if self._progress is not None:
            self._progress.report(progress.message)

    def text_received(self, delta: DraftDelta) -> None:
        """Gather words; they are sent together."""
        if not self._server.client.orch_notifications:
            return
        self._deltas.append(delta)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELTA_SECONDS, self._flush_deltas)

    def _flush_deltas(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deltas, self._deltas = self._deltas, []
        while deltas:
            first = deltas[0]
            same = _leading(deltas)
            self._server.protocol.notify(
                "orch/draftDelta",
                {
                    "runId": first.run_id,
                    "step": first.step,
                    "section": first.section,
                    "offset": first.offset,
                    "text": "".join(delta.text for delta in same),
                },
            )
            deltas = deltas[len(same) :]

    def warned(self, message: str) -> None:
        """Show a warning."""
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"Orch: {message}"))

    def ended(self, message: str) -> None:
        """End the progress."""
        self._flush_deltas()
        if self._progress is not None:
            self._progress.end(message)


def _leading(deltas: list[DraftDelta]) -> list[DraftDelta]:
    """The deltas at the beginning that belong to one section of one step."""
    step, section = deltas[0].step, deltas[0].section
    count = next((i for i, delta in enumerate(deltas) if (delta.step, delta.section) != (step, section)), len(deltas))
    return deltas[:count]


async def _cancel(server: OrchServer, run_id: str) -> None:
    server.shared.supervisor.cancel(run_id, "in the editor")


def show_findings(server: OrchServer, record: RunRecord) -> None:
    """Say once what of the answer the document does not get, and what is to be looked at."""
    if not record.findings:
        return
    # A finding is a sentence, or ends with words of the draft.
    lines = [line.rstrip(".") for line in finding_lines(record)]
    more = f"; and {len(lines) - _FINDINGS_TOLD} more" if len(lines) > _FINDINGS_TOLD else ""
    if lines:
        message = f"Orch: {'; '.join(lines[:_FINDINGS_TOLD])}{more}. The run's record has all of it."
        server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))


async def deliver(
    server: OrchServer, observer: EditorObserver, plan: DraftPlan, live: LiveRun, finished: FinishedDraft
) -> None:
    """Bring a completed run's draft into the document, or leave it waiting and say so."""
    uri = plan.reading.source.uri
    has_own_words = plan.rewrite is not None and plan.rewrite.by_person
    try:
        delivery = await delivery_of(
            live,
            plan,
            finished.answer,
            EditorDocument(server, uri),
            at_once=plan.reading.settings.apply != "review" and not has_own_words,
            on_superseded=functools.partial(announce, server),
        )
        without = f"; the answer has no {', '.join(delivery.undrafted)}" if delivery.undrafted else ""
        if delivery.made is not None:
            observer.ended(f"the draft is in the document{without}")
        elif delivery.refusal is not None:
            # The document says why the draft waits.
            server.failures.set(uri, ShownFailure.of_run(live.record, delivery.refusal.detail))
            observer.ended("the draft waits")
        elif delivery.broken:
            why = "the check found errors in it" if has_errors(live.record) else "it breaks rules of the format"
            observer.ended(f"the draft waits for your review: {why}{without}")
        elif has_own_words:
            observer.ended(f"the draft waits for your review: you wrote there{without}")
        else:
            observer.ended(f"the draft waits for your review{without}")
    finally:
        observer.ended("ended")
        refresh(server, uri)
