"""Lines that a person takes for tasks and the format's tool does not: each with the reason, and mostly a cure.

A tool that runs tasks looks for lines of one form. Whoever writes another gets no button, and no word about why. The
form is the profile's (`task_form`); a profile without one has no such lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from itertools import islice

from orch_lsp.document.items import Item, items_of, visible_matches
from orch_lsp.document.model import Section, SpecDocument
from orch_lsp.document.profile import TaskForm
from orch_lsp.rules.rule import Fix, Found, Related, Rule, Subject
from orch_lsp.text import Edit, Span, end_of_line, start_of_line

_BLANKS = "[ \\t\u00a0\u3000\u200b]"
_MARKS = {**dict.fromkeys("xXvV✓✔√☑oO○●*×✗✘", "x"), **dict.fromkeys("-/", "-"), "~": "~"}
"""Characters that people put into a box, and what stands for them in one that tools read."""
_BOX = re.compile(
    rf"(?P<open>[\[［【〔(（])(?P<inside>{_BLANKS}*[xXvV✓✔√☑oO○●*×✗✘/~-]?{_BLANKS}*)(?P<close>[\]］】〕)）])(?P<star>\*?)"
    rf"(?![(\[:])(?P<gap>{_BLANKS}*)"
)
_SQUARE = {"[": "]", "［": "］", "【": "】", "〔": "〕"}
_NUMBER = re.compile(r"(?:\*\*|__)?(?P<id>\d{1,4}(?:\.\d{1,4})*)(?P<end>[.．、:：)）]?)(?:\*\*|__)?[.:：]?[ \t]+(?=\S)")
_LETTERED = re.compile(r"(?:\*\*|__)?(?P<id>[A-Z]\d{1,5}[a-z]?)(?P<end>[.．、:：)）]?)(?:\*\*|__)?[.:：]?[ \t]+(?=\S)")
_NARROW = 3
_LINE = re.compile(rf"(?<![^\r\n])[ \t]*(?P<marker>[-*+–—−‐‑‒•·●▪◦]|)(?P<space>{_BLANKS}*)(?=[\[［【〔])")
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
class _Placed:
    """A list item with its place in the document."""

    item: Item
    base: int
    parent: int
    """Number of the item around it among all, -1 for none."""


class _Search:
    def __init__(self, document: SpecDocument, form: TaskForm) -> None:
        self._document = document
        self._text = document.text
        self._form = form
        self._number = _LETTERED if form.lettered else _NUMBER
        self._items: list[_Placed] = []
        for chunk, base in zip(document.tree.chunks, document.tree.starts, strict=True):
            before = len(self._items)
            for item in items_of(chunk):
                self._items.append(_Placed(item, base, item.parent + before if item.parent >= 0 else -1))
        self._outer: list[int] = []
        """For each item the number of the outermost one on its line: `- 1. a` is an item in an item."""
        for number in range(len(self._items)):
            self._outer.append(self._outermost(number))
        boxed = [number for number, placed in enumerate(self._items) if placed.item.box is not None]
        self._any_box = bool(boxed)
        self._holds_boxes: set[int] = set()
        """Items in which, at any depth, an item with a box stands."""
        self._beside_boxes: set[tuple[int, int]] = set()
        """Chunk and parent of items with boxes."""
        for number in boxed:
            outer = self._items[self._outer[number]]
            self._beside_boxes.add((outer.base, outer.parent))
            around = outer.parent
            while around >= 0 and around not in self._holds_boxes:
                self._holds_boxes.add(around)
                self._beside_boxes.add((self._items[around].base, self._items[around].parent))
                around = self._items[around].parent
        self._parts: dict[int, int] = {}
        self._heading_starts = [section.heading.start for section in document.sections]
        self._box_starts = sorted(self._start(self._items[number]) for number in boxed)

    def found(self) -> Iterator[Found]:
        said: set[int] = set()
        for one in (*self._in_items(), *self._in_lines(), *self._in_headings()):
            line = start_of_line(self._text, one.span.start)
            if line not in said:
                said.add(line)
                yield one

    def _outermost(self, number: int) -> int:
        placed = self._items[number]
        if placed.parent < 0 or start_of_line(self._text, self._start(placed)) > self._start(
            self._items[placed.parent]
        ):
            return number
        return self._outer[placed.parent]

    @staticmethod
    def _start(placed: _Placed) -> int:
        return placed.base + placed.item.span.start

    def _told(self, start: int, reason: str, *edits: Edit, related: tuple[Related, ...] = ()) -> Found:
        message = (
            f"{self._form.tool} {self._form.consequence}: {reason}. A task is a line such as `{self._form.example}`."
        )
        node = self._document.nodes.at(start)
        fixes = (Fix("Write it as a task", lambda: edits),) if edits else ()
        span = Span(start, end_of_line(self._text, start))
        return Found(message, span, None if node is None else node.key, fixes, related)

    def _in_items(self) -> Iterator[Found]:
        for number, placed in enumerate(self._items):
            start = self._start(self._items[self._outer[number]])
            found = self._boxed(placed, start) if placed.item.box is not None else self._unboxed(number, start)
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
        written = self._lettered_id(placed)
        narrow = self._narrow_ids
        if written not in narrow or (not self._any_wide and written != next(iter(narrow))):
            # Where no task has a number of three digits, that is how they are counted there: said once.
            return None
        wide = f"{self._form.lettered}{int(written[1:]):0{_NARROW}d}"
        told = self._told(start, f"its number “{written}” has less than three digits")
        if narrow[written] > 1 or wide in self._document.nodes.by_key:
            return told
        fix = Fix(f"Write it as “{wide}”", partial(self._widened, written, wide))
        return replace(told, fixes=(fix,))

    def _lettered_id(self, placed: _Placed) -> str:
        found = self._number.match(self._text, placed.base + placed.item.content.start)
        return found["id"] if found is not None and found["id"].startswith(self._form.lettered) else ""

    @cached_property
    def _narrow_ids(self) -> Counter[str]:
        """The numbers of less than three digits, with how many tasks have each, in the document's order."""
        ids = map(self._lettered_id, (placed for placed in self._items if placed.item.box is not None))
        return Counter(one for one in ids if one[1:].isdigit() and len(one) <= _NARROW)

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
        return self._told(start, reason, self._proper(found))

    def _proper(self, found: re.Match[str], *, start: int | None = None, before: str = "") -> Edit:
        """The edit that makes a box of what was found, from `start` on with `before` in front."""
        mark = _MARKS.get("".join(found["inside"].split()).strip("\u200b"), " ")
        span = Span(found.start() if start is None else start, found.end())
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

    def _unboxed(self, number: int, start: int) -> Found | None:
        placed, outer = self._items[number], self._items[self._outer[number]]
        content, end = placed.base + placed.item.content.start, placed.base + placed.item.content.end
        found = _BOX.match(self._text, content, end)
        if found is not None and (reason := self._fault(found)) is not None:
            return self._told(start, reason, *(() if placed.item.ordinal is not None else (self._proper(found),)))
        if self._form.lettered:
            return None
        written = self._number.match(self._text, content, end)
        if (placed.item.ordinal is None and written is None) or content == end:
            return None
        if number in self._holds_boxes or self._outer[number] in self._holds_boxes:
            reason = "it has no box, though tasks below it have one"
        elif (outer.base, outer.parent) in self._beside_boxes and self._goes_on(placed, outer, written):
            reason = "it has no box, though tasks beside it have one"
        elif not self._any_box and outer.parent < 0 and self._is_among_tasks(start):
            reason = "it has no box"
        else:
            return None
        return self._told(start, reason, *self._with_box(placed, start))

    def _goes_on(self, placed: _Placed, outer: _Placed, written: re.Match[str] | None) -> bool:
        """Whether a number is one of a task beside tasks: `1.`, `1.1`; not `3 retries`, not `1.5 GB` below task 1."""
        if outer.parent < 0:
            ends = written is not None and ("." in written["id"] or bool(written["end"]))
            return placed.item.ordinal is not None or ends
        if written is None or placed.item.ordinal is not None:
            return False
        before, dot, last = written["id"].rpartition(".")
        around = self._items[outer.parent]
        start, end = around.base + around.item.content.start, around.base + around.item.content.end
        of_parent = self._number.match(self._text, start, end)
        if not dot or of_parent is None or of_parent["id"] != before:
            return False
        return int(last) <= self._parts_of(outer.parent, before)

    def _parts_of(self, parent: int, number: str) -> int:
        """How many items right below one begin with a number that is part of its. Counted once."""
        if parent not in self._parts:
            count = 0
            for placed in islice(self._items, parent + 1, None):
                if placed.parent < parent:
                    break
                start = placed.base + placed.item.content.start
                count += placed.parent == parent and self._text.startswith(f"{number}.", start)
            self._parts[parent] = count
        return self._parts[parent]

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
        starts = {self._start(placed) for placed in self._items}
        for line in visible_matches(self._document.tree, _LINE):
            start = line.start("marker")
            found = _BOX.match(self._text, line.end())
            if found is None or start in starts:
                continue
            marker = line["marker"]
            behind = self._text[found.end() : found.end() + 1].strip()
            numbered = self._number.match(self._text, found.end()) is not None
            if not behind or not (numbered or (marker and found["open"] + found["close"] == "[]" and found["inside"])):
                continue
            if marker and marker in _NO_LIST_MARKERS:
                reason = f"the line begins with “{marker}”, which begins no list"
            elif marker and not line["space"]:
                reason = "no blank stands between the dash and the box"
            elif not marker:
                reason = "no dash stands in front of the box"
            else:
                continue
            yield self._told(start, reason, self._proper(found, start=start, before="- "))

    def _in_headings(self) -> Iterator[Found]:
        pattern = _heading_of(self._form.words)
        gathering: list[Span] = []
        for section in () if self._form.lettered else self._document.sections:
            start = section.heading.start
            found = pattern.match(self._text, start, end_of_line(self._text, start))
            if found is None or section.level == 1 or section.profile_key is not None:
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
