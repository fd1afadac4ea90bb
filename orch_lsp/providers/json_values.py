"""Reading JSON from outside without trusting its shape: a value of the wrong type is an absent one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# More than a double can count exactly is no count.
_MOST = 1 << 53


def mapping(value: Any) -> Mapping[str, object]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] -- cast() is a call


def sequence(value: Any) -> Sequence[object]:
    """`value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else ()  # pyright: ignore[reportUnknownVariableType] -- as above


def text(value: object) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """`value` if it is a whole number that can count something, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST else None
