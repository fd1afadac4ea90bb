"""Values of a document that an edit left as they were, but for their places: each is made when somebody asks for it.

At a key hardly anybody asks for more than those around it, and a long document has a thousand. Those who go through
all of them pay for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar, cast, overload

from typing_extensions import override

_Value = TypeVar("_Value")


class Carried(Sequence[_Value], ABC):
    """As many values as there were, in their order: equal to a tuple of the same.

    Args:
        earlier: The values of an earlier text, of which these are made.
        made: Those that are made already, by number.
    """

    def __init__(self, earlier: Sequence[_Value], made: Mapping[int, _Value] = MappingProxyType({})) -> None:
        self._earlier = earlier
        self._made = dict(made)

    @abstractmethod
    def _moved(self, number: int, was: _Value) -> _Value:
        """The value of a number, from what it was."""

    @override
    def __len__(self) -> int:
        return len(self._earlier)

    @overload
    def __getitem__(self, at: int) -> _Value: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Value, ...]: ...
    @override
    def __getitem__(self, at: int | slice) -> _Value | tuple[_Value, ...]:
        if isinstance(at, slice):
            return tuple([self[number] for number in range(*at.indices(len(self._earlier)))])
        number = at if at >= 0 else at + len(self._earlier)
        value = self._made.get(number)
        if value is None:
            # Of two threads that both make it one gives way: values are told apart by identity, too.
            value = self._made.setdefault(number, self._moved(number, self._earlier[at]))
        return value

    @override
    def __iter__(self) -> Iterator[_Value]:
        # One by one: somebody may have found what they look for at the first.
        made, moved = self._made, self._moved
        for number, was in enumerate(self._earlier):
            value = made.get(number)
            yield made.setdefault(number, moved(number, was)) if value is None else value

    def anywhere(self) -> Iterator[_Value]:
        """The values, for those who do not ask where they are: some have the places of the earlier text."""
        made = self._made
        return (made.get(number, was) for number, was in enumerate(self._earlier))

    @override
    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(cast("Carried[object]", other)) if isinstance(other, Carried) else other)

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    @override
    def __repr__(self) -> str:
        return repr(tuple(self))
