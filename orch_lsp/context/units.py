"""The functions, classes and sections of a file, as runs of whole lines.

Python is read by its own parser, Markdown by ours, some languages by parsers that are installed beside; everything
else, and Python that does not parse, by the lines that begin a definition and by how far the lines below are indented,
which holds for languages with braces, too, as people write them. A file in which nothing is found has no units.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from orch_lsp.context.definitions import begins_definition
from orch_lsp.context.parsed_units import parsed_units
from orch_lsp.context.unit import MOST_NESTED, Unit, with_comments
from orch_lsp.markdown.reader import read

MAX_UNITS = 5_000
_LONGEST_LINE = 400

_UNDERLINE = re.compile(r"([=\-~^\"'#*+`.:_])\1{2,}\s*$")
_CLOSER = re.compile(
    r"\s*(?:[})\]>]|end\b|fi\b|done\b|esac\b|\*/|else\b|elsif\b|elif\b|catch\b|finally\b|rescue\b|ensure\b|where\b|\{)"
)
_METHOD = re.compile(
    r"[ \t]++(?:[\w$<>\[\],.?&|@*]++[ \t]++){0,8}?([#\w$]++)[ \t]*+(?:<[^<>()]{0,80}>)?+\((?:[^;]*\{|[^;()]*)[ \t]*$"
)
_ASSIGNED = re.compile(r"[ \t]*+([\w$]++(?:\.[\w$]++){1,5})[ \t]*+=[ \t]*+(?:async[ \t]++)?+function\b")
_NO_METHODS = frozenset(
    ("if", "for", "while", "switch", "return", "else", "catch", "new", "throw", "await", "case", "function", "with",
     "do", "synchronized", "try", "using", "lock", "foreach", "super", "this", "yield")
)  # fmt: skip
_WITH_METHODS = (".java", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".cs", ".dart", ".groovy")
"""Languages in which no word says that a line begins a function."""
_MARKDOWN = (".md", ".markdown", ".mdx")
_TITLED = (".rst", ".txt", ".adoc")


def units(path: str, text: str) -> tuple[Unit, ...]:
    """The outermost units of a file in order, without overlap; lines between definitions are units without a name."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > 1 and not lines[-1]:
        # Text after the last line end is no line, as for those who quote lines.
        lines.pop()
    lowered = path.casefold()
    found: Sequence[Unit] | None = None
    if lowered.endswith((".py", ".pyi")):
        found = _of_python(text, lines)
    elif lowered.endswith(_MARKDOWN):
        found = _of_headings(_markdown_headings(text), len(lines))
    elif lowered.endswith(_TITLED):
        found = _of_headings(_underlined(lines), len(lines))
    else:
        found = parsed_units(path, text, lines)
    if found is None:
        found = indented_units(path, lines)
    return tuple(_with_gaps(found[:MAX_UNITS], lines)) if found else ()


def indented_units(path: str, lines: Sequence[str]) -> list[Unit]:
    """The definitions of a file by the lines that begin one, and by how far those below are indented."""
    begins = _begins_method if path.casefold().endswith(_WITH_METHODS) else begins_definition
    return _by_indentation(lines, 0, len(lines), "", 0, begins)


def _with_gaps(found: Sequence[Unit], lines: Sequence[str]) -> Iterator[Unit]:
    at = 1
    for unit in (*found, None):
        end = unit.first - 1 if unit is not None else len(lines)
        first, last = at, end
        while first <= last and not lines[first - 1].strip():
            first += 1
        while last >= first and not lines[last - 1].strip():
            last -= 1
        if first <= last:
            yield Unit("", first, last)
        if unit is not None:
            yield unit
            at = unit.last + 1


def _of_python(text: str, lines: Sequence[str]) -> list[Unit] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return _python_units(tree.body, lines, "", 0)


