"""The open places of a roadmap: its entries, whole rows of a table or cells that hold a stand-in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from orch_lsp.document.asking import asking
from orch_lsp.document.drafting import Drafting, Fit, OpenPlace
from orch_lsp.document.node import slug
from orch_lsp.document.open_sections import section_places
from orch_lsp.document.placeholder import is_placeholder_line
from orch_lsp.document.shapes import behind, cell
from orch_lsp.document.template_notes import note_places
from orch_lsp.text import Span, after_line, end_of_line, split_lines

if TYPE_CHECKING:
    from orch_lsp.document.model import SpecDocument

_COLUMNS = "| ID | Sub-feature | Intent | Scope boundary | Depends on | Status | Sub-spec |"
_RULE = "|----|-------------|--------|----------------|------------|--------|----------|"
_ROW = "| R1 | Reset by mail | Customers get in again alone | No reset by phone | — | planned | — |"
_MORE = "| R2 | Reset by an admin | Staff helps those without mail | Only with a second person | R1 | planned | — |"
_ID = re.compile(r"[\s*_`]*(?P<id>R\d{1,3})[\s*_`]*")
_SILENT = re.compile(r"[\s—–-]*|planned")
_ANGLE = re.compile(r"\s*<[^<>]{2,60}>\s*")
_BAR = re.compile(r"(?<!\\)\|")
_RULE_LINE = re.compile(r"[|\s:-]+")
_GUIDANCE = (
    "One row for each slice that can be specified alone, with an id R1, R2 that no other has, and with ids of other "
    "rows where it depends on them. The status is planned, and nothing stands for the sub-spec but a dash."
)


@dataclass(frozen=True, slots=True)
class _Row:
    line: Span
    cells: tuple[Span, ...]


def _places(document: SpecDocument) -> Iterator[OpenPlace]:
    tables = [span for _, span in document.tree.elements("table")]
    with_ids = False
    for table in tables:
        header, *rows = _rows(document.text, table)
        rows = [row for row in rows if not _RULE_LINE.fullmatch(document.text[row.line.start : row.line.end])]
        titles = [_said(document, span) for span in header.cells]
        entries = [(row, found["id"]) for row in rows if (found := _id(document, row)) is not None]
        with_ids = with_ids or bool(entries)
        for row, key in entries:
            yield from _of_row(document, row, key, titles)
        if not rows and len(titles) > 1 and table == tables[0]:
            with_ids = True
            at = _end_of_rule(document.text, table)
            fit = behind("\n", _table_rows(len(titles)))
            yield OpenPlace("entries", "Entries", _GUIDANCE, f"{_ROW}\n{_MORE}", Span(at, at), header.line, fit)
    if not with_ids and not tables and not _is_written(document):
        start = document.preamble.start if document.title is None else document.title.end
        at = len(document.text.rstrip())
        example = f"{_COLUMNS}\n{_RULE}\n{_ROW}\n{_MORE}"
        head = document.title or Span(start, start)
        place = Span(max(at, start), max(at, start))
        yield OpenPlace("entries", "Entries", _GUIDANCE, example, place, head, behind("\n\n", _table))
    yield from section_places(document, {})
    yield from (place for place in note_places(document) if not any(place.span.start in table for table in tables))


def _is_written(document: SpecDocument) -> bool:
    """Whether somebody has an order of their own: headings or lists instead of a table."""
    own = any(section.heading != document.title for section in document.sections)
    return own or any(True for _ in document.tree.elements("item"))


def _rows(text: str, table: Span) -> list[_Row]:
    rows: list[_Row] = []
    at = table.start
    while at < table.end:
        end = min(end_of_line(text, at), table.end)
        bars = [found.start() for found in _BAR.finditer(text, at, end)]
        cells = tuple(Span(left + 1, right) for left, right in pairwise(bars))
        rows.append(_Row(Span(at, end), cells))
        at = max(after_line(text, end), at + 1)
    return rows or [_Row(table, ())]


def _said(document: SpecDocument, span: Span) -> str:
    return document.text[span.start : span.end].strip()


def _id(document: SpecDocument, row: _Row) -> re.Match[str] | None:
    return _ID.fullmatch(_said(document, row.cells[0])) if row.cells else None


def _end_of_rule(text: str, table: Span) -> int:
    return len(text[: table.end].rstrip())


def _stands_in(words: str) -> bool:
    return (
        bool(words)
        and (_ANGLE.fullmatch(words) is not None or is_placeholder_line(words))
        and not _SILENT.fullmatch(words)
    )


def _of_row(document: SpecDocument, row: _Row, key: str, titles: Sequence[str]) -> Iterator[OpenPlace]:
    words = [_said(document, span) for span in row.cells[1:]]
    others = [one for one in words if not _SILENT.fullmatch(one) and not _ID.fullmatch(one)]
    if all(_stands_in(one) for one in others):
        span = Span(row.cells[1].start, row.line.end) if len(row.cells) > 1 else Span(row.line.end, row.line.end)
        guidance = "The row's cells behind its id, with bars between them."
        example = _ROW.removeprefix("| R1 ")
        yield OpenPlace(key, f"Entry {key}", guidance, example, span, row.line, _row_cells(len(titles) - 1))
        return
    for number, (span, one) in enumerate(zip(row.cells[1:], words, strict=True), 1):
        title = titles[number] if number < len(titles) else str(number + 1)
        if _stands_in(one):
            start = (
                span.start
                + len(document.text[span.start : span.end])
                - len(document.text[span.start : span.end].lstrip())
            )
            place = Span(start, start + len(one))
            guidance = f"The cell below “{title}”, in a few words."
            yield OpenPlace(
                f"{key}/{slug(title) or number}", f"{key}: {title}", guidance, "Reset by mail", place, row.line, cell
            )


def _split(line: str) -> list[str]:
    return [one.strip() for one in _BAR.split(line.strip().removeprefix("|").removesuffix("|"))]


def _row_cells(count: int) -> Fit:
    def fit(body: str) -> str | None:
        lines = [line for line in split_lines(body) if line.strip() and not _RULE_LINE.fullmatch(line)]
        cells = _split(lines[-1]) if len(lines) == 1 else []
        if len(cells) == count + 1 and _ID.fullmatch(cells[0]):
            cells = cells[1:]
        return f" {' | '.join(cells)} |" if len(cells) == count and all(cells) else None

    return fit


def _table_rows(count: int) -> Fit:
    """Rows with an id each, none twice, as wide as the table; a head is left out."""

    def fit(body: str) -> str | None:
        rows: list[list[str]] = []
        for line in split_lines(body):
            cells = _split(line)
            if not line.strip() or _RULE_LINE.fullmatch(line) or (not rows and not _ID.fullmatch(cells[0])):
                continue
            rows.append(cells)
        ids = [row[0] for row in rows]
        sound = all(len(row) == count and _ID.fullmatch(row[0]) for row in rows) and len(set(ids)) == len(ids)
        return "\n".join(f"| {' | '.join(row)} |" for row in rows) if rows and sound else None

    return fit


def _table(body: str) -> str | None:
    rows = _table_rows(len(_split(_COLUMNS)))(body)
    return None if rows is None else f"{_COLUMNS}\n{_RULE}\n{rows}"


DRAFTING = Drafting(
    asking(__package__, "spec-kit.roadmap", "2", "the roadmap of a large feature: a spec of specs"), _places
)
