"""HTML blocks: what ends them, and comments and headings that are written in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.text import Span

_RAW_TAG = re.compile(r"[ \t]*<(script|pre|style|textarea)\b", re.IGNORECASE)
_CLOSERS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
"""Beginnings of the kinds 2 to 5 (CommonMark 0.31 §4.6) with what ends them; a longer beginning comes first."""
_HEADING = re.compile(r"[ \t]*<h([1-6])(?:\s[^<>]*)?>(.*)</h\1[ \t]*>[ \t]*\Z", re.IGNORECASE)
_LONGEST_HEADING_LINE = 2_000


def html_closer(source: str) -> str | None:
    """The words that end the HTML block `source`; None if a blank line ends it."""
    if raw := _RAW_TAG.match(source):
        return f"</{raw[1]}>"
    source = source.lstrip(" \t")
    return next((closer for opener, closer in _CLOSERS if source.startswith(opener)), None)


def comments_in(source: str) -> Iterator[Span]:
    """The comments within HTML, with their marks; not one that is never closed."""
    position = 0
    while (start := source.find("<!--", position)) >= 0:
        end = source.find("-->", start + 4)
        if end < 0:
            return
        position = end + 3
        yield Span(start, position)


def html_heading(line: str) -> tuple[int, str] | None:
    """Level and content of a heading that stands in HTML on a line of its own; None if the line is none."""
    found = _HEADING.match(line) if len(line) <= _LONGEST_HEADING_LINE else None
    return None if found is None else (int(found[1]), found[2].strip())