def _python_units(body: Sequence[ast.stmt], lines: Sequence[str], prefix: str, depth: int) -> list[Unit]:
    found: list[Unit] = []
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            start = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            first = with_comments(lines, start, found[-1].last if found else 0)
            name = f"{prefix}{node.name}"
            inner = _python_units(node.body, lines, f"{name}.", depth + 1) if isinstance(node, ast.ClassDef) else []
            if depth >= MOST_NESTED:
                inner = []
            found.append(Unit(name, first, node.end_lineno or node.lineno, tuple(inner)))
        elif isinstance(node, (ast.If, ast.Try, ast.With)) and depth < MOST_NESTED:
            found += _python_units(node.body, lines, prefix, depth + 1)
    return found


def _markdown_headings(text: str) -> list[tuple[int, int, str]]:
    """(line, level, title), lines counted from one."""
    found: list[tuple[int, int, str]] = []
    line, at = 1, 0
    for heading in read(text).headings:
        line += text.count("\n", at, heading.span.start)
        at = heading.span.start
        found.append((line, heading.level, heading.text))
    return found


def _underlined(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """Titles with a line of equal marks below, as in reStructuredText; each new mark is one level deeper."""
    marks: list[tuple[str, bool]] = []
    found: list[tuple[int, int, str]] = []
    for number, (title, below) in enumerate(pairwise(lines), start=1):
        match = _UNDERLINE.fullmatch(below.rstrip())
        if match is None or not title.strip() or title[0].isspace() or _UNDERLINE.fullmatch(title.rstrip()):
            continue
        if len(below.rstrip()) < len(title.rstrip()):
            continue
        over = number >= 2 and _UNDERLINE.fullmatch(lines[number - 2].rstrip()) is not None
        mark = (match[1], over)
        if mark not in marks:
            marks.append(mark)
        found.append((number - over, marks.index(mark) + 1, title.strip()))
    return found


def _of_headings(headings: Sequence[tuple[int, int, str]], last_line: int) -> list[Unit]:
    """Sections: each to the next heading of its level or a higher one, with those below in it."""
    found: list[Unit] = []
    index = 0
    while index < len(headings):
        line, level, title = headings[index]
        after = index + 1
        while after < len(headings) and headings[after][1] > level:
            after += 1
        end = headings[after][0] - 1 if after < len(headings) else last_line
        inner = _of_headings(headings[index + 1 : after], end) if level < 8 else []
        found.append(Unit(title, line, max(line, end), tuple(inner)))
        index = after
    return found


def _begins_method(line: str) -> str | None:
    """As `begins_definition`, where a name with brackets and a brace behind it is one, too."""
    name = begins_definition(line)
    if name is not None or len(line) > _LONGEST_LINE:
        return name
    assigned = _ASSIGNED.match(line)
    if assigned is not None:
        return assigned[1]
    method = _METHOD.match(line)
    return method[1] if method is not None and _NO_METHODS.isdisjoint(line.partition("(")[0].split()) else None


def _by_indentation(
    lines: Sequence[str], start: int, end: int, prefix: str, depth: int, begins: Callable[[str], str | None]
) -> list[Unit]:
    """Definitions among `lines[start:end]`, zero-based, and those in them."""
    found: list[Unit] = []
    at = start
    while at < end:
        name = begins(lines[at])
        if name is None:
            at += 1
            continue
        last = _end_by_indentation(lines, at, end)
        first = with_comments(lines, at + 1, found[-1].last if found else start)
        inner = (
            _by_indentation(lines, at + 1, last, f"{prefix}{name}.", depth + 1, begins) if depth < MOST_NESTED else []
        )
        found.append(Unit(f"{prefix}{name}", first, last, tuple(inner)))
        at = last
    return found


def _end_by_indentation(lines: Sequence[str], at: int, end: int) -> int:
    """The number of the last line of a definition that begins at `lines[at]`."""
    own = _indent(lines[at])
    last = at
    for number in range(at + 1, end):
        line = lines[number]
        if not line.strip():
            continue
        if _indent(line) <= own and not (_CLOSER.match(line) and _indent(line) == own):
            break
        last = number
    return last + 1


def _indent(line: str) -> int:
    width = 0
    for letter in line:
        if letter == " ":
            width += 1
        elif letter == "\t":
            width += 4
        else:
            break
    return width
