"""Insert a requirement, task or scenario at a place: with an id that is free, in the style of the one beside it.

An id is free if no document of the spec declares it and nothing cites it: what is cited and not there was perhaps
there once. Where ids are given by position, as in a numbered list, the new one goes to the list's end, so that no
other is renumbered. The format reads the document as it would be, and what would change anything else is not offered.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from orch_lsp.document.items import PlacedItem, items_around, items_of
from orch_lsp.document.layout import Layout
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.node import Citation, Node, NodeKind, bare_key
from orch_lsp.document.node_form import STAND_IN, NodeForm
from orch_lsp.document.parse import parse_tree
from orch_lsp.language.free_ids import COUNTED, free_title, highest, next_key, taken_keys
from orch_lsp.language.hollow import hollow_body
from orch_lsp.language.index import Index
from orch_lsp.language.names import name_of
from orch_lsp.markdown.change import changed
from orch_lsp.text import Edit, Span, end_of_line, start_of_line

_BEHIND_ID = re.compile(r"[*_~]{0,3}[.．、:：)）]{0,2}[*_]{0,3}[.:：]?[ \t]*")
_PLACE = re.compile(r"\{(?::0(\d)d)?\}")
_OUTLINED = re.compile(r"\d{1,4}(?:\.\d{1,4})*")
_SIGNAL = re.compile(r"[A-Z]{4,}|\*\*\w+\*\*")
_SUFFIX = re.compile(r"[ \t]*[(（].*")
_ANCHOR = re.compile(r"[ \t]*\{[:#][^{}]*\}")
"""The name of a heading for links, which is that of one alone."""
_LABELLED = re.compile(r"_[^_:：\r\n]{1,40}[:：][ \t]*")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A node that can be added."""

    what: str
    """Its name for people: `task`."""
    key: str
    edit: Edit
    stand_ins: tuple[Span, ...]
    """The words that are to be written, in the edit's new text."""
    line: Span
    """Its first line in the new text, without the marker of a list; the mark of a heading is part of it."""


def insertions(index: Index, document: SpecDocument, path: str, offset: int) -> tuple[Insertion, ...]:
    """The nodes that can be added at an offset of the document at `path`, the innermost first; one of each kind.

    Args:
        index: The documents of the spec, for ids that are taken.
        document: The document as it is typed.
        path: Its path in the index.
        offset: The cursor.
    """
    return tuple(_Place(index, document, path, offset).found())


def could_begin(index: Index, document: SpecDocument, path: str, line: int) -> Iterator[tuple[NodeForm, Insertion]]:
    """The nodes that a line could begin, with ids that are free there: nothing is read again to see whether they hold.

    Args:
        index: As for `insertions`.
        document: As for `insertions`.
        path: As for `insertions`.
        line: The beginning of a line on which somebody types.
    """
    text = document.text
    words = text[line : end_of_line(text, line)]
    indent = len(words) - len(words.lstrip(" \t"))
    place = _Place(index, document, path, Layout(document).end_of_content(line, 0), indent)
    place.leave_out(Span(line, line + len(words) + 1))
    for form in document.profile.node_forms:
        made = place.made(form)
        if made is not None:
            yield form, made


