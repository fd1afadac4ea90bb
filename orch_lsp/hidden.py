"""Characters that a person does not see but a model reads, and names that stay on their line.

A file can carry instructions in tag characters, reorder what is shown with bidirectional controls, or split a
word or a key with zero-width characters. They are taken out of what is sent, and counted; in a document they are
findings. Sources: Unicode Standard Annex 9 (bidirectional controls), Technical Report 36 and 39 (default-ignorable
code points).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from orch_lsp.text import Span

HIDDEN = (
    "\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but for tab, line ends, form feed and NEL
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width, bidirectional, invisible operators
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format controls, tags, selectors
)
"""Characters that are hidden wherever they stand, as the inside of a class of a regular expression."""
_ALWAYS = re.compile(f"[{HIDDEN}]")

# Joiners and the two presentation selectors belong to emoji and to Persian and Indic scripts: one of each may
# follow a character that is not ASCII. Anything beyond that says nothing to a reader.
_JOINERS = "(?P<kept>[^\x00-\x7f\u200c\u200d\ufe0e\ufe0f][\ufe0e\ufe0f]?[\u200c\u200d]?)|[\u200c\u200d\ufe0e\ufe0f]"
_JOINER = re.compile(_JOINERS)
_EACH = re.compile(f"[{HIDDEN}]|{_JOINERS}")
_ANY_JOINER = re.compile("[\u200c\u200d\ufe0e\ufe0f]")


def strip_hidden(text: str) -> tuple[str, int]:
    """Return `text` without hidden characters, and how many were taken out. Line numbers stay as they are."""
    if text.isascii() and text.isprintable():
        return text, 0
    text, count = _ALWAYS.subn("", text)
    if not _ANY_JOINER.search(text):
        return text, count
    kept = _JOINER.sub(lambda match: match["kept"] or "", text)
    return kept, count + len(text) - len(kept)


def hidden_spans(text: str) -> Iterator[Span]:
    """Where the characters stand that `strip_hidden` takes out, one span each."""
    if not _ANY_JOINER.search(text):
        yield from (Span(*match.span()) for match in _ALWAYS.finditer(text))
        return
    yield from (Span(*match.span()) for match in _EACH.finditer(text) if match["kept"] is None)


# An end of a line to some readers, though JSON does not escape it.
_LINE_END = re.compile("[\x85\u2028\u2029]")


def quoted(name: str) -> str:
    """A name in quotes, on one line for every reader: it is as untrusted as what it names."""
    shown = json.dumps(strip_hidden(name)[0], ensure_ascii=False)
    return _LINE_END.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)
