"""Which known word somebody may have meant who wrote another: one that a slip or two make of it."""

from __future__ import annotations

from collections.abc import Iterable

_CHARACTERS_A_SLIP = 4
_LONGEST = 200


def near(word: str, known: Iterable[str], limit: int = 1) -> tuple[str, ...]:
    """The known words that differ from `word` by few slips for its length, the nearest first.

    A slip is a letter that is left out, added, wrong, or in its neighbour's place. Case, and whether words are joined
    by hyphens, underscores, dots or blanks, is none.
    """
    asked = _bare(word)
    if not asked or len(word) > _LONGEST:
        return ()
    most = max(1, len(asked) // _CHARACTERS_A_SLIP)
    found: list[tuple[int, str]] = []
    for candidate in known:
        bare = _bare(candidate)
        if abs(len(bare) - len(asked)) <= most and (count := _slips(asked, bare)) <= most:
            found.append((count, candidate))
    return tuple(candidate for _, candidate in sorted(found)[:limit])


def _bare(word: str) -> str:
    return "".join(char for char in word.casefold() if char not in "-_. ")


def _slips(one: str, other: str) -> int:
    """The fewest slips that make one word of the other (the distance of Damerau and Levenshtein)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, char in enumerate(one, start=1):
        current = [row] + [0] * len(other)
        for column, beside in enumerate(other, start=1):
            best = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (char != beside))
            if row > 1 and column > 1 and char == other[column - 2] and one[row - 2] == beside:
                best = min(best, before[column - 2] + 1)
            current[column] = best
        before, last = last, current
    return last[-1]
