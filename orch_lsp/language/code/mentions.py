"""Places in a file of code that may name a node of a spec: what is written there, and where.

Whether there is such a node is not known here (`links`): a file is read once, and specs change. An id is one whose
letters and digits are its own: `FR-1` is not in `FR-10`, nor `FR-001` in `FR-001.2`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orch_lsp.language.code.files import LONGEST_LINE, Family, is_test
from orch_lsp.language.code.syntax import Definition, Spoken, spoken_in
from orch_lsp.text import PositionEncoding, Span, end_of_line, start_of_line, width

Form = Literal["id", "number", "task", "property", "title", "joined"]
"""An id as it is; a number of a requirement, a task or a property; a title behind its label; an id in a name."""

MOST_MENTIONS = 2_000
"""Of one file: what is beyond is not read."""

_LONGEST_BEFORE = 2_000
_LONGEST_TITLE = 200
_WIDEST_RANGE = 200

_ID = r"(?:[A-Z]{1,12}(?:-[A-Z]{1,8}){0,3}-?\d{1,5}(?:\.\d{1,4}){0,2}[a-z]?|[A-Z][A-Z0-9]{1,11}-\d{1,5})"
_NO_LESS = r"(?<![A-Za-z0-9-])(?<![A-Za-z0-9]_)"
_NO_MORE = r"(?![A-Za-z0-9]|_+[A-Za-z0-9]|[-/][A-Za-z0-9]|\.\d)"
_DASH = r"[ \t]?(?:-|–|—|\.\.|…|~|～|〜)[ \t]?"
_NUMBER = r"\d{1,4}(?:\.\d{1,4}){0,3}"
_LISTED = rf"{_NUMBER}(?:[ \t]*(?:[,，、;；&/]|-|–|—|~|～|〜|and\b|和|及|与|と|및|und\b|y\b|et\b|e\b)[ \t]*{_NUMBER})*"
_OF_REQUIREMENTS = (
    r"(?:acceptance[ \t]+)?(?:requirements?|reqs?|criteri(?:a|on)|acs?)"
    r"|需求|要求|要件|验收标准|受け入れ基準|요구[ ]?사항"
    r"|requisitos?|anforderung(?:en)?|exigences?|critérios?|criterios?"
)
_OF_TASKS = r"tasks?|任务|任務|タスク|작업|tareas?|tarefas?|aufgaben?|tâches?"
_OF_PROPERTIES = r"propert(?:y|ies)|属性|性质|性質|プロパティ|속성|propiedad|propriedade|eigenschaft|propriété"
_NAMED = re.compile(
    rf"{_NO_LESS}(?:(?P<key>US\d{{1,3}}/AC\d{{1,3}}|{_ID})(?:{_DASH}(?P<last>{_ID}))?{_NO_MORE}"
    rf"|(?P<what>(?i:(?P<tasks>{_OF_TASKS})|(?P<properties>{_OF_PROPERTIES})|{_OF_REQUIREMENTS}))[*_]{{0,2}}"
    rf"[ \t]*[-.#:：№]?[*_]{{0,2}}[ \t]*(?P<numbers>{_LISTED}){_NO_MORE}"
    rf"|(?i:(?:user[ \t]+)?story)[ \t]*#?(?P<story>\d{{1,3}}){_NO_MORE}"
    rf"|(?i:requirement)[ \t]*[:：][ \t]*(?P<title>[^\s\d][^\r\n]{{0,{_LONGEST_TITLE}}}))"
)
_JOINED = re.compile(
    r"(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?P<letters>[A-Z]{1,6}|[a-z]{1,6}|[A-Z][a-z]{1,5})_?(?P<digits>\d{1,5})(?![0-9])"
)
_CRITERION = re.compile(r"(?i:us)_?(\d{1,3})_?(?i:ac)_?(\d{1,3})(?![0-9])")
_ONE_NUMBER = re.compile(_NUMBER)
_COUNTED = re.compile(r"(.*?)(\d+)")
_RANGE_MARK = re.compile(r"[-–—~～〜]")
_SPEC_NAMED = re.compile(
    r"(?i:features?|specs?|specifications?|changes?|capabilit(?:y|ies))[ \t]*[:：][ \t]*[`\"'*_]*"
    r"(?P<label>[^\s,，;；`\"'*][^\r\n,，;；`\"'*]{0,80})"
    r"|(?:specs|changes|phases)/(?P<path>[\w.-]{1,80}(?:/[\w.-]{1,80}){0,4})"
    r"|(?<![\w-])(?P<folder>\d{3,14}(?:-\d{6})?-[a-z][\w-]{0,80})"
)
_MAY_NAME = re.compile(
    rf"(?<![A-Za-z0-9-])[A-Z][A-Z0-9-]{{0,30}}\d|(?i:(?:{_OF_REQUIREMENTS}|{_OF_TASKS}|{_OF_PROPERTIES}|story)"
    rf"[*_]{{0,2}}[ \t]*[-.#:：№]?[*_]{{0,2}}[ \t]*\S|test\w{{0,80}}_?[a-z]_?\d)"
)
"""Rules out most files."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands in a file, in a way that needs the file no more."""

    line: int
    """Counted from 0."""
    before: str
    """The text of the line before it."""
    text: str
    start: int
    """Its offset in the file's text, without a byte order mark."""

    @property
    def span(self) -> Span:
        """Where it stands in the file's text."""
        return Span(self.start, self.start + len(self.text))

    def columns(self, encoding: PositionEncoding) -> tuple[int, int]:
        """Its beginning and end in the line, in code units of an encoding."""
        start = width(self.before, encoding)
        return start, start + width(self.text, encoding)


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that may name a node, or several."""

    form: Form
    keys: tuple[str, ...]
    """All that is named; of the forms `title` and `joined` the ways to read it, the best first."""
    place: Place
    tests: bool
    """Whether it is a test that names it."""
    within: str | None
    """The function, class or test in which it stands, as that is written."""
    spec: tuple[str, ...] = ()
    """Names of specs that the file gives before it, the last first, as they are written."""


def mentions_in(text: str, path: str, family: Family) -> tuple[Mention, ...]:
    """All places that may name a node, in order, at most `MOST_MENTIONS`. Pure; never raises.

    Args:
        text: Of a file that people write.
        path: Its path with `/`, which tells whether it is a test.
        family: How it is written.
    """
    if _MAY_NAME.search(text) is None:
        return ()
    spoken = spoken_in(text, family)
    found = _Found(text, spoken, of_tests=family == "steps" or is_test(path))
    for span in spoken.said:
        found.read(span)
        if found.is_full:
            break
    for definition in spoken.definitions:
        if not definition.is_titled:
            found.read_name(definition)
    return found.mentions()


class _Found:
    def __init__(self, text: str, spoken: Spoken, *, of_tests: bool) -> None:
        self._text = text
        self._spoken = spoken
        self._of_tests = of_tests
        self._found: list[tuple[Span, Form, tuple[str, ...]]] = []
        self._specs: list[tuple[int, str]] = []

    @property
    def is_full(self) -> bool:
        return len(self._found) >= MOST_MENTIONS

    def read(self, span: Span) -> None:
        for match in _SPEC_NAMED.finditer(self._text, span.start, span.end):
            self._specs.append((match.start(), match["label"] or match["path"] or match["folder"]))
        for match in _NAMED.finditer(self._text, span.start, span.end):
            if match["key"]:
                self._add_ids(match)
            elif match["numbers"]:
                self._add_numbers(match)
            elif match["story"]:
                self._found.append((Span(*match.span()), "id", (f"US{int(match['story'])}",)))
            else:
                start, end = match.span("title")
                self._found.append((Span(start, end), "title", tuple(_titles(self._text[start:end]))))

    def _add_ids(self, match: re.Match[str]) -> None:
        first, last = match["key"], match["last"]
        self._found.append((Span(*match.span("key")), "id", (first,)))
        if last:
            if inner := tuple(between(first, last)):
                self._found.append((Span(*match.span()), "id", inner))
            self._found.append((Span(*match.span("last")), "id", (last,)))

    def _add_numbers(self, match: re.Match[str]) -> None:
        form: Form = "task" if match["tasks"] else "property" if match["properties"] else "number"
        before = "Property " if match["properties"] else ""
        previous: re.Match[str] | None = None
        for one in _ONE_NUMBER.finditer(self._text, *match.span("numbers")):
            if previous is not None and _RANGE_MARK.search(self._text, previous.end(), one.start()):
                inner = tuple(before + key for key in between(previous[0], one[0]))
                if inner:
                    self._found.append((Span(previous.start(), one.end()), form, inner))
            self._found.append((Span(*one.span()), form, (before + one[0],)))
            previous = one

    def read_name(self, definition: Definition) -> None:
        """Ids that are joined into the name of a test: `test_fr_001_lets_in`, `TestFR001`."""
        if not (definition.is_test or self._of_tests):
            return
        name, start = definition.name, definition.span.start
        taken = -1
        for match in _CRITERION.finditer(name):
            key = f"US{int(match[1])}/AC{int(match[2])}"
            self._found.append((Span(start + match.start(), start + match.end()), "joined", (key,)))
            taken = match.end()
        for match in _JOINED.finditer(name):
            if match.start() >= taken:
                letters, digits = match["letters"].upper(), match["digits"]
                keys = (f"{letters}-{digits}", f"{letters}{digits}")
                self._found.append((Span(start + match.start(), start + match.end()), "joined", keys))

    def mentions(self) -> tuple[Mention, ...]:
        """All that was found, with where it stands."""
        self._found.sort(key=lambda one: one[0])
        self._specs.sort()
        lines = _Lines(self._text)
        return tuple(
            self._mention(lines, span, form, keys)
            for span, form, keys in self._found[:MOST_MENTIONS]
            if span.start - lines.start_of(span.start) <= _LONGEST_BEFORE
        )

    def _mention(self, lines: _Lines, span: Span, form: Form, keys: tuple[str, ...]) -> Mention:
        around = tuple(self._spoken.around(self._text, span.start))
        tests = self._of_tests or any(one.is_test for one in around)
        start = lines.start_of(span.start)
        before, written = self._text[start : span.start], self._text[span.start : span.end]
        place = Place(lines.number(span.start), before, written, span.start)
        return Mention(form, keys, place, tests, around[0].name if around else None, self._specs_before(span.start))

    def _specs_before(self, offset: int) -> tuple[str, ...]:
        """Names of specs from the end of the line of an offset backwards, of which the last eight count."""
        end = end_of_line(self._text, offset)
        number = bisect_right(self._specs, end, key=lambda one: one[0])
        return tuple(dict.fromkeys(name for _, name in reversed(self._specs[max(0, number - 8) : number])))


class _Lines:
    """Lines of a text, asked for from the beginning to the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._number = 0
        self._counted = 0

    def start_of(self, offset: int) -> int:
        return start_of_line(self._text, offset, max(0, offset - LONGEST_LINE))

    def number(self, offset: int) -> int:
        """The line of an offset that is not before the one asked for last."""
        start = self.start_of(offset)
        part = self._text[self._counted : start]
        self._number += part.count("\n") + part.count("\r") - part.count("\r\n")
        self._counted = start
        return self._number


def _titles(written: str) -> Iterator[str]:
    """The keys that a title may be the beginning of, the longest first: it may go on with other words."""
    words = written.rstrip(" \t*/-}'\"`)。")
    ends = [match.start() for match in re.finditer(r"(?<=\w)(?!\w)|(?<=[)）\]])", words)][:40]
    for end in sorted({*ends, len(words)}, reverse=True):
        if title := words[:end].strip().strip("\"'`*_“”「」"):
            yield f"Requirement: {title}"


def between(first: str, last: str) -> Iterator[str]:
    """The ids between two of a range; none for two that no range can join, or of a range that is too wide."""
    one, other = _COUNTED.fullmatch(first), _COUNTED.fullmatch(last)
    if one is None or other is None or one[1] != other[1]:
        return
    low, high = int(one[2]), int(other[2])
    if high - low <= _WIDEST_RANGE:
        padded = len(one[2]) if one[2].startswith("0") else 0
        for number in range(low + 1, high):
            yield f"{one[1]}{number:0{padded}d}"
