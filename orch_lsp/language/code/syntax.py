"""Where a person speaks in code: its comments, docstrings and titles of tests, and the definitions around them.

No language is parsed. Comments and texts are told apart by the marks of a family of languages, which is enough to
know a comment from a text that looks like one. Time is linear in the text but for lines that are longer than any
person writes (`files.is_generated`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from orch_lsp.language.code.files import LONGEST_LINE, Family
from orch_lsp.text import Span, end_of_line, start_of_line

_SLASHES = r"//[^\r\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_QUOTED = r"\"(?:\\.|[^\"\\\r\n])*+\"?|'(?:\\.|[^'\\\r\n])*+'"
_BACKTICKS = r"`(?:\\.|[^`\\])*+`?"
_TRIPLE = r"(?:\"\"\"(?:\\.|[^\"\\]|\"(?!\"\"))*+(?:\"\"\")?|'''(?:\\.|[^'\\]|'(?!''))*+(?:''')?)"
_RAW = r"(?<!\w)b?r(?P<hashes>#{0,9})\"(?:[^\"]|\"(?!(?P=hashes)))*+(?:\"(?P=hashes))?"
_AFTER_BLANK = r"(?<!\S)"
_MARKED = r"<!--(?:[^-]|-(?!->))*+(?:-->)?"


def _marks(said: str, text: str, doc: str = r"(?!)") -> re.Pattern[str]:
    """An expression that finds comments (`said`), texts that may be docstrings (`doc`), and other texts (`text`)."""
    return re.compile(f"(?P<said>{said})|(?P<doc>{doc})|(?P<text>{text})", re.DOTALL)


_SYNTAX: Mapping[Family, re.Pattern[str]] = MappingProxyType(
    {
        "c": _marks(rf"{_SLASHES}|{_AFTER_BLANK}#(?= )[^\r\n]*", rf"(?!'){_TRIPLE}|{_QUOTED}|`[^`\r\n]*`"),
        "script": _marks(rf"{_SLASHES}|{_MARKED}", rf"{_QUOTED}|{_BACKTICKS}"),
        "python": _marks(r"#[^\r\n]*", r"\"(?:\\.|[^\"\\\r\n])*+\"?|'(?:\\.|[^'\\\r\n])*+'?", _TRIPLE),
        # A quote begins a lifetime there, if no other follows behind one character.
        "rust": _marks(_SLASHES, rf"{_RAW}|\"(?:\\.|[^\"\\])*+\"?|'(?:\\[^\r\n]|[^'\\\r\n])'"),
        "hash": _marks(rf"{_AFTER_BLANK}#[^\r\n]*|(?<![^\r\n])=begin\b.*?(?:(?<![^\r\n])=end\b|\Z)", _QUOTED, _TRIPLE),
        "shell": _marks(rf"{_AFTER_BLANK}#[^\r\n]*|<#(?:[^#]|#(?!>))*+(?:#>)?|{_AFTER_BLANK}//[^\r\n]*", _QUOTED),
        "dashes": _marks(
            r"--\[\[(?:[^\]]|\](?!\]))*+(?:\]\])?|--[^\r\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|\{-(?:[^-]|-(?!\}))*+(?:-\})?",
            _QUOTED,
        ),
        "semicolons": _marks(r";[^\r\n]*", r"\"(?:\\.|[^\"\\])*+\"?"),
        "percent": _marks(r"%[^\r\n]*", r"\"(?:\\.|[^\"\\])*+\"?"),
        "markup": _marks(_MARKED, r"(?!)"),
        "steps": _marks(r"[^\r\n]+", r"(?!)"),
    }
)

_NAME = r"[A-Za-z_$\u00a1-\uffff][\w$]*+(?:(?:\.|::)[\w$]+)*+[?!]?|`[^`\r\n]{1,200}`"
_WORDS = (
    r"(?:(?:export|default|public|private|protected|internal|static|async|final|abstract|override|sealed|unsafe|const"
    r"|virtual|open|suspend|inline|extern|pub(?:\([^()\r\n]*\))?)[ \t]+)*+"
)
_TITLING = (
    r"(?:x|f)?(?:it|test|describe|context|specify|scenario|feature|suite|bench|example|experiment|given|when|then)"
    r"(?:[.:_]\w+)*"
)
_DEFINITION = re.compile(
    rf"(?<![^\r\n])[ \t]*{_WORDS}(?:"
    rf"(?:def|defp|fn|func|fun|function\*?|class|sub|proc|module|mod|namespace|interface|struct|enum|trait|impl|object"
    rf"|record|actor)[ \t]+(?:\([^()\r\n]*\)[ \t]*)?(?P<name>{_NAME})"
    rf"|(?:const|let|var)[ \t]+(?P<value>{_NAME})[ \t]*=[ \t]*(?:async[ \t]*)?"
    rf"(?:function\b|\([^()\r\n]*\)[^=\r\n]*=>|\w+[ \t]*=>)"
    rf"|(?:await[ \t]+)?(?:{_TITLING}|t\.Run|TEST(?:_[A-Z]+)?|TEST_CASE|SCENARIO)(?:\([^()\r\n]*\))?[ \t]*\(?[ \t]*"
    rf"(?P<quote>[\"'`])(?P<title>[^\"'`\r\n]{{1,200}})"
    rf"|TEST(?:_[A-Z]+)?\((?P<macro>[^()\r\n]{{1,200}})\)"
    rf"|(?:Scenario(?: Outline)?|Example|Feature|Rule)[ \t]*:[ \t]*(?P<step>[^\r\n]{{1,200}})"
    rf"|(?:@test[ \t]+[\"'](?P<bats>[^\"'\r\n]{{1,200}}))"
    rf"|(?!(?:return|else|new|throw|case|delete|await|yield|goto|in|if|for|while)\b)"
    rf"(?:[A-Za-z_][\w<>\[\],.?*&]*[ \t]+)+?"
    rf"(?P<method>[A-Za-z_]\w*)[ \t]*\((?=[^;\r\n]*(?:\{{|\)[ \t]*(?:throws\b[^;\r\n]*)?(?:\r|\n|\Z))))"
)
_IS_TEST_NAME = re.compile(r"(?:[Tt]est(?![a-z])|test_|it_|should_|.*[a-z0-9]Tests?\Z|[Tt]ests?\Z)")
_TEST_MARKS = re.compile(
    r"#\[(?:[\w:]+::)?(?:test|bench|rstest|case)\b|#\[cfg\(test\)\]|@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest"
    r"|Property|Theory)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase|DataTestMethod)\b|@pytest\.|#\[test\]"
)
_TITLED = re.compile(
    rf"(?:(?<![\w.]){_TITLING}(?:\([^()\r\n]*\))?[ \t]*\(?|\bt\.Run\(|\b(?:TEST_CASE|SCENARIO|SECTION)\("
    rf"|@[\w.]+\([^)\r\n]*|(?<!\S)#?\[\w+[(=][^\]\r\n]*|@test|\bfun[ \t]+|@(?:module|type)?doc[ \t]+(?:~[sS])?)[ \t]*\Z"
)
_BETWEEN_LINES = re.compile(r"(?:[ \t]*(?:[@#\[/*;%-][^\r\n]*)?(?:\r\n|\n|\r))*+[ \t]*")
_BLANKS = re.compile(r"[ \t]*")
_LONGEST_BETWEEN = 2_000
_MOST_AROUND = 200
_BEFORE = 300


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, class or test, by the line that begins it."""

    line_start: int
    indent: int
    name: str
    """As it is written, or its title."""
    span: Span
    """Where that stands."""
    is_test: bool
    is_titled: bool
    """Whether it has a title in place of a name."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Where a person speaks in a text, and the definitions in it, both in order."""

    said: tuple[Span, ...]
    definitions: tuple[Definition, ...]

    def around(self, text: str, offset: int) -> Iterator[Definition]:
        """The definitions that hold an offset, the innermost first; that which a comment stands right above, too."""
        number = bisect_right(self.definitions, offset, key=lambda one: one.line_start)
        line_start = _line_start(text, offset)
        indent = _indent(text, line_start)
        following = self.definitions[number] if number < len(self.definitions) else None
        if following is not None and self._stands_above(text, offset, following):
            yield following
            indent = following.indent
        for at in range(number - 1, max(-1, number - 1 - _MOST_AROUND), -1):
            one = self.definitions[at]
            if one.indent < indent or one.line_start == line_start:
                yield one
                indent = one.indent

    def _stands_above(self, text: str, offset: int, following: Definition) -> bool:
        """Whether nothing but comments and annotations is between the line of an offset and a definition."""
        number = bisect_right(self.said, offset, key=lambda span: span.start) - 1
        if number < 0 or offset > self.said[number].end or following.line_start - offset > _LONGEST_BETWEEN:
            return False
        span = self.said[number]
        line_start = _line_start(text, span.start)
        if _indent(text, line_start) > following.indent:
            # A docstring, or the last words of a body, right above the next definition.
            return False
        lead = text[line_start : span.start].lstrip()
        end = end_of_line(text, span.end)
        alone = not lead or lead[0] in "@#["
        return (
            alone and _BETWEEN_LINES.fullmatch(text, min(end, following.line_start), following.line_start) is not None
        )


