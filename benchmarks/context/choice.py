"""Which files are chosen for a brief, beside three ways to choose them without knowing what they are.

    python benchmarks/context/choice.py TREE … [--all] [--no-ripgrep]

Each TREE is an unpacked source distribution of a Python project. A page of its documentation needs the modules that
it documents, a test the modules that it imports (`cases`); half of the cases were used to choose weights, the other
half is reported (`--all`: all of them). Recall is of the needed files among the first ten, nDCG counts earlier ones
more. The lines are those of the definitions that are named, sent within the default budget.

Beside ours: BM25 over the text alone; how many of the brief's terms a file holds, as ripgrep counts them; the order of
the tree.
"""

from __future__ import annotations

import argparse
import math
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cases import Case, cases_in
from sent import lines_sent, sent_for_text

from orch_lsp.context.choosing import choose, title_terms
from orch_lsp.context.corpus import Limits, ReadCorpus
from orch_lsp.context.tokens import terms
from orch_lsp.context.tree import FileTree

FIRST = 10
ROW = "| {:<24} | {:>9.3f} | {:>7.3f} |"


class Score:
    """Recall and nDCG of one way, over cases."""

    def __init__(self) -> None:
        self.recall: list[float] = []
        self.ndcg: list[float] = []

    def add(self, order: Sequence[str], needed: frozenset[str]) -> None:
        """Count the first ten of an order."""
        first = order[:FIRST]
        self.recall.append(len(needed.intersection(first)) / len(needed))
        gained = sum(1 / math.log2(place + 2) for place, path in enumerate(first) if path in needed)
        self.ndcg.append(gained / sum(1 / math.log2(place + 2) for place in range(min(FIRST, len(needed)))))


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def by_ripgrep(case: Case, wanted: frozenset[str], files: Sequence[str]) -> list[str]:
    """Files by how many of the terms they hold, then by the number of lines that do."""
    distinct: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for term in sorted(wanted):
        command = ["rg", "--count", "--ignore-case", "--fixed-strings", "--no-messages", "--", term, "."]
        found = subprocess.run(command, cwd=case.root, capture_output=True, text=True, check=False).stdout
        for line in found.splitlines():
            path, _, count = line.rpartition(":")
            distinct[path.removeprefix("./")] += 1
            lines[path.removeprefix("./")] += int(count)
    known = [path for path in files if path in distinct]
    return sorted(known, key=lambda path: (-distinct[path], -lines[path], path))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=Path, nargs="+")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--no-ripgrep", action="store_true")
    given = parser.parse_args()
    ways = {name: Score() for name in ("ours", "BM25 of the text", "terms by ripgrep", "order of the tree")}
    covered: list[float] = []
    count = 0
    for root in given.trees:
        files = FileTree(root.resolve()).list_files(20_000, lambda: False).files
        corpus = ReadCorpus(root.resolve(), files, Limits(), lambda: False)
        for case in cases_in(root.resolve()):
            if not (given.all or case.is_reported):
                continue
            count += 1
            wanted = frozenset(terms(case.brief))
            others = [path for path in files if path != case.made_from]
            candidates = frozenset(others)
            choice = choose(corpus, wanted, candidates.__contains__, lambda: False, title=title_terms(case.brief))
            ways["ours"].add(choice.order, case.needed)
            ranked = [path for path, _ in corpus.ranked(wanted).ranked if path in candidates]
            ways["BM25 of the text"].add(ranked, case.needed)
            ways["order of the tree"].add(others, case.needed)
            if not given.no_ripgrep:
                ways["terms by ripgrep"].add(by_ripgrep(case, wanted, others), case.needed)
            if case.lines:
                sent = lines_sent(sent_for_text(case.root, case.made_from, case.brief))
                covered.append(len(case.lines & sent) / len(case.lines))
    print(f"{count} cases of {len(given.trees)} projects\n")
    print("| way                      | recall@10 |    nDCG |\n|---|---|---|")
    for name, score in ways.items():
        if score.recall:
            print(ROW.format(name, mean(score.recall), mean(score.ndcg)))
    print(f"\nlines of the named definitions that are sent: {mean(covered):.1%} in {len(covered)} cases")


if __name__ == "__main__":
    main()
