"""What counts as not written: blank text, HTML comments, and lines that only hold a place."""

from __future__ import annotations

import re

from orch_lsp.text import split_lines

_WORDS = frozenset({"todo", "tbd", "…", "..."})
_BRACKETED = re.compile(r"\[[^\[\]]*\]\Z")
_UNTITLED = frozenset({"untitled", "untitled spec"})


def without_comments(text: str) -> str:
    """`text` with its HTML comments cut out; one that is never closed stays."""
    pieces: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        pieces.append(text[position:start])
        position = end + 3
    return "".join((*pieces, text[position:]))


def is_placeholder_line(line: str) -> bool:
    """Whether a line holds a place and says nothing: blank, `TODO`, `TBD`, an ellipsis, or `[bracketed]`."""
    content = line.strip()
    return not content or content.casefold() in _WORDS or _BRACKETED.match(content) is not None


def is_placeholder(body: str) -> bool:
    """Whether a section's body is blank, only HTML comments, or only placeholder lines."""
    return all(is_placeholder_line(line) for line in split_lines(without_comments(body)))


def is_placeholder_title(title: str) -> bool:
    """Whether a document's title names nothing."""
    return is_placeholder(title) or title.strip().casefold() in _UNTITLED
