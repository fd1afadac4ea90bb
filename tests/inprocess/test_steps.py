"""A run that is cancelled, or fails, in each of its steps: over a real session, a real store and a real socket."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from orch_lsp.app.session import build_session
from orch_lsp.orchestration.planning.plan import plan_draft
from orch_lsp.orchestration.running.live_run import LiveRun
from orch_lsp.orchestration.running.run import FinishedDraft
from orch_lsp.orchestration.running.session import Session
from orch_lsp.orchestration.specs.reading import read
from orch_lsp.orchestration.specs.source import Source
from orch_lsp.runs.migrations import VERSION
from orch_lsp.runs.record import Software
from orch_lsp.runs.schema import to_dict
from orch_lsp.settings.load import ProjectLayer
from orch_lsp.settings.resolve import CommandChoice
from tests.fakes.scripted_server import (
    Reply,
    Stall,
    chat_chunk,
    chat_error,
    chat_pieces,
    chat_usage,
    stream_reply,
)
from tests.fakes.watcher import Watcher
from tests.inprocess.conftest import KEY
from tests.process.record_rules import check_record

SPEC = "# Rate limiter\n\nLimit each client to 100 requests a minute.\n\n## Tasks\n\nTODO\n"
ANSWER = ("## Goal\n\nLimit ", "clients.\n")
STEPS = ("context", "draft", "check")
ALL_STEPS = (*STEPS, "repair")


@pytest_asyncio.fixture
async def session(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    monkeypatch.setenv("WORK_KEY", KEY)
    session = await asyncio.to_thread(build_session)
    yield session
    await session.aclose()


async def begin(session: Session, workspace: Path, watcher: Watcher) -> tuple[LiveRun, list[FinishedDraft]]:
    path = workspace / "a.spec.md"
    source = Source(path.as_uri(), path, 1, SPEC, (workspace,))
    reading = await read(session, source, editor=ProjectLayer(), command=CommandChoice())
    finished: list[FinishedDraft] = []

    async def deliver(_: LiveRun, draft: FinishedDraft) -> None:
        finished.append(draft)

    plan = await asyncio.to_thread(plan_draft, reading, command="draft")
    return await session.supervisor.start(plan, watcher, deliver, client=Software("test", None)), finished


async def ended(session: Session, live: LiveRun) -> Any:
    """The record of a run as the store has it at its end, held against the rules of every record."""
    await session.supervisor.wait(live.record.run_id)
    return check_record(json.loads(json.dumps(to_dict(await live.store.get(live.record.run_id)))))


def statuses(record: Any) -> dict[str, str]:
    return {step["id"]: step["status"] for step in record["steps"]}


async def test_the_steps_are_on_the_record_before_any_of_them_has_begun(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    watcher = Watcher()
    live, finished = await begin(session, workspace, watcher)
    created = to_dict(watcher.records[0])
    assert [(step["id"], step["wave"], step["status"]) for step in created["steps"]] == [
        ("context", 0, "pending"), ("draft", 1, "pending"), ("check", 2, "pending"), ("repair", 3, "pending"),
    ]  # fmt: skip
    record = await ended(session, live)
    assert statuses(record) == {**dict.fromkeys(STEPS, "completed"), "repair": "skipped"}
    assert record["steps"][3]["skip_reason"] == "the check found nothing to mend"
    assert len(finished) == 1


async def test_progress_and_text_carry_their_step(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    watcher = Watcher()
    live, _ = await begin(session, workspace, watcher)
    record = await ended(session, live)
    told = list(dict.fromkeys(progress.step for progress in watcher.progress))
    assert told == [None, *STEPS]
    assert {delta.step for delta in watcher.deltas} == {"draft"}
    draft = next(step for step in record["steps"] if step["id"] == "draft")
    assert draft["finish_reasons"] == record["finish_reasons"] == ["stop"]
    assert draft["request_sha256"] == record["request_sha256"]
    assert draft["first_chunk_s"] <= record["timing"]["first_chunk_s"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_run_that_is_cancelled_in_a_step(homes, provider, workspace, session, step):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    at = STEPS.index(step)
    live: list[LiveRun] = []

    def cancel(begun: str) -> None:
        if begun == step:
            session.supervisor.cancel(live[0].record.run_id, "in a test")

    run, finished = await begin(session, workspace, Watcher(cancel))
    live.append(run)
    record = await ended(session, run)
    assert record["status"] == "cancelled"
    assert statuses(record) == {
        **dict.fromkeys(STEPS[:at], "completed"), step: "cancelled", **dict.fromkeys(ALL_STEPS[at + 1 :], "skipped"),
    }  # fmt: skip
    assert {s["skip_reason"] for s in record["steps"][at + 1 :]} <= {"the run had been cancelled"}
    assert (record["draft"] is not None) == (step == "check")
    assert finished == []


@pytest.mark.parametrize(
    ("step", "reply", "code"),
    [
        ("draft", chat_error(401, "invalid_api_key"), "invalid_auth"),
        ("check", stream_reply(chat_pieces(["Nothing ", "to see."])), "unusable_draft"),
    ],
)
async def test_a_run_that_fails_in_a_step(homes, provider, workspace, session, step, reply: Reply, code):
    homes.use(provider.url)
    provider.script(reply)
    live, finished = await begin(session, workspace, Watcher())
    record = await ended(session, live)
    assert (record["status"], record["error"]["code"]) == ("failed", code)
    at = STEPS.index(step)
    assert statuses(record) == {
        **dict.fromkeys(STEPS[:at], "completed"), step: "failed", **dict.fromkeys(ALL_STEPS[at + 1 :], "skipped"),
    }  # fmt: skip
    assert record["steps"][at]["error"] == record["error"]
    assert {s["skip_reason"] for s in record["steps"][at + 1 :]} <= {"the run had failed"}
    assert finished == []


class BrokenSource:
    """A context source of another package, which raises what would end a process."""

    name = "broken"

    async def retrieve(self, query: object) -> Any:
        raise SystemExit(3)


async def test_a_run_completes_although_its_context_failed(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    session.context_source = BrokenSource()
    watcher = Watcher()
    live, finished = await begin(session, workspace, watcher)
    record = await ended(session, live)
    assert record["status"] == "completed"
    assert statuses(record) == {"context": "failed", "draft": "completed", "check": "completed", "repair": "skipped"}
    assert record["steps"][0]["error"] == record["context"]["error"]
    assert any("not grounded" in warning for warning in watcher.warnings)
    assert len(finished) == 1


@pytest.mark.parametrize("step", ["context", "draft"])
async def test_a_store_that_is_lost_in_a_step_before_anything_was_paid_for_fails_the_next(
    homes, provider, workspace, session, step, nothing_blocks_the_loop
):
    """Nothing is sent if it cannot be recorded; after the request was sent, the run goes on in memory."""
    # This test itself spoils the database, in the loop.
    nothing_blocks_the_loop.deactivate()
    homes.use(provider.url)
    provider.script(stream_reply(chat_pieces(ANSWER)))
    live: list[LiveRun] = []

    def lose(begun: str) -> None:
        if begun == step:
            with closing(sqlite3.connect(live[0].store.location)) as db:
                db.execute(f"PRAGMA user_version = {VERSION + 1}")

    run, finished = await begin(session, workspace, Watcher(lose))
    live.append(run)
    await session.supervisor.wait(run.record.run_id)
    with closing(sqlite3.connect(run.store.location)) as db:
        db.execute(f"PRAGMA user_version = {VERSION}")
    record = to_dict(run.record)
    if step == "context":
        assert (record["status"], record["error"]["code"]) == ("failed", "store_newer")
        assert statuses(record) == {"context": "completed", "draft": "failed", "check": "skipped", "repair": "skipped"}
        assert provider.requests == []
    else:
        assert record["status"] == "completed"
        assert statuses(record) == {**dict.fromkeys(STEPS, "completed"), "repair": "skipped"}
        assert len(finished) == 1
    check_record(json.loads(json.dumps(record)))


async def test_the_usage_of_two_attempts_is_summed_by_their_step(homes, provider, workspace, session):
    homes.configure(
        f'provider = "work"\nfallback = ["spare"]\n[providers.work]\nkind = "openai-compatible"\n'
        f'base_url = "{provider.url}"\nmodel = "asked-model"\napi_key_env = "WORK_KEY"\n'
        "retry = { attempts = 1 }\n"
        f'[providers.spare]\nkind = "openai-compatible"\nbase_url = "{provider.url}"\nmodel = "spare-model"\n'
        'api_key_env = "WORK_KEY"\nretry = { attempts = 1 }\n'
    )
    busy = [chat_chunk(finish="error"), chat_usage(5, 1)]
    provider.script(
        stream_reply(busy), stream_reply([*chat_pieces(ANSWER)[:-1], chat_usage(11, 2), b"data: [DONE]\n\n"])
    )
    live, _ = await begin(session, workspace, Watcher())
    record = await ended(session, live)
    draft = record["steps"][1]
    assert [attempt["status"] for attempt in draft["attempts"]] == ["error", "ok"]
    assert draft["usage"] == record["usage"]
    assert (draft["usage"]["input_tokens"], draft["usage"]["output_tokens"]) == (16, 3)
    assert [step["usage"] for step in record["steps"] if step["id"] != "draft"] == [None, None, None]
    assert (draft["provider"], record["provider"]["id"]) == ("spare", "spare")


async def test_a_run_that_ends_in_the_middle_of_its_text_keeps_it_under_its_step(homes, provider, workspace, session):
    homes.use(provider.url)
    provider.script(stream_reply([chat_chunk(ANSWER[0])], Stall()))
    arrived = asyncio.Event()

    class Reader(Watcher):
        def text_received(self, delta) -> None:
            super().text_received(delta)
            arrived.set()

    live, _ = await begin(session, workspace, Reader())
    await arrived.wait()
    session.supervisor.cancel(live.record.run_id, "in a test")
    record = await ended(session, live)
    draft = record["steps"][1]
    assert draft["output_sha256"] == record["draft"]["sha256"]
    assert await live.store.text(draft["output_sha256"]) == ANSWER[0]
    assert statuses(record) == {"context": "completed", "draft": "cancelled", "check": "skipped", "repair": "skipped"}
