"""Two statements of a text that cannot both hold: the same words with two quantities. Rather none than a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from orch_lsp.draft_checks.meaning import shared, words_of
from orch_lsp.rules.quantities import Quantity, quantities_in

_COMMON_SHARE = 0.6
_LEAST_WORDS = 2
_LEAST_OF_CHANGED = 3
_MOST_PAIRS = 20_000
_CODE = re.compile(r"`[^`]*`")


class Stated(Protocol):
    """A statement."""

    @property
    def text(self) -> str:
        """Its words."""
        ...


_One = TypeVar("_One", bound=Stated)
_Other = TypeVar("_Other", bound=Stated)


@dataclass(frozen=True, slots=True)
class Measured:
    """A statement with one quantity, and the words that say of what."""

    quantity: Quantity
    typed: str
    words: frozenset[str]
    names: frozenset[str]
    """Code in it: another name is another thing."""


def measured(text: str) -> Measured | None:
    """A statement as it is compared; None for one without a quantity, or with several of one dimension."""
    found = quantities_in(text)
    if not found or len({one.dimension for one in found}) != len(found):
        return None
    first = found[0]
    words = words_of(_CODE.sub(" ", f"{text[: first.start]} {text[first.end :]}"))
    names = frozenset(_CODE.findall(text))
    typed = " ".join(text[first.start : first.end].split())
    return Measured(first, typed, words, names) if len(words) >= _LEAST_WORDS else None


def differ(one: Measured, other: Measured) -> bool:
    """Whether two statements say two quantities of the same."""
    if one.quantity.dimension != other.quantity.dimension or one.quantity.amount == other.quantity.amount:
        return False
    if one.names and other.names and one.names.isdisjoint(other.names):
        return False
    less, more = sorted((one.words, other.words), key=len)
    common = len(shared(less, more))
    return common >= _LEAST_WORDS and common >= _COMMON_SHARE * len(more)


def is_changed(one: Measured, other: Measured) -> bool:
    """Whether a statement says of most things that another one speaks of another quantity of the same dimension.

    Less is asked for than by `differ`: whoever asks knows that the quantity stands in no source.
    """
    if one.quantity.dimension != other.quantity.dimension or one.quantity.amount == other.quantity.amount:
        return False
    less, more = sorted((one.words, other.words), key=len)
    common = len(shared(less, more))
    return common >= _LEAST_OF_CHANGED and common >= _COMMON_SHARE * len(less)


def contradictions_between(
    ones: Sequence[_One], others: Sequence[_Other], are: Callable[[Measured, Measured], bool] = differ
) -> Iterator[tuple[_One, _Other]]:
    """Statements of `ones` with those of `others` that say another quantity of the same, as `are` tells it."""
    known = [(other, found) for other in others if (found := measured(other.text)) is not None]
    left = _MOST_PAIRS
    for one in ones:
        mine = measured(one.text) if known else None
        if mine is None:
            continue
        left -= len(known)
        if left < 0:
            return
        yield from ((one, other) for other, found in known if are(mine, found))


def contradictions_in(statements: Sequence[_One]) -> Iterator[tuple[_One, _One]]:
    """Pairs of statements of one text that say two quantities of the same."""
    places = {id(one): number for number, one in enumerate(statements)}
    for one, other in contradictions_between(statements, statements):
        if places[id(one)] < places[id(other)]:
            yield one, other
