"""A document's own manner: its line ends, the blank lines below its headings, and where its content ends."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from orch_lsp.document.body import is_rule
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.markdown.front_matter import content_start
from orch_lsp.text import Span, line_end_of, line_spans, split_lines


class Layout:
    """Questions about the lines of one document; nothing in it changes."""

    def __init__(self, document: SpecDocument) -> None:
        self.document = document
        self.text = document.text
        self.line_end = line_end_of(document.text)
        self._lines = line_spans(document.text)
        self._starts = [line.start for line in self._lines]

    @cached_property
    def start(self) -> int:
        """Where content begins: after a byte order mark."""
        return content_start(self.text)

    @cached_property
    def gap_below_heading(self) -> str:
        """A line end and, unless the document's own sections do without, a blank line."""
        for section in self.document.sections:
            if section.profile_key is not None and not section.placeholder and not self.is_html(section):
                line = self._line_of(section.heading.end) + 1
                return self.line_end * (2 if self._is_blank(line) else 1)
        return self.line_end * 2

    def is_html(self, section: Section) -> bool:
        """Whether a section's heading is an HTML block, which goes on until a blank line."""
        return self.text[section.heading.start : section.heading.end].lstrip(" \t").startswith("<")

    @cached_property
    def closing(self) -> str:
        """What closes the block that the document leaves open, so that text at its end is not swallowed."""
        open_block = self.document.tree.open_block
        return "" if open_block is None else self.line_end + open_block.closer

    def in_own_line_ends(self, text: str) -> str:
        """`text` with the document's line ends."""
        return self.line_end.join(split_lines(text))

    def content(self, body: Span) -> Span | None:
        """From the start of the first line that is not blank to the end of the last one; None if all are."""
        if body.start == body.end:
            return None
        first, last = self._line_of(body.start), self._line_of(body.end)
        if body.end < len(self.text):
            last -= 1
        while first <= last and self._is_blank(first):
            first += 1
        while last >= first and self._is_blank(last):
            last -= 1
        return None if first > last else Span(self._lines[first].start, self._lines[last].end)

    def own_content(self, body: Span) -> Span | None:
        """The content of a body without the rules at its end; None if nothing else is there.

        Such a rule sets the section apart from the next one, so that new text goes in front of it.
        """
        content = self.content(body)
        if content is None:
            return None
        last = self._line_of(content.end)
        while last >= 0 and self._lines[last].start >= content.start and (self._is_blank(last) or self._is_rule(last)):
            last -= 1
        end = self._lines[last].end if last >= 0 else 0
        return Span(content.start, end) if end > content.start else None

    def end_of_content(self, end: int, lowest: int) -> int:
        """The end of the last line before the one at `end` that is not blank; `lowest` if there is none after it."""
        number = self._line_of(end)
        if end < len(self.text):
            number -= 1
        while number >= 0 and self._lines[number].end > lowest:
            if not self._is_blank(number):
                return self._lines[number].end
            number -= 1
        return lowest

    def blank_lines_after(self, offset: int) -> int | None:
        """How many lines end between `offset` and the next line with text; None if no text follows."""
        line = self._line_of(offset)
        if self._lines[line].end > offset:
            return 0
        for number in range(line + 1, len(self._lines)):
            if not self._is_blank(number):
                return number - line
        return None

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _is_blank(self, number: int) -> bool:
        line = self._lines[number]
        return not self.text[line.start : line.end].strip(" \t")

    def _is_rule(self, number: int) -> bool:
        line = self._lines[number]
        return is_rule(self.text[line.start : line.end])
