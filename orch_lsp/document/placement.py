"""Where new text goes in a document, and what sets it apart from what is there."""

from __future__ import annotations

from dataclasses import dataclass, field

from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section
from orch_lsp.document.profile import Profile
from orch_lsp.text import Edit, Span


@dataclass(slots=True)
class _Place:
    """New text for one span, in pieces in document order; each brings what sets it apart from what is above."""

    span: Span
    pieces: list[str] = field(default_factory=list[str])
    """The text between the section above and the place."""
    leading: list[str] = field(default_factory=list[str])
    """The text between the place and the section below, which may be of a higher level than the pieces."""


class Placement:
    """Collects new bodies and sections for one document and turns them into edits.

    Within one place pieces stand in the order in which they were added, so sections are added in the profile's order.
    """

    def __init__(self, layout: Layout, profile: Profile) -> None:
        self._layout = layout
        self._present = layout.document.profile_sections
        self._order = [section.key for section in profile.sections]
        self._places: dict[int, _Place] = {}

    def level_for(self, key: str) -> int:
        """The heading level for a new section: that of its neighbour among the document's main sections."""
        neighbour = self._earlier(key) or self._later(key)
        return self._layout.document.main_level if neighbour is None else neighbour.main_level

    def replace_body(self, section: Section, body: str) -> None:
        """Put `body` (LF line ends) in the place of a placeholder body, keeping the blank lines around it."""
        content = self._layout.own_content(section.body)
        own = self._layout.in_own_line_ends(body)
        if content is None:
            gap = self._layout.line_end * 2 if self._layout.is_html(section) else self._layout.gap_below_heading
            self._place_at(section.heading.end).pieces.insert(0, gap + own)
        else:
            place = self._place_at(content.end)
            place.span = content
            place.pieces.insert(0, own)

    def append_to_body(self, section: Section, body: str) -> None:
        """Add `body` (LF line ends) after the text of a section."""
        is_open = self._layout.closing != ""  # A line that looks like a rule may be code then.
        content = self._layout.content(section.body) if is_open else self._layout.own_content(section.body)
        place = self._place_at(section.heading.end if content is None else content.end)
        place.pieces.insert(0, self._layout.line_end * 2 + self._layout.in_own_line_ends(body))

    def insert_section(self, key: str, heading: str, body: str) -> None:
        """Add a section after the nearest earlier one present, else before the first later one, else at the end.

        It stands beside the document's main sections, never inside one: where its neighbour is part of a section of
        the person's own, it goes after, or before, the whole of that section.

        An empty `body` adds the heading alone.
        """
        layout = self._layout
        block = heading + layout.gap_below_heading + layout.in_own_line_ends(body) if body else heading
        if (earlier := self._earlier(key)) is not None:
            offset = layout.end_of_content(max(earlier.main.end, earlier.body.end), earlier.heading.end)
        else:
            later = self._later(key)
            offset = layout.end_of_content(len(layout.text) if later is None else later.main.start, layout.start)
        place = self._place_at(offset)
        at_top = offset <= layout.start and not place.pieces and not place.leading
        pieces = place.leading if earlier is None else place.pieces
        pieces.append(block if at_top else layout.line_end * 2 + block)

    def edits(self) -> tuple[Edit, ...]:
        """The edits, sorted; those that would touch are one."""
        return tuple(self._edit(self._places[offset]) for offset in sorted(self._places))

    def _edit(self, place: _Place) -> Edit:
        text = "".join((*place.pieces, *place.leading))
        ended = self._layout.blank_lines_after(place.span.end)
        if ended is None:
            return Edit(place.span, self._layout.closing + text)
        # The text that follows must not become part of the new one: a heading with an underline would.
        return Edit(place.span, text + self._layout.line_end * (2 - min(2, ended)))

    def _place_at(self, end: int) -> _Place:
        return self._places.setdefault(end, _Place(Span(end, end)))

    def _earlier(self, key: str) -> Section | None:
        keys = self._order[: self._order.index(key)]
        found = next((self._present[other] for other in reversed(keys) if other in self._present), None)
        if found is None and (later := self._later(key)) is not None and later.main_level > later.level:
            # The first heading of all, below which the others stand: a section in front of it would break that up.
            return later
        return found

    def _later(self, key: str) -> Section | None:
        keys = self._order[self._order.index(key) + 1 :]
        return next((self._present[other] for other in keys if other in self._present), None)
