"""Files that a person excludes one by one: each a line of `.orchignore` that is about that file alone. Pure."""

from __future__ import annotations

import re

from orch_lsp.text import Edit, Span, line_end_of, line_spans, split_lines

_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in ("\\", "*", "?", "[")})
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def line_for(path: str) -> str:
    """The pattern of a file below the root, given with `/`; a `?` stands for each byte that no line can hold."""
    escaped = path.translate(_SPECIAL)
    kept = escaped.rstrip(" ")
    tail = "?" * (len(escaped) - len(kept))
    return "/" + "".join("?" * len(char.encode()) if char.isspace() and char != " " else char for char in kept) + tail


def excluded_in(text: str) -> tuple[str, ...]:
    """The files that lines of `.orchignore` name one by one, in their order."""
    found = (_file_of(line) for line in _lines(text))
    return tuple(dict.fromkeys(path for path in found if path is not None))


def excluding(text: str, path: str) -> Edit | None:
    """The edit that adds a file's line at the end, where it holds over all before it; None if it is there."""
    line = line_for(path)
    if line in _lines(text):
        return None
    end = line_end_of(text)
    before = "" if not text or text.endswith(("\n", "\r")) else end
    return Edit(Span(len(text), len(text)), f"{before}{line}{end}")


def including(text: str, path: str) -> Edit | None:
    """The edit that takes a file's line away; None if there is none."""
    spans = line_spans(text)
    for number, span in enumerate(spans):
        if text[span.start : span.end].strip() == line_for(path):
            after = spans[number + 1].start if number + 1 < len(spans) else len(text)
            return Edit(Span(span.start, after), "")
    return None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in split_lines(text.removeprefix("\ufeff"))]


def _file_of(line: str) -> str | None:
    path = _ESCAPED.sub(r"\1", line.removeprefix("/"))
    return path if path and not path.endswith("/") and line == line_for(path) else None
