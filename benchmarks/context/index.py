"""The index of a workspace beside ripgrep, which looks for the same words in the same tree, in turns with it.

    python benchmarks/context/index.py [--short] [--check] [--rg PROGRAM]

Measured are a first question without an index, the building of the index with the memory that it takes, questions with
it, questions after a change, and hover in an editor while it is built. The trees are cut from the standard library's
own sources. Without `--rg`, `rg` on the search path is taken; Debian has it as `ripgrep`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import model_server
from harness.lsp_client import LspClient
from harness.measuring import Options, Row, percentile, report
from harness.workspace import Place, place

from orch_lsp.context.corpus import Limits
from orch_lsp.context.index.indexes import Unwatched
from orch_lsp.context.index.reading import hints_in
from orch_lsp.context.index.workspace_index import WorkspaceIndex
from orch_lsp.context.ranking import Ranking
from orch_lsp.context.tokens import terms

BRIEF = """Rate limiter: retry after the header and the HTTP status. A middleware delays the request and its response,
throttles with a backoff, and caches. The setting of the download queue has a maximum, a timeout in seconds, and a
default configuration."""
LIMITS = Limits(max_seconds=600.0)
BETWEEN_SECONDS = 0.02
_FOLDERS = ("limiter", "retry", "fetch", "feed", "storage", "cache", "session", "driver", "plugin", "queue")


def make_tree(root: Path, count: int) -> None:
    """Text files of 40 to 400 lines, a dozen in a folder."""
    sources = [
        text
        for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"))
        if "site-packages" not in path.parts and len(text := path.read_text("utf-8", "replace")) > 300
    ]
    chosen = random.Random(1)
    for number in range(count):
        lines = chosen.choice(sources).split("\n")
        start = chosen.randrange(max(1, len(lines) - 40))
        folder = number * 7919 % max(1, count // 12)
        path = root / f"{_FOLDERS[folder % 10]}{folder % 37}" / f"{_FOLDERS[folder // 10 % 10]}{folder}"
        path.mkdir(parents=True, exist_ok=True)
        ending = chosen.choice((".py", ".py", ".py", ".ts", ".md"))
        text = "\n".join(lines[start : start + chosen.randrange(40, 400)])
        (path / f"{chosen.choice(_FOLDERS)}_{number}{ending}").write_text(text[:40_000], "utf-8")
    (root / ".gitignore").write_text("*.pyc\nbuild/\n*.log\n", "utf-8")


def ripgrep(program: str, root: Path) -> float:
    """Seconds that it takes to count how often any of the words stands in each file."""
    words = [argument for term in sorted(set(terms(BRIEF))) for argument in ("-e", term)]
    began = time.perf_counter()
    done = subprocess.run(
        [program, "--count-matches", "--ignore-case", *words, str(root)], check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - began


def ask(index: WorkspaceIndex, *, build: bool = False) -> tuple[float, Ranking]:
    """Seconds until the files are ranked, from looking which there are; and the ranking."""
    began = time.perf_counter()
    looked = index.look(hints_in(BRIEF), lambda _: True, LIMITS, lambda: False)
    corpus = index.corpus(looked.files, hints_in(BRIEF), LIMITS, lambda: False, looked.found)
    ranking = corpus.ranked(frozenset(terms(BRIEF)))
    took = time.perf_counter() - began
    assert len(looked.files) == len(corpus.files)
    if build:
        corpus.close()
    else:
        getattr(corpus, "disk", corpus).close()
    return took, ranking


@contextmanager
def searched_by(program: str | None) -> Iterator[None]:
    """Let ripgrep be found, or not, by what is asked."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = "" if program is None else str(Path(program).parent.resolve())
    try:
        yield
    finally:
        os.environ["PATH"] = before


def in_turns(rounds: int, theirs: Callable[[], float] | None, ours: Callable[[], float]) -> tuple[float, float | None]:
    """The medians of both, taken in turns, since other work on the machine comes and goes."""
    pairs = [(ours(), theirs() if theirs is not None else 0.0) for _ in range(rounds)]
    return statistics.median(mine for mine, _ in pairs), (
        statistics.median(other for _, other in pairs) if theirs is not None else None
    )


