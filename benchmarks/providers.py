"""What the provider layer costs, beside the least that httpx can do and the clients that others use.

    python benchmarks/providers.py [--venv DIR] [--short] [--check] [--table FILE]

Every contender runs in a process of its own and reads the same bytes from one local server, in turn within one run, so
that whatever else the machine does meets all of them. The best of their rounds are compared, in which the machine did
least besides. The baseline reads `aiter_bytes`, splits at blank lines, parses each event with `json.loads` and joins
the text; it checks nothing. With `--venv` the official openai and anthropic packages, and litellm, are installed below
DIR and compared as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from harness import model_server
from harness.measuring import Options, Row, on_one_processor, options, report

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("harness") / "contenders.py"
Turn = TypeVar("Turn")
SDKS = {"openai_sdk": ("openai",), "anthropic_sdk": ("anthropic",), "litellm": ("litellm",)}


@dataclass(frozen=True, slots=True)
class Race:
    """A dialect: the baseline, ours, and the others, by the names of `contenders.py`."""

    dialect: str
    bare: str
    layer: str
    kept: str
    others: tuple[str, ...]

    def runners(self, pythons: Mapping[str, Path]) -> tuple[str, ...]:
        return (self.bare, self.layer, *(name for name in self.others if name in pythons))

    def taking_turns(self, runners: Mapping[str, Turn], number: int) -> list[tuple[str, Turn]]:
        """Who runs in this round: the others, which take several times as long, in each third one."""
        return [(name, one) for name, one in runners.items() if name not in self.others or number % 3 == 0]


RACES = (
    Race("Chat Completions", "bare_chat", "layer_chat", "kept_chat", ("openai_sdk", "litellm")),
    Race("Messages", "bare_messages", "layer_messages", "kept_messages", ("anthropic_sdk",)),
)


class Contender:
    """A process of `contenders.py`; `cold` is its first measurement."""

    def __init__(self, name: str, python: Path, url: str) -> None:
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [str(python), str(SCRIPT), name, url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        self.cold = self._result()

    def measure(self, url: str, streams: int = 1) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"url": url, "streams": streams}) + "\n")
        self._process.stdin.flush()
        return self._result()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def _result(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "a contender has ended early"
        return json.loads(line)


@contextmanager
def contender(name: str, python: Path, url: str) -> Iterator[Contender]:
    running = Contender(name, python, url)
    try:
        yield running
    finally:
        running.close()


def installed(folder: Path | None) -> dict[str, Path]:
    """The interpreter of each contender: ours, and a virtual environment for each of the others."""
    own = {name: Path(sys.executable) for race in RACES for name in (race.bare, race.layer, race.kept)}
    if folder is None:
        return own
    for name, packages in SDKS.items():
        venv = folder / name
        python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *packages], check=True)
        own[name] = python
    return own


def versions(pythons: Mapping[str, Path]) -> str:
    """What was compared."""
    found = []
    for name, packages in SDKS.items():
        if name in pythons:
            code = f"from importlib.metadata import version; print('{packages[0]}', version('{packages[0]}'))"
            asked = subprocess.run([pythons[name], "-c", code], check=True, capture_output=True, text=True)
            found.append(asked.stdout.strip())
    return ", ".join(found)


Figures = dict[str, list[float]]


def rows_of(race: Race, what: str, unit: str, figures: Figures) -> list[Row]:
    """Ours against the baseline and against the best of the others, and the others against the baseline."""
    found = {name: min(values) for name, values in figures.items()}
    least = found[race.bare]
    others = {name: found[name] for name in race.others if name in found}
    rows = [Row(f"{race.dialect}, {what}", found[race.layer], least, unit, 1.5)]
    for name, value in others.items():
        rows.append(Row(f"  the same by {name.removesuffix('_sdk')}", value, least, unit))
    if others:
        rows.append(Row("  ours, beside the best of them", found[race.layer], min(others.values()), unit, 1.0))
    return rows


def cpu_and_warm(race: Race, pythons: Mapping[str, Path], address: str, wanted: Options) -> list[Row]:
    """CPU for each chunk of a long burst, and the wait for the first text of an ordinary stream."""
    chunks, rounds = (2_000, 3) if wanted.short else (10_000, 9)
    burst, ordinary = f"{address}/{chunks}/0/v1", f"{address}/10/2000/v1"
    cpu: Figures = {name: [] for name in race.runners(pythons)}
    warm: Figures = {name: [] for name in cpu}
    with ExitStack() as stack:
        running = {name: stack.enter_context(contender(name, pythons[name], ordinary)) for name in cpu}
        for one in running.values():
            one.measure(burst)  # loads what is loaded on first use
        for number in range(rounds):
            for name, one in race.taking_turns(running, number):
                result = one.measure(burst)
                assert result["characters"] == len(model_server.text(chunks)), f"{name} lost text"
                cpu[name].append(result["cpu_s"] / chunks * 1e6)
        for number in range(10 if wanted.short else 100):
            for name, one in race.taking_turns(running, number):
                warm[name].append(one.measure(ordinary)["first_s"] * 1e3)
    return [
        *rows_of(race, "CPU for each chunk", "µs", cpu),
        *rows_of(race, "first text, warm", "ms", warm),
    ]


def cold(race: Race, pythons: Mapping[str, Path], address: str, wanted: Options) -> list[Row]:
    """From a started interpreter to the first text: loading, making the client, connecting."""
    figures: Figures = {name: [] for name in race.runners(pythons)}
    for name in figures:
        with contender(name, pythons[name], f"{address}/10/200/v1"):
            pass  # writes byte code
    spent: Figures = {name: [] for name in figures}
    for number in range(3 if wanted.short else 15):
        for name, values in race.taking_turns(figures, number):
            with contender(name, pythons[name], f"{address}/10/200/v1") as one:
                values.append(one.cold["first_s"] * 1e3)
                spent[name].append(one.cold["first_cpu_s"] * 1e3)
    return [
        *rows_of(race, "first text, cold", "ms", figures),
        *rows_of(race, "CPU until the first text, cold", "ms", spent),
    ]


def together(race: Race, pythons: Mapping[str, Path], address: str, wanted: Options) -> Row:
    """Fifty streams at once in one process."""
    streams, chunks, rounds = 50, (100 if wanted.short else 1_000), (3 if wanted.short else 7)
    url = f"{address}/{chunks}/0/v1"
    figures: Figures = {race.bare: [], race.layer: []}
    with ExitStack() as stack:
        running = {name: stack.enter_context(contender(name, pythons[name], url)) for name in figures}
        for one in running.values():
            one.measure(url, streams)
        for _ in range(rounds):
            for name, one in running.items():
                result = one.measure(url, streams)
                assert result["characters"] == streams * len(model_server.text(chunks)), f"{name} lost text"
                figures[name].append(result["cpu_s"] / streams / chunks * 1e6)
    bare, layer = (min(figures[name]) for name in (race.bare, race.layer))
    return Row(f"{race.dialect}, CPU for each chunk, {streams} at once", layer, bare, "µs", 1.5)


def memory(race: Race, pythons: Mapping[str, Path], address: str, wanted: Options) -> list[Row]:
    """What a long answer adds to the resident memory of a process that has read a short one, beside its text."""
    chunks = 50_000 if wanted.short else 1_000_000
    with contender(race.kept, pythons[race.kept], f"{address}/2000/0/v1") as one:
        before = one.cold["peak_kb"]
        result = one.measure(f"{address}/{chunks}/0/v1")
    text = result["characters"] / 1024
    name = f"{race.dialect}, memory added by {chunks:,} chunks, beside the text"
    return [Row(name, result["peak_kb"] - before, text, "kB", None if wanted.short else 4.0)]


def main() -> None:
    wanted = options(
        "The provider layer beside bare httpx and the clients of others.", compares="openai, anthropic, litellm"
    )
    pythons = installed(wanted.venv)
    on_one_processor()
    rows: list[Row] = []
    with model_server.running() as address:
        for race in RACES:
            rows += cpu_and_warm(race, pythons, address, wanted)
            rows += cold(race, pythons, address, wanted)
            rows.append(together(race, pythons, address, wanted))
            rows += memory(race, pythons, address, wanted)
    report("The provider layer" + (f" ({found})" if (found := versions(pythons)) else ""), rows, wanted)


if __name__ == "__main__":
    main()