def spoken_in(text: str, family: Family) -> Spoken:
    """Comments, docstrings and titles of tests, and the definitions around them. Never raises."""
    said: list[Span] = []
    silent: list[Span] = []
    for match in _SYNTAX[family].finditer(text):
        spoken = match["said"] is not None or _is_said(text, match)
        (said if spoken else silent).append(Span(*match.span()))
    comments = [*said, *silent] if family != "steps" else []
    comments.sort()
    return Spoken(tuple(said), tuple(_definitions(text, comments)))


def _is_said(text: str, match: re.Match[str]) -> bool:
    """Whether a text is a docstring, or the title of a test, or stands in an annotation."""
    start = match.start()
    line_start = start_of_line(text, start, max(0, start - _BEFORE))
    before = text[line_start:start]
    if not before.strip(" \trRuUbBfF"):
        return match["doc"] is not None or text[max(0, line_start - _BEFORE) : line_start].rstrip().endswith(":")
    return _TITLED.search(before) is not None


def _definitions(text: str, hidden: list[Span]) -> Iterator[Definition]:
    last_end = 0
    for match in _DEFINITION.finditer(text):
        line_start = match.start()
        group = next(name for name in _GROUPS if match[name] is not None)
        span = Span(*match.span(group))
        number = bisect_right(hidden, line_start, key=lambda one: one.start) - 1
        if number >= 0 and line_start < hidden[number].end and line_start > hidden[number].start:
            continue
        marks = text[max(last_end, line_start - _BEFORE) : match.end()]
        titled = group in _TITLES
        name = match[group].strip()
        test = titled or group == "macro" or _IS_TEST_NAME.match(name.rpartition(".")[2]) is not None
        test = test or _TEST_MARKS.search(marks) is not None
        yield Definition(line_start, _indent(text, line_start), name, span, test, titled)
        last_end = match.end()


_GROUPS = ("name", "value", "title", "macro", "step", "bats", "method")
_TITLES = frozenset({"title", "step", "bats"})


def _indent(text: str, line_start: int) -> int:
    blanks = _BLANKS.match(text, line_start)
    return len(blanks[0].expandtabs(4)) if blanks else 0


def _line_start(text: str, offset: int) -> int:
    return start_of_line(text, offset, max(0, offset - LONGEST_LINE))
