"""Which lines of a file are worth sending, and how a text is cut to a budget of tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from orch_lsp.context.choke import Admitted
from orch_lsp.context.item import ContextItem, estimate_tokens
from orch_lsp.context.tokens import terms
from orch_lsp.text import sha256

MAX_WINDOW_LINES = 80
MAX_WINDOWS = 3
MARGIN_LINES = 3
LABEL = 24
"""Tokens of a label with its fences, about; the exact cost is asked for before an item is taken."""
LEAST_USEFUL = 32
"""Below this many tokens an excerpt says too little to be worth its label."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")


class Lines:
    """A text by its lines, which count from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [match.start() for match in _LINE.finditer(text)] or [0]
        if len(self._starts) > 1 and self._starts[-1] == len(text):
            # Text after the last line end is no line to quote.
            self._starts.pop()

    def __len__(self) -> int:
        return len(self._starts)

    def text(self, first: int, last: int) -> str:
        """Lines `first` to `last`, both included, without the last one's end."""
        end = self._starts[last] if last < len(self._starts) else len(self._text)
        piece = self._text[self._starts[first - 1] : end]
        return piece.removesuffix("\n").removesuffix("\r")

    def tokens(self, line: int) -> int:
        """The estimate for a line with its end."""
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        return estimate_tokens(self._text[self._starts[line - 1] : end] + "\n")

    def cost(self, first: int, last: int) -> int:
        """The estimate for lines `first` to `last`, both included."""
        return estimate_tokens(self.text(first, last) + "\n")


def whole(admitted: Admitted, score: float | None, source: str) -> ContextItem:
    """The item that is all of a file."""
    return ContextItem(
        admitted.relative_path, None, admitted.text, sha256(admitted.text), score, source, admitted.redactions
    )


def part(admitted: Admitted, lines: Lines, span: tuple[int, int], score: float | None, source: str) -> ContextItem:
    """The item that is some lines of a file; hidden characters are counted over the whole file, hidden lines here."""
    text = lines.text(*span)
    elsewhere = sum(1 for line in admitted.hidden if not span[0] <= line <= span[1])
    redactions = admitted.redactions - elsewhere
    return ContextItem(admitted.relative_path, span, text, sha256(text), score, source, redactions)


def excerpt(admitted: Admitted, lines: Lines, span: tuple[int, int], score: float | None, source: str) -> ContextItem:
    """The item that is these lines of a file; if they are all of it, the whole file."""
    if span == (1, len(lines)):
        return whole(admitted, score, source)
    return part(admitted, lines, span, score, source)


def beginning(admitted: Admitted, source: str, budget: int) -> ContextItem | None:
    """As much of a text from its first line on as fits into a budget of tokens with its label; None if nothing does."""
    lines = Lines(admitted.text)
    span = head(lines, 1, len(lines), budget - LABEL) if budget >= LEAST_USEFUL + LABEL else None
    return None if span is None else excerpt(admitted, lines, span, None, source)


def most_telling(admitted: Admitted, weights: Mapping[str, float], source: str, budget: int) -> tuple[ContextItem, ...]:
    """The lines of a text that say most about the terms within a budget of tokens; its beginning if none says anything.

    Args:
        admitted: The text.
        weights: What each term is worth.
        source: Of the items.
        budget: Tokens for all items together, labels included.
    """
    lines = Lines(admitted.text)
    windows = best_windows(lines, weights, budget - MAX_WINDOWS * LABEL)
    if windows:
        return tuple(excerpt(admitted, lines, span, None, source) for span in windows)
    start = beginning(admitted, source, budget)
    return () if start is None else (start,)


def head(lines: Lines, first: int, last: int, budget: int) -> tuple[int, int] | None:
    """As many of the lines from `first` on as the budget holds; None if not even one."""
    end = first - 1
    while end < last and (budget := budget - lines.tokens(end + 1)) >= 0:
        end += 1
    return (first, end) if end >= first else None


def best_windows(lines: Lines, weights: Mapping[str, float], budget: int) -> list[tuple[int, int]]:
    """Up to three runs of lines that say most about the terms, in the file's order, within a budget of tokens.

    Args:
        lines: The file.
        weights: What each term is worth.
        budget: Tokens for all windows together.
    """
    scores = [_line_score(lines.text(line, line), weights) for line in range(1, len(lines) + 1)]
    sizes = [lines.tokens(line) for line in range(1, len(lines) + 1)]
    windows: list[tuple[int, int]] = []
    least = 0.0
    while len(windows) < MAX_WINDOWS:
        best = _best(scores, sizes, budget)
        if best is None or best[0] <= least:
            break
        score, first, last = best
        budget -= sum(sizes[first : last + 1])
        windows.append((first + 1, last + 1))
        # A line is quoted once, and further windows must be about as good as the first.
        scores[first : last + 1] = [-1.0] * (last + 1 - first)
        least = max(least, score / 2)
    return _joined(sorted(windows))


def _line_score(text: str, weights: Mapping[str, float]) -> float:
    return sum(weights.get(term, 0.0) for term in set(terms(text)))


def _best(scores: Sequence[float], sizes: Sequence[int], budget: int) -> tuple[float, int, int] | None:
    """(score, first, last), zero-based, of the run with the highest score; the earliest of equals."""
    best: tuple[float, int, int] | None = None
    first, score, size = 0, 0.0, 0
    for last, (line_score, line_size) in enumerate(zip(scores, sizes, strict=True)):
        if line_score < 0:
            first, score, size = last + 1, 0.0, 0
            continue
        score += line_score
        size += line_size
        while first <= last and (size > budget or last - first >= MAX_WINDOW_LINES):
            score -= scores[first]
            size -= sizes[first]
            first += 1
        if first <= last and line_score > 0 and (best is None or score > best[0] + 1e-9):
            best = (score, first, last)
    return None if best is None else _trimmed(best, scores, sizes, budget)


def _trimmed(
    best: tuple[float, int, int], scores: Sequence[float], sizes: Sequence[int], budget: int
) -> tuple[float, int, int]:
    """Without lines at the ends that say nothing, but for a margin that gives the rest its setting."""
    score, first, last = best
    while scores[first] <= 0:
        first += 1
    left = budget - sum(sizes[first : last + 1])
    for _ in range(MARGIN_LINES):
        if first > 0 and scores[first - 1] >= 0 and sizes[first - 1] <= left:
            first -= 1
            left -= sizes[first]
        if last + 1 < len(scores) and scores[last + 1] >= 0 and sizes[last + 1] <= left:
            last += 1
            left -= sizes[last]
    return score, first, last


def _joined(windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows that touch become one."""
    joined: list[tuple[int, int]] = []
    for first, last in windows:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined
