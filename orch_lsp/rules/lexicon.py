"""Words that rules look for, found in one pass over a chunk: by kind, outside of code, comments and quotations.

A word or phrase in Latin letters counts between two ends of words, in any case; one of another script wherever it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from orch_lsp.document.model import SpecDocument
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules import weak_words
from orch_lsp.rules.prose import once_a_chunk, telling, unquoted
from orch_lsp.text import Span

TermKind = Literal[
    "vague", "escape", "open_end", "infinitive", "obliges", "normative", "measured", "given", "when", "then", "trigger"
]

_TERMS: Mapping[TermKind, tuple[str, ...]] = {
    "vague": weak_words.VAGUE,
    "escape": weak_words.ESCAPES,
    "open_end": weak_words.OPEN_ENDS,
    "infinitive": weak_words.INFINITIVES,
    "obliges": weak_words.OBLIGES,
    "normative": (*weak_words.OBLIGES, *weak_words.ALSO_NORMATIVE),
    "measured": weak_words.MEASURED,
    "given": weak_words.GIVEN,
    "when": weak_words.WHEN,
    "then": weak_words.THEN,
    "trigger": weak_words.TRIGGERS,
}
_WORD = re.compile(r"[^\W\d_]+")
_DENIED = "(?<![不未無无非부불비])"
"""Not the end of a word that denies it: 不可能な場合 and 불충분 say the opposite, and clearly."""
_OTHERWISE: Mapping[str, str] = {
    # 利用可能な場合: what is the case when something is available, and no way out.
    **dict.fromkeys(("可能な場合", "可能であれば", "可能な限り"), r"(?<![\u4e00-\u9fff々])"),
    # 三十分に一度: minutes.
    **dict.fromkeys(("十分な", "十分に"), "(?<![一二三四五六七八九十百数])"),
}
"""Characters that may not stand in front of a word of another script, beside those that deny it."""
FIRST_OF_OTHER_SCRIPTS = "\u1100"


def _is_latin(word: str) -> bool:
    return word[0] < FIRST_OF_OTHER_SCRIPTS


def _phrases() -> dict[str, list[tuple[str, TermKind]]]:
    """Phrases by their first word, the longest first; each without that word."""
    found: dict[str, list[tuple[str, TermKind]]] = {}
    for kind, words in _TERMS.items():
        for word in dict.fromkeys(filter(_is_latin, words)):
            first = _WORD.findall(word)[0]
            found.setdefault(first, []).append((word[len(first) :], kind))
    for phrases in found.values():
        phrases.sort(key=lambda phrase: -len(phrase[0]))
    return found


_BY_FIRST_WORD = _phrases()
_WEAK: frozenset[TermKind] = frozenset(("vague", "escape"))


def _pattern(kind: TermKind, words: list[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=len, reverse=True)
    if kind not in _WEAK:
        return re.compile("|".join(map(re.escape, ordered)))
    return re.compile("|".join(_DENIED + _OTHERWISE.get(word, "") + re.escape(word) for word in ordered))


_OTHER_SCRIPTS: dict[TermKind, re.Pattern[str]] = {
    kind: _pattern(kind, others)
    for kind, words in _TERMS.items()
    if (others := [word for word in words if not _is_latin(word)])
}


@once_a_chunk
def _terms_in(chunk: Chunk) -> Mapping[TermKind, tuple[tuple[int, ...], tuple[int, ...]]]:
    """By kind where its terms begin and end, as the chunk counts."""
    text = unquoted(chunk)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    found: dict[TermKind, list[Span]] = {}
    for word in _WORD.finditer(lowered):
        phrases = _BY_FIRST_WORD.get(word[0])
        if phrases is not None:
            _add_phrases(lowered, word, phrases, found)
    if not text.isascii():
        for kind, pattern in _OTHER_SCRIPTS.items():
            found.setdefault(kind, []).extend(Span(*match.span()) for match in pattern.finditer(text))
    placed: dict[TermKind, tuple[tuple[int, ...], tuple[int, ...]]] = {}
    for kind, spans in found.items():
        ordered = sorted(spans)
        placed[kind] = tuple(span.start for span in ordered), tuple(span.end for span in ordered)
    return placed


def _add_phrases(
    text: str, word: re.Match[str], phrases: list[tuple[str, TermKind]], found: dict[TermKind, list[Span]]
) -> None:
    start = word.start()
    if start and (text[start - 1] == "-" or text[start - 1].isalnum()):
        return
    for rest, kind in phrases:
        end = word.end() + len(rest)
        if not text.startswith(rest, word.end()) or (end < len(text) and (text[end].isalnum() or text[end] in "-_")):
            continue
        spans = found.setdefault(kind, [])
        if not spans or spans[-1].end <= start:
            spans.append(Span(start, end))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a kind in a document, in its order."""

    starts: list[int] = field(default_factory=list[int])
    ends: list[int] = field(default_factory=list[int])

    def __bool__(self) -> bool:
        return bool(self.starts)

    def within(self, around: Span) -> list[Span]:
        """Those that begin in a span."""
        first = bisect_left(self.starts, around.start)
        last = bisect_left(self.starts, around.end, first)
        return [Span(self.starts[number], self.ends[number]) for number in range(first, last)]

    def first_in(self, around: Span) -> Span | None:
        """The first one that begins in a span."""
        first = bisect_left(self.starts, around.start)
        if first == len(self.starts) or self.starts[first] >= around.end:
            return None
        return Span(self.starts[first], self.ends[first])

    def any_in(self, around: Span) -> bool:
        """Whether one begins in a span."""
        first = bisect_left(self.starts, around.start)
        return first < len(self.starts) and self.starts[first] < around.end

    def in_capitals(self, text: str) -> Terms:
        """Those that are typed in capitals alone."""
        kept = [pair for pair in zip(self.starts, self.ends, strict=True) if text[pair[0] : pair[1]].isupper()]
        return Terms([start for start, _ in kept], [end for _, end in kept])


_NONE = Terms()


def terms(document: SpecDocument, kind: TermKind) -> Terms:
    """The terms of a kind in a document."""
    return document.once("terms of the lexicon", lambda: _all_terms(document)).get(kind, _NONE)


def _all_terms(document: SpecDocument) -> Mapping[TermKind, Terms]:
    found: dict[TermKind, Terms] = {}
    for _, base, by_kind in telling(document, _terms_in):
        for kind, (starts, ends) in by_kind.items():
            if kind not in found:
                found[kind] = Terms()
            found[kind].starts.extend([base + start for start in starts])
            found[kind].ends.extend([base + end for end in ends])
    return found
