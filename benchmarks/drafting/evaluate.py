"""Evaluate how drafts are made, over briefs with labels and recorded answers, without a key and without a network.

    python benchmarks/drafting/evaluate.py run [BRIEF…] [--loose] [--json FILE] [--table docs/evaluation.md] [--check]
    python benchmarks/drafting/evaluate.py join FILE… [--table docs/evaluation.md]
    python benchmarks/drafting/evaluate.py status [BRIEF…]
    python benchmarks/drafting/evaluate.py open [BRIEF…] --to FOLDER
    python benchmarks/drafting/evaluate.py take BRIEF FILE --open FOLDER
    python benchmarks/drafting/evaluate.py prune [BRIEF…]

`run` sends each brief through each arm, with the real command line and a server that replays. A brief of which a
request has no answer takes no part, and is named. `join` makes one table of several `--json`. `open` writes down the
requests that nobody has answered, with the slips that their writer is to make; `take` puts answers on record, from a
file in which each stands below a line `=== HASH`, of which twelve digits are enough. `status` says what is recorded,
what is open, and which answers no request asks for any more; `prune` takes the last away.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from asked import Asked
from corpus import Brief, briefs
from fetch_trees import tree
from measures import Measured, measure
from page import fill, table
from running import ARMS, Bench, Outcome, bench
from slips import CHATTER, RATES, slips_for
from store import Store

Results = Mapping[str, Mapping[str, Measured]]
"""The measures by brief and arm."""


def main() -> None:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    for name, does in {"run": run, "status": status, "open": write_open, "prune": prune}.items():
        command = commands.add_parser(name)
        command.set_defaults(does=does)
        command.add_argument("briefs", nargs="*")
        if name == "open":
            command.add_argument("--to", type=Path, required=True)
        if name == "run":
            command.add_argument("--loose", action="store_true")
            command.add_argument("--json", type=Path)
            command.add_argument("--table", type=Path)
            command.add_argument("--check", action="store_true", help="End with 1 if a promise of the page is broken.")
    command = commands.add_parser("join")
    command.set_defaults(does=join)
    command.add_argument("files", nargs="+", type=Path)
    command.add_argument("--table", type=Path)
    command = commands.add_parser("take")
    command.set_defaults(does=take)
    command.add_argument("brief")
    command.add_argument("file", type=Path)
    command.add_argument("--open", type=Path, required=True, help="The folder that `open` wrote to.")
    given = parser.parse_args()
    given.does(given)


def run(given: argparse.Namespace) -> None:
    """Measure all briefs whose answers are there."""
    results: dict[str, dict[str, Measured]] = {}
    for brief, outcomes in _each(given.briefs, loose=given.loose):
        measured: dict[str, Measured] = {}
        for outcome in outcomes:
            if outcome.open:
                why = f"{outcome.arm.name} asks for {outcome.open[0].key}, which nobody has answered"
                print(f"left out: {brief.name}: {why}", file=sys.stderr)
                break
            measured[outcome.arm.name] = measure(outcome)
        else:
            results[brief.name] = measured
            print(_line(brief, measured), file=sys.stderr)
    if given.json:
        lines = {name: {arm: asdict(one) for arm, one in arms.items()} for name, arms in results.items()}
        given.json.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _show(results, given.table)
    if given.check and (problems := [*_broken(results)] or ["no brief was measured"] * (not results)):
        sys.exit("\n".join(problems))


def join(given: argparse.Namespace) -> None:
    """Make one table of the measures of several runs."""
    results: dict[str, dict[str, Measured]] = {}
    for file in given.files:
        for name, arms in json.loads(file.read_text("utf-8")).items():
            results[name] = {arm: Measured(**one) for arm, one in arms.items()}
    _show(dict(sorted(results.items())), given.table)


def _show(results: Results, page: Path | None) -> None:
    made = table(results, briefs())
    print(made)
    if page:
        fill(page, made)


def _broken(results: Results) -> Iterable[str]:
    """What must hold in every arm."""
    for name, arms in results.items():
        for arm, one in arms.items():
            if one.outside:
                yield f"{name}, {arm}: {one.outside} bytes were changed outside of what was open"


def _line(brief: Brief, measured: Mapping[str, Measured]) -> str:
    cells = (f"{name}: {one.facts:.0%} {one.inventions} inv" for name, one in measured.items())
    return f"{brief.name} ({brief.kind}, {brief.language}): {'; '.join(cells)}"


def status(given: argparse.Namespace) -> None:
    """Say what is recorded, what is open, and what is no longer current."""
    for brief, outcomes in _each(given.briefs, collect=True):
        used, wanted = _used(outcomes), {asked.sha256: asked.key for one in outcomes for asked in one.open}
        recorded = Store(brief.name).recorded
        print(f"{brief.name}: {len(used)} answered, {len(wanted)} open, {len(recorded.keys() - used)} not asked for")
        for sha256, key in wanted.items():
            print(f"  open {sha256[:12]} {key}")
        if not wanted:
            for sha256 in recorded.keys() - used:
                print(f"  no longer current {recorded[sha256].file}")


def prune(given: argparse.Namespace) -> None:
    """Forget answers that no request asks for, of briefs that are whole."""
    for brief, outcomes in _each(given.briefs, collect=True):
        store = Store(brief.name)
        if not any(one.open for one in outcomes):
            for sha256 in store.recorded.keys() - _used(outcomes):
                print(store.recorded[sha256].file)
                store.forget(sha256)


def _used(outcomes: Iterable[Outcome]) -> set[str]:
    return {call.asked.sha256 for one in outcomes for call in one.calls}


def write_open(given: argparse.Namespace) -> None:
    """Write the open requests of each brief into a file: first what they share, then the task of each."""
    given.to.mkdir(parents=True, exist_ok=True)
    for brief, outcomes in _each(given.briefs, collect=True):
        wanted = {asked.sha256: asked for one in outcomes for asked in one.open}
        if wanted:
            path = given.to / f"{brief.name}.txt"
            path.write_text(_for_a_writer(brief, [*wanted.values()]), "utf-8")
            keys = {sha256: (asked.step, asked.titles) for sha256, asked in wanted.items()}
            path.with_suffix(".json").write_text(json.dumps(keys, ensure_ascii=False), "utf-8")
            print(f"{path}: {len(wanted)}")


def _for_a_writer(brief: Brief, wanted: list[Asked]) -> str:
    """Requests as a writer reads them. What several of one form share is shown once; answers never are."""
    shared: dict[str, str] = {}
    lines: list[str] = []
    for asked in wanted:
        before, heading, task = asked.prompt.rpartition("\n# Task\n")
        if asked.step == "before":
            before, heading, task = "", "", asked.prompt
        for part, text in (("SYSTEM", asked.system), ("PROMPT", before)):
            if text and text not in shared.values():
                name = f"{part} {len(shared) + 1}"
                shared[name] = text
                lines.append(f"##### {name}\n{text}\n")
        begins = [name for name, text in shared.items() if text in {asked.system, before}]
        lines.append(f"=== {asked.sha256} {asked.key}\n(after {', '.join(begins)}){heading}\n{task}\n")
        slips = slips_for(brief.name, asked)
        lines.append(f"SLIPS: {'; '.join(slips) or 'none'}\n")
    told = "\n".join(f"{name}: {what}" for name, (what, _) in RATES.items())
    return "\n".join((f"{told}\n{CHATTER[0]}: {CHATTER[1]}\n", *lines))


def take(given: argparse.Namespace) -> None:
    """Put written answers on record; the requests are those that `open` wrote down."""
    keys = json.loads((given.open / f"{given.brief}.json").read_text("utf-8"))
    wanted = {sha256[:12]: Asked(step, tuple(titles), sha256) for sha256, (step, titles) in keys.items()}
    store = Store(given.brief)
    pieces = re.split(r"^=== ([0-9a-f]{12})[^\n]*\n", given.file.read_text("utf-8"), flags=re.MULTILINE)[1:]
    for digits, text in zip(pieces[::2], pieces[1::2], strict=True):
        asked = wanted.get(digits)
        if asked is None:
            print(f"{digits}: no open request", file=sys.stderr)
            continue
        print(store.take(asked, text.strip("\n") + "\n", slips_for(given.brief, asked)).name)


def _each(names: Iterable[str], *, loose: bool = False, collect: bool = False) -> Iterable[tuple[Brief, Outcomes]]:
    """Each brief with its outcomes in all arms, which are made while one looks at them."""
    with bench() as place:
        for brief in briefs(names):
            if tree(brief.tree) is None:
                print(f"left out: {brief.name}: run fetch_trees.py first", file=sys.stderr)
            else:
                yield brief, _outcomes(place, brief, loose=loose, collect=collect)


def _outcomes(place: Bench, brief: Brief, *, loose: bool, collect: bool) -> Outcomes:
    if collect:
        return [place.run(brief, arm, collect=True) for arm in ARMS if not arm.within]
    return _of_all_arms(place, brief, loose=loose)


def _of_all_arms(place: Bench, brief: Brief, *, loose: bool) -> Outcomes:
    """A run whose repair had nothing to do is that of the arm without repair, too."""
    made: dict[str, Outcome] = {}
    for arm in ARMS:
        if not arm.within and arm.name not in made:
            made[arm.name] = place.run(brief, arm, loose=loose)
        elif arm.within:
            with_repair = place.run(brief, next(one for one in ARMS if one.name == arm.within), loose=loose)
            made[arm.within] = with_repair
            asked = {call.asked.step for call in with_repair.calls} | {one.step for one in with_repair.open}
            made[arm.name] = place.run(brief, arm, loose=loose) if "repair" in asked else replace(with_repair, arm=arm)
        yield made[arm.name]


Outcomes = Iterable[Outcome]


if __name__ == "__main__":
    main()
