"""Text that fits a terminal: measured in cells, as East Asian characters and emoji take two of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len, set_cell_size

GAP = 2
"""Cells between two columns."""


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; what is cut off at its end is shown as `…`."""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width > 0 else ""


def cut_front(text: str, width: int) -> str:
    """As `cut`, at the beginning: of a path, the end says most."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    start = next(start for start in range(len(text) + 1) if cell_len(text[start:]) < width)
    return f"…{text[start:]}"


def padded(text: str, width: int) -> str:
    """The text with blanks behind it up to `width` cells."""
    return text + " " * (width - cell_len(text))


def widest(texts: Sequence[str]) -> int:
    """Cells of the widest of the texts."""
    return max(map(cell_len, texts), default=0)


def wrapped(text: str, width: int | None) -> list[str]:
    """The text in lines of at most `width` cells, broken between words; without a width as it is."""
    lines = text.split("\n")
    if width is None:
        return lines
    from rich.console import Console
    from rich.text import Text

    console = Console(file=io.StringIO(), width=width)
    return [
        part.plain.rstrip()
        for line in lines
        for part in (Text(line).wrap(console, width, overflow="fold", tab_size=4) or (Text(),))
    ]


def local_time(moment: str, pattern: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A record's time (RFC 3339) as the clock on the wall had it; what is no time stays as it is."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime(pattern)
    except (ValueError, OverflowError, OSError):
        return moment


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its header and cells, and how it gives way where the terminal is narrow."""

    header: str
    cells: Sequence[str]
    least: int | None = None
    """Cells to which it may be cut; None for one that is shown whole."""
    from_front: bool = False

    @property
    def natural(self) -> int:
        """Cells that it takes where there is room."""
        return widest((self.header, *self.cells))


def fitted(columns: Sequence[Column], width: int) -> list[int] | None:
    """Cells for each column, so that all together take at most `width`; None if they do not fit.

    The widest of those that may be cut gives way first.
    """
    widths = [column.natural for column in columns]
    over = sum(widths) + GAP * (len(widths) - 1) - width
    while over > 0:
        giving = [at for at, column in enumerate(columns) if column.least is not None and widths[at] > column.least]
        if not giving:
            return None
        widths[max(giving, key=lambda at: widths[at])] -= 1
        over -= 1
    return widths


def table(alternatives: Sequence[Sequence[Column]], width: int) -> list[str]:
    """The first of these sets of columns that fits, as a table; if none does, the last one with a line a cell."""
    for columns in alternatives:
        if (widths := fitted(columns, width)) is not None:
            return table_lines(columns, widths)
    first, *others = alternatives[-1]
    lines: list[str] = []
    for row, text in enumerate(first.cells):
        lines.append((cut_front if first.from_front else cut)(text, width))
        lines += (cut(f"  {column.cells[row]}", width) for column in others if column.cells[row])
    return lines


def table_lines(columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """The header and a line for each row, without blanks at their ends."""
    cells = [[_cell(column, text, size) for text in (column.header, *column.cells)]
             for column, size in zip(columns, widths, strict=True)]  # fmt: skip
    return [(" " * GAP).join(row).rstrip() for row in zip(*cells, strict=True)]


def _cell(column: Column, text: str, width: int) -> str:
    return padded((cut_front if column.from_front else cut)(text, width), width)
