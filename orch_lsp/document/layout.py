"""A document's own manner: its line ends, the blank lines below its headings, and where its content ends.

All is looked up around the offsets that are asked for; no question walks through the whole text.
"""

from __future__ import annotations

import re
from functools import cached_property

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.markdown.front_matter import content_start
from orch_lsp.text import Span, after_line, end_of_line, line_end_of, line_spans, split_lines, start_of_line

_BLANKS = " \t\r\n"
_BLANK = re.compile(r"[ \t\r\n]*")
_BLANK_LINE = re.compile(r"[ \t]*(?:[\r\n]|\Z)")
_STEP = 4096


class Layout:
    """Questions about the lines of one document; nothing in it changes."""

    def __init__(self, document: SpecDocument) -> None:
        self.document = document
        self.text = document.text
        self.line_end = line_end_of(document.text)

    @cached_property
    def start(self) -> int:
        """Where content begins: after a byte order mark."""
        return content_start(self.text)

    @cached_property
    def gap_below_heading(self) -> str:
        """A line end and, unless the document's own sections do without, a blank line."""
        for section in self.document.sections:
            if section.profile_key is not None and not section.placeholder and not self.is_html(section):
                below = after_line(self.text, section.heading.end)
                return self.line_end * (2 if _BLANK_LINE.match(self.text, below) else 1)
        return self.line_end * 2

    def is_html(self, section: Section) -> bool:
        """Whether a section's heading is an HTML block, which goes on until a blank line."""
        return self.text[section.heading.start : section.heading.end].lstrip(" \t").startswith("<")

    @cached_property
    def closing(self) -> str:
        """The line that closes the block that the document leaves open, so that text at its end is not swallowed."""
        open_block = self.document.tree.open_block
        return "" if open_block is None else self.line_end + open_block.closer

    @cached_property
    def is_blank(self) -> bool:
        """Whether the document holds no text at all."""
        return self._text_from(self.start) == len(self.text)

    def in_own_line_ends(self, text: str) -> str:
        """`text` with the document's line ends."""
        return self.line_end.join(split_lines(text))

    def content(self, body: Span) -> Span | None:
        """From the start of the first line that is not blank to the end of the last one; None if all are."""
        first = self._text_from(body.start)
        if first >= body.end:
            return None
        last = self._text_before(body.end, first)
        return Span(start_of_line(self.text, first, body.start), end_of_line(self.text, last))

    def own_content(self, body: Span) -> Span | None:
        """The content of a body without the rules at its end; None if nothing else is there.

        Such a rule sets the section apart from the next one, so that new text goes in front of it.
        """
        content = self.content(body)
        if content is None:
            return None
        end = content.end
        for rule in self.document.tree.rules_before(end):
            if rule.start < content.start or self._text_before(end, rule.end) > rule.end:
                break
            end = rule.start
        last = self._text_before(end, content.start)
        return Span(content.start, end_of_line(self.text, last)) if last > content.start else None

    def end_of_content(self, end: int, lowest: int) -> int:
        """The end of the last line before the one at `end` that is not blank; `lowest` if there is none after it."""
        last = self._text_before(end, lowest)
        return end_of_line(self.text, last) if last > lowest else lowest

    def blank_lines_after(self, offset: int) -> int | None:
        """How many lines end between `offset` and the next line with text; None if no text follows."""
        if offset < len(self.text) and self.text[offset] not in "\r\n":
            return 0
        following = self._text_from(offset)
        return None if following == len(self.text) else len(line_spans(self.text[offset:following])) - 1

    def _text_from(self, offset: int) -> int:
        """The first character from `offset` on that is not blank; the text's end if there is none."""
        found = _BLANK.match(self.text, offset)
        return len(self.text) if found is None else found.end()

    def _text_before(self, offset: int, lowest: int) -> int:
        """After the last character before `offset` that is not blank; `lowest` if there is none after it."""
        while offset > lowest:
            start = max(lowest, offset - _STEP)
            if piece := self.text[start:offset].rstrip(_BLANKS):
                return start + len(piece)
            offset = start
        return lowest
