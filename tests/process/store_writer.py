"""A process that works on a store until it is killed: started by the store's process tests.

Each line on its stdout says what is durable by then. Usage: store_writer.py MODE ROOT DOCUMENT [COUNT]
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from dataclasses import replace
from pathlib import Path

from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.status import DraftState, RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from tests.fakes.records import applied, draft_of, queued

PIECE = "0123456789" * 40


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


async def one_run(store: RunStore, document: str, number: int) -> None:
    """A whole run, from queued to a draft in the document, with every durable step said."""
    record = queued(document, owner=store.owner)
    await store.create(record)
    say("queued", record.run_id)
    record = transition(record, RunStatus.RUNNING)
    await store.save(record, expected=RunStatus.QUEUED)
    say("running", record.run_id)
    text = ""
    for _ in range(5):
        await store.checkpoint(record.run_id, "draft", len(text), PIECE)
        text += PIECE
        say("text", record.run_id, str(len(text)))
    whole = f"{text} of run {number}"
    record = transition(replace(record, draft=draft_of(whole, ("goal", whole))), RunStatus.COMPLETED)
    await store.save(record, expected=RunStatus.RUNNING, texts=[whole])
    say("completed", record.run_id)
    record = applied(record)
    assert record.draft is not None
    assert record.draft.state is DraftState.APPLIED
    await store.save(record, expected=RunStatus.COMPLETED)
    say("applied", record.run_id)


async def main(mode: str, root: str, document: str, count: int) -> None:
    store = await RunStore.open(Path(root), owner=this_process(), settings=RunSettings())
    say("open", str(store.location))
    if mode == "work":
        for number in itertools.count() if count == 0 else range(count):
            await one_run(store, document, number)
    elif mode == "hold":
        record = queued(document, owner=store.owner)
        await store.create(record)
        record = transition(record, RunStatus.RUNNING)
        await store.save(record, expected=RunStatus.QUEUED)
        await store.checkpoint(record.run_id, "draft", 0, PIECE)
        say("held", record.run_id)
        await asyncio.to_thread(sys.stdin.readline)
    for notice in store.notices:
        say("notice", notice)
    await store.aclose()
    say("done")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 0))
