"""Fit files into the budget: what the spec mentions first, then what ranks highest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orch_lsp.context.assembly import cost, introduction_cost
from orch_lsp.context.choke import Admitted
from orch_lsp.context.corpus import Corpus
from orch_lsp.context.excerpts import Lines, best_windows, head, part, whole
from orch_lsp.context.item import ContextItem, Exclusion
from orch_lsp.context.ranking import Ranked

# Below this many tokens an excerpt says too little to be worth its label.
LEAST_USEFUL = 32

# A label and its fences; the exact cost is asked for before an item is taken.
_LABEL = 24

NO_ROOM = "no room in the budget"

Range = tuple[int, int]


@dataclass(slots=True)
class Pack:
    """Items as they are collected, and the tokens that are left."""

    corpus: Corpus
    weights: Mapping[str, float]
    stopped: Callable[[], bool]
    remaining: int
    items: list[ContextItem] = field(default_factory=list[ContextItem])
    left_out: list[Exclusion] = field(default_factory=list[Exclusion])

    def add_mentions(self, mentions: Mapping[str, Sequence[Range] | None]) -> None:
        """Take mentioned files, each with a fair share of what is left; None stands for the whole file."""
        waiting = len(mentions)
        for path, ranges in mentions.items():
            if self.stopped():
                return
            share = self.remaining // waiting
            waiting -= 1
            admitted = self._admit(path)
            if admitted is None:
                continue
            found = self._whole_or_best(admitted, share, None, "mention") if ranges is None else ()
            if ranges is not None:
                found = self._ranges(admitted, ranges, share)
            if not self._take(found):
                self.left_out.append(Exclusion(path, NO_ROOM if admitted.text else "empty"))

    def add_ranked(self, ranked: Sequence[Ranked]) -> None:
        """Take ranked files, best first, none with more than a quarter of what is left, until there is no room."""
        for one in ranked:
            if self.stopped() or self.remaining < LEAST_USEFUL + _LABEL:
                return
            admitted = self._admit(one.path)
            if admitted is not None:
                share = max(self.remaining // 4, min(self.remaining, 8 * LEAST_USEFUL))
                self._take(self._whole_or_best(admitted, share, round(one.score, 4), "rank"))

    def _admit(self, path: str) -> Admitted | None:
        admitted = self.corpus.text(path)
        if isinstance(admitted, Exclusion):
            self.left_out.append(admitted)
            return None
        return admitted

    def _take(self, items: Sequence[ContextItem]) -> bool:
        """Take those that fit; whether any did."""
        taken = False
        for item in items:
            if item.text and (price := cost(item)) <= self.remaining:
                self.items.append(item)
                self.remaining -= price
                taken = True
        return taken

    def _whole_or_best(self, admitted: Admitted, share: int, score: float | None, source: str) -> Sequence[ContextItem]:
        item = whole(admitted, score, source)
        if cost(item) <= share:
            return (item,)
        lines = Lines(admitted.text)
        windows = best_windows(lines, self.weights, share - _LABEL)
        if not windows and score is None:
            start = head(lines, 1, len(lines), share - _LABEL)
            windows = [start] if start else []
        return [part(admitted, lines, window, score, source) for window in windows]

    def _ranges(self, admitted: Admitted, ranges: Sequence[Range], share: int) -> Sequence[ContextItem]:
        lines = Lines(admitted.text)
        found: list[ContextItem] = []
        for first, last in _merged(ranges):
            if first > len(lines):
                self.left_out.append(Exclusion(admitted.relative_path, f"no line {first}"))
                continue
            span = head(lines, first, min(last, len(lines)), share - _LABEL)
            if span is not None:
                found.append(part(admitted, lines, span, None, "mention"))
                share -= cost(found[-1])
        return found


def new_pack(corpus: Corpus, weights: Mapping[str, float], budget: int, stopped: Callable[[], bool]) -> Pack:
    """An empty pack for a budget of tokens, the introduction's taken off."""
    return Pack(corpus, weights, stopped, max(0, budget - introduction_cost()))


def _merged(ranges: Sequence[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
