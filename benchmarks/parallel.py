"""Fifty whole runs at once in one language server, beside runs that go one after the other.

    python benchmarks/parallel.py [--short] [--check]

Each run is what `orch.generateDraft` does, with its progress, live text, checkpoints and record, on a document of its
own; `runs.parallel` is raised. CPU time is the server's, for one run.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from harness import model_server
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, options, report
from harness.workspace import place

RUNS = 50


class Drafts:
    """Runs of a language server, measured by its own CPU time."""

    def __init__(self, client: LspClient) -> None:
        self._client = client
        self._process = psutil.Process(client.process.pid)
        self._live: dict[str, asyncio.Future[str]] = {}
        client.on_notification = self._notified

    def _notified(self, method: str, params: Any) -> None:
        if method == "orch/runChanged" and params["status"] in {"completed", "failed", "cancelled", "interrupted"}:
            ended = self._live.get(params["spec"]["path"])
            if ended is not None and not ended.done():
                ended.set_result(params["status"])

    async def cpu(self, specs: Sequence[Path]) -> float:
        """Milliseconds for each of these, drafted at once."""
        loop = asyncio.get_running_loop()
        before = self._process.cpu_times()
        self._live = {f"specs/{path.name}": loop.create_future() for path in specs}
        for path in specs:
            arguments = [{"uri": path.as_uri(), "apply": "review"}]
            await self._client.request(
                "workspace/executeCommand", {"command": "orch.generateDraft", "arguments": arguments}
            )
        statuses = await asyncio.wait_for(asyncio.gather(*self._live.values()), 600)
        assert set(statuses) == {"completed"}, statuses
        after = self._process.cpu_times()
        return (after.user + after.system - before.user - before.system) / len(specs) * 1e3

    def resident_mb(self) -> float:
        return self._process.memory_info().rss / 1024 / 1024


async def measure(address: str, wanted: Options) -> list[Row]:
    chunks = 100 if wanted.short else 1_000
    with place(f"{address}/{chunks}/0/v1", parallel=RUNS) as where:
        client = await LspClient.start(("-m", "orch_lsp", "serve"), cwd=where.root, env=where.env)
        await client.initialize(where.root)
        client.notify("initialized", {})
        specs = [where.spec(number) for number in range(RUNS)]
        for path in specs:
            client.open(path)
        drafts = Drafts(client)
        await drafts.cpu(specs[:1])  # loads what is loaded on first use
        alone = statistics.mean([await drafts.cpu([path]) for path in specs[:10]])
        before = drafts.resident_mb()
        together = await drafts.cpu(specs)
        grown = drafts.resident_mb() - before
        await client.stop()
    return [
        Row(f"CPU for each of {RUNS} runs of {chunks} chunks", together, alone, "ms", 1.5),
        Row("memory that they added", grown, None, "MB", 100),
    ]


async def main() -> None:
    wanted = options("Fifty whole runs at once in one language server.")
    with model_server.running() as address:
        rows = await measure(address, wanted)
    report(f"{RUNS} runs at once", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
