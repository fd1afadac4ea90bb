"""Names that a file defines, found by its lines: for a first look at many files of any language.

One expression a line, each linear in its length. What it takes for a definition may be none; whoever needs the exact
place reads the file again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LONGEST_LINE = 400
_NAME = r"[^\W\d]\w*"
_KEYWORDS = (
    "class|def|defmodule|defp|enum|fn|fun|func|function|interface|macro_rules!|message|mod|module|namespace|object|"
    "proc|protocol|record|service|struct|sub|trait|type|union"
)
_DEFINITION = re.compile(
    rf"""^[\ \t]*+
    (?:(?:@\w++|abstract|async|const|default|export|extern|final|inline|internal|open|override|partial|private|
       protected|pub(?:\([a-z:]++\))?+|public|sealed|static|unsafe|virtual)[\ \t]++){{0,6}}+
    (?:{_KEYWORDS})\b[\ \t*]*+
    (?:\([^()]*+\)[\ \t]*+)?+                      # the receiver of a method in Go
    (?:[\w:]+?(?:::|\.))?({_NAME})""",
    re.VERBOSE,
)
_BOUND = re.compile(
    rf"^(?:export[ \t]+)?(?:(?:const|let|var|val|static|final|public|private)[ \t]+){{0,3}}({_NAME})[ \t]*+"
    r"(?::[^=\n]{1,80})?=(?!=)"
)
_BOUND_FUNCTION = re.compile(
    rf"^[ \t]*(?:export[ \t]+)?(?:const|let|var|val)[ \t]+({_NAME})[ \t]*(?::[^=\n]{{1,80}})?="
    r"[ \t]*(?:async[ \t]+)?(?:function\b|\([^()]{0,200}\)[^=\n]{0,80}=>|\w+[ \t]*=>)"
)
_C_FUNCTION = re.compile(rf"^(?:[\w*&<>:,]++[ \t*&]++){{1,6}}(?:[\w:]+::)?({_NAME})[ \t]*+\([^;]*+$")
_IMPLEMENTATION = re.compile(
    r"^[ \t]*+(?:unsafe )?impl\b(?:<[^{}\n]{0,100}?>)? (?:[\w:<>', &]{1,100} for )?&?(?:\w+::){0,8}(\w+)"
)
_NOT_NAMES = frozenset(("if", "for", "while", "switch", "return", "else", "catch", "in", "is", "as", "from", "import"))


def defined_names(path: str, text: str) -> frozenset[str]:
    """Classes, functions, and constants of the outermost level, that a file defines; none of prose and data."""
    if path.casefold().endswith((".md", ".rst", ".txt", ".json", ".yaml", ".yml", ".xml", ".html", ".csv", ".svg")):
        return frozenset()
    return frozenset(_names(text))


def begins_definition(line: str) -> str | None:
    """The name of the definition that a line begins; None if it begins none."""
    if not line or len(line) > _LONGEST_LINE:
        return None
    found = (
        _DEFINITION.match(line) or _IMPLEMENTATION.match(line) or _BOUND_FUNCTION.match(line) or _C_FUNCTION.match(line)
    )
    return found[1] if found is not None and found[1] not in _NOT_NAMES else None


def begins_value(line: str) -> bool:
    """Whether a line binds a name of the outermost level to a value."""
    return bool(line) and len(line) <= _LONGEST_LINE and _BOUND.match(line) is not None


def bound_lines(lines: Sequence[str], name: str) -> tuple[int, int] | None:
    """The lines, from one, on which a name of the outermost level is bound to a value; None if there are none."""
    for number, line in enumerate(lines):
        if len(line) <= _LONGEST_LINE and name in line and (found := _BOUND.match(line)) and found[1] == name:
            last = number
            while last + 1 < len(lines) and (not lines[last + 1].strip() or lines[last + 1][0] in " \t)]}"):
                last += 1
            while last > number and not lines[last].strip():
                last -= 1
            return number + 1, last + 1
    return None


def _names(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        name = begins_definition(line)
        if name is None and line and len(line) <= _LONGEST_LINE and (bound := _BOUND.match(line)):
            name = bound[1] if bound[1] not in _NOT_NAMES else None
        if name is not None:
            yield name
