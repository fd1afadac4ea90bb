"""The bounds of one answer: items and bytes, and the cursor at which it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from orch_lsp.errors import ErrorCode, SpecError

MOST_BYTES = 48 * 1024
"""Bytes of the items of one answer, as JSON."""
MOST_OPEN = 100
"""Keys of open places that are named."""
MOST_CHARACTERS = 16_000
"""Characters of a text that is given at a time."""

Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Cut(Generic[Item]):
    """The items of one page, and where the next one begins."""

    items: list[Item]
    next_cursor: str | None


def start_of(cursor: str | None) -> int:
    """The number of the first item of a page.

    Raises:
        SpecError: `invalid_request`: it is no cursor of ours.
    """
    if cursor is None:
        return 0
    number = cursor.removeprefix("at:")
    if number == cursor or not number.isascii() or not number.isdecimal() or len(number) > 9:
        raise SpecError(
            ErrorCode.INVALID_REQUEST, "`cursor` is not one that an answer gave.",
            remediation="Give `next_cursor` of the page before, or leave it out.",
        )  # fmt: skip
    return int(number)


def page(items: Sequence[Item], first: int, limit: int, total: int, *, grows: bool = False) -> Cut[Item]:
    """As many of these items as one answer takes, at least one.

    Args:
        items: Those from number `first` on, at least as many as a page takes.
        first: The number of the first of them.
        limit: The most that were asked for.
        total: The number of all.
        grows: Whether there may be more, which are not found yet.
    """
    taken: list[Item] = []
    size = 0
    for item in items[:limit]:
        size += len(item.model_dump_json().encode("utf-8", "replace"))
        if taken and size > MOST_BYTES:
            break
        taken.append(item)
    reached = first + len(taken)
    return Cut(taken, f"at:{reached}" if grows or (taken and reached < total) else None)
