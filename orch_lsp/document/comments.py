"""HTML comments: a note for the writer, or a marker that another tool reads."""

from __future__ import annotations

import re

# A lone word with punctuation inside: `AC:BEGIN`, `prettier-ignore-end`, `/toc`, `#region`, `@formatter:off`, `id=3`.
_DIRECTIVE = re.compile(r"[#/@%$!+&{]+\w|[\w.-]+[:=#/@]+[\w#/-]|(?=\w+[-_.]\w)\w++(?:[-.]\w++)*+\Z")
# The same with words behind it: `markdownlint-disable MD013`, `#region name`, `-*- mode: markdown -*-`.
_WITH_WORDS = re.compile(
    r"[#/@%]\w|-\*-|\w[\w.:-]*[-_:](?:ignore|disable|disabled|enable|enabled|start|stop|begin)(?:\Z|[-_:])"
    r"|\w+:(?:on|off|end)\Z",
    re.IGNORECASE,
)
_SWITCHES = frozenset({"BEGIN", "END", "START", "STOP", "IGNORE"})
_TOOLS = frozenset(
    {
        *("toc", "tocstop", "endtoc", "doctoc", "truncate", "endregion", "vim", "vi", "ex", "kate", "cspell"),
        *("spell-checker", "spellchecker", "markdownlint", "rumdl", "prettier", "textlint", "vale", "remark", "dprint"),
        *("embedme", "endinclude", "codegen", "mdsh", "cog", "no-toc", "notoc", "pagebreak", "readmore"),
        *("spdx-license-identifier", "uid"),
    }
)
# Names of tools' marks that begin a sentence as well: marks only where they stand alone or before a colon.
_MARKS = frozenset(
    {"more", "include", "notes", "generated", "license", "copyright", "id", "ref", "anchor", "key", "slide", "region"}
    | {"omit", "excerpt", "lint", "alex"}
)
_LONGEST_MARKER = 300


def is_marker(comment: str) -> bool:
    """Whether the text of a comment is made for a program: a note for people is prose.

    Args:
        comment: The text between `<!--` and `-->`.
    """
    words = comment.split() if len(comment) <= _LONGEST_MARKER else []
    if not words:
        return False
    first, name = words[0], words[0].rstrip(":").casefold()
    if name in _TOOLS or (name in _MARKS and (len(words) == 1 or first.endswith(":"))):
        return True
    if not _SWITCHES.isdisjoint(words):
        return True
    return (_DIRECTIVE if len(words) == 1 else _WITH_WORDS).match(first) is not None
