"""Lines that a person takes for tasks and the format's tool does not: each with the reason, and mostly a cure.

A tool that runs tasks looks for lines of one form. Whoever writes another gets no button, and no word about why. The
form is the profile's (`task_form`); a profile without one has no such lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import chain, islice

from orch_lsp.document.items import Item, items_of, matches_in, visible_matches
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.profile import TaskForm
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.text import Edit, Span, end_of_line, start_of_line

_BLANKS = "[ \\t\u00a0\u3000\u200b]"
_MARKS = {**dict.fromkeys("xXvV✓✔√☑oO○●*×✗✘", "x"), **dict.fromkeys("-/", "-"), "~": "~"}
"""Characters that people put into a box, and what stands for them in one that tools read."""
_BOX = re.compile(
    rf"(?P<open>[\[［【〔(（])(?P<inside>{_BLANKS}*+[xXvV✓✔√☑oO○●*×✗✘/~-]?{_BLANKS}*+)(?P<close>[\]］】〕)）])(?P<star>\*?)"
    rf"(?![(\[:])(?P<gap>{_BLANKS}*)"
)
_SQUARE = {"[": "]", "［": "］", "【": "】", "〔": "〕"}
_NUMBER = re.compile(r"(?:\*\*|__)?(?P<id>\d{1,4}(?:\.\d{1,4})*)(?P<end>[.．、:：)）]?)(?:\*\*|__)?[.:：]?[ \t]+(?=\S)")
_LETTERED = re.compile(r"(?:\*\*|__)?(?P<id>[A-Z]\d{1,5}[a-z]?)(?P<end>[.．、:：)）]?)(?:\*\*|__)?[.:：]?[ \t]+(?=\S)")
_NARROW = 3
_LINE = re.compile(rf"(?<![^\r\n])[ \t]*+(?P<marker>[-*+–—−‐‑‒•·●▪◦]|)(?P<space>{_BLANKS}*+)(?=[\[［【〔])")
_NO_LIST_MARKERS = "–—−‐‑‒•·●▪◦"
_TAKEN = frozenset(" xX-~")


@lru_cache(maxsize=16)
def _heading_of(words: tuple[str, ...]) -> re.Pattern[str]:
    either = "|".join(map(re.escape, words))
    return re.compile(
        rf"[ \t]*#{{1,6}}[ \t]+[*_]{{0,3}}(?P<box>\[[ xX~-]\][ \t]*)?[*_]{{0,3}}(?P<word>(?i:{either})[ \t]*#?)?"
        rf"(?P<id>\d{{1,4}}(?:\.\d{{1,4}})*)(?![\w])[.．、:：)）]*[*_]{{0,3}}[ \t–—-]*(?P<title>.*)"
    )


def malformed_task(subject: Subject) -> Iterator[Found]:
    """Lines that look like tasks and that the format's tool passes over."""
    form = subject.profile.task_form
    if form is not None:
        yield from _Search(subject.document, form).found()


@dataclass(frozen=True, slots=True)
class _Lists:
    """The items of a chunk, as it counts."""

    items: tuple[Item, ...]
    outer: tuple[int, ...]
    """For each item the number of the outermost one on its line: `- 1. a` is an item in an item."""
    holders: frozenset[int]
    """Items in which, at any depth, an item with a box stands."""
    beside_boxes: frozenset[int]
    """Parents of items with boxes, and of their holders; -1 for none."""
    boxes: tuple[int, ...]
    """Where items with boxes begin."""
    suspects: tuple[int, ...]
    """The items of which something may be said: those with an odd box, and those with a number and no box."""
    lines: tuple[tuple[re.Match[str], re.Match[str]], ...]
    """Boxes at the beginning of a line that Markdown takes for no list item: the line, and the box."""
    narrow: tuple[str, ...]
    """The numbers with the form's letter that have fewer than three digits, in order."""


def _lists(chunk: Chunk, lettered: str) -> _Lists:
    return chunk.once("task lines", partial(_read_lists, lettered), lettered)


