"""A workspace of 1,500 specs in all formats: until references work, memory, and questions over all of them.

    python benchmarks/workspace.py [--short] [--check] [--node DIR]

Time runs from spawning the server to its answer who cites a requirement, which waits for the files that can, and to
that which symbols there are, which waits for all files. Then a typist types ten keys a second into a list of tasks, and
asks after each: hover and definition at a citation, references of a requirement, completion of an id. With `--node` VS
Code's own server for Markdown is asked in the same workspace for the references of a heading, which is the nearest that
it has.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
from harness.environments import markdown_server
from harness.formats import many_specs
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, options, percentile, report
from harness.typist import Typist
from harness.workspace import Place, place

FILES = 1_500
OURS = ("-m", "orch_lsp", "serve")
SPEC = "specs/001-limiter-0/spec.md"
TASKS = "specs/001-limiter-0/tasks.md"
_CITED = re.compile(r"per (FR-00\d)")


def at(text: str, offset: int) -> dict[str, int]:
    line = text.count("\n", 0, offset)
    return {"line": line, "character": offset - (text.rfind("\n", 0, offset) + 1)}


async def first_references(client: LspClient, where: Place, path: Path, position: dict[str, int]) -> tuple[str, int]:
    """The document that is asked about, and how many references there are."""
    await client.initialize(where.root)
    client.notify("initialized", {})
    uri = client.open(path)
    found = await references(client, uri, position)
    return uri, len(found)


async def references(client: LspClient, uri: str, position: dict[str, int]) -> list[Any]:
    asked = {"textDocument": {"uri": uri}, "position": position, "context": {"includeDeclaration": True}}
    return await client.request("textDocument/references", asked) or []


async def timed(work: Any) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = await work
    return (time.perf_counter() - began) * 1000, answer


def spent(client: LspClient) -> float:
    """Seconds of processors that the process and those that it started have taken."""
    process = psutil.Process(client.process.pid)
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def memory(client: LspClient) -> float:
    """Megabytes of the process and those that it started."""
    process = psutil.Process(client.process.pid)
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6


async def ours(where: Place, wanted: Options) -> tuple[list[Row], float, float]:
    spec, tasks = where.root / SPEC, where.root / TASKS
    spec_text, text = spec.read_text("utf-8"), tasks.read_text("utf-8")
    definition = at(spec_text, spec_text.index("FR-002") + 3)
    began = time.perf_counter()
    client = await LspClient.start(OURS, cwd=where.root, env=where.env)
    uri, count = await first_references(client, where, spec, definition)
    until = time.perf_counter() - began
    work = spent(client)
    assert count >= 2, "nobody cites the requirement: the specs were not read"
    found = await client.request("workspace/symbol", {"query": "FR-001"})
    whole = time.perf_counter() - began
    assert len(found) >= FILES // 9, "a spec was not read"
    rows = [
        Row(f"spawn to references over {FILES:,} specs", until, None, "s", 10.0),
        Row("spawn until all specs are read", whole, None, "s", 20.0),
        Row("processor time until then", spent(client), None, "s"),
        Row("memory of the server then", memory(client), None, "MB", 300.0),
    ]
    typing = Typist(client, client.open(tasks), text, incremental=True)
    cited = next(found for found in _CITED.finditer(text))
    place_of_id = at(text, cited.end(1))
    took: dict[str, list[float]] = {name: [] for name in ("diagnostics", "hover", "definition", "completion")}
    took["references"] = []
    for _ in range(10 if wanted.short else 100):
        await asyncio.sleep(0.1)
        took["diagnostics"].append(await typing.keystroke())
        for name in ("hover", "definition", "completion"):
            params = {"textDocument": {"uri": tasks.as_uri()}, "position": place_of_id}
            milliseconds, answer = await timed(client.request(f"textDocument/{name}", params))
            assert answer, f"no {name}"
            took[name].append(milliseconds)
        milliseconds, answer = await timed(references(client, uri, definition))
        assert len(answer) == count
        took["references"].append(milliseconds)
    await client.stop()
    limits = {"diagnostics": 50.0, "hover": 50.0, "definition": 50.0, "completion": 50.0, "references": 50.0}
    rows += (Row(f"{name}, p95", percentile(times, 95), None, "ms", limits[name]) for name, times in took.items())
    return rows, until, work


async def theirs(where: Place, program: Sequence[str], until: float, work: float, wanted: Options) -> list[Row]:
    spec = where.root / SPEC
    text = spec.read_text("utf-8")
    heading = at(text, text.index("## Requirements") + 5)
    began = time.perf_counter()
    client = await LspClient.start((), cwd=where.root, env=where.env, program=program)
    uri, _ = await first_references(client, where, spec, heading)
    took = time.perf_counter() - began
    grown, worked = memory(client), spent(client)
    times = [(await timed(references(client, uri, heading)))[0] for _ in range(10 if wanted.short else 50)]
    await client.stop()
    return [
        Row("spawn to references, beside VS Code's", until, took, "s"),
        Row("processor time until then, beside VS Code's", work, worked, "s", 1.0),
        Row("VS Code's: memory then", grown, None, "MB"),
        Row("VS Code's: references, p95", percentile(times, 95), None, "ms"),
    ]


async def main() -> None:
    wanted = options("A workspace of many specs.", node="VS Code's server for Markdown")
    with place("http://127.0.0.1:9/v1") as where:
        await asyncio.to_thread(many_specs, where.root, FILES)
        rows, until, work = await ours(where, wanted)
        if wanted.node is not None:
            program = await asyncio.to_thread(markdown_server, wanted.node)
            rows += await theirs(where, program, until, work, wanted)
    report(f"A workspace of {FILES:,} specs", rows, wanted)


if __name__ == "__main__":
    asyncio.run(main())