class _Place:
    def __init__(self, index: Index, document: SpecDocument, path: str, offset: int, indent: int | None = None) -> None:
        """Args: indent: That of the line which an item beside has to have; None for any."""
        self._indent = indent
        self._typed = Span(-1, -1)
        self._index = index
        self._document = document
        self._text = document.text
        self._path = path
        self._offset = offset
        self._layout = Layout(document)
        self._around = document.nodes.around(offset)

    def leave_out(self, line: Span) -> None:
        """Let no node count that begins on a line."""
        self._typed = line

    def found(self) -> Iterator[Insertion]:
        for form in self._document.profile.node_forms:
            for made in (self.made(form), self._made_within(form)):
                if made is not None and self._holds(made, form):
                    yield made

    def _made_within(self, form: NodeForm) -> Insertion | None:
        """A part of the task around the place, where tasks have parts by number: `2.3` in `2`."""
        task = next((node for node in self._around if node.kind == form.kind), None)
        if form.kind != "task" or task is None or not task.key.isdecimal() or not form.has_parts:
            return None
        part = f"part of {form.what} {task.key}"
        inside = [node for node in self._document.nodes.within(task) if node.kind == form.kind]
        numbered = [node for node in inside if node.key.startswith(f"{task.key}.")]
        if numbered:
            made = self._like(numbered[-1], form)
            return None if made is None else replace(made, what=part)
        item = next((one for one in items_around(self._document.tree, task.span.start) if one.span == task.span), None)
        if inside or item is None or item.box is None:
            return None
        line = start_of_line(self._text, item.span.start)
        indent = self._text[line : item.span.start] + " " * (item.box.start - item.span.start)
        marker = self._text[item.span.start : item.box.start]
        key = f"{task.key}.{highest(f'{task.key}.', self._taken(form.kind)) + 1}"
        written = f"{indent}{marker}[ ] {key} {form.words}"
        made = self._added(form, key, task.span, [written], None, len(indent) + len(marker))
        return replace(made, what=part)

    def made(self, form: NodeForm) -> Insertion | None:
        beside = self._beside(form)
        if beside is not None:
            return self._like(beside, form)
        if self._indent:
            return self._part(form)
        return self._first(form) if form.first else None

    def _part(self, form: NodeForm) -> Insertion | None:
        """The first task below a task, in a line that is further in: `2.1` below `2`."""
        around = next((node for node in self._around if node.kind == form.kind), None)
        if around is None or not _OUTLINED.fullmatch(around.key):
            return None
        key = f"{around.key}.{highest(f'{around.key}.', self._taken(form.kind)) + 1}"
        line = f"- [ ] {key} {form.words}"
        return self._insertion(form, key, around.span.end, ["", line], len("- "))

    # -- where

    def _beside(self, form: NodeForm) -> Node | None:
        """The node of the kind behind which the new one goes: the one around the place, else the last one before it."""
        own = next((node for node in self._around if node.kind == form.kind and self._is_level(node)), None)
        if own is not None:
            return own
        if self._indent and any(node.kind == form.kind for node in self._around):
            return None
        holder = self._holder(form)
        if holder is None:
            return None
        inside = [
            node
            for node in self._document.nodes.within(holder)
            if node.kind == form.kind and node.span.start not in self._typed
        ]
        before = bisect_left(inside, self._offset, key=lambda node: node.span.start)
        return inside[before - 1] if inside else None

    def _is_level(self, node: Node) -> bool:
        line = start_of_line(self._text, node.span.start)
        return self._indent is None or node.span.start - line == self._indent or self._text.startswith("#", line)

    def _holder(self, form: NodeForm) -> Node | None:
        """The innermost node around the place in which such a node may stand."""
        if form.within is not None:
            return next((node for node in self._around if node.kind == form.within), None)
        sections = self._document.sections_of(self._around)
        for section in sections:
            if section.profile_key in form.sections:
                return self._document.nodes.by_key.get(section.key) or self._node_of(section)
        inner = next((node for node in self._around if node.kind in {"section", "delta"}), None)
        if inner is None or form.sections:
            return None
        return inner

    def _node_of(self, section: Section) -> Node | None:
        return next((node for node in self._around if node.span.start == section.heading.start), None)

    # -- the text

    def _like(self, beside: Node, form: NodeForm) -> Insertion | None:
        if self._text.startswith("#", beside.span.start + _blanks(self._text, beside.span.start)):
            return self._heading_like(beside, form)
        item = next(
            (one for one in items_around(self._document.tree, beside.span.start) if one.span == beside.span), None
        )
        if item is not None:
            return self._item_like(beside, item, form)
        return self._line_like(beside, form)

    def _item_like(self, beside: Node, item: PlacedItem, form: NodeForm) -> Insertion | None:
        text = self._text
        name = name_of(beside)
        if beside.name is None and name is not None:
            return self._numbered_like(beside, item, name, form)
        line = start_of_line(text, item.span.start)
        indent = text[line : item.span.start]
        if indent.strip():
            return None
        content, key, lead = item.content, "", ""
        if name is not None:
            counted = self._next(beside)
            if counted is None:
                return None
            key, number = counted
            end = name.end
            written = _renumbered(text[name.start : name.end], number)
            behind = _BEHIND_ID.match(text, end, content.end)
            end = end if behind is None else behind.end()
            lead = text[content.start : name.start] + written + text[name.end : end]
            content = Span(end, content.end)
        kept = None if form.kept is None else form.kept.match(text, content.start, content.end)
        lead += "" if kept is None else kept["kept"] or ""
        box = "" if item.box is None else "[ ] "
        marker = text[item.span.start : item.box.start if item.box is not None else item.content.start]
        words = self._words(form, text[content.start : content.end])
        first = f"{indent}{marker}{box}{lead}{words}"
        before = len(indent) + len(marker)
        return self._added(form, key, item.span, [first, *self._labelled(item)], item, before)

    def _labelled(self, item: PlacedItem) -> Iterator[str]:
        """The list of citations below a task, as an item of its own with nothing in it."""
        document, text = self._document, self._text
        for node_start in sorted({citation.span.start for citation in self._citations_in(item.span)}):
            inner = next(iter(items_around(document.tree, node_start)), None)
            if inner is None or inner.item.box is not None or inner.span.start <= item.span.start:
                continue
            around = items_around(document.tree, inner.span.start)
            label = _LABELLED.match(text, inner.content.start, inner.content.end)
            if label is None or around[1:2] != (item,) or not text.startswith("_", inner.content.end - 1):
                continue
            start = start_of_line(text, inner.span.start)
            yield f"{text[start : inner.content.start]}{label[0].rstrip()} {STAND_IN}_"
            return

    def _citations_in(self, span: Span) -> Iterator[Citation]:
        citations = self._document.nodes.citations
        first = bisect_left(citations, span.start, key=lambda citation: citation.span.start)
        while first < len(citations) and citations[first].span.start < span.end:
            if citations[first].relation == "covers":
                yield citations[first]
            first += 1

    def _numbered_like(self, beside: Node, item: PlacedItem, name: Span, form: NodeForm) -> Insertion | None:
        """An item of a numbered list: the next number, at the list's end."""
        last = self._last_of_list(item)
        text = self._text
        line = start_of_line(text, last.span.start)
        indent = text[line : last.span.start]
        ordinal = last.item.ordinal
        if ordinal is None or indent.strip():
            return None
        number = Span(last.span.start, last.span.start + len(str(ordinal)))
        if not text[number.start : number.end].isdecimal():
            return None
        box = "" if last.box is None else "[ ] "
        behind = text[number.end : last.box.start if last.box is not None else last.content.start]
        words = self._words(form, text[item.content.start : item.content.end])
        counted = COUNTED.fullmatch(bare_key(beside.key))
        siblings = [
            node for node in self._document.nodes.nodes if node.parent == beside.parent and node.kind == beside.kind
        ]
        if counted is None or not siblings:
            return None
        highest = max(
            (int(found["number"]) for node in siblings if (found := COUNTED.fullmatch(bare_key(node.key)))), default=0
        )
        key = f"{counted['before']}{max(highest, 0) + 1}"
        del name
        numbered = f"{indent}{ordinal + 1}{behind}"
        return self._added(form, key, last.span, [f"{numbered}{box}{words}"], last, len(numbered))

    def _last_of_list(self, item: PlacedItem) -> PlacedItem:
        found = item
        for other in self._siblings(item):
            found = other if other.span.start > found.span.start else found
        return found

    def _siblings(self, item: PlacedItem) -> Iterator[PlacedItem]:
        """The items of the list in which one stands, as far as they follow each other."""
        tree = self._document.tree
        number = tree.chunk_at(item.span.start)
        chunk = tree.chunks[number]
        lists = [element for element in chunk.elements if element.kind == "list"]
        at = item.span.start - tree.starts[number]
        own = max((one for one in lists if one.start <= at < one.end), key=lambda one: one.start, default=None)
        if own is None:
            return
        parts = tree.parts_of_list(number, own) if own.parent < 0 else [(number, own)]
        for part, element in parts:
            for other in items_of(tree.chunks[part]):
                if other.parent == item.item.parent and element.start <= other.span.start < element.end:
                    yield PlacedItem(other, tree.starts[part])

    def _line_like(self, beside: Node, form: NodeForm) -> Insertion | None:
        """A line that begins with its id, in a paragraph."""
        text, name = self._text, beside.name
        line = start_of_line(text, beside.span.start)
        counted = self._next(beside)
        if name is None or counted is None or text[line : beside.span.start].strip(" \t*_"):
            return None
        key, number = counted
        behind = _BEHIND_ID.match(text, name.end, beside.span.end)
        end = name.end if behind is None else behind.end()
        written = _renumbered(text[name.start : name.end], number)
        words = self._words(form, text[end : beside.span.end])
        first = f"{text[line : name.start]}{written}{text[name.end : end]}{words}"
        # Lines of one paragraph follow each other; those that stand alone have blank lines between them.
        before = text[:line].rstrip(" \t")
        alone = before.endswith(("\n\n", "\r\r", "\r\n\r\n")) and self._layout.blank_lines_after(beside.span.end) != 1
        return self._added(form, key, beside.span, ["", first] if alone else [first], None)

    def _heading_like(self, beside: Node, form: NodeForm) -> Insertion | None:
        text = self._text
        line_end = end_of_line(text, beside.span.start)
        name = beside.name
        if name is None or name.end > line_end or text[name.start : name.end].lstrip().startswith("#"):
            return None
        if beside.key.endswith(beside.title) and text[name.start : name.end] == beside.title:
            # Named by its words alone.
            title = free_title(beside, self._taken(beside.kind))
            key = f"{bare_key(beside.key)[: -len(beside.title)]}{title}" if beside.title else ""
            line = text[beside.span.start : name.start] + title
        else:
            counted = self._next(beside)
            if counted is None:
                return None
            key, number = counted
            at = text.find(beside.title, name.end, line_end) if beside.title else -1
            between = text[name.end : at] if at >= 0 else ""
            suffix = _SUFFIX.match(text, at + len(beside.title), line_end) if at >= 0 else None
            written = _renumbered(text[name.start : name.end], number)
            behind = _ANCHOR.sub("", suffix[0]) if suffix else ""
            tail = f"{between}{STAND_IN}{behind}" if at >= 0 else ""
            line = f"{text[beside.span.start : name.start]}{written}{tail}"
        body = hollow_body(self._document, beside, self._words_of_kind)
        # One that lacks a part which its format asks for is no model.
        is_model = "#" not in form.body or any(one.lstrip().startswith("#") for one in body)
        return self._headed(form, key, line, beside.span, body if is_model else ())

    def _words_of_kind(self, kind: NodeKind, beside: str) -> str:
        form = next((one for one in self._document.profile.node_forms if one.kind == kind), None)
        return STAND_IN if form is None else self._words(form, beside)

    def _headed(self, form: NodeForm, key: str, line: str, behind: Span, body: Sequence[str] = ()) -> Insertion:
        at = self._layout.end_of_content(behind.end, end_of_line(self._text, behind.start))
        lines = body or (["", *form.body.split("\n")] if form.body else [])
        return self._insertion(form, key, at, ["", "", line, *lines])

    def _first(self, form: NodeForm) -> Insertion | None:
        """The first one of its kind in a section, or in a node."""
        holder = self._holder(form)
        if holder is None or self._within_html(holder):
            return None
        above = "" if form.within is None else holder.key.partition(": ")[2] or holder.key
        number = highest(above + form.key.partition("{")[0], self._taken(form.kind)) + 1
        key, line = above + _with_number(form.key, number), _with_number(form.first, number)
        at = self._end_of_own(holder)
        if line.startswith("#"):
            return self._headed(form, key, line, Span(holder.span.start, at))
        end = self._layout.end_of_content(at, end_of_line(self._text, holder.span.start))
        return self._insertion(form, key, end, ["", "", f"{line}{form.words}"], line.index(" ") + 1)

    def _within_html(self, holder: Node) -> bool:
        section = next((one for one in self._document.sections if one.heading.start == holder.span.start), None)
        return section is not None and section.within_html

    def _end_of_own(self, holder: Node) -> int:
        """The end of a node's own text around the place: before its next heading."""
        sections = self._document.sections
        first = bisect_left(sections, max(self._offset, holder.span.start) + 1, key=lambda one: one.heading.start)
        following = sections[first].heading.start if first < len(sections) else len(self._text)
        return min(following, holder.span.end)

    def _added(
        self, form: NodeForm, key: str, behind: Span, lines: Sequence[str], item: PlacedItem | None, before: int = 0
    ) -> Insertion:
        at = self._layout.end_of_content(behind.end, behind.start)
        gap = [""] if item is not None and self._is_loose(item) else []
        return self._insertion(form, key, at, ["", *gap, *lines], before)

    def _is_loose(self, item: PlacedItem) -> bool:
        """Whether a blank line stands between the items of a list."""
        text = self._text
        others = sorted(self._siblings(item), key=lambda one: one.span.start)
        for one in others[1:3]:
            before = text[: one.span.start].rstrip(" \t")
            return before.endswith(("\n\n", "\r\n\r\n", "\r\r"))
        return False

    def _insertion(self, form: NodeForm, key: str, at: int, lines: Sequence[str], before: int = 0) -> Insertion:
        """Args: before: Length of the marker in its first line, with the indentation."""
        text = self._layout.line_end.join(lines)
        stand_ins = tuple(Span(found.start(), found.end()) for found in re.finditer(STAND_IN, text))
        number = next(number for number, line in enumerate(lines) if line)
        start = sum(len(line) + len(self._layout.line_end) for line in lines[:number])
        first = Span(start + before, start + len(lines[number]))
        return Insertion(form.what, key, Edit(Span(at, at), text), stand_ins, first)

    def _words(self, form: NodeForm, beside: str) -> str:
        signals = _SIGNAL.findall(form.words)
        alike = all(word in beside for word in signals if word not in {STAND_IN, "SYSTEM"})
        return form.words if alike else STAND_IN

    def _taken(self, kind: NodeKind) -> frozenset[str]:
        return taken_keys(self._index, self._document, self._path, kind, self._typed)

    def _next(self, beside: Node) -> tuple[str, str] | None:
        return next_key(beside.key, self._taken(beside.kind))

    # -- whether it holds

    def _holds(self, made: Insertion, form: NodeForm) -> bool:
        """Whether the new text is read as one such node, and all else as before."""
        tree = changed(self._document.tree, made.edit.span, made.edit.new_text)
        after = parse_tree(tree, self._document.front_matter, self._document.profile).nodes
        start, length = made.edit.span.start, len(made.edit.new_text)
        new = Span(start, start + length)
        added = [node for node in after.nodes if node.span.start in new]
        first = next((node for node in added if node.kind == form.kind), None)
        if first is None or (made.key and first.key != made.key) or bare_key(first.key) != first.key:
            return False
        before = self._document.nodes
        if [*map(_as_read, (one for one in after.nodes if one.span.start not in new))] != [
            *map(_as_read, before.nodes)
        ]:
            return False
        if form.kept is None and any(one.span.start in new for one in after.citations):
            return False
        cited = [(one.relation, one.scope, one.key) for one in after.citations if one.span.start not in new]
        return cited == [(one.relation, one.scope, one.key) for one in before.citations]


def _as_read(node: Node) -> tuple[str, str, str, str | None]:
    """The part of a node that a new one must not change; headings that are no names are counted by position."""
    return node.kind, bare_key(node.key) if node.kind == "section" else node.key, node.title, node.state


def _with_number(text: str, number: int) -> str:
    """A text of a form with a number in its place: `{}`, or `{:03d}` for one of three digits. Never raises."""
    return _PLACE.sub(lambda found: f"{number:0{int(found[1] or 0)}d}", text)


def _renumbered(name: str, number: str) -> str:
    """A name with another number at its end: `FR-001`, `2.1`, `User Story 3`."""
    return re.sub(r"\d+[a-z]?\Z", lambda _: number, name) if re.search(r"\d+[a-z]?\Z", name) else number


def _blanks(text: str, offset: int) -> int:
    return len(text[offset : offset + 4]) - len(text[offset : offset + 4].lstrip(" \t"))
