"""Where a long piece of a text can be divided: at items and blocks of the document itself, which are read alone alike.

An item that begins at the start of its line ends all that the items before it have left open, whatever stands in it;
a paragraph, list or heading behind a blank line does so with all blocks. Read alone, such a part holds the same blocks;
that a list is loose because of items elsewhere is forgotten.

Whether a place is chosen depends on the lines around it alone: an edit elsewhere moves it and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orch_lsp.markdown.tree import Beginning, Element

LONG = 2_000
"""Characters up to which a piece is not divided."""
_LONG_PART = 500
"""Behind so many characters the next place is chosen, whatever its number."""
_EACH = 8
_SHORTEST = 12
"""Characters that no item has which holds nothing but its marker."""
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(
    r"(?:[-+*][ \t]+)?(?:\[.\][ \t]*)?[*_`]{0,3}[A-Za-z]{0,8}-?(?:\d{1,4}[.-]){0,4}(?P<number>\d{1,9})"
)


class Division(NamedTuple):
    """A place where a piece is divided."""

    start: int
    begins: Beginning
    element: int
    """Number of the element that begins there."""


def divisions(text: str, elements: Sequence[Element]) -> list[Division]:
    """The places at which a piece is divided.

    Of short parts that are numbered, each eighth is chosen, the first one (and all of those that are numbered alike
    with it) among them; of others each one.

    Args:
        text: The piece. It holds no link definitions: a link is recognised where its definition stands.
        elements: Its elements.
    """
    chosen: list[Division] = []
    before = 0
    for place in _places(text, elements):
        numbered = _NUMBERED.match(text, place.start)
        if place.start - before >= _LONG_PART or numbered is None or int(numbered["number"]) % _EACH == 1:
            chosen.append(place)
        before = place.start
    return chosen


def elements_between(
    text: str, elements: Sequence[Element], place: Division, following: Division | None
) -> tuple[Element, ...] | None:
    """The elements of the part between two places, as it counts, as if it was read alone.

    Returns:
        None if they cannot be told: it holds a part of a list that may be loose.
    """
    first, end = place.element, len(elements) if following is None else following.element
    # Where reading began with an item, its list begins there, too, and is what is read alone.
    within_list = place.begins == "item" and elements[first].kind == "item"
    by, shift = place.start, (1 if within_list else 0) - first
    made: list[Element] = []
    if within_list:
        whole = elements[elements[first].parent]
        level = whole.level if whole.level < 0 else _number_at(text, place.start)
        made.append(whole._replace(start=0, end=whole.end - by, parent=-1, after=whole.after + shift, level=level))
    made += (
        Element(
            kind, start - by, stop - by, parent if parent < 0 else max(0, parent + shift), after + shift, level, value
        )
        for kind, start, stop, parent, after, level, value in elements[first:end]
    )
    divided = {
        elements[one.element].parent + shift
        for one in (place if within_list else None, following)
        if one is not None and one.begins == "item"
    }
    for number in {max(0, number) for number in divided}:
        ended = _ended(made, number)
        if ended is None:
            return None
        made[number] = ended
    return tuple(made)


def _ended(elements: Sequence[Element], number: int) -> Element | None:
    """A list that ends with the last of its items among `elements`; None if it may be loose."""
    end, item, last = min(elements[number].after, len(elements)), number + 1, number + 1
    while item < end:
        last, child = item, item + 1
        while child < min(elements[item].after, end):
            if elements[child].kind == "paragraph":
                return None
            child = elements[child].after
        item = elements[item].after
    if elements[number].after <= len(elements):
        return elements[number]
    # The parser lets a list reach on behind an item that is empty.
    is_empty = elements[last].after == last + 1 and elements[last].end - elements[last].start < _SHORTEST
    return None if is_empty else elements[number]._replace(end=elements[last].end, after=end)


def _number_at(text: str, start: int) -> int:
    found = _DIGITS.match(text, start)
    return int(found[0]) if found is not None else 0


def _places(text: str, elements: Sequence[Element]) -> Iterator[Division]:
    number, behind_list = 0, False
    while number < len(elements):
        element = elements[number]
        if element.kind == "list":
            yield from _in_list(text, elements, number, behind_list=behind_list)
        elif (
            element.kind in {"paragraph", "heading"}
            and _begins_line(text, element.start)
            and _is_below_blank(text, element.start)
        ):
            yield Division(element.start, "block", number)
        behind_list = element.kind == "list"
        number = element.after


def _in_list(text: str, elements: Sequence[Element], number: int, *, behind_list: bool) -> Iterator[Division]:
    end, item = elements[number].after, number + 1
    while item < end:
        start = elements[item].start
        if _begins_line(text, start):
            if item > number + 1:
                yield Division(start, "item", item)
            elif behind_list or _is_below_blank(text, start):
                yield Division(start, "block", number)
        item = elements[item].after


def _begins_line(text: str, offset: int) -> bool:
    return 0 < offset < len(text) and text[offset - 1] in "\r\n" and text[offset] not in " \t\r\n"


def _is_below_blank(text: str, offset: int) -> bool:
    """Whether the line above the one that begins at `offset` is blank."""
    end = offset - (2 if text.startswith("\r\n", offset - 2) else 1)
    while end > 0 and text[end - 1] in " \t":
        end -= 1
    return end <= 0 or text[end - 1] in "\r\n"
