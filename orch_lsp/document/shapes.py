"""Shapes of drafted text for places within a section: one line, a list, blocks below a heading.

Each takes an answer's words as they came, without marks that the document has around the place already, and gives the
text for it; None where the words are of another shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from orch_lsp.document.compose import below, closed
from orch_lsp.document.items import items_of, placed_items
from orch_lsp.document.profile import Profile
from orch_lsp.markdown.reader import read
from orch_lsp.text import split_lines

_BOX = re.compile(r"\[[ xX~-]\]\*?[ \t]+")
_ID = re.compile(
    r"(?:\*\*|__)?(?:[A-Z]{1,6}(?:-[A-Z]{1,6})*-?\d{1,5}[a-z]?|\d{1,4}(?:\.\d{1,4})+)(?:\*\*|__)?[ \t]*[:：.)]"
    r"(?:\*\*|__)?[ \t]*"
)
_LONGEST_LINE = 1_000


def one_line(body: str) -> str | None:
    """The words of one line: no list, heading or second paragraph; without marker, box and id in front of them."""
    tree = read(body)
    chunk = tree.chunks[0]
    blocks = [chunk.elements[number] for number in chunk.children()]
    if len(tree.chunks) > 1 or len(blocks) != 1:
        return None
    if blocks[0].kind == "list":
        items = items_of(chunk)
        if len(items) != 1:
            return None
        words = body[items[0].content.start : items[0].content.end]
    elif blocks[0].kind == "paragraph":
        words = body
    else:
        return None
    line = " ".join(piece.strip() for piece in split_lines(words) if piece.strip())
    line = _ID.sub("", _BOX.sub("", line, count=1), count=1).strip()
    return line if line and len(line) <= _LONGEST_LINE else None


def line_behind(label: str) -> Callable[[str], str | None]:
    """The words of one line behind a label that the document has already, and an answer may say again."""
    again = re.compile(rf"[*_`]*{re.escape(label)}[*_`]*[ \t]*[:：][*_`]*[ \t]*", re.IGNORECASE) if label else None

    def fit(body: str) -> str | None:
        line = one_line(body)
        found = None if line is None or again is None else again.match(line)
        return line if line is None or found is None else line[found.end() :] or None

    return fit


def cell(body: str) -> str | None:
    """The words of one cell of a table: one line without bars."""
    line = one_line(body.strip().strip("|"))
    return None if line is None or "|" in line else line


def listed(marker: Callable[[int], str], *, first: int = 1) -> Callable[[str], str | None]:
    """The items of one list, each behind the document's own marker; numbers go on from `first`."""

    def fit(body: str) -> str | None:
        tree = read(body)
        if any(chunk.elements[number].kind != "list" for chunk in tree.chunks for number in chunk.children()):
            return None
        items = [placed for placed in placed_items(tree) if placed.item.parent < 0]
        lines: list[str] = []
        for number, placed in enumerate(items, first):
            words = body[placed.content.start : placed.span.end].rstrip()
            box = "" if placed.item.box is None else f"[{placed.item.box}] "
            head = marker(number)
            rest = [line.strip() for line in split_lines(words)]
            lines.append(f"{head}{box}{rest[0]}")
            lines += [f"{' ' * len(head)}{line}" for line in rest[1:] if line]
        return "\n".join(lines) or None

    return fit


def blocks(level: int, profile: Profile) -> Callable[[str], str | None]:
    """Any Markdown whose headings are deeper than `level`."""

    def fit(body: str) -> str | None:
        return closed(below(body, level, profile)) or None

    return fit


def behind(lead: str, fit: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """A shape with text in front of it, which the document lacks."""

    def fitted(body: str) -> str | None:
        text = fit(body)
        return None if text is None else f"{lead}{text}"

    return fitted
