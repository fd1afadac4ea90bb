"""What the benchmarks share: options, summaries, and one way to print them."""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    short: bool
    check: bool
    venv: Path | None = None
    table: Path | None = None
    llm_venv: Path | None = None
    before: Path | None = None
    node: Path | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A figure beside what it is compared with; `limit` is the ratio, or the value if there is no baseline."""

    name: str
    value: float
    baseline: float | None
    unit: str
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def within(self) -> bool:
        measured = self.value if self.baseline is None else self.ratio
        return self.limit is None or measured is None or measured <= self.limit


def options(
    description: str,
    *,
    compares: str = "",
    llm: bool = False,
    before: bool = False,
    node: str = "",
    parts: Sequence[str] = (),
) -> Options:
    """The command line.

    Args:
        description: What is measured.
        compares: What `--venv` installs to compare with, if the benchmark does.
        llm: Whether `llm` can be compared with.
        before: Whether another version of this program can be.
        node: The npm packages that `--node` installs to compare with, if the benchmark does.
        parts: The names of what can be measured alone by `--only`.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--short", action="store_true", help="few rounds: shows that it runs, the figures are rough")
    parser.add_argument("--check", action="store_true", help="exit 1 if a figure is above its limit")
    parser.add_argument("--table", type=Path, metavar="FILE", help="also put the figures into this Markdown page")
    if compares:
        parser.add_argument("--venv", type=Path, metavar="DIR", help=f"compare with {compares}, installed below DIR")
    if llm:
        parser.add_argument("--llm-venv", type=Path, metavar="DIR", help="compare with llm, installed below DIR")
    if before:
        parser.add_argument("--before", type=Path, metavar="PROGRAM", help="compare with this other orch-lsp")
    if node:
        parser.add_argument("--node", type=Path, metavar="DIR", help=f"compare with {node}, installed below DIR")
    if parts:
        parser.add_argument("--only", action="append", choices=parts, default=[], help="measure this alone; repeatable")
    parsed = parser.parse_args()
    named = {name: getattr(parsed, name, None) for name in ("venv", "llm_venv", "before", "node")}
    only = tuple(getattr(parsed, "only", ()))
    if only and parsed.table:
        parser.error("--only measures a part, and --table wants the whole")
    return Options(parsed.short, parsed.check, table=parsed.table, only=only, **named)


def on_one_processor() -> None:
    """Keep this process and those that it starts on one processor: those of a virtual machine may differ by half."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


# A process takes over the peak of the memory of whoever starts it, so that a small one has to start what is measured.
_MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
print((spent.ru_utime + spent.ru_stime) * 1000, spent.ru_maxrss / 1024)
"""


def cost_of(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds of a processor and megabytes at the peak that a command takes, its output into a pipe."""
    launcher = [sys.executable, "-S", "-c", _MEASURED, *command]
    ran = subprocess.run(launcher, cwd=folder, env=env, check=True, stdout=subprocess.PIPE, text=True)
    cpu_ms, peak_mb = map(float, ran.stdout.split())
    return cpu_ms, peak_mb


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def report(title: str, rows: Sequence[Row], wanted: Options, *, name: str | None = None) -> None:
    """Print the rows, and end the process with 1 if a limit is exceeded and limits were to be checked.

    Args:
        title: What was measured.
        rows: The figures.
        wanted: The command line.
        name: The place of the figures on the page; that of the program if left out.
    """
    print(f"\n{title}")
    print(f"  {'':44}{'this':>12}{'baseline':>12}{'ratio':>8}{'limit':>8}")
    for row in rows:
        baseline = "" if row.baseline is None else f"{row.baseline:.4g} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        limit = "" if row.limit is None else f"{row.limit:g}"
        verdict = "" if row.within else "  above"
        print(f"  {row.name:44}{f'{row.value:.4g} {row.unit}':>12}{baseline:>12}{ratio:>8}{limit:>8}{verdict}")
    if wanted.table is not None:
        fill(wanted.table, name or Path(sys.argv[0]).stem, markdown(title, rows, short=wanted.short))
    processors = os.cpu_count() or 1
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > processors:
        print(f"  The machine is busy (load {load:.1f} on {processors} processors): times on the clock are rough.")
    if wanted.check and not all(row.within for row in rows):
        sys.exit(1)


def markdown(title: str, rows: Sequence[Row], *, short: bool = False) -> str:
    """The rows as a table, under a line that says what was measured, when and on what."""
    rough = " Few rounds: the figures are rough." if short else ""
    made = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors, {platform.system()}, {platform.python_version()}"
    )
    lines = [f"{title}; {made}.{rough}", "", "| | measured | baseline | ratio | limit |", "|---|--:|--:|--:|--:|"]
    for row in rows:
        baseline = "" if row.baseline is None else f"{row.baseline:.4g} {row.unit}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        limit = "" if row.limit is None else f"{row.limit:g}{'' if row.within else ' (above)'}"
        lines.append(f"| {row.name.strip()} | {row.value:.4g} {row.unit} | {baseline} | {ratio} | {limit} |")
    return "\n".join(lines)


def fill(page: Path, name: str, table: str) -> None:
    """Put the table between the comments `figures: NAME` and `end` of a page."""
    text = page.read_text("utf-8")
    place = re.compile(rf"(<!-- figures: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not place.search(text):
        sys.exit(f"{page} has no place for the figures of {name}")
    page.write_text(place.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text), "utf-8")
