"""From spawning the server to its first answers, and what a short command costs, beside others started in turn.

    python benchmarks/startup.py [--short] [--check] [--venv DIR] [--llm-venv DIR] [--before PROGRAM]

The server is compared with a minimal pygls server and an interpreter that does nothing; with `--venv` also with pylsp,
with `--before` with another version of itself. With `--llm-venv` the commands are compared with those of `llm`, over
histories of equal length. All take turns, so that whatever else the machine does meets each. Ratios are of medians.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from harness.environments import programs
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, cost_of, on_one_processor, options, report
from harness.stores import TEXT, fill, real_run
from harness.workspace import Place, place

RUNS = 1_000
"""Runs of each history that is listed."""


@dataclass(slots=True)
class Contender:
    """A server, how it is started, and its times in milliseconds: on the clock and of its processor."""

    program: Sequence[str]
    ask: str = ""
    name: str = "a.spec.md"
    answered: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])
    first: list[float] = field(default_factory=list[float])
    first_cpu: list[float] = field(default_factory=list[float])


def spent_by(server: LspClient) -> float:
    spent = psutil.Process(server.process.pid).cpu_times()
    return (spent.user + spent.system) * 1000


async def start_once(one: Contender, where: Place) -> None:
    document = where.root / one.name
    began = time.perf_counter()
    client = await LspClient.start((), cwd=where.root, env=where.env, program=one.program)
    await client.initialize(where.root)
    one.answered.append((time.perf_counter() - began) * 1000)
    one.cpu.append(spent_by(client))
    client.notify("initialized", {})
    if one.ask:
        uri = client.open(document)
        await client.request(one.ask, {"textDocument": {"uri": uri}})
        one.first.append((time.perf_counter() - began) * 1000)
        one.first_cpu.append(spent_by(client))
    await client.stop()


def pass_once() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return (time.perf_counter() - began) * 1000


async def servers(where: Place, wanted: Options, rounds: int) -> list[Row]:
    (where.root / "a.spec.md").write_text("# Rate limiter\n\nLimit each client.\n", "utf-8")
    (where.root / "a.py").write_text("def limit(client):\n    return client\n", "utf-8")
    minimal = str(Path(__file__).with_name("harness") / "minimal_server.py")
    ours = Contender((sys.executable, "-P", "-m", "orch_lsp", "serve"), "textDocument/codeLens")
    pygls = Contender((sys.executable, "-P", minimal))
    contenders = {"ours": ours, "pygls": pygls}
    if wanted.venv is not None:
        bin_folder = await asyncio.to_thread(programs, wanted.venv, "python-lsp-server")
        contenders["pylsp"] = Contender((str(bin_folder / "pylsp"),), "textDocument/documentSymbol", "a.py")
    if wanted.before is not None:
        contenders["before"] = Contender((str(wanted.before), "serve"), "textDocument/codeLens")
    for one in contenders.values():
        await start_once(one, where)  # the first start of each writes byte code
        one.answered.clear(), one.cpu.clear(), one.first.clear(), one.first_cpu.clear()
    nothing: list[float] = []
    for _ in range(rounds):
        nothing.append(await asyncio.to_thread(pass_once))
        for one in contenders.values():
            await start_once(one, where)
    median = statistics.median
    answered = median(ours.answered)
    rows = [
        Row("spawn to initialize, beside bare pygls", answered, median(pygls.answered), "ms", 0.5),
        Row("CPU time until then, beside bare pygls", median(ours.cpu), median(pygls.cpu), "ms"),
        Row("spawn to initialize, beside `python -c pass`", answered, median(nothing), "ms"),
    ]
    if (pylsp := contenders.get("pylsp")) is not None:
        rows.append(Row("spawn to initialize, beside pylsp", answered, median(pylsp.answered), "ms", 0.3))
        rows.append(Row("first lens, beside pylsp's first symbols", median(ours.first), median(pylsp.first), "ms"))
    else:
        rows.append(Row("first lens after spawn", median(ours.first), None, "ms"))
    if (before := contenders.get("before")) is not None:
        rows.append(Row("spawn to initialize, beside the version before", answered, median(before.answered), "ms"))
        rows.append(Row("first lens, beside the version before", median(ours.first), median(before.first), "ms", 0.6))
        spent, spent_before = median(ours.first_cpu), median(before.first_cpu)
        rows.append(Row("CPU time until then, beside the version before", spent, spent_before, "ms", 0.6))
    return rows


def with_llm(folder: Path, where: Place) -> dict[str, Sequence[str]]:
    """The commands of `llm`, over a history as long as ours."""
    bin_folder = programs(folder, "llm")
    history = where.root.parent / "logs.db"
    filler = str(Path(__file__).with_name("harness") / "llm_history.py")
    subprocess.run([str(bin_folder / "python"), filler, str(history), str(RUNS), TEXT], check=True)
    llm = str(bin_folder / "llm")
    return {"llm --version": (llm, "--version"), "llm logs": (llm, "logs", "-n", "50", "-d", str(history))}


def commit(where: Place) -> None:
    git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
    for command in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "first")):
        subprocess.run([*git, *command], cwd=where.root, check=True)


async def commands(where: Place, wanted: Options, rounds: int) -> list[Row]:
    os.environ["ORCH_STATE_HOME"] = where.env["ORCH_STATE_HOME"]
    fill(where.root, await real_run(where), RUNS)
    orch = str(Path(sys.executable).with_name("orch-lsp"))
    asked: dict[str, Sequence[str]] = {"version": (orch, "--version"), "list": (orch, "runs", "list")}
    if shutil.which("git"):
        await asyncio.to_thread(commit, where)
        asked["git log -1"] = ("git", "log", "-1")
    if wanted.llm_venv is not None:
        asked |= await asyncio.to_thread(with_llm, wanted.llm_venv, where)
    took: dict[str, list[float]] = {name: [] for name in asked}
    env = {**where.env, "LLM_USER_PATH": str(where.root.parent / "llm")}
    for command in asked.values():
        cost_of(command, where.root, env)  # the first of each writes byte code
    for _ in range(rounds):
        for name, command in asked.items():
            took[name].append(cost_of(command, where.root, env)[0])
    cpu = {name: statistics.median(times) for name, times in took.items()}
    rows = [
        Row("orch-lsp --version", cpu["version"], cpu.get("llm --version"), "ms", 0.25 if wanted.llm_venv else None),
        Row("orch-lsp runs list", cpu["list"], cpu.get("llm logs"), "ms", 0.25 if wanted.llm_venv else None),
    ]
    if "git log -1" in cpu:
        rows.append(Row("orch-lsp runs list, beside git log -1", cpu["list"], cpu["git log -1"], "ms"))
    return rows


async def main() -> None:
    wanted = options("Start-up of the server and of short commands.", compares="pylsp", llm=True, before=True)
    on_one_processor()
    rounds = 4 if wanted.short else 25
    with place("http://127.0.0.1:9/v1") as where:
        started = await servers(where, wanted, rounds)
    with place("http://127.0.0.1:9/v1") as where:
        ran = await commands(where, wanted, rounds)
    # Both tables are printed before one of them may end the process.
    title = f"CPU time of commands over {RUNS:,} runs, {rounds} rounds"
    report(title, ran, replace(wanted, check=False), name="startup-commands")
    report(f"Start-up, {rounds} rounds", started, wanted)
    if wanted.check and not all(row.within for row in ran):
        sys.exit(1)


if __name__ == "__main__":
    asyncio.run(main())
