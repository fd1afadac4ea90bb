"""The history at 100,000 runs beside 1,000, of 50 documents: hover and lens, sums, search, pruning with drafts beside.

    python benchmarks/history.py [--short] [--check] [--llm-venv DIR]

Both workspaces are made in bulk from one real run, and measured in turns in one go. The commands are real processes,
and their CPU time counts. With `--llm-venv` the search is compared with that of `llm` over as many responses. At last
the same history is opened as the first version of the schema left it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from harness.environments import programs
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, cost_of, options, report
from harness.stores import DOCUMENTS, TEXT, fill, orch, real_run, with_schema_1
from harness.workspace import Place, place

from orch_lsp.runs.lifecycle import transition
from orch_lsp.runs.owner import this_process
from orch_lsp.runs.record import RunRecord, StatusChange, new_run_id, timestamp
from orch_lsp.runs.status import RunStatus
from orch_lsp.runs.store import RunStore
from orch_lsp.settings.run_settings import RunSettings
from orch_lsp.text import sha256

FEW = 1_000


async def lookups(stores: Sequence[RunStore], ask: Callable[[RunStore], Awaitable[object]], rounds: int) -> list[float]:
    """Median milliseconds in each store, asked in turns."""
    took: list[list[float]] = [[] for _ in stores]
    for _ in range(rounds):
        for one, store in zip(took, stores, strict=True):
            began = time.perf_counter()
            await ask(store)
            one.append((time.perf_counter() - began) * 1000)
    return [statistics.median(one) for one in took]


async def hover(store: RunStore) -> object:
    path = "specs/document-7.spec.md"
    written = [(key, sha256(f"{key} 7")) for key in ("goal", "scope", "tasks")]
    return await store.applied_for(path, written), await store.newest_for(path), await store.ready_draft_for(path)


async def search(store: RunStore) -> object:
    return await store.list(search="number77")


async def one_draft(store: RunStore, model: RunRecord) -> float:
    """Milliseconds of the slowest write of a run that is created, begun and completed."""
    change = StatusChange(RunStatus.QUEUED, timestamp())
    record = replace(
        model, run_id=new_run_id(), owner=store.owner, status=RunStatus.QUEUED, status_timeline=(change,), draft=None,
        applied=None, steps=(), spec=replace(model.spec, path="specs/beside.spec.md"),
    )  # fmt: skip
    slowest = 0.0
    for status in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.COMPLETED):
        began = time.perf_counter()
        if status is RunStatus.QUEUED:
            await store.create(record)
        else:
            before, record = record.status, transition(record, status)
            await store.save(record, expected=before)
        slowest = max(slowest, (time.perf_counter() - began) * 1000)
    return slowest


async def pruning(where: Place, store: RunStore, model: RunRecord, keep: int) -> tuple[float, list[float], float]:
    """Seconds that a process takes to prune, and the slowest write of each draft beside it and before it."""
    quiet = [await one_draft(store, model) for _ in range(10)]
    began = time.perf_counter()
    command = ["-P", "-m", "orch_lsp", "runs", "prune", "--keep-runs", str(keep)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=where.root, env=where.env, stderr=asyncio.subprocess.DEVNULL
    )
    beside: list[float] = []
    while process.returncode is None:
        beside.append(await one_draft(store, model))
        await asyncio.sleep(0.05)
    assert process.returncode == 0
    return time.perf_counter() - began, beside or quiet, max(quiet)


def llm_search(folder: Path, where: Place, count: int) -> float:
    """Milliseconds of a processor that the same search takes `llm`, over as many responses."""
    bin_folder = programs(folder, "llm")
    history = where.root.parent / "logs.db"
    filler = str(Path(__file__).with_name("harness") / "llm_history.py")
    subprocess.run([str(bin_folder / "python"), filler, str(history), str(count), TEXT], check=True)
    command = [str(bin_folder / "llm"), "logs", "-q", "number77", "-n", "50", "-d", str(history)]
    env = {**where.env, "LLM_USER_PATH": str(where.root.parent / "llm")}
    took, _ = min(cost_of(command, where.root, env) for _ in range(3))
    history.unlink()
    return took


async def first_lens(where: Place, meanwhile: Callable[[], Awaitable[None]] | None = None) -> float:
    """Milliseconds from the start of a server to its first lens; then the server goes on until `meanwhile` is over."""
    spec = where.root / "specs" / "document-7.spec.md"
    spec.parent.mkdir(exist_ok=True)
    spec.write_text("# Rate limiter\n\nLimit each client.\n", "utf-8")
    began = time.perf_counter()
    client = await LspClient.start(("-m", "orch_lsp", "serve"), cwd=where.root, env=where.env)
    await client.initialize(where.root)
    client.notify("initialized", {})
    await client.request("textDocument/codeLens", {"textDocument": {"uri": client.open(spec)}})
    took = (time.perf_counter() - began) * 1000
    if meanwhile is not None:
        await meanwhile()
    await client.stop()
    return took


async def earlier_version(many: Place) -> list[Row]:
    """What happens when an editor opens the same history as the first version of the schema left it."""
    await first_lens(many)
    lens = await first_lens(many)
    moved = many.root.parent.parent / f"{many.root.parent.name}-old"
    await asyncio.to_thread(shutil.copytree, many.root.parent, moved)
    try:
        old = Place(moved / many.root.name, {**many.env, "ORCH_STATE_HOME": str(moved / "state")})
        database = await asyncio.to_thread(with_schema_1, old.root)
        began = time.perf_counter()

        async def until_done() -> None:
            done = False
            while not done:
                await asyncio.sleep(0.2)
                with closing(sqlite3.connect(database)) as db:
                    done = not db.execute("SELECT 1 FROM meta WHERE key = 'columns_below'").fetchall()

        lens_then = await first_lens(old, until_done)
        seconds = time.perf_counter() - began
    finally:
        shutil.rmtree(moved)
    return [
        Row("first lens in a store of version 1", lens_then, lens, "ms", 2.0),
        Row("until all its runs are up to date", seconds, None, "s"),
    ]


async def measure(few: Place, many: Place, wanted: Options, count: int) -> list[Row]:
    os.environ["ORCH_STATE_HOME"] = few.env["ORCH_STATE_HOME"]
    model = await real_run(few)
    stores: list[RunStore] = []
    for where, runs in ((few, FEW if not wanted.short else count // 10), (many, count)):
        os.environ["ORCH_STATE_HOME"] = where.env["ORCH_STATE_HOME"]
        fill(where.root, model, runs)
        stores.append(await RunStore.open(where.root, owner=this_process(), settings=RunSettings()))
    rounds = 20 if wanted.short else 100
    small, large = await lookups(stores, hover, rounds)
    search_small, search_large = await lookups(stores, search, rounds)
    listed, list_mb = min(orch(many, "runs", "list") for _ in range(3))
    added_up, usage_mb = min(orch(many, "usage") for _ in range(3))
    found, _ = min(orch(many, "runs", "list", "--search", "number77") for _ in range(3))
    searched_by_llm = await asyncio.to_thread(llm_search, wanted.llm_venv, many, count) if wanted.llm_venv else None
    # A process that copies a database which it has open loses its locks on it.
    await stores[1].rest()
    aged = await earlier_version(many)
    seconds, beside, quiet = await pruning(many, stores[1], model, count // 10)
    for store in stores:
        await store.aclose()
    return [
        Row("hover and lens look-up, beside few runs", large, small, "ms", 1.5),
        Row("search look-up, beside few runs", search_large, search_small, "ms"),
        Row("usage, beside runs list", added_up, listed, "ms", 2.0),
        Row("usage, memory, beside runs list", usage_mb, list_mb, "MB", 1.2),
        Row("runs list --search, beside runs list", found, listed, "ms", 2.0),
        Row("runs list --search, beside llm logs -q", found, searched_by_llm, "ms", 1.0 if searched_by_llm else None),
        *aged,
        Row(f"pruning to {count // 10:,}", seconds, None, "s"),
        Row("slowest write of a draft beside it", max(beside), quiet, "ms"),
        Row("median of the slowest writes", statistics.median(beside), None, "ms", 1000.0),
    ]


async def main() -> None:
    wanted = options("The history at 100,000 runs beside 1,000.", llm=True)
    count = 2_000 if wanted.short else 100_000
    with place("http://127.0.0.1:9/v1") as few, place("http://127.0.0.1:9/v1") as many:
        found = await measure(few, many, wanted, count)
    report(f"History of {count:,} runs of {DOCUMENTS} documents", found, wanted)


if __name__ == "__main__":
    asyncio.run(main())
