"""The record of a run while it lives, over a real store that fails for a while."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

from orch_lsp.orchestration.running.graph import StepSpec
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.workflow import pending_steps, planned_steps
from orch_lsp.runs.migrations import VERSION
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.status import RunStatus, StepStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.workflows.library import packaged
from tests.fakes.records import NOBODY, queued
from tests.fakes.watcher import Watcher

DRAFT = planned_steps(packaged()["quick"], ())


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


async def test_the_texts_of_two_steps_are_kept_apart_while_both_arrive(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCH_STATE_HOME", str(tmp_path / "state"))
    store = await RunStore.open(tmp_path, owner=this_process(), settings=RunSettings())
    workflow = (StepSpec("section:goal", "section"), StepSpec("section:tasks", "section"))
    watcher = Watcher()
    live = LiveRun(replace(queued(owner=NOBODY), steps=pending_steps(workflow)), store, watcher)
    await live.create(())
    await live.transition(RunStatus.RUNNING)
    goal, tasks = live.scopes
    for step in (goal, tasks):
        step.begin()
        await step.save()
    for step, text in ((goal, "one "), (tasks, "eins "), (goal, "two"), (tasks, "zwei")):
        step.receive(text)
        await step.checkpoint()
    told = [(delta.step, delta.offset, delta.text) for delta in watcher.deltas]
    assert told == [
        ("section:goal", 0, "one "), ("section:tasks", 0, "eins "), ("section:goal", 4, "two"),
        ("section:tasks", 5, "zwei"),
    ]  # fmt: skip
    assert (goal.text, tasks.text, live.text) == ("one two", "eins zwei", "one two\n\neins zwei")

    # Its owner is nobody who lives.
    with closing(sqlite3.connect(store.location)) as db, db:
        db.execute("UPDATE runs SET heartbeat_at = '2026-01-01T00:00:00.000Z'")
    (ended,) = await store.reconcile()
    assert await store.partial_text(ended.run_id) == "one two\n\neins zwei"
    assert [step.status for step in ended.steps] == [StepStatus.INTERRUPTED] * 2
    assert [await store.text(step.output_sha256 or "") for step in ended.steps] == ["one two", "eins zwei"]
    await store.aclose()
