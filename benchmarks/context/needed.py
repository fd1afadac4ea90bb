"""How many of the lines that a maintainer must read for a brief are sent with it, within the budget of tokens.

    python benchmarks/context/needed.py --labels FILE --briefs DIR --tree "NAME VERSION=DIR" … [--budget N] [--items]

FILE says for each brief, by the name of `DIR/BRIEF.spec.md`, its tree and the needed lines:
`{"BRIEF": {"tree": "NAME VERSION", "needed": [{"path": …, "symbol": …, "lines": [first, last]}]}}`. With `--items` each
item that is sent is printed, too.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TypedDict

from sent import DEFAULT_BUDGET, lines_sent, sent_for

from orch_lsp.context.assembly import cost
from orch_lsp.context.item import ContextResult


class Needed(TypedDict):
    """Lines of a file, both included."""

    path: str
    symbol: str
    lines: tuple[int, int]


class Label(TypedDict):
    """What is needed for a brief."""

    tree: str
    needed: list[Needed]


def counted(result: ContextResult, needed: list[Needed]) -> list[tuple[Needed, int, int]]:
    """Each range with how many of its lines are sent, and how many it has."""
    sent = lines_sent(result)
    found: list[tuple[Needed, int, int]] = []
    for one in needed:
        lines = range(one["lines"][0], one["lines"][1] + 1)
        found.append((one, sum((one["path"], line) in sent for line in lines), len(lines)))
    return found


def show(name: str, result: ContextResult, counts: list[tuple[Needed, int, int]], *, items: bool) -> None:
    """One brief as text."""
    got, of = sum(sent for _, sent, _ in counts), sum(total for _, _, total in counts)
    tokens = sum(map(cost, result.items))
    print(f"{name}: {got} of {of} lines ({got / of:.0%}), {len(result.items)} items, {tokens} tokens")
    for one, sent, total in counts:
        print(f"  {sent:4} of {total:4}  {one['path']} {one['symbol']}")
    for item in result.items if items else ():
        lines = f":{item.lines[0]}-{item.lines[1]}" if item.lines else ""
        print(f"    {cost(item):5} {item.source:8} {item.score or '':8} {item.path}{lines}")


def main() -> None:
    """Measure every brief of the labels whose tree is given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--briefs", type=Path, required=True)
    parser.add_argument("--tree", action="append", default=[], metavar="NAME=DIR")
    parser.add_argument("--budget", type=int, default=DEFAULT_BUDGET)
    parser.add_argument("--items", action="store_true")
    given = parser.parse_args()
    trees = {name: Path(folder) for name, _, folder in (tree.rpartition("=") for tree in given.tree)}
    labels: dict[str, Label] = json.loads(given.labels.read_text(encoding="utf-8"))
    got = of = 0
    for name, label in labels.items():
        if label["tree"] in trees:
            result = sent_for(trees[label["tree"]], given.briefs / f"{name}.spec.md", given.budget)
            counts = counted(result, label["needed"])
            show(name, result, counts, items=given.items)
            got += sum(sent for _, sent, _ in counts)
            of += sum(total for _, _, total in counts)
    print(f"all: {got} of {of} lines ({got / of if of else 0:.0%})")


if __name__ == "__main__":
    main()
