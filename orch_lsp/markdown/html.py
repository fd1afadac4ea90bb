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


_FENCED = re.compile(
    r"(?:\A|^[ \t]*\r?\n|^#[^\r\n]*\r?\n|^[ \t]*(?:`{3,}|~{3,})[ \t]*\r?\n|(?<=-->\n))[ ]{0,3}"
    r"(?P<html></?(?!(?:pre|script|style|textarea)\b)[A-Za-z][A-Za-z0-9-]*(?:[ \t][^<>\r\n]*)?>[ \t]*\r?\n"
    r"(?:(?![ \t]*(?:`{3}|~{3}|\r?$))[^\r\n]*\r?\n)*+)(?=[ ]{0,3}(?:`{3,}[^`\r\n]*|~{3,}[^\r\n]*)\r?$)",
    re.MULTILINE,
)
_ENDS_RAW = re.compile(r"<!|-->|[?]>|]]>|</(?:pre|script|style|textarea)\b", re.IGNORECASE)


def fenced_html(text: str) -> tuple[Span, ...]:
    """From tags on a line of their own to a code fence below them, with no blank line in between.

    Lines that could end a comment or another raw block are left out, so that it does not matter where these stand.
    """
    if "<" not in text or ("```" not in text and "~~~" not in text):
        return ()
    return tuple(Span(*found.span("html")) for found in _FENCED.finditer(text) if not _ENDS_RAW.search(found["html"]))


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