def _read_lists(lettered: str, chunk: Chunk) -> _Lists:
    text, items = chunk.text, items_of(chunk)
    outer: list[int] = []
    for number, item in enumerate(items):
        within = item.parent >= 0 and start_of_line(text, item.span.start) <= items[item.parent].span.start
        outer.append(outer[item.parent] if within else number)
    boxed = [number for number, item in enumerate(items) if item.box is not None]
    holders: set[int] = set()
    beside: set[int] = set()
    for number in boxed:
        around = items[outer[number]].parent
        beside.add(around)
        while around >= 0 and around not in holders:
            holders.add(around)
            around = items[around].parent
            beside.add(around)
    boxes = tuple(items[number].span.start for number in boxed)
    narrow = {number: found for number in boxed if (found := _narrow_id(text, items[number], lettered))}
    suspects = tuple(
        number for number, item in enumerate(items) if number in narrow or _is_suspect(text, item, items[outer[number]])
    )
    return _Lists(
        items, tuple(outer), frozenset(holders), frozenset(beside), boxes, suspects, tuple(_lines(chunk, items)),
        tuple(narrow.values()),
    )  # fmt: skip


def _narrow_id(text: str, item: Item, lettered: str) -> str:
    """The number of a task with less than three digits behind the form's letter; empty for others."""
    found = _LETTERED.match(text, item.content.start) if lettered else None
    written = "" if found is None or not found["id"].startswith(lettered) else found["id"]
    return written if written[1:].isdigit() and len(written) <= _NARROW else ""


def _is_suspect(text: str, item: Item, outer: Item) -> bool:
    start, end = item.content.start, item.content.end
    if item.box_span is None:
        return _BOX.match(text, start, end) is not None or (
            start < end and (item.ordinal is not None or _NUMBER.match(text, start, end) is not None)
        )
    return item.box not in _TAKEN or item.ordinal is not None or "\t" in text[outer.span.start : item.box_span.start]


def _lines(chunk: Chunk, items: tuple[Item, ...]) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    starts = {item.span.start for item in items}
    for line in matches_in(chunk, _LINE):
        found = None if line.start("marker") in starts else _BOX.match(chunk.text, line.end())
        if found is not None:
            yield line, found


@dataclass(frozen=True, slots=True)
class _Placed:
    """A list item with its place in the document."""

    item: Item
    base: int
    number: int
    """Its number in its chunk."""
    chunk: int
    """The number of that."""


