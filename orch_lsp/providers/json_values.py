"""Reading JSON from outside without trusting its shape: a value of the wrong type is an absent one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast


def mapping(value: object) -> Mapping[str, object]:
    """`value` if it is an object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    """`value` if it is an array, else an empty one."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def text(value: object) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int | None:
    """`value` if it is a whole number that can count something, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
