"""A document after an edit, made from the one before: what the edit did not touch is taken over.

Only where no heading, no link definition and no front matter changed, which is so for nearly each key. The result is
equal to reading the text whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.parse import document_of, within_html
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
    sections = _Sections(edited, tree).moved()
    by_key: dict[str, Section] = {}
    for section in sections:
        if section.profile_key is not None:
            by_key.setdefault(section.profile_key, section)
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


class _Sections:
    """The sections of an edited document. Those before the edit keep their places, those behind it are moved."""

    def __init__(self, edited: Edited, tree: Tree) -> None:
        self._before = edited.before
        self._tree = tree
        self._old = self._before.sections
        self._start = tree.starts[edited.first]
        """Where the first chunk that is another begins, then and now."""
        self._by = len(tree.text) - len(self._before.text)
        skeleton = self._before.skeleton
        self._touched = range(skeleton.in_chunks[edited.first], skeleton.in_chunks[edited.last + 1])
        self._headings = {
            number: Span(base + heading.span.start, base + heading.span.end)
            for chunk in range(edited.first, edited.last + 1)
            for base in (tree.starts[chunk],)
            for number, heading in zip(skeleton.headings_of(chunk), tree.chunks[chunk].headings, strict=True)
        }
        self._moved_starts = {self._old[number].heading.start: span.start for number, span in self._headings.items()}
        self._mains: dict[Span, Span] = {}

    def moved(self) -> tuple[Section, ...]:
        first, behind = self._touched.start, self._touched.stop
        return (
            *self._in_front(self._old[:first]),
            *(self._within(number, self._old[number]) for number in self._touched),
            *self._behind(self._old[behind:]),
        )

    def _copy(self, section: Section) -> tuple[Section, dict[str, object]]:
        """A section of the new tree, with its values, to be changed."""
        made = object.__new__(Section)
        values = made.__dict__
        values.update(section.__dict__)
        values["tree"] = self._tree
        main = section.main
        if main.end > self._start:
            values["main"] = self._main(main)
        return made, values

    def _in_front(self, sections: Sequence[Section]) -> Iterator[Section]:
        start, tree = self._start, self._tree
        for section in sections:
            if section.main.end > start or section.body.end > start:
                yield self._around_edit(section)
                continue
            made = object.__new__(Section)
            values = made.__dict__
            values.update(section.__dict__)
            values["tree"] = tree
            yield made

    def _around_edit(self, section: Section) -> Section:
        made, values = self._copy(section)
        if section.body.end > self._start:
            self._reread(values, Span(section.body.start, self._offset(section.body.end)))
        return made

    def _within(self, number: int, section: Section) -> Section:
        made, values = self._copy(section)
        self._read(values, self._headings[number], section)
        return made

    def _behind(self, sections: Sequence[Section]) -> Iterator[Section]:
        """Made in the cheapest way that there is: nothing costs more in a document of a thousand headings."""
        by, tree = self._by, self._tree
        old_main = main = Span(-1, -1)
        for section in sections:
            made = object.__new__(Section)
            values = made.__dict__
            values.update(section.__dict__)
            values["tree"] = tree
            if section.main != old_main:
                old_main, main = section.main, self._main(section.main)
            values["main"] = main
            if by:
                (start, end), (body, body_end) = section.heading, section.body
                values["heading"] = new_span(Span, (start + by, end + by))
                values["body"] = new_span(Span, (body + by, body_end + by))
            yield made

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
