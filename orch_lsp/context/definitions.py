"""Names that a file defines, found by its lines: for a first look at many files of any language.

One expression a line, each linear in its length. What it takes for a definition may be none; whoever needs the exact
place reads the file again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_LONGEST_LINE = 400
_NAME = r"[^\W\d]\w*"
_KEYWORDS = (
    "class|def|defmodule|defp|enum|fn|fun|func|function|interface|macro_rules!|message|mod|module|namespace|object|"
    "package|proc|protocol|record|service|struct|sub|trait|type|union"
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
_C_FUNCTION = re.compile(rf"^(?:[\w*&<>:,]++[ \t*&]++){{1,6}}(?:[\w:]+::)?({_NAME})[ \t]*+\([^;]*+$")
_NOT_NAMES = frozenset(("if", "for", "while", "switch", "return", "else", "catch", "in", "is", "as", "from", "import"))


def defined_names(path: str, text: str) -> frozenset[str]:
    """Classes, functions, and constants of the outermost level, that a file defines; none of prose and data."""
    if path.casefold().endswith((".md", ".rst", ".txt", ".json", ".yaml", ".yml", ".xml", ".html", ".csv", ".svg")):
        return frozenset()
    return frozenset(_names(text))


def _names(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if not line or len(line) > _LONGEST_LINE:
            continue
        found = _DEFINITION.match(line) or _BOUND.match(line) or _C_FUNCTION.match(line)
        if found is not None and found[1] not in _NOT_NAMES:
            yield found[1]
