"""A document after an edit, made from the one before: what the edit did not touch is taken over.

Only where no heading, no link definition and no front matter changed, which is so for nearly each key. The result is
equal to reading the text whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from orch_lsp.document.carried import Carried
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.parse import document_of, within_html
from orch_lsp.document.skeleton import Skeleton
from orch_lsp.markdown.tree import Chunk, Tree
from orch_lsp.text import Span, after_line, new_span

BEFORE = "before"
"""Where an edited document keeps its `Edited`, among `SpecDocument.derived`, until its nodes are made."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A document that was edited: of as many chunks as now, all the same but for some in a row."""

    before: SpecDocument
    first: int
    """Number of the first chunk that is another."""
    last: int
    """Number of the last chunk that is another."""


def after_edit(before: SpecDocument, tree: Tree) -> SpecDocument | None:
    """The document that `before` became, whose front matter is the same; None if it has to be read whole."""
    edited = _difference(before, tree)
    # The document before that one is of no more use, and would keep all earlier ones.
    before.derived.pop(BEFORE, None)
    if edited is None or not before.skeleton.lone_keys:
        return None
    sections = _CarriedSections(_origin(edited), tree, before.skeleton)
    keys = before.skeleton.profile_keys
    by_key: dict[str, Section] = {}
    for number in before.skeleton.of_profile:
        key = keys[number]
        if key is not None and key not in by_key:
            by_key[key] = sections[number]
    document = document_of(
        tree, before.front_matter, before.profile, sections, by_key, before.main_level, before.skeleton
    )
    document.derived[BEFORE] = edited
    return document


def _difference(before: SpecDocument, tree: Tree) -> Edited | None:
    old, new = before.tree.chunks, tree.chunks
    if len(old) != len(new) or before.tree.starts[0] != tree.starts[0]:
        return None
    numbers = range(len(new))
    first = next((number for number in numbers if old[number] is not new[number]), None)
    if first is None:
        return None
    last = next(number for number in reversed(numbers) if old[number] is not new[number])
    same = all(_are_alike(old[number], new[number]) for number in range(first, last + 1))
    return Edited(before, first, last) if same else None


def _are_alike(one: Chunk, other: Chunk) -> bool:
    """Whether two chunks have the same headings and link definitions."""
    headings = [(heading.level, heading.text) for heading in one.headings]
    if headings != [(heading.level, heading.text) for heading in other.headings]:
        return False
    return [each.label for each in one.definitions] == [each.label for each in other.definitions]


@dataclass(frozen=True, slots=True)
class _Origin:
    """The sections of an earlier text, and what became of it since: an edit in one place, or several."""

    sections: tuple[Section, ...]
    length: int
    """Of the text."""
    first: int
    """Number of the first chunk that is another."""
    last: int
    """Number of the last chunk that is another."""


def _origin(edited: Edited) -> _Origin:
    """The sections of which those of now are made: of where somebody types on, those before the first key."""
    before, first, last = edited.before.sections, edited.first, edited.last
    if isinstance(before, _CarriedSections) and (before.origin.first, before.origin.last) == (first, last):
        return before.origin
    return _Origin(tuple(before), len(edited.before.text), first, last)


class _CarriedSections(Carried[Section]):
    """The sections of an edited text. Those before the edit keep their places, those behind it are moved."""

    def __init__(self, origin: _Origin, tree: Tree, skeleton: Skeleton) -> None:
        super().__init__(origin.sections)
        self.origin = origin
        self._tree = tree
        self._start = tree.starts[origin.first]
        """Where the first chunk that is another begins, then and now."""
        self._by = len(tree.text) - origin.length
        self._touched = range(skeleton.in_chunks[origin.first], skeleton.in_chunks[origin.last + 1])
        self._headings = {
            number: Span(base + heading.span.start, base + heading.span.end)
            for chunk in range(origin.first, origin.last + 1)
            for base in (tree.starts[chunk],)
            for number, heading in zip(skeleton.headings_of(chunk), tree.chunks[chunk].headings, strict=True)
        }
        old = origin.sections
        self._moved_starts = {old[number].heading.start: span.start for number, span in self._headings.items()}
        self._mains: dict[Span, Span] = {}

    @override
    def _moved(self, number: int, was: Section) -> Section:
        # In the cheapest way that there is: those who go through all of a document make a thousand.
        made = object.__new__(Section)
        values = made.__dict__
        values.update(was.__dict__)
        values["tree"] = self._tree
        if was.main.end > self._start:
            values["main"] = self._main(was.main)
        if number in self._touched:
            self._read(values, self._headings[number], was)
        elif number < self._touched.start:
            if was.body.end > self._start:
                self._reread(values, Span(was.body.start, self._offset(was.body.end)))
        elif by := self._by:
            (start, end), (body, body_end) = was.heading, was.body
            values["heading"] = new_span(Span, (start + by, end + by))
            values["body"] = new_span(Span, (body + by, body_end + by))
        return made

    def _read(self, values: dict[str, object], heading: Span, section: Section) -> None:
        text = self._tree.text
        body = Span(after_line(text, heading.end), self._offset(section.body.end))
        self._reread(values, body)
        values["heading"] = heading
        values["within_html"] = within_html(text, heading, body)

    def _reread(self, values: dict[str, object], body: Span) -> None:
        """The values of a section whose body holds the edit."""
        values["body"] = body
        values["content"] = self._tree.text[body.start : body.end]
        values.pop("sha256", None)
        values.pop("placeholder", None)

    def _main(self, main: Span) -> Span:
        known = self._mains.get(main)
        if known is None:
            known = self._mains[main] = Span(self._offset(main.start), self._offset(main.end))
        return known

    def _offset(self, offset: int) -> int:
        """Where a heading's start, or the text's end, is now."""
        if (start := self._moved_starts.get(offset)) is not None:
            return start
        return offset if offset <= self._start else offset + self._by
