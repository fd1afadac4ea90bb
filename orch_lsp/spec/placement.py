"""Where new text goes in a document, in the document's own manner: line ends, heading level, blank lines."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from orch_lsp.spec.blocks import scan_blocks
from orch_lsp.spec.front_matter import content_start
from orch_lsp.spec.model import Section, SpecDocument
from orch_lsp.spec.parse import line_spans
from orch_lsp.spec.profiles import Profile
from orch_lsp.text import Edit, Span, line_end_of, split_lines

_DEFAULT_LEVEL = 2


@dataclass(slots=True)
class _Place:
    """New text for one span, in pieces in document order; each brings what sets it apart from what is above."""

    span: Span
    pieces: list[str] = field(default_factory=list[str])


class Placement:
    """Collects new bodies and sections for one document and turns them into edits."""

    def __init__(self, document: SpecDocument, profile: Profile) -> None:
        self._document = document
        self._text = document.text
        self._order = [section.key for section in profile.sections]
        self._lines = line_spans(document.text)
        self._line_starts = [line.start for line in self._lines]
        self._line_end = line_end_of(document.text)
        self._places: dict[int, _Place] = {}

    def level_for(self, key: str) -> int:
        """The heading level for a new section: that of its neighbour, else one below the title."""
        neighbour = self._earlier(key) or self._later(key)
        if neighbour is not None:
            return neighbour.level
        return _DEFAULT_LEVEL

    def replace_body(self, section: Section, body: str) -> None:
        """Put `body` (LF line ends) in the place of a placeholder body, keeping the blank lines around it."""
        content = self._content(section.body)
        place = self._place_at(section.heading.end if content is None else content.end)
        if content is None:
            place.pieces.insert(0, self._gap_below_heading() + self._in_own_line_ends(body))
        else:
            place.span = content
            place.pieces.insert(0, self._in_own_line_ends(body))

    def append_to_body(self, section: Section, body: str) -> None:
        """Add `body` (LF line ends) after the text of a section."""
        content = self._content(section.body)
        place = self._place_at(section.heading.end if content is None else content.end)
        place.pieces.insert(0, self._line_end * 2 + self._in_own_line_ends(body))

    def insert_section(self, key: str, heading: str, body: str) -> None:
        """Add a section after the nearest earlier section present, else before the first later one, else at the end."""
        block = heading + self._gap_below_heading() + self._in_own_line_ends(body)
        if (earlier := self._earlier(key)) is not None:
            offset = self._end_of_content(earlier.body.end, earlier.heading.end)
        elif (later := self._later(key)) is not None:
            offset = self._end_of_content(later.heading.start, content_start(self._text))
        else:
            offset = self._end_of_content(len(self._text), content_start(self._text))
        place = self._place_at(offset)
        if offset <= content_start(self._text):
            place.pieces.append(self._line_end * 2 + block if place.pieces else block)
        else:
            place.pieces.append(self._line_end * 2 + block)

    def edits(self) -> tuple[Edit, ...]:
        """The edits, sorted; those that would touch are one."""
        return tuple(self._edit(self._places[offset]) for offset in sorted(self._places))

    def _edit(self, place: _Place) -> Edit:
        text = "".join(place.pieces)
        line, following = self._following(place.span.end)
        if following is None:
            return Edit(place.span, self._closing() + text)
        # What follows must not become part of the new text: a heading with an underline would.
        return Edit(place.span, text + self._line_end * (2 - min(2, following - line)))

    def _place_at(self, end: int) -> _Place:
        return self._places.setdefault(end, _Place(Span(end, end)))

    def _line_of(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset) - 1

    def _is_blank(self, number: int) -> bool:
        line = self._lines[number]
        return not self._text[line.start : line.end].strip(" \t")

    def _content(self, body: Span) -> Span | None:
        """From the start of the first line that is not blank to the end of the last one; None if all are."""
        first = self._line_of(body.start)
        last = self._line_of(body.end) if body.end == len(self._text) else self._line_of(body.end) - 1
        while first <= last and self._is_blank(first):
            first += 1
        while last >= first and self._is_blank(last):
            last -= 1
        if first > last or body.start == body.end:
            return None
        return Span(self._lines[first].start, self._lines[last].end)

    def _end_of_content(self, end: int, lowest: int) -> int:
        """The end of the last line before `end` that is not blank; `lowest` if there is none."""
        number = self._line_of(end)
        if end < len(self._text):
            number -= 1
        while number >= 0 and self._lines[number].end > lowest:
            if not self._is_blank(number):
                return self._lines[number].end
            number -= 1
        return lowest

    def _following(self, offset: int) -> tuple[int, int | None]:
        """The line of `offset`, and the next line that is not blank."""
        line = self._line_of(offset)
        number = line + 1
        if self._lines[line].end > offset:
            return line, line
        while number < len(self._lines):
            if not self._is_blank(number):
                return line, number
            number += 1
        return line, None

    def _earlier(self, key: str) -> Section | None:
        present = self._document.profile_sections
        keys = self._order[: self._order.index(key)]
        return next((present[other] for other in reversed(keys) if other in present), None)

    def _later(self, key: str) -> Section | None:
        present = self._document.profile_sections
        keys = self._order[self._order.index(key) + 1 :]
        return next((present[other] for other in keys if other in present), None)

    def _gap_below_heading(self) -> str:
        """A line end and, unless the document's own sections do without, a blank line."""
        for section in self._document.sections:
            if section.profile_key is not None and not section.placeholder:
                line = self._line_of(section.heading.end) + 1
                return self._line_end * (2 if self._is_blank(line) else 1)
        return self._line_end * 2

    def _closing(self) -> str:
        """What closes the block that the document leaves open, so that text at its end is not swallowed."""
        front_matter = self._document.front_matter
        start = content_start(self._text) if front_matter is None else front_matter.span.end
        open_block = scan_blocks(split_lines(self._text[start:])).open_block
        return "" if open_block is None else self._line_end + open_block.closer

    def _in_own_line_ends(self, body: str) -> str:
        return self._line_end.join(split_lines(body))
