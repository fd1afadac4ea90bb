"""Where a long piece of a text can be divided: at items and blocks of the document itself, which are read alone alike.

An item that begins at the start of its line ends all that the items before it have left open, whatever stands in it;
a paragraph, list or heading behind a blank line does so with all blocks. Read alone, such a part holds the same blocks;
that a list is loose because of items elsewhere is forgotten.

Whether a place is chosen depends on the lines around it alone: an edit elsewhere moves it and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from orch_lsp.markdown.tree import Beginning, Element

LONG = 2_000
"""Characters up to which a piece is not divided."""
_LONG_PART = 500
"""Behind so many characters the next place is chosen, whatever its number."""
_EACH = 8
_NUMBERED = re.compile(
    r"(?:[-+*][ \t]+)?(?:\[.\][ \t]*)?[*_`]{0,3}[A-Za-z]{0,8}-?(?:\d{1,4}[.-]){0,4}(?P<number>\d{1,9})"
)
_Place = tuple[int, Beginning]


def divisions(text: str, elements: Sequence[Element]) -> list[_Place]:
    """The offsets at which a piece is divided, each with the beginning of the part behind it.

    Of short parts that are numbered, each eighth is chosen, the first one (and all of those that are numbered alike
    with it) among them; of others each one.

    Args:
        text: The piece. It holds no link definitions: a link is recognised where its definition stands.
        elements: Its elements.
    """
    chosen: list[_Place] = []
    before = 0
    for start, begins in _places(text, elements):
        numbered = _NUMBERED.match(text, start)
        if start - before >= _LONG_PART or numbered is None or int(numbered["number"]) % _EACH == 1:
            chosen.append((start, begins))
        before = start
    return chosen


def _places(text: str, elements: Sequence[Element]) -> Iterator[_Place]:
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
            yield element.start, "block"
        behind_list = element.kind == "list"
        number = element.after


def _in_list(text: str, elements: Sequence[Element], number: int, *, behind_list: bool) -> Iterator[_Place]:
    end, item = elements[number].after, number + 1
    while item < end:
        start = elements[item].start
        if _begins_line(text, start):
            if item > number + 1:
                yield start, "item"
            elif behind_list or _is_below_blank(text, start):
                yield start, "block"
        item = elements[item].after


def _begins_line(text: str, offset: int) -> bool:
    return 0 < offset < len(text) and text[offset - 1] in "\r\n" and text[offset] not in " \t\r\n"


def _is_below_blank(text: str, offset: int) -> bool:
    """Whether the line above the one that begins at `offset` is blank."""
    end = offset - (2 if text.startswith("\r\n", offset - 2) else 1)
    while end > 0 and text[end - 1] in " \t":
        end -= 1
    return end <= 0 or text[end - 1] in "\r\n"
