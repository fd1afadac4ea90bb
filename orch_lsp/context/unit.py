"""A function, class or section as a run of whole lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_NESTED = 3
"""Definitions deeper than that belong to the one around them."""
_LEADING = re.compile(r"\s*(?:[@#]|//|/\*|\*|--|;;|%|\"\"\"|\[[\w.]+)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of lines that belong together.

    Attributes:
        name: Its name with those around it, such as `Cache.get`; empty for lines between definitions.
        first: Its first line, counted from one, with the comments and decorators right above.
        last: Its last line.
        inner: The units in it, in order; lines between them belong to none.
    """

    name: str
    first: int
    last: int
    inner: tuple[Unit, ...] = ()

    @property
    def size(self) -> int:
        """Its lines."""
        return self.last - self.first + 1


def with_comments(lines: Sequence[str], start: int, after: int) -> int:
    """The first line of the comments that stand right above a line."""
    first = start
    while first - 1 > after and lines[first - 2].strip() and _LEADING.match(lines[first - 2]):
        first -= 1
    return first
