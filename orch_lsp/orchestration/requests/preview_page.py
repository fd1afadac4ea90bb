"""A preview as a page of Markdown that reads well as it is written, too: tables in columns, addresses at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from orch_lsp.context.item import ContextItem
from orch_lsp.orchestration.requests.preview import Preview, SentFile, asked, facts, sent_files, what_was_sent
from orch_lsp.runs.escape import code, fenced, sentence
from orch_lsp.settings.pins import parse_pin
from orch_lsp.uri import path_of

_MOST_PIECES = 12
_LEFT_OUT = "## Left out"
_INSTRUCTIONS = "## Instructions"
_DEFINITION = re.compile(r"^\[(\d+)\]: <(file:[^<>\s]+)>$", re.MULTILINE)
_TITLE = re.compile(r"# Request for a draft of \[.*\]\[(\d+)\]")
_FIRST_CELL = re.compile(r"\| (?:\[(?P<linked>`.*`)\]\[(?P<number>\d+)\]|(?P<bare>`.*?`)) +\|")
_SERVER = re.compile(r"mcp:(.+)")
_AT_LINE = re.compile(r"(?P<path>.+):(?P<line>\d+)")


def preview_page(made: Preview) -> str:
    """Files that would be sent and why, those that would not, and the request itself. Blocking: looks for files."""
    return _Page(made).text()


def document_of(page: str) -> str | None:
    """The address of the document that a page is about; None for a text that is no such page. Pure."""
    title = _TITLE.match(page)
    return _definitions(page).get(title[1]) if title else None


def named_in(page: str, first: int, last: int, root: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The files below a root, and the servers by name that would not be asked, in some lines of a page, from zero."""
    lines = page[: page.find(f"\n{_INSTRUCTIONS}\n")].split("\n")
    left_out = lines.index(_LEFT_OUT) if _LEFT_OUT in lines else len(lines)
    definitions = _definitions(page)
    files: list[str] = []
    servers: list[str] = []
    for number, line in enumerate(lines[: last + 1]):
        row = _FIRST_CELL.match(line) if number >= first else None
        if row is None:
            continue
        address = definitions.get(row["number"]) if row["number"] else None
        path = path_of(address) if address else root / row["bare"].strip("` ").replace("\\|", "|")
        server = _SERVER.fullmatch((row["bare"] or "").strip("`"))
        if server is not None:
            servers += [server[1]] if number > left_out and "orch-lsp trust mcp" in line else []
        elif path is not None and path.is_relative_to(root):
            files.append(path.relative_to(root).as_posix())
    return tuple(dict.fromkeys(files)), tuple(dict.fromkeys(servers))


def _definitions(page: str) -> dict[str, str]:
    return dict(_DEFINITION.findall(page[page.rfind("\n\n") :]))


class _Page:
    """The page as it is made; `_addresses` are the links of its cells, numbered from one."""

    def __init__(self, made: Preview) -> None:
        self._made = made
        self._root = made.plan.reading.root
        self._addresses: list[str] = []

    def text(self) -> str:
        made, request = self._made, self._made.prepared.request
        spec, path = made.plan.reading.spec_path, made.plan.reading.source.path
        title = self._link(code(spec), path.absolute().as_uri()) if path is not None else code(spec)
        lines = [f"# Request for a draft of {title}", "", *self._summary()]
        if found := sent_files(made):
            lines += ["", "## Sent", ""]
            lines += _table(("file", "lines", "role", "why", "tokens", "hidden"), [self._row(one) for one in found])
        if made.context.left_out:
            lines += ["", _LEFT_OUT, ""]
            rows = [(self._file(one.path), _in_cell(sentence(one.reason))) for one in made.context.left_out]
            lines += _table(("file", "why"), rows)
        if rows := list(self._by_hand()):
            lines += ["", "## Chosen by hand", "", *_table(("file", "by"), rows)]
        lines += ["", _INSTRUCTIONS, "", fenced(request.system_instructions)]
        lines += ["", "## Prompt", "", fenced(request.prompt)]
        if made.prepared.body_sha256:
            lines += ["", f"SHA-256 of the request: `{made.prepared.body_sha256}`"]
        if self._addresses:
            lines += ["", *(f"[{number}]: <{address}>" for number, address in enumerate(self._addresses, 1))]
        return "\n".join(lines) + "\n"

    def _summary(self) -> list[str]:
        lines = [
            f"{' · '.join(map(code, asked(self._made)))}; {what_was_sent(self._made)}.",
            *map(sentence, facts(self._made)),
        ]
        lines.append(f"To be written: {', '.join(code(target.title) for target in self._made.plan.targets)}.")
        return [line for each in lines for line in (each, "")][:-1]

    def _row(self, file: SentFile) -> tuple[str, ...]:
        hidden = str(file.redactions) if file.redactions else ""
        is_file = file.pieces[0].source != "mcp"
        lines = self._lines(file) if is_file else "all"
        name = self._file(file.path) if is_file else _in_cell(code(file.path))
        return name, lines, file.role, _in_cell(sentence(file.why)), str(file.tokens), hidden

    def _lines(self, file: SentFile) -> str:
        shown = [self._piece(file.path, item) for item in file.pieces[:_MOST_PIECES]]
        more = len(file.pieces) - len(shown)
        return ", ".join([*shown, *([f"{more} more"] if more else [])])

    def _piece(self, path: str, item: ContextItem) -> str:
        if item.lines is None:
            return "all"
        label = f"{item.lines[0]}-{item.lines[1]}"
        return label if self._root is None else self._link(label, _address(self._root, path, item.lines[0]))

    def _file(self, path: str) -> str:
        """A path, as a link if there is such a file; `path:9` is one at its line."""
        shown = _in_cell(code(path))
        if self._root is None:
            return shown
        at = _AT_LINE.fullmatch(path)
        for file, line in ((path, None), (at["path"], int(at["line"])) if at else (path, None)):
            if _is_file(self._root, file):
                return self._link(shown, _address(self._root, file, line))
        return shown

    def _by_hand(self) -> Iterator[tuple[str, str]]:
        for entry in self._made.pinned:
            path, lines = parse_pin(entry)
            yield self._file(path), f"`context.pin`{f', lines {lines[0]}-{lines[1]}' if lines else ''}"
        for path in self._made.excluded:
            yield self._file(path), "`.orchignore`"

    def _link(self, label: str, address: str) -> str:
        if address not in self._addresses:
            self._addresses.append(address)
        return f"[{label}][{self._addresses.index(address) + 1}]"


def _is_file(root: Path, path: str) -> bool:
    try:
        return (root / path).is_file()
    except (OSError, ValueError):
        return False


def _address(root: Path, path: str, line: int | None) -> str:
    return (root / path).as_uri() + (f"#L{line}" if line else "")


def _in_cell(words: str) -> str:
    return words.replace("|", "\\|")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose columns stand below each other; one of numbers alone is aligned to the right."""
    columns = [[name, *(row[at] for row in rows)] for at, name in enumerate(header)]
    widths = [max(3, *map(len, column)) for column in columns]
    right = [all(not one or one.isdigit() for one in column[1:]) for column in columns]
    yield _table_line([_padded(name, width, by) for name, width, by in zip(header, widths, right, strict=True)])
    yield _table_line(["-" * (width - by) + ":" * by for width, by in zip(widths, right, strict=True)])
    for row in rows:
        yield _table_line([_padded(one, width, by) for one, width, by in zip(row, widths, right, strict=True)])


def _table_line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _padded(text: str, width: int, right: bool) -> str:  # noqa: FBT001 -- a column's own side
    return text.rjust(width) if right else text.ljust(width)
