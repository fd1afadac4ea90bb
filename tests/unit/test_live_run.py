"""The record of a run while it lives, over a real store that fails for a while."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

from orch_lsp.orchestration.live_run import LiveRun
from orch_lsp.orchestration.observer import DraftDelta, Progress
from orch_lsp.orchestration.workflow import DRAFT, pending_steps
from orch_lsp.runs.migrations import VERSION
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.model import RunSettings
from tests.fakes.records import queued


class Watcher:
    """Notes what it is warned of."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def run_changed(self, record: RunRecord) -> None: ...

    def progressed(self, progress: Progress) -> None: ...

    def text_received(self, delta: DraftDelta) -> None: ...

    def warned(self, message: str) -> None:
        self.warnings.append(message)


async def test_text_that_could_not_be_kept_is_kept_with_the_next_that_can(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    owner, watcher = this_process(), Watcher()
    store = await RunStore.open(tmp_path, owner=owner, settings=RunSettings())
    live = LiveRun(replace(queued(owner=owner), steps=pending_steps(DRAFT)), store, watcher)
    await live.create(())
    live.may_be_charged()
    step = live.scope("draft")

    def say_version(version: int) -> None:
        with closing(sqlite3.connect(store.location)) as db:
            db.execute(f"PRAGMA user_version = {version}")

    step.receive("one ")
    await step.checkpoint()
    say_version(VERSION + 1)
    for text in ("two ", "three "):
        step.receive(text)
        await step.checkpoint()
    say_version(VERSION)
    step.receive("four")
    await step.checkpoint()

    assert await store.partial_text(live.record.run_id) == "one two three four"
    assert len(watcher.warnings) == 1
    await store.aclose()
