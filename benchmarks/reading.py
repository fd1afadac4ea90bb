"""Reading a spec: Markdown to a tree, the tree to sections, nodes and findings, at three lengths on one line each.

    python benchmarks/reading.py [--short] [--check]

What is linear costs no more for a word of the longest text than for one of the shortest, which is the baseline.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.documents import spec_of
from harness.measuring import Options, Row, on_one_processor, options, report

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse_tree
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.rules.check import check

LENGTHS = (2_000, 20_000, 200_000)
_NANOSECONDS = 1_000_000
"""In a millisecond."""


def best_of(rounds: int, prepare: Callable[[], SpecDocument], work: Callable[[SpecDocument], object]) -> float:
    """Milliseconds of processor time for `work` on a document that nothing was asked of yet."""
    best = float("inf")
    for _ in range(rounds):
        document = prepare()
        began = time.process_time()
        work(document)
        best = min(best, time.process_time() - began)
    return best * 1000


def measure(wanted: Options) -> list[Row]:
    steps: dict[str, Callable[[SpecDocument], object]] = {
        "tree": lambda document: read(document.text),
        "sections": lambda document: parse_tree(document.tree, None, PLAIN),
        "nodes": lambda document: document.nodes,
        "rules": check,
        "hashes": lambda document: [section.sha256 for section in document.sections],
    }
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for words in LENGTHS:
        tree = read(spec_of(words))
        rounds = 3 if wanted.short else max(5, 400_000 // words)
        for name, work in steps.items():
            taken[name].append(best_of(rounds, lambda tree=tree: parse_tree(tree, None, PLAIN), work))
    return [row_of(name, milliseconds) for name, milliseconds in taken.items()]


def row_of(name: str, milliseconds: list[float]) -> Row:
    """All lengths on one line: what each took in its name, and a word of the longest beside one of the shortest."""
    each = [_NANOSECONDS * took / words for took, words in zip(milliseconds, LENGTHS, strict=True)]
    told = ", ".join(f"{took:.3g}" for took in milliseconds)
    return Row(f"{name} ({told} ms), for a word", each[-1], each[0], "ns", 2.0)


def main() -> None:
    wanted = options("Reading a spec of three lengths.")
    on_one_processor()
    lengths = ", ".join(f"{words:,}" for words in LENGTHS)
    report(f"Reading {lengths} words", measure(wanted), wanted)


if __name__ == "__main__":
    main()
