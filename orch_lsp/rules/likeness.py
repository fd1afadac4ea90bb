"""How alike two statements are: the words that carry meaning, compared as sets.

Two statements are near duplicates if one has all words of the other and hardly more; numbers and negations have to be
the same. Where each has a word that the other lacks (“… to CSV”, “… to PDF”) they are parallel, and say two things.
Candidates share a band of MinHashes, so that pairs are found without comparing all with all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Generic, TypeVar
from zlib import crc32

_Of = TypeVar("_Of")
_NOT_SAID = re.compile(r"\[[^\]\r\n]{0,200}\](?!\()")
"""Labels and stand-ins."""
_TOKEN = re.compile(
    r"(?P<code>`[^`\r\n]+`)|(?P<number>\d+(?:[.,:]\d+)*)|(?P<run>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)|[^\W\d]+"
)
_COMMON = frozenset({
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "from", "with", "and", "or", "as", "is", "are",
    "be", "been", "being", "it", "its", "this", "that", "these", "those", "shall", "must", "should", "will", "may",
    "can", "system", "user", "when", "then", "if", "while", "where", "given", "has", "have", "having", "do", "does",
    "so", "into", "which", "each", "any", "all", "via", "per", "der", "die", "das", "des", "dem", "den", "ein",
    "eine", "einer", "eines", "und", "oder", "zu", "im", "am", "auf", "mit", "von", "für", "ist", "sind", "wird",
    "werden", "muss", "müssen", "soll", "le", "la", "les", "un", "une", "du", "de", "et", "ou", "à", "au", "aux",
    "en", "dans", "par", "pour", "est", "sont", "doit", "doivent", "el", "los", "las", "una", "y", "o", "del", "al",
    "con", "por", "para", "es", "son", "debe", "deben", "que", "se", "os", "um", "uma", "e", "da", "dos", "na",
    "com", "deve", "devem", "quando", "cuando", "lorsque", "wenn", "dann", "falls",
})  # fmt: skip
"""Words without a meaning of their own, and those that every requirement has."""
_NEGATIONS = frozenset({
    "not", "no", "never", "without", "cannot", "none", "nor", "unless", "except", "nicht", "kein", "keine", "ohne",
    "nie", "ne", "pas", "sans", "jamais", "não", "sem", "nunca", "sin", "ningún", "jamás",
})  # fmt: skip
_ENDINGS = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s)\Z")
_LEAST_WORDS = 5
_ALIKE = 0.85
"""The least share of the words of both that are the same."""
_BANDS, _ROWS = 4, 3
_MOST_IN_BAND = 16
_SEEDS = tuple(crc32(b"%d" % number) for number in range(_BANDS * _ROWS))
_MASK = 0xFFFF_FFFF
LONGEST_KEPT = 2_000
"""In characters: what is known of longer statements is not kept, as each key makes another one."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A statement as it is compared."""

    words: frozenset[str]
    pairs: frozenset[str]
    """Neighbouring characters of scripts without blanks between words."""
    exact: tuple[str, ...]
    """Numbers, negations and code in their order."""
    bands: tuple[int, ...]
    """Near ones have one of them in common; those of other numbers, negations or code have none."""

    @property
    def longest(self) -> str:
        """Its longest word, which is rarely in another one by chance."""
        return max(self.words or self.pairs, key=lambda word: (len(word), word))

    def is_near(self, other: Likeness, share: float = _ALIKE) -> bool:
        """Whether one of the two says the same as the other, or a little more: of all words both have this share."""
        if self.exact != other.exact:
            return False
        if not (self.words <= other.words or other.words <= self.words):
            return False
        if min(len(self.pairs - other.pairs), len(other.pairs - self.pairs)) > 1:
            return False
        same = len(self.words & other.words) + len(self.pairs & other.pairs)
        return same >= share * (len(self.words | other.words) + len(self.pairs | other.pairs))


def likeness(text: str, least: int = _LEAST_WORDS) -> Likeness | None:
    """A statement as it is compared; None for one of so few words that others are like it by chance."""
    return _kept_likeness(text, least) if len(text) <= LONGEST_KEPT else _likeness(text, least)


def _likeness(text: str, least: int) -> Likeness | None:
    words, pairs, exact = _parts(text)
    if len(words) + len(pairs) // 2 < least:
        return None
    lowest = [min(row) for row in zip(*map(_hashes, words | pairs), strict=True)]
    same = tuple(exact)
    bands = tuple(hash((same, number, *lowest[number : number + _ROWS])) for number in range(0, _BANDS * _ROWS, _ROWS))
    return Likeness(frozenset(words), frozenset(pairs), same, bands)


_kept_likeness = lru_cache(maxsize=16_384)(_likeness)


def share_of_words(one: str, other: str) -> float | None:
    """The share of the words of both that both have, 0 to 1; None where one says nothing."""
    (words, pairs, _), (other_words, other_pairs, _) = _parts(one), _parts(other)
    mine, others = words | pairs, other_words | other_pairs
    return len(mine & others) / len(mine | others) if mine and others else None


def _parts(text: str) -> tuple[set[str], set[str], list[str]]:
    """Words that carry meaning, pairs of characters, and what has to be the same."""
    words, pairs, exact = set[str](), set[str](), list[str]()
    for found in _TOKEN.finditer(_NOT_SAID.sub(" ", text)):
        token = found[0]
        if found["number"] is not None or found["code"] is not None:
            exact.append(token)
        elif found["run"] is not None:
            pairs.update(map("".join, pairwise(token)))
        else:
            for word in token.casefold().split("_"):
                if word in _NEGATIONS:
                    exact.append(word)
                elif word not in _COMMON and word:
                    words.add(_ENDINGS.sub("", word))
    return words, pairs, exact


@lru_cache(maxsize=32_768)
def _hashes(word: str) -> Sequence[int]:
    value = crc32(word.encode("utf-8", "surrogatepass"))
    return [((value ^ seed) * 0x9E37_79B1 & _MASK) ^ (((value ^ seed) * 0x85EB_CA6B & _MASK) >> 13) for seed in _SEEDS]


class Alike(Generic[_Of]):
    """Statements by their bands. Of many in one band only the first ones are kept: the time is linear."""

    def __init__(self, known: Iterable[tuple[Likeness, _Of]] = ()) -> None:
        self._bands: dict[int, list[tuple[Likeness, _Of]]] = {}
        for one, of in known:
            self.add(one, of)

    def add(self, one: Likeness, of: _Of) -> None:
        """Make one known."""
        for band in one.bands:
            held = self._bands.setdefault(band, [])
            if len(held) < _MOST_IN_BAND:
                held.append((one, of))

    def near(self, one: Likeness) -> Iterator[_Of]:
        """Those that are known and near to one, the first ones first, none twice."""
        seen: set[int] = set()
        words, exact = one.words, one.exact
        for band in one.bands:
            for other, of in self._bands.get(band, ()):
                # Most candidates are not near, and this tells it soonest; it is looked at by the ten thousand.
                if exact != other.exact or not (words <= other.words or other.words <= words):
                    continue
                if id(other) not in seen or other is one:
                    seen.add(id(other))
                    if other.is_near(one):
                        yield of
