"""A text that two have changed, merged: by blocks (paragraphs, items, fences), and within a block by lines. Pure.

Whatever only one of them changed is taken as they left it. Where both changed the same, there is no merge: nobody's
words are dropped, and no words are put together that neither wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from orch_lsp.markdown.reader import read
from orch_lsp.text import split_lines, start_of_line

_MOST = 4_000
"""Lines of a text that is merged; the comparison takes quadratic time at worst."""


@dataclass(frozen=True, slots=True)
class _Region:
    """Parts of the three texts between places where all are alike."""

    base: Sequence[str]
    mine: Sequence[str]
    theirs: Sequence[str]

    def merged(self) -> Sequence[str] | None:
        """The merge, if only one of both changed it, or both in the same way."""
        if self.mine == self.base:
            return self.theirs
        return self.mine if self.theirs in (self.base, self.mine) else None


def merged(base: str, mine: str, theirs: str) -> str | None:
    """The text with the changes of both, or None if both changed the same place.

    Args:
        base: The text that both began with.
        mine: The text as one left it.
        theirs: The text as the other left it.
    """
    texts = [split_lines(text) for text in (base, mine, theirs)]
    if sum(map(len, texts)) > _MOST:
        return None
    lines: list[str] = []
    for region in _regions(*(_blocks(text) for text in (base, mine, theirs))):
        found = region.merged()
        if found is None and (found := _by_blocks(region)) is None:
            return None
        lines += (line for block in found for line in split_lines(block))
    return "\n".join(lines)


def _by_blocks(region: _Region) -> Sequence[str] | None:
    """Blocks that stand side by side: as many in each text are the same ones, of which each may have been changed."""
    base, mine, theirs = region.base, region.mine, region.theirs
    if not len(base) == len(mine) == len(theirs):
        return _by_lines(base, mine, theirs)
    blocks: list[str] = []
    for one in zip(base, mine, theirs, strict=True):
        found = _by_lines(*((block,) for block in one))
        if found is None:
            return None
        blocks += found
    return blocks


def _by_lines(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Sequence[str] | None:
    lines: list[str] = []
    for region in _regions(*([line for block in side for line in split_lines(block)] for side in (base, mine, theirs))):
        found = region.merged()
        if found is None:
            return None
        lines += found
    return lines


def without_known(mine: str, theirs: str) -> str:
    """The blocks of a text that another one does not have, to be put behind it; with LF line ends."""
    known = {block.strip() for block in _blocks(mine)}
    blocks = [block for block in _blocks(theirs) if block.strip() not in known]
    return "\n".join(line for block in blocks for line in split_lines(block)).strip("\n")


def _regions(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[_Region]:
    """The three texts cut where all have the same; what is alike is a region of its own."""
    in_mine, in_theirs = _matches(base, mine), _matches(base, theirs)
    at = (0, 0, 0)
    for number in range(len(base)):
        here = (number, in_mine.get(number), in_theirs.get(number))
        if here[1] is None or here[2] is None:
            continue
        yield _Region(base[at[0] : number], mine[at[1] : here[1]], theirs[at[2] : here[2]])
        one = base[number : number + 1]
        yield _Region(one, one, one)
        at = (number + 1, here[1] + 1, here[2] + 1)
    yield _Region(base[at[0] :], mine[at[1] :], theirs[at[2] :])


def _matches(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Places of one text that another has, too, in the same order."""
    found = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {match.a + step: match.b + step for match in found for step in range(match.size)}


def _blocks(text: str) -> list[str]:
    """A text as blocks, each with the blank lines behind it: of a list each item is one. Joined by LF they are it."""
    tree = read(text)
    cuts: set[int] = set()
    for start, chunk in zip(tree.starts, tree.chunks, strict=False):
        for number in chunk.children():
            element = chunk.elements[number]
            cuts.add(start_of_line(text, start + element.start))
            if element.kind == "list":
                cuts.update(start_of_line(text, start + chunk.elements[item].start) for item in chunk.children(number))
    places = [0, *sorted(cuts - {0}), len(text) + 1]
    return [text[begin : end - 1] for begin, end in pairwise(places)]