class _Search:
    def __init__(self, document: SpecDocument, form: TaskForm) -> None:
        self._document = document
        self._text = document.text
        self._form = form
        self._number = _LETTERED if form.lettered else _NUMBER
        self._lists = [_lists(chunk, form.lettered) for chunk in document.tree.chunks]
        self._parts: dict[tuple[int, int], int] = {}

    def found(self) -> Iterator[Found]:
        said: set[int] = set()
        for one in (*self._in_items(), *self._in_lines(), *self._in_headings()):
            line = start_of_line(self._text, one.span.start)
            if line not in said:
                said.add(line)
                yield one

    @cached_property
    def _any_box(self) -> bool:
        return any(lists.boxes for lists in self._lists)

    @cached_property
    def _box_starts(self) -> list[int]:
        starts = self._document.tree.starts
        return [base + start for lists, base in zip(self._lists, starts, strict=True) for start in lists.boxes]

    @cached_property
    def _heading_starts(self) -> list[int]:
        return [section.heading.start for section in self._document.sections]

    def _stands_beside_boxes(self, placed: _Placed) -> bool:
        if placed.item.parent >= 0:
            return placed.item.parent in self._lists[placed.chunk].beside_boxes
        piece = self._document.tree.piece_at(placed.chunk)
        return any(-1 in self._lists[number].beside_boxes for number in piece)

    def _placed(self, chunk: int, number: int) -> _Placed:
        return _Placed(self._lists[chunk].items[number], self._document.tree.starts[chunk], number, chunk)

    def _told(self, start: int, reason: str, *edits: Edit, related: tuple[Related, ...] = ()) -> Found:
        message = (
            f"{self._form.tool} {self._form.consequence}: {reason}. A task is a line such as `{self._form.example}`."
        )
        node = self._document.nodes.at(start)
        fixes = (Fix("Write it as a task", lambda: edits),) if edits else ()
        span = Span(start, end_of_line(self._text, start))
        return Found(message, span, None if node is None else node.key, fixes, related)

    def _in_items(self) -> Iterator[Found]:
        for chunk, lists in enumerate(self._lists):
            for number in lists.suspects:
                placed = self._placed(chunk, number)
                outer = self._placed(chunk, lists.outer[number])
                start = outer.base + outer.item.span.start
                is_boxed = placed.item.box is not None
                found = self._boxed(placed, start) if is_boxed else self._unboxed(placed, outer, start)
                if found is not None:
                    yield found

    def _boxed(self, placed: _Placed, start: int) -> Found | None:
        item, base = placed.item, placed.base
        box = item.box_span
        if box is None:
            return None
        at = base + box.start
        character = item.box or ""
        if character not in _TAKEN:
            return self._odd_box(start, at)
        if self._form.lettered:
            return self._narrow_id(placed, start)
        if self._form.any_marker:
            return None
        if item.ordinal is not None:
            return self._number_first(placed, start, at)
        if "\t" in self._text[start:at]:
            edit = Edit(Span(start + 1, at), " ")
            return self._told(start, "a tab stands between the dash and the box", edit)
        return None

    def _narrow_id(self, placed: _Placed, start: int) -> Found | None:
        """`T41`, where a number has three digits. The cure writes it so wherever the document has it."""
        written = _narrow_id(self._document.tree.chunks[placed.chunk].text, placed.item, self._form.lettered)
        narrow = self._narrow_ids
        if written not in narrow or (not self._any_wide and written != next(iter(narrow))):
            # Where no task has a number of three digits, that is how they are counted there: said once.
            return None
        wide = f"{self._form.lettered}{int(written[1:]):0{_NARROW}d}"
        told = self._told(start, f"its number “{written}” has fewer than three digits")
        if narrow[written] > 1 or wide in self._document.nodes.by_key:
            return told
        fix = Fix(f"Write it as “{wide}”", partial(self._widened, written, wide))
        return replace(told, fixes=(fix,))

    @cached_property
    def _narrow_ids(self) -> Counter[str]:
        """The numbers of less than three digits, with how many tasks have each, in the document's order."""
        return Counter(chain.from_iterable(lists.narrow for lists in self._lists))

    @cached_property
    def _any_wide(self) -> bool:
        return any(node.kind == "task" and node.name is not None for node in self._document.nodes.nodes)

    def _widened(self, written: str, wide: str) -> tuple[Edit, ...]:
        pattern = re.compile(rf"(?<![\w/.#-]){written}(?!\w)")
        return tuple(Edit(Span(*found.span()), wide) for found in visible_matches(self._document.tree, pattern))

    def _odd_box(self, start: int, at: int) -> Found | None:
        found = _BOX.match(self._text, at)
        if found is None:
            return None
        reason = f"its box is `{found[0].strip()}`, and only `[ ]`, `[x]`, `[-]` and `[~]` are boxes"
        return self._told(start, reason, self._proper(found, Span(*found.span())))

    @staticmethod
    def _proper(found: re.Match[str], span: Span, before: str = "") -> Edit:
        """The edit that makes a box, with `before` in front of it, of what was found and stands in `span`."""
        mark = _MARKS.get("".join(found["inside"].split()).strip("\u200b"), " ")
        return Edit(span, f"{before}[{mark}]{found['star']} ")

    def _number_first(self, placed: _Placed, start: int, at: int) -> Found:
        """`1. [ ] Title`, also behind a dash."""
        item = placed.item
        content = placed.base + item.content.start
        has_own = self._number.match(self._text, content, placed.base + item.content.end) is not None
        number = "" if has_own else f"{item.ordinal}. "
        box = self._text[at : at + 3] + ("*" if item.starred else "")
        edit = Edit(Span(start, content), f"- {box} {number}")
        return self._told(start, "its number stands in front of the box", edit)

    def _unboxed(self, placed: _Placed, outer: _Placed, start: int) -> Found | None:
        content, end = placed.base + placed.item.content.start, placed.base + placed.item.content.end
        found = _BOX.match(self._text, content, end)
        if found is not None and (reason := self._fault(found)) is not None:
            place = Span(*found.span())
            edits = () if placed.item.ordinal is not None else (self._proper(found, place),)
            return self._told(start, reason, *edits)
        if self._form.lettered:
            return None
        written = self._number.match(self._text, content, end)
        if (placed.item.ordinal is None and written is None) or content == end:
            return None
        if not self._lists[placed.chunk].holders.isdisjoint((placed.number, outer.number)):
            reason = "it has no box, though tasks below it have one"
        elif self._stands_beside_boxes(outer) and self._goes_on(placed, outer, written):
            reason = "it has no box, though tasks beside it have one"
        elif not self._any_box and outer.item.parent < 0 and self._is_among_tasks(start):
            reason = "it has no box"
        else:
            return None
        return self._told(start, reason, *self._with_box(placed, start))

    def _goes_on(self, placed: _Placed, outer: _Placed, written: re.Match[str] | None) -> bool:
        """Whether a number is one of a task beside tasks: `1.`, `1.1`; not `3 retries`, not `1.5 GB` below task 1."""
        if outer.item.parent < 0:
            ends = written is not None and ("." in written["id"] or bool(written["end"]))
            return placed.item.ordinal is not None or ends
        if written is None or placed.item.ordinal is not None:
            return False
        before, dot, last = written["id"].rpartition(".")
        around = self._placed(outer.chunk, outer.item.parent)
        start, end = around.base + around.item.content.start, around.base + around.item.content.end
        of_parent = self._number.match(self._text, start, end)
        if not dot or of_parent is None or of_parent["id"] != before:
            return False
        return int(last) <= self._parts_of(around, before)

    def _parts_of(self, parent: _Placed, number: str) -> int:
        """How many items right below one begin with a number that is part of its. Counted once."""
        key = parent.chunk, parent.number
        if key not in self._parts:
            count = 0
            for item in islice(self._lists[parent.chunk].items, parent.number + 1, None):
                if item.parent < parent.number:
                    break
                start = parent.base + item.content.start
                count += item.parent == parent.number and self._text.startswith(f"{number}.", start)
            self._parts[key] = count
        return self._parts[key]

    def _with_box(self, placed: _Placed, start: int) -> tuple[Edit, ...]:
        content = placed.base + placed.item.content.start
        if placed.item.ordinal is None:
            return (Edit(Span(content, content), "[ ] "),)
        has_own = self._number.match(self._text, content, placed.base + placed.item.content.end) is not None
        return (Edit(Span(start, content), "- [ ] " if has_own else f"- [ ] {placed.item.ordinal}. "),)

    def _fault(self, found: re.Match[str]) -> str | None:
        """Why what begins an item is no box, if somebody meant one."""
        inside, opening, closing = found["inside"], found["open"], found["close"]
        behind = self._text[found.end() : found.end() + 1]
        numbered = self._number.match(self._text, found.end()) is not None
        if opening in "(（":
            return "its box has round brackets" if numbered and not inside.strip("xX \t") else None
        if opening != "[" or closing != "]":
            return "the brackets of its box are full-width" if _SQUARE.get(opening) == closing or numbered else None
        if not inside:
            return "nothing stands between its brackets, not even a blank" if behind or found["gap"] else None
        if len(inside) == 1 and inside in _TAKEN:
            return "no blank stands behind the box" if not found["gap"] and behind.strip() else None
        if inside.strip(" ") and len(inside) > 1:
            return "a blank stands in its box beside the mark"
        return "more or other than one blank stands in its box"

    def _in_lines(self) -> Iterator[Found]:
        """Boxes at the beginning of a line that Markdown takes for no list item."""
        for lists, base in zip(self._lists, self._document.tree.starts, strict=True):
            for line, box in lists.lines:
                if (found := self._in_line(line, box, base)) is not None:
                    yield found

    def _in_line(self, line: re.Match[str], box: re.Match[str], base: int) -> Found | None:
        marker, start, end = line["marker"], base + line.start("marker"), base + box.end()
        behind = self._text[end : end + 1].strip()
        numbered = self._number.match(self._text, end) is not None
        if not behind or not (numbered or (marker and box["open"] + box["close"] == "[]" and box["inside"])):
            return None
        if marker and marker in _NO_LIST_MARKERS:
            reason = f"the line begins with “{marker}”, which begins no list"
        elif marker and not line["space"]:
            reason = "no blank stands between the dash and the box"
        elif not marker:
            reason = "no dash stands in front of the box"
        else:
            return None
        return self._told(start, reason, self._proper(box, Span(start, end), before="- "))

    def _in_headings(self) -> Iterator[Found]:
        pattern = _heading_of(self._form.words)
        gathering: list[Span] = []
        for section in () if self._form.lettered else map(self._document.sections.__getitem__, self._numbered()):
            start = section.heading.start
            found = pattern.match(self._text, start, end_of_line(self._text, start))
            if found is None:
                continue
            if found["box"]:
                reason = "it is a heading, and boxes count in lists alone"
                yield self._told(start, reason, *self._as_item(section, found))
            elif not self._box_starts_in(section):
                if found["word"] or self._is_among_tasks(start, only_named=True):
                    reason = "it is a heading, with no box below it"
                    yield self._told(start, reason, *self._as_item(section, found))
            elif not self._form.in_groups and self._has_open_parts(section, found["id"]):
                gathering.append(section.heading)
        if gathering:
            reason = "it is a heading, and some versions start nothing that stands below one"
            related = tuple(Related("Another such heading.", span) for span in gathering[1:])
            yield self._told(gathering[0].start, reason, related=related)

    def _numbered(self) -> Sequence[int]:
        """Numbers of the headings that may be tasks by their words."""
        skeleton, words = self._document.skeleton, self._form.words
        pattern = _heading_of(words)
        headings = zip(skeleton.levels, skeleton.profile_keys, skeleton.titles, strict=True)
        return skeleton.once(
            ("numbered like tasks", words), None,
            lambda: [
                number for number, (level, key, title) in enumerate(headings)
                if level > 1 and key is None and pattern.match(f"# {title}")
            ],
        )  # fmt: skip

    def _has_open_parts(self, section: Section, number: str) -> bool:
        """Whether tasks right below a heading are parts of it by number, and one waits to be started."""
        nodes = self._document.nodes
        parts = [
            node
            for node in (nodes.at(start) for start in self._box_starts_in(section))
            if node is not None and node.key.startswith(f"{number}.")
        ]
        return any(node.state == "open" for node in parts)

    def _box_starts_in(self, section: Section) -> list[int]:
        first = bisect_right(self._box_starts, section.heading.start)
        last = bisect_right(self._box_starts, section.body.end)
        return self._box_starts[first:last]

    def _as_item(self, section: Section, found: re.Match[str]) -> tuple[Edit, ...]:
        """The heading as a task, if what stands below it would not become something else by that."""
        if section.content.strip():
            return ()
        box = (found["box"] or "[ ]").strip()
        title = found["title"].strip().rstrip("#").rstrip()
        return (Edit(section.heading, f"- {box} {found['id']}. {title}"),)

    def _is_among_tasks(self, offset: int, *, only_named: bool = False) -> bool:
        """Whether a place is where the document has its tasks: in that section, else right below its title."""
        tasks = self._document.profile_sections.get("tasks")
        if tasks is not None:
            return offset in tasks.body
        number = bisect_right(self._heading_starts, offset) - 1
        heading = self._document.sections[number].heading if number >= 0 else None
        return not only_named and (heading is None or heading == self._document.title)


RULES = (
    Rule(
        "malformed_task", "tasks", "warning", "A line looks like a task, and the format's tool passes it over.",
        malformed_task, fixable=True,
    ),
)  # fmt: skip
