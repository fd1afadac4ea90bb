"""Hover while four runs stream 300 chunks a second each, against the same server idle; and how long its loop was held.

    python benchmarks/hover.py [--short] [--check]

Quiet and busy spells take turns on one server. Hovers come every 20 ms, as fast as a hand on a mouse could ask.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from harness import model_server
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, options, percentile, report
from harness.workspace import Place, place

WATCHED = str(Path(__file__).with_name("harness") / "watched_server.py")
RUNS, RATE = 4, 300
BETWEEN_SECONDS = 0.02
ENDED = {"completed", "failed", "cancelled"}


class Spells:
    """One server, its hovered document, and the documents whose runs keep it busy."""

    def __init__(self, client: LspClient, hovered: str, busy: list[str]) -> None:
        self._client = client
        self._hovered = hovered
        self._busy = busy
        self._ended = asyncio.Queue[str]()
        self._streaming = asyncio.Event()
        client.on_notification = self._notified

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        if method == "orch/draftDelta":
            self._streaming.set()
        elif method == "orch/runChanged" and params["status"] in ENDED:
            self._ended.put_nowait(params["status"])
            self._streaming.set()

    async def hovers(self, count: int) -> list[float]:
        """Milliseconds of each round trip; asked in a fixed rhythm, whether or not the last one was slow."""
        took: list[float] = []
        for _ in range(count):
            began = time.perf_counter()
            position = {"textDocument": {"uri": self._hovered}, "position": {"line": 6, "character": 4}}
            answer = await self._client.request("textDocument/hover", position)
            took.append((time.perf_counter() - began) * 1000)
            assert "outline (no model)" in json.dumps(answer), "the hover holds no provenance"
            await asyncio.sleep(max(0.0, BETWEEN_SECONDS - (time.perf_counter() - began)))
        return took

    async def start_runs(self) -> None:
        for uri in self._busy:
            arguments = [{"uri": uri, "apply": "review"}]
            await self._client.request(
                "workspace/executeCommand", {"command": "orch.generateDraft", "arguments": arguments}
            )
        await asyncio.wait_for(self._streaming.wait(), 60)

    async def end_runs(self) -> None:
        for _ in self._busy:
            assert await asyncio.wait_for(self._ended.get(), 120) == "completed"
        self._streaming.clear()

    async def mark(self) -> dict[str, Any]:
        """The longest hold since the last mark."""
        return await self._client.request("benchmark/mark", {})


def _with_provenance(where: Place) -> Path:
    """A spec that the local outline has drafted."""
    path = where.spec(0)
    subprocess.run(
        [sys.executable, "-P", "-m", "orch_lsp", "draft", str(path), "--provider", "outline", "--write"],
        cwd=where.root, env=where.env, check=True, capture_output=True,
    )  # fmt: skip
    return path


async def measure(where: Place, wanted: Options, seconds: int) -> list[Row]:
    client = await LspClient.start((WATCHED,), cwd=where.root, env=where.env)
    await client.initialize(where.root)
    client.notify("initialized", {})
    hovered = client.open(_with_provenance(where))
    spells = Spells(client, hovered, [client.open(where.spec(number)) for number in range(1, RUNS + 1)])
    count = int((seconds - 1) / BETWEEN_SECONDS)
    await spells.hovers(20)
    await spells.start_runs()  # loads what is loaded on first use
    await spells.end_runs()
    quiet: list[float] = []
    busy: list[float] = []
    holds: list[dict[str, Any]] = []
    for _ in range(1 if wanted.short else 4):
        quiet += await spells.hovers(count)
        await spells.mark()
        await spells.start_runs()
        busy += await spells.hovers(count)
        await spells.end_runs()
        holds.append(await spells.mark())
    await client.stop()
    longest = max(holds, key=lambda hold: hold["cpu_ms"])
    print(f"the callback that took most CPU time: {longest['what']}")
    return [
        Row("hover round trip, p95, four runs streaming", percentile(busy, 95), percentile(quiet, 95), "ms", 3.0),
        Row("hover round trip, p50, four runs streaming", percentile(busy, 50), percentile(quiet, 50), "ms"),
        Row("longest hold of the loop, CPU time", longest["cpu_ms"], None, "ms", 10.0),
        Row("longest hold of the loop, clock", max(hold["clock_ms"] for hold in holds), None, "ms"),
    ]


async def main() -> None:
    wanted = options("Hover while runs stream, against an idle server.")
    seconds = 4 if wanted.short else 10
    with model_server.running() as address, place(f"{address}/{RATE * seconds}/{RATE}/v1") as where:
        rows = await measure(where, wanted, seconds)
    report(f"Hover, {RUNS} runs of {RATE} chunks a second", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
