"""Values that strangers wrote, made safe to show: as plain text, as Markdown, in a terminal."""

from __future__ import annotations

import re
import unicodedata

from orch_lsp.markdown.fencing import fence_around
from orch_lsp.text import at_most

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Cc: controls; Cf: bidirectional and other invisible formatting; Cs: surrogates; Zl, Zp: line ends to some readers.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that take no ink, and hide what stands beside them."""
_JOINERS = frozenset("\u200c\u200d")
"""Format characters that words of some scripts, and emoji, need."""
_JOINED = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})
"""Characters that may stand on both sides of a joiner; elsewhere a joiner only hides."""
_ACTING = re.compile(
    r"[\\`*{}\[\]<>#!~&$^]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # Within a word it only stands for itself.
    r"|:(?=\S)|@(?=\S)|(?<=[^\W\d])\.(?=\w)|(?<=\d)\.(?=[^\W\d]|\s|\Z)"  # Parts of bare addresses.
)
"""Characters on which Markdown acts where they stand."""
_BLOCK_START = re.compile(r"^(\d*)([-+)])")
"""Marks that would make a list item of a line that begins with one."""
LIMIT = 500
"""Characters of a value that are shown on one line."""


def visible(text: str, *, keep: str = "") -> str:
    """The text with all that moves, hides or reorders what is shown replaced, but for the characters in `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_visible(text, at, char, keep) else _REPLACEMENT for at, char in enumerate(text))


def _is_visible(text: str, at: int, char: str, keep: str) -> bool:
    if char in _JOINERS:
        around = (text[at - 1 : at], text[at + 1 : at + 2])
        return all(beside and unicodedata.category(beside) in _JOINED for beside in around)
    return char in keep or (char not in _BLANK and unicodedata.category(char) not in _HIDDEN)


def plain(value: object, limit: int = LIMIT) -> str:
    """A value on one line: white space is single blanks, and what is too long is cut."""
    return at_most(visible(" ".join(str(value).split())), limit)


def code(value: object) -> str:
    """A value as a Markdown code span, in which nothing is a link or HTML and every character stands for itself."""
    text = plain(value)
    if not text:
        return "(empty)"
    fence = fence_around(text, at_least=1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def sentence(value: object) -> str:
    """A sentence as Markdown: words between backticks stay code, all else is escaped only where Markdown would act.

    So it reads well as it is written, too. In a table's cell each `|` is to be escaped, those within code, too.
    """
    parts = plain(value).split("`")
    if len(parts) % 2 == 0:
        return _escaped("`".join(parts))
    return "".join(code(part) if index % 2 and part else _escaped(part) for index, part in enumerate(parts))


def fenced(text: str, language: str = "") -> str:
    """A whole text as a Markdown code block that nothing inside it can end."""
    shown = visible(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t")
    fence = fence_around(shown)
    return f"{fence}{language}\n{shown}{'' if shown.endswith(chr(10)) else chr(10)}{fence}"


def _escaped(text: str) -> str:
    return _BLOCK_START.sub(r"\1\\\2", _ACTING.sub(lambda match: f"\\{match.group()}", text))
