"""One keystroke in a spec of 20,000 words, beside a Markdown linter's language server written in Rust.

    python benchmarks/keystroke.py [--short] [--check] [--venv DIR]

With `--venv` the other server (rumdl) is installed below DIR and gets the same keystrokes in turn. A keystroke is a
change followed by a pull of the document's diagnostics; then hover, code lens and code action are asked for once each
on the same version, and a settings file changes. The typist types ten keys a second and asks for lens and actions
after each.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from pathlib import Path
from typing import Any

import psutil
from harness.documents import spec_of
from harness.environments import programs
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, options, percentile, report
from harness.typist import Typist, typist
from harness.workspace import Place, place

WORDS = 20_000
OURS = ("-m", "orch_lsp", "serve")


async def typing(ours: Typist, client: LspClient, keys: int) -> tuple[float, float]:
    """Median lag of the diagnostics in milliseconds, and the share of a processor, at ten keys a second."""
    process = psutil.Process(client.process.pid)
    before, began = process.cpu_times(), time.perf_counter()
    lags: list[float] = []
    for number in range(keys):
        await asyncio.sleep(max(0.0, began + number / 10 - time.perf_counter()))
        key = ours.keystroke()
        lag, _, _ = await asyncio.gather(key, ours.ask("textDocument/codeLens"), ours.ask("textDocument/codeAction"))
        lags.append(lag)
    spent = process.cpu_times()
    cpu = (spent.user + spent.system) - (before.user + before.system)
    return statistics.median(lags), 100 * cpu / (time.perf_counter() - began)


async def pushed(where: Place, text: str, keys: int) -> tuple[float, float]:
    """Milliseconds from the last key to its diagnostics, and the longest without any while typing goes on."""
    client = await LspClient.start(OURS, cwd=where.root, env=where.env)
    ours = await typist(client, where, text)
    came: list[float] = []
    another = asyncio.Event()

    def note(method: str, _: Any) -> None:
        if method == "textDocument/publishDiagnostics":
            came.append(time.perf_counter())
            another.set()

    client.on_notification = note
    ours.press()
    await ours.ask("textDocument/codeLens")
    await another.wait()
    began = time.perf_counter()
    for number in range(keys):
        await asyncio.sleep(max(0.0, began + number / 50 - time.perf_counter()))
        ours.press()
    another.clear()
    ended = time.perf_counter()
    during = [began, *(at for at in came if at > began), ended]
    await another.wait()
    await client.stop()
    longest = max(after - at for at, after in itertools.pairwise(during))
    return (came[-1] - ended) * 1000, longest * 1000


async def measure(where: Place, wanted: Options, other_program: Path | None) -> list[Row]:
    text = spec_of(WORDS)
    client = await LspClient.start(OURS, cwd=where.root, env=where.env)
    ours = await typist(client, where, text)
    other_client = None
    if other_program is not None:
        program = (str(other_program / "rumdl"),)
        other_client = await LspClient.start(("server",), cwd=where.root, env=where.env, program=program)
    other = await typist(other_client, where, text) if other_client else None
    rounds = 10 if wanted.short else 100
    keys: list[float] = []
    other_keys: list[float] = []
    again: dict[str, list[float]] = {"hover": [], "codeLens": [], "codeAction": []}
    changes: list[float] = []
    project = where.root / ".orch" / "config.toml"
    project.parent.mkdir(exist_ok=True)
    for number in range(rounds + 3):
        took = await ours.keystroke()
        asked = {name: await ours.ask(f"textDocument/{name}") for name in again}
        changed = await ours.settings_change(project, f'apply = "{"review" if number % 2 else "auto"}"\n')
        other_took = await other.keystroke() if other is not None else None
        if number >= 3:  # the first ones load what is loaded on first use
            keys.append(took)
            changes.append(changed)
            for name, milliseconds in asked.items():
                again[name].append(milliseconds)
            if other_took is not None:
                other_keys.append(other_took)
    lag, share = await typing(ours, client, 20 if wanted.short else 100)
    await client.stop()
    if other_client is not None:
        await other_client.stop()
    after_pause, longest = await pushed(where, text, 50 if wanted.short else 200)
    return [
        Row(
            "key to diagnostics, median",
            statistics.median(keys),
            statistics.median(other_keys) if other_keys else None,
            "ms",
            1.3 if other_keys else None,
        ),
        Row("key to diagnostics, p95", percentile(keys, 95), percentile(other_keys, 95) if other_keys else None, "ms"),
        *(
            Row(f"{name} of the same version, median", statistics.median(took), None, "ms", 2.0)
            for name, took in again.items()
        ),
        Row("settings change to diagnostics, median", statistics.median(changes), statistics.median(keys), "ms", 1.0),
        Row("lag while ten keys a second are typed, median", lag, None, "ms", 50.0),
        Row("share of a processor meanwhile", share, None, "%", 20.0),
        Row("last of many keys to pushed diagnostics", after_pause, None, "ms"),
        Row("longest without a push meanwhile", longest, None, "ms", 500.0),
    ]


async def main() -> None:
    wanted = options("One keystroke in a long spec.", compares="rumdl")
    other_program = await asyncio.to_thread(programs, wanted.venv, "rumdl") if wanted.venv else None
    with place("http://127.0.0.1:9/v1") as where:
        rows = await measure(where, wanted, other_program)
    report(f"One keystroke, {WORDS} words", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
