"""From spawning the server to its answer to `initialize`, against a minimal pygls server.

    python benchmarks/startup.py [--short] [--check]

The two are started in turn, so that whatever else the machine does meets both. The ratio is that of the medians.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from harness.lsp_client import LspClient
from harness.measuring import Row, on_one_processor, options, report

MINIMAL = (str(Path(__file__).with_name("harness") / "minimal_server.py"),)
OURS = ("-m", "orch_lsp", "serve")


async def start_once(arguments: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """Milliseconds from spawn to answer: on the clock, and of the process's own CPU time."""
    env = {**os.environ, "ORCH_CONFIG_HOME": str(folder / "config"), "ORCH_STATE_HOME": str(folder / "state")}
    began = time.perf_counter()
    client = await LspClient.start(arguments, cwd=folder, env=env)
    await client.initialize(folder)
    took = time.perf_counter() - began
    spent = psutil.Process(client.process.pid).cpu_times()
    client.notify("initialized", {})
    await client.stop()
    return took * 1000, (spent.user + spent.system) * 1000


async def main() -> None:
    wanted = options("Start-up of the server against a minimal pygls server.")
    on_one_processor()
    rounds = 4 if wanted.short else 25
    ours: list[tuple[float, float]] = []
    minimal: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await start_once(MINIMAL, folder)  # the first start of either writes byte code
        await start_once(OURS, folder)
        for _ in range(rounds):
            minimal.append(await start_once(MINIMAL, folder))
            ours.append(await start_once(OURS, folder))
    (clock, cpu), (minimal_clock, minimal_cpu) = zip(*ours, strict=True), zip(*minimal, strict=True)
    rows = [
        Row("spawn to initialize, median", statistics.median(clock), statistics.median(minimal_clock), "ms", 0.5),
        Row("spawn to initialize, best", min(clock), min(minimal_clock), "ms"),
        Row("CPU time until then, median", statistics.median(cpu), statistics.median(minimal_cpu), "ms"),
    ]
    report(f"Start-up, {rounds} rounds", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
