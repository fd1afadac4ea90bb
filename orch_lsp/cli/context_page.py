"""A preview of a request for a terminal: tables that fit its width, colours and links only where a person looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from orch_lsp.cli.layout import GAP, Column, cut, cut_front, fitted, padded, table_lines, widest, wrapped
from orch_lsp.context.item import ContextItem, Exclusion
from orch_lsp.late import late
from orch_lsp.runs.escape import plain, visible
from orch_lsp.text import counted

if TYPE_CHECKING:
    from orch_lsp.orchestration.requests import preview as previews
    from orch_lsp.orchestration.requests.preview import Preview, SentFile
else:
    previews = late("orch_lsp.orchestration.requests.preview")

_WIDE = 1_000_000
_LEAST_PATH = 16
_LEAST_LINES = 8
_LEAST_WHY = 10
_LEAST_BESIDE = 24
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns of which the first is a path, with the address that each row leads to, and sets of them that fit."""

    alternatives: Sequence[Sequence[Column]]
    addresses: Sequence[str | None]


def page_of(made: Preview, width: int | None, *, with_words: bool) -> Text:
    """The page; without a width nothing is cut.

    Args:
        made: The preview.
        width: Cells of a line.
        with_words: Whether the instructions and the prompt follow, too.
    """
    page = Text()
    spec = plain(made.plan.reading.spec_path)
    asked = " · ".join(map(plain, previews.asked(made)))
    titles = ", ".join(plain(target.title) for target in made.plan.targets)
    for fact in (
        f"{spec}: {asked}; {previews.what_was_sent(made)}.",
        *previews.facts(made),
        f"To be written: {titles}.",
    ):
        page.append("\n".join(wrapped(plain(fact), width)) + "\n")
    for table in _tables(made):
        page.append("\n")
        page.append_text(_drawn(table, width or _WIDE))
    if left_out := made.context.left_out:
        page.append("\n")
        page.append_text(_with_whole_reasons(left_out, width or _WIDE))
    if by_hand := _by_hand(made):
        page.append("\n")
        page.append_text(_drawn(by_hand, width or _WIDE))
    if with_words:
        request = made.prepared.request
        for heading, words in (("Instructions", request.system_instructions), ("Prompt", request.prompt)):
            page.append(f"\n{heading}\n", "bold")
            page.append(visible(words.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").rstrip("\n") + "\n")
    if made.prepared.body_sha256:
        page.append(f"\nSHA-256 of the request: {made.prepared.body_sha256}\n")
    if not with_words:
        page.append("`--words` shows the whole request, `--json` gives it byte for byte.\n", "dim")
    return page


def _tables(made: Preview) -> list[_Table]:
    root = made.plan.reading.root
    found: list[_Table] = []
    if sent := previews.sent_files(made):
        found.append(_sent(sent, root))
    return found


def _by_hand(made: Preview) -> _Table | None:
    pinned = [(entry, "context.pin") for entry in made.pinned]
    by_hand = [*pinned, *((path, ".orchignore") for path in made.excluded)]
    if not by_hand:
        return None
    paths = Column("CHOSEN BY HAND", [plain(path) for path, _ in by_hand], _LEAST_PATH, from_front=True)
    return _Table([[paths, Column("BY", [by for _, by in by_hand])]], [None] * len(by_hand))


def _with_whole_reasons(left_out: Sequence[Exclusion], width: int) -> Text:
    """Files that are left out, each with all of its reason, which may end in a cure; below a path that is long."""
    paths = [plain(one.path) for one in left_out]
    column = min(widest([*paths, "LEFT OUT"]), max(_LEAST_PATH, width // 3)) + GAP
    drawn = Text().append(padded("LEFT OUT", column) + "WHY\n", "bold")
    for path, one in zip(paths, left_out, strict=True):
        beside = column if width - column >= _LEAST_BESIDE else len(_INDENT)
        lines = wrapped(plain(one.reason), max(1, width - beside))
        is_below = beside < column or cell_len(path) > column - GAP
        if is_below:
            drawn.append(cut_front(path, width) + "\n")
        for number, line in enumerate(lines):
            first = "" if is_below or number else path
            drawn.append((padded(first, beside) + line).rstrip() + "\n")
    return drawn


def _sent(sent: Sequence[SentFile], root: Path | None) -> _Table:
    path = Column("FILE", [plain(file.path) for file in sent], _LEAST_PATH, from_front=True)
    lines = Column("LINES", [_lines(file.pieces) for file in sent], _LEAST_LINES)
    role = Column("ROLE", [plain(file.role) for file in sent])
    why = Column("WHY", [_why(file) for file in sent], _LEAST_WHY)
    counts = [str(file.tokens) for file in sent]
    most = max(widest(counts), len("TOKENS"))
    tokens = Column("TOKENS".rjust(most), [count.rjust(most) for count in counts])
    files = [None if root is None or file.pieces[0].source == "mcp" else _address(root, file) for file in sent]
    return _Table([[path, lines, role, why, tokens], [path, lines, why, tokens], [path, lines, tokens]], files)


def _why(file: SentFile) -> str:
    redactions = f"; {counted(file.redactions, 'redaction')}" if file.redactions else ""
    return f"{plain(file.why)}{redactions}"


def _lines(pieces: Sequence[ContextItem]) -> str:
    return ", ".join("all" if item.lines is None else f"{item.lines[0]}-{item.lines[1]}" for item in pieces)


def _address(root: Path, file: SentFile) -> str:
    lines = file.pieces[0].lines
    return (root / file.path).as_uri() + (f"#L{lines[0]}" if lines else "")


def _drawn(table: _Table, width: int) -> Text:
    """The first of the sets of columns that fits; if none does, of the last one a line for each cell."""
    for columns in table.alternatives:
        if (widths := fitted(columns, width)) is not None:
            return _with_links(table_lines(columns, widths), table.addresses, widths[0])
    first, *others = table.alternatives[-1]
    drawn = Text()
    for row, path in enumerate(first.cells):
        drawn.append_text(_linked(cut_front(path, width), len(path), table.addresses[row])).append("\n")
        for column in others:
            drawn.append(cut(f"{_INDENT}{column.cells[row].strip()}", width) + "\n")
    return drawn


def _with_links(lines: Sequence[str], addresses: Sequence[str | None], cells: int) -> Text:
    header, *rows = lines
    drawn = Text().append(f"{header}\n", "bold")
    for line, address in zip(rows, addresses, strict=True):
        drawn.append_text(_linked(line, cells, address)).append("\n")
    return drawn


def _linked(line: str, cells: int, address: str | None) -> Text:
    """A line whose path, in its first cells, leads to an address."""
    text = Text(line)
    if address is not None:
        name = line if " " * GAP not in line else line[: line.index(" " * GAP)]
        text.stylize(f"link {address}", 0, min(len(name), cells))
    return text
