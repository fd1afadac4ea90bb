"""Headings as they are compared: what a person reads in them, without what stands around it.

`## 2️⃣ **Goals** {#goals}`, `## Step 2: Goals`, `## Goals – why` and `## 目标（Goals）` all speak of goals.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_LONGEST_HEADING = 200
NAMES_KEPT = 16_384
"""How many headings are remembered: more than the longest documents have."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ID = re.compile(r"\s*\{[:#.][^{}]*\}\s*\Z|\s*\{#[^{}]*\}\s*\Z")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?")
_LINK = re.compile(r"\[([^\[\]]+)\](?:\([^()]*\)|\[[^\[\]]*\])")
_SHORT_CODE = re.compile(r":[a-z0-9_+-]+:")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CHECK_BOX = re.compile(r"\A\s*\[[ xX]?\]\s+")
_EMPHASIS = str.maketrans("", "", "*`~")
_SEPARATORS = re.compile(r"[\s_\-\u2010-\u2015\u2212]+")
_ORDINAL = r"(?:\d{1,4}(?:\.\d{1,4})*|[ivxlc]{1,7}|[a-z])"
_NUMBERING = re.compile(
    rf"(?:(?:step|section|part|chapter|no|nr|schritt|abschnitt|teil|kapitel|étape|partie|section|chapitre|paso|"
    rf"sección|parte|capítulo|passo|seção|sezione|capitolo|stap|deel|hoofdstuk|krok|шаг|раздел|глава)\.?\s+{_ORDINAL}"
    rf"(?:\s*[.):\-–—]+\s*|\s+)"
    r"|[\(\[]\s*(?:\d{1,4}|[ivxlc]{1,7}|[a-z]|[一二三四五六七八九十]{1,3})\s*[\)\]]\s*[.:]?\s*"
    r"|§+\s*\d{1,4}(?:\.\d{1,4})*[.):]?\s*"
    r"|\d{1,4}(?:\.\d{1,4})*(?:\s*[.):\-–—]+\s*|\s+)"
    r"|(?:[ivxlc]{1,7}|[a-z])[.)]\s*"
    r"|[ivxlc]{1,7}\s*[:\-–—]\s+"
    r"|第\s*[\d一二三四五六七八九十百]{1,4}\s*[章节節部分条條編篇步회장절]{1,2}\s*[.:、,]?\s*"
    r"|제\s*\d{1,3}\s*[장절부]\s*[.:]?\s*"
    r"|[一二三四五六七八九十]{1,3}\s*[、.:)]\s*)",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\A\(?\d{1,4}(?:\.\d{1,4})*[.):]*\s+")
_GLOSS = re.compile(r"\s[-–—]+\s|:\s|[–—:]")
_SLASH = re.compile(r"[/|·•]")
_AND_WORD = re.compile(r"\s(?:and|und|et|y|e|en|och|и)\s|[与與和及]", re.IGNORECASE)
# Underscores stand around it as emphasis: formatters write `_(mandatory)_` where a template says `*(mandatory)*`.
_SUFFIX = re.compile(r"(?<![\s_])[\s_]*+[\(\[][^()\[\]]*[\)\]][\s_]*\Z")
_AND = re.compile(r"\s?[&＆]\s?|\s[+＋]\s")


def heading_name(title: str) -> str:
    """A heading's text as it is compared: lower case, without emphasis, id, numbering, suffixes and punctuation."""
    return _heading_name(title) if len(title) <= _LONGEST_HEADING else _named(_SUFFIX.sub("", _readable(title)))


@lru_cache(maxsize=NAMES_KEPT)
def _heading_name(title: str) -> str:
    # All headings of a document are looked at after each of its changes, and few of them have changed.
    return _named(_SUFFIX.sub("", _readable(title)))


def heading_words(title: str) -> str:
    """A heading's words with its gloss and suffix: equal for two headings only if a reader sees no difference.

    `7. Tasks` and `Tasks` are the same, `Step 1: Tasks` and `Step 2: Tasks`, or `Tasks (a)` and `Tasks (b)`, are not.
    """
    bare = _from_first_letter(_readable(title))
    return _stripped(_DECIMAL.sub("", bare))


def is_numbered(title: str) -> bool:
    """Whether a number stands in front of a heading's words: `1. Goals`, `Step 2: Goals`, `二、目标`."""
    return _kept_is_numbered(title) if len(title) <= _LONGEST_HEADING else _is_numbered(title)


def _is_numbered(title: str) -> bool:
    readable = _readable(title)
    return _without_numbering(readable) != _from_first_letter(readable)


_kept_is_numbered = lru_cache(maxsize=NAMES_KEPT)(_is_numbered)


@dataclass(frozen=True, slots=True)
class HeadingParts:
    """A heading taken apart, each piece as it is compared; empty pieces are left out."""

    head: str
    """The words before a dash or colon: `goal` of `Goal – why`."""
    alternatives: tuple[str, ...]
    """The words that slashes, bars, “and” or “&” set apart: `ziel`, `goal` of `Ziel / Goal`."""
    joined: bool
    """Whether the alternatives were joined by “and”, so that the heading is about all of them."""
    bracketed: str
    """The words in brackets behind a word in another script: `goal` of `目标（Goal）`."""


def heading_parts(title: str) -> HeadingParts:
    """The pieces of a heading by which it can name its section when its whole name does not."""
    readable = _readable(title)
    outside = _SUFFIX.sub("", readable)
    suffix = readable[len(outside) :] if not outside.isascii() else ""
    text = _without_numbering(outside)
    slashed = _SLASH.split(text)
    pieces = slashed if len(slashed) > 1 else _AND_WORD.split(_AND.sub(" and ", text))
    alternatives = tuple(name for name in map(_named, pieces) if name) if len(pieces) > 1 else ()
    return HeadingParts(_named(_GLOSS.split(text, maxsplit=1)[0]), alternatives, len(slashed) == 1, _named(suffix))


def _readable(title: str) -> str:
    """The heading as its reader sees it, in one form of Unicode; empty if it is too long."""
    text = title
    if "<!--" in text:
        text = _COMMENT.sub(" ", text[: 4 * _LONGEST_HEADING])
    text = text.strip()
    if len(text) > 2 * _LONGEST_HEADING:
        return ""
    text = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", _ID.sub("", text))))
    text = _CHECK_BOX.sub("", _ESCAPE.sub(r"\1", html.unescape(text)))
    if not text.isascii():
        text = "".join(character for character in unicodedata.normalize("NFKC", text) if not _unseen(character))
    text = _SHORT_CODE.sub(" ", text.translate(_EMPHASIS)).strip()
    return text if len(text) <= _LONGEST_HEADING else ""


def _unseen(character: str) -> bool:
    """Zero-width and bidirectional characters, variation selectors, the frame of a keycap."""
    return unicodedata.category(character) in {"Cf", "Me"} or "\ufe00" <= character <= "\ufe0f"


def _without_numbering(text: str) -> str:
    bare = _from_first_letter(text)
    found = _NUMBERING.match(bare)
    return bare[found.end() :] if found and bare[found.end() :].strip() else bare


def _from_first_letter(text: str) -> str:
    start = 0
    while start < len(text) and not (text[start].isalnum() or text[start] in "([§"):
        start += 1
    return text[start:]


def _named(text: str) -> str:
    return _stripped(_without_numbering(text))


def _stripped(text: str) -> str:
    name = _SEPARATORS.sub(" ", _AND.sub(" and ", text)).casefold()
    start, end = 0, len(name)
    while start < end and not name[start].isalnum():
        start += 1
    while end > start and not name[end - 1].isalnum():
        end -= 1
    return name[start:end]