def of_tree(count: int, program: str | None, wanted: Options) -> list[Row]:
    rounds = 3 if wanted.short else 7
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "tree"
        os.environ["ORCH_STATE_HOME"] = str(root.with_name("state"))
        make_tree(root, count)
        rg = None if program is None else (lambda: ripgrep(program, root))

        def first_question() -> float:
            return ask(WorkspaceIndex(root, Unwatched(), LIMITS.max_files))[0]

        with searched_by(program):
            searched, theirs = in_turns(3, rg, first_question)
        with searched_by(None):
            first, still_theirs = in_turns(3, rg, first_question)
            index = WorkspaceIndex(root, Unwatched(), LIMITS.max_files)
            _, read = ask(index, build=True)
        began = time.perf_counter()
        assert index.wait(600)
        built = time.perf_counter() - began
        size = sum(file.stat().st_size for file in (root / ".orch" / "local").glob("context.db*")) / 1e6
        _, found = ask(index)
        assert found == read, "the index ranks otherwise than reading does"
        warm, again = in_turns(rounds, rg, lambda: ask(index)[0])

        def changed() -> float:
            next(root.rglob("*.py")).write_text(f"rate limiter {time.time_ns()}\n", "utf-8")
            return ask(index)[0]

        after, beside = in_turns(rounds, rg, changed)
        cold, other = in_turns(rounds, rg, lambda: ask(WorkspaceIndex(root, Unwatched(), LIMITS.max_files))[0])
    files = f"{count:,} files"
    return [
        Row(f"{files}: first question, no index", searched * 1000, theirs and theirs * 1000, "ms", 3.0),
        Row(f"{files}: first question, no index, no ripgrep", first * 1000, still_theirs and still_theirs * 1000, "ms"),
        Row(f"{files}: index built", built, None, "s"),
        Row(f"{files}: index", size, None, "MB"),
        Row(f"{files}: question, warm", warm * 1000, again and again * 1000, "ms", 0.2),
        Row(f"{files}: question after a change", after * 1000, beside and beside * 1000, "ms"),
        Row(f"{files}: first question of a process", cold * 1000, other and other * 1000, "ms"),
        # Of all children so far: those that read and those that built.
        Row(
            f"{files}: most memory of a process that reads",
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            None,
            "MB",
            256.0,
        ),
    ]


class Hovers:
    """An editor whose hand rests over a word while drafts and indexes are made."""

    def __init__(self, client: LspClient, uri: str) -> None:
        self._client = client
        self._uri = uri
        self.indexing = asyncio.Event()
        self.ended = asyncio.Event()
        client.on_notification = self._notified

    def _notified(self, method: str, params: dict[str, Any]) -> None:
        told = method == "$/progress" and str(params["token"]).startswith("orch-index-")
        if told and params["value"]["kind"] == "begin":
            self.indexing.set()
        if told and params["value"]["kind"] == "end":
            self.ended.set()

    async def hovers(self, until: Callable[[], bool]) -> list[float]:
        took: list[float] = []
        while not until():
            began = time.perf_counter()
            asked = {"textDocument": {"uri": self._uri}, "position": {"line": 6, "character": 4}}
            await self._client.request("textDocument/hover", asked)
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(max(0.0, BETWEEN_SECONDS - (time.perf_counter() - began)))
        return took


async def hover(count: int, wanted: Options) -> list[Row]:
    quiet: list[float] = []
    asked: list[float] = []
    indexed: list[float] = []
    with model_server.running() as address, place(f"{address}/20/0/v1") as where:
        await asyncio.to_thread(make_tree, where.root, count)
        spec = where.spec(0)
        await asyncio.to_thread(_outlined, spec, where)
        # The first round compiles the modules that a draft loads, and is not counted.
        for counted in (True,) if wanted.short else (False, True, True, True):
            client = await LspClient.start(("-m", "orch_lsp", "serve"), cwd=where.root, env=where.env)
            await client.initialize(where.root)
            client.notify("initialized", {})
            watching = Hovers(client, client.open(spec))
            drafted = client.open(where.spec(1))
            await watching.hovers(_after(2.0))
            still = await watching.hovers(_after(5.0))
            arguments = [{"uri": drafted, "apply": "review"}]
            command = {"command": "orch.generateDraft", "arguments": arguments}
            await client.request("workspace/executeCommand", command)
            first = await watching.hovers(watching.indexing.is_set)
            then = await watching.hovers(watching.ended.is_set)
            await client.stop()
            if counted:
                quiet += still
                asked += first
                indexed += then
            for file in (where.root / ".orch" / "local").glob("context.db*"):
                file.unlink()
    return [
        Row(f"hover {when}, p{n}", percentile(took, n), percentile(quiet, n), "ms", limit if n == 95 else None)
        for when, took, limit in (
            ("while the first index is built", indexed, 1.5),
            ("while a draft chooses files without an index", asked, None),
        )
        for n in (95, 50)
    ]


def _outlined(spec: Path, where: Place) -> None:
    """Let the spec have a history, so that its hover has something to say."""
    subprocess.run(
        [sys.executable, "-P", "-m", "orch_lsp", "draft", str(spec), "--provider", "outline", "--write"],
        cwd=where.root, env=where.env, check=True, capture_output=True,
    )  # fmt: skip


def _after(seconds: float) -> Callable[[], bool]:
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() > until


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="one small tree: shows that it runs")
    parser.add_argument("--check", action="store_true", help="exit 1 if a figure is above its limit")
    parser.add_argument("--table", type=Path, metavar="FILE", help="also put the figures into this Markdown page")
    parser.add_argument("--rg", default=shutil.which("rg"), metavar="PROGRAM", help="ripgrep, to compare with")
    given = parser.parse_args()
    wanted = Options(given.short, given.check, table=given.table)
    rows: list[Row] = []
    for count in (2_000,) if wanted.short else (10_000, 50_000):
        rows += of_tree(count, given.rg, wanted)
    rows += asyncio.run(hover(2_000 if wanted.short else 10_000, wanted))
    report("The index of a workspace, beside ripgrep", rows, wanted, name="index")


if __name__ == "__main__":
    main()
