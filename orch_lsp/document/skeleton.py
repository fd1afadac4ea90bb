"""The part of a document that an edit of its words leaves as is: its headings, in order, with what they stand for.

Documents that differ in the words of a few chunks share one skeleton. What was found by going through all headings is
kept with it, so that a key does not go through them again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_Of = TypeVar("_Of")


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Headings by number, without their places. Two skeletons are the same only if they are one object."""

    levels: tuple[int, ...]
    titles: tuple[str, ...]
    profile_keys: tuple[str | None, ...]
    """Key of the profile's section that a heading stands for."""
    ends: tuple[int | None, ...]
    """Number of the heading that ends the section's body; None at the end of the text."""
    in_chunks: tuple[int, ...]
    """For each chunk the number of the first heading that stands in it or behind it; at last their number."""
    lone_keys: bool
    """Whether each heading stands for one section of the profile at most."""
    _kept: dict[Hashable, tuple[Any, Any]] = field(default_factory=dict[Hashable, "tuple[Any, Any]"], repr=False)

    def once(self, key: Hashable, given: object, make: Callable[[], _Made]) -> _Made:
        """The value that `make` gives, kept until it is asked for with another `given`.

        `make` looks at the skeleton and at `given`, and at nothing else. Of each key the newest value is kept.
        """
        known = self._kept.get(key)
        if known is not None and known[0] == given:
            return known[1]
        made = make()
        self._kept[key] = (given, made)
        return made

    def by_chunk(
        self, key: Hashable, given: object, chunks: Sequence[_Of], make: Callable[[int], _Made]
    ) -> Sequence[_Made]:
        """The values that `make` gives for the numbers of chunks, each kept for as long as its chunk is the same.

        As `once`, all are made anew with another `given`; `make` looks at the skeleton, the chunk and `given` alone. In
        the place of a chunk may be a tuple of it and what was read of it.
        """
        known = self._kept.get(key)
        if known is not None and known[0] == given and len(known[1][0]) == len(chunks):
            was, values = known[1]
            made = [
                value if chunk is old or chunk == old else make(number)
                for number, (chunk, old, value) in enumerate(zip(chunks, was, values, strict=True))
            ]
        else:
            made = [make(number) for number in range(len(chunks))]
        self._kept[key] = (given, (chunks, made))
        return made

    @cached_property
    def of_profile(self) -> tuple[int, ...]:
        """Numbers of the headings that stand for sections of the profile."""
        return tuple(number for number, key in enumerate(self.profile_keys) if key is not None)

    @cached_property
    def title(self) -> int | None:
        """Number of the first heading of level 1 that is no section of the profile; None if there is none."""
        headings = enumerate(zip(self.levels, self.profile_keys, strict=True))
        return next((number for number, (level, key) in headings if level == 1 and key is None), None)

    def headings_of(self, chunk: int) -> range:
        """Numbers of the headings that stand in a chunk."""
        return range(self.in_chunks[chunk], self.in_chunks[chunk + 1])

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """For each heading the number of the one that it stands below, -1 for none."""
        parents: list[int] = []
        above: list[int] = []
        for number, level in enumerate(self.levels):
            while above and self.levels[above[-1]] >= level:
                above.pop()
            parents.append(above[-1] if above else -1)
            above.append(number)
        return tuple(parents)

    @cached_property
    def closers(self) -> tuple[int | None, ...]:
        """For each heading the number of the next one of its level or a higher one."""
        closers: list[int | None] = [None] * len(self.levels)
        waiting: list[int] = []
        for number, level in enumerate(self.levels):
            while waiting and self.levels[waiting[-1]] >= level:
                closers[waiting.pop()] = number
            waiting.append(number)
        return tuple(closers)

    @cached_property
    def sections_in_force(self) -> tuple[str | None, ...]:
        """For each heading the key of the profile's section whose body the text right below it stands in."""
        found: list[str | None] = []
        key: str | None = None
        level = 0
        for own, own_level in zip(self.profile_keys, self.levels, strict=True):
            if own is not None:
                key, level = own, own_level
            elif key is not None and own_level <= level:
                key = None
            found.append(key)
        return tuple(found)

    def within(self, key: str) -> tuple[bool, ...]:
        """For each heading whether the text right below it stands in the body of the first section of a key."""
        count = len(self.levels)
        first = self.profile_keys.index(key) if key in self.profile_keys else count
        end = self.ends[first] if first < count else None
        return tuple(first <= number and (end is None or number < end) for number in range(count))

    def around_chunk(self, values: Sequence[_Made], chunk: int, before: _Made) -> tuple[_Made, ...]:
        """The value of the last heading before a chunk (`before`, if there is none), then those of its headings."""
        first, end = self.in_chunks[chunk], self.in_chunks[chunk + 1]
        return (values[first - 1] if first else before, *values[first:end])


def skeleton_of(
    headings: Sequence[tuple[int, str]],
    keys: Sequence[tuple[str, ...]],
    ends: Sequence[int | None],
    counts: Sequence[int],
) -> Skeleton:
    """The skeleton of headings.

    Args:
        headings: Level and words of each.
        keys: The sections of the profile that each stands for.
        ends: See `Skeleton.ends`.
        counts: How many headings stand in each chunk.
    """
    firsts = [0]
    for count in counts:
        firsts.append(firsts[-1] + count)
    return Skeleton(
        tuple(level for level, _ in headings),
        tuple(title for _, title in headings),
        tuple(own[0] if own else None for own in keys),
        tuple(ends),
        tuple(firsts),
        all(len(own) <= 1 for own in keys),
    )
