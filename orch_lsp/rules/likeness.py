"""How alike two statements are: the words that carry meaning, compared as sets.

Two statements are near duplicates if one has all words of the other and hardly more; numbers and negations have to be
the same. Where each has a word that the other lacks (“… to CSV”, “… to PDF”) they are parallel, and say two things.
Candidates share a band of MinHashes, so that pairs are found without comparing all with all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from zlib import crc32

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
_LONGEST_NAME = 2
"""Words in the name of something that acts, or is acted on."""
_BANDS, _ROWS = 4, 3
_MOST_IN_BAND = 16
_MOST_CHANGED = 64
"""Statements that an edit may change; of more all are compared anew."""
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
    """The kind (`among`), then numbers, negations and code in their order."""
    bands: tuple[int, ...]
    """Near ones have one of them in common; those of other numbers, negations or code have none."""
    order: tuple[str, ...] = ()
    """The words as they follow one another."""

    @property
    def longest(self) -> str:
        """Its longest word, which is rarely in another one by chance."""
        return max(self.words or self.pairs, key=lambda word: (len(word), word))

    def among(self, kind: str) -> Likeness:
        """The same as one of a kind of statements: those of another kind are not near."""
        return replace(self, exact=(kind, *self.exact), bands=tuple(hash((kind, band)) for band in self.bands))

    def is_near(self, other: Likeness, share: float = _ALIKE) -> bool:
        """Whether one of the two says the same as the other, or a little more: of all words both have this share."""
        if self.exact != other.exact:
            return False
        if not (self.words <= other.words or other.words <= self.words):
            return False
        if min(len(self.pairs - other.pairs), len(other.pairs - self.pairs)) > 1:
            return False
        if self.order != other.order and self._changes_places(other):
            return False
        same = len(self.words & other.words) + len(self.pairs & other.pairs)
        return same >= share * (len(self.words | other.words) + len(self.pairs | other.pairs))

    def _changes_places(self, other: Likeness) -> bool:
        """Whether two names have changed places around a third word: “A asks B” does not say what “B asks A” says.

        A part that is put in front of the rest changes nothing: “When it is late, the office closes”.
        """
        both = self.words & other.words
        mine, others = ([word for word in one.order if word in both] for one in (self, other))
        while mine and others and mine[0] == others[0]:
            del mine[0], others[0]
        while mine and others and mine[-1] == others[-1]:
            del mine[-1], others[-1]
        if len(mine) != len(others):
            return False
        return any(
            first + last < len(mine)
            and mine[:first] == others[-first:]
            and mine[-last:] == others[:last]
            and mine[first:-last] == others[last:-first]
            for first in range(1, _LONGEST_NAME + 1)
            for last in range(1, _LONGEST_NAME + 1)
        )


def likeness(text: str, least: int = _LEAST_WORDS) -> Likeness | None:
    """A statement as it is compared; None for one of so few words that others are like it by chance."""
    return _kept_likeness(text, least) if len(text) <= LONGEST_KEPT else _likeness(text, least)


def _likeness(text: str, least: int) -> Likeness | None:
    ordered, pairs, exact = _parts(text)
    words = set(ordered)
    if len(words) + len(pairs) // 2 < least:
        return None
    lowest = [min(row) for row in zip(*map(_hashes, words | pairs), strict=True)]
    same = tuple(exact)
    bands = tuple(hash((same, number, *lowest[number : number + _ROWS])) for number in range(0, _BANDS * _ROWS, _ROWS))
    return Likeness(frozenset(words), frozenset(pairs), same, bands, tuple(ordered))


_kept_likeness = lru_cache(maxsize=16_384)(_likeness)


def share_of_words(one: str, other: str) -> float | None:
    """The share of the words of both that both have, 0 to 1; None where one says nothing."""
    (words, pairs, _), (other_words, other_pairs, _) = _parts(one), _parts(other)
    mine, others = pairs.union(words), other_pairs.union(other_words)
    return len(mine & others) / len(mine | others) if mine and others else None


def _parts(text: str) -> tuple[list[str], set[str], list[str]]:
    """Words that carry meaning in their order, pairs of characters, and what has to be the same."""
    words, pairs, exact = list[str](), set[str](), list[str]()
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
                    words.append(_ENDINGS.sub("", word))
    return words, pairs, exact


@lru_cache(maxsize=32_768)
def _hashes(word: str) -> Sequence[int]:
    value = crc32(word.encode("utf-8", "surrogatepass"))
    return [((value ^ seed) * 0x9E37_79B1 & _MASK) ^ (((value ^ seed) * 0x85EB_CA6B & _MASK) >> 13) for seed in _SEEDS]


class Twins:
    """Statements in their order, and for each an earlier one that is near to it. A value.

    Of many in one band only the first ones are looked at: the time is linear. An edit looks again only at those that
    share a band with one that changed.
    """

    def __init__(self, ones: Sequence[Likeness]) -> None:
        self._ones = ones
        self._firsts: list[int | None] = []
        self._members: dict[int, list[int]] = {}
        """The numbers of all in a band."""
        self._known: dict[int, list[int]] = {}
        """Of those the ones that are near to no earlier one."""
        for number, one in enumerate(ones):
            first = self._first_near(number)
            self._firsts.append(first)
            for band in one.bands:
                self._members.setdefault(band, []).append(number)
            for band in one.bands if first is None else ():
                self._known.setdefault(band, []).append(number)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The number of each that is near to an earlier one, and of that. That itself is near to none."""
        return ((number, first) for number, first in enumerate(self._firsts) if first is not None)

    def changed(self, ones: Sequence[Likeness]) -> Twins:
        """Those of statements some of which may be others now."""
        if len(ones) != len(self._ones):
            return Twins(ones)
        others = [n for n, (one, was) in enumerate(zip(ones, self._ones, strict=True)) if one is not was and one != was]
        if not others:
            return self
        return self._with(ones, others) if len(others) <= _MOST_CHANGED else Twins(ones)

    def _with(self, ones: Sequence[Likeness], others: Sequence[int]) -> Twins:
        made: Twins = object.__new__(Twins)
        made._ones, made._firsts = ones, [*self._firsts]
        # The lists in them are shared with this one: each is replaced, not changed.
        made._members, made._known = dict(self._members), dict(self._known)
        beside: set[int] = set()
        for number in others:
            was = self._ones[number]
            beside |= _leave(made._members, was, number)
            if self._firsts[number] is None:
                _leave(made._known, was, number)
        for number in others:
            beside |= _join(made._members, ones[number], number)
        fresh = frozenset(others)
        waiting = {*others, *self._concerned(beside - fresh, others, made)}
        queue = sorted(waiting)
        while queue:
            number = heappop(queue)
            first = made._first_near(number)
            was_known = number not in fresh and made._firsts[number] is None
            made._firsts[number] = first
            if was_known != (first is None):
                (_leave if was_known else _join)(made._known, ones[number], number)
                # Those concerned by what changed wait already.
                if number not in fresh:
                    later = {n for band in ones[number].bands for n in made._members[band] if n > number} - waiting
                    waiting |= later
                    for one in later:
                        heappush(queue, one)
        return made

    def _concerned(self, beside: Iterable[int], changed: Sequence[int], after: Twins) -> Iterator[int]:
        """Those beside the changed ones whose earlier one may be another: gone, looked at no more, or come to be seen.

        Args:
            beside: Unchanged ones that share a band with one that changed.
            changed: Those that changed.
            after: These with them, but for their earlier ones and for what hangs on those.
        """
        gone, come = {*changed}, {*changed}
        for band in {band for number in changed for ones in (self._ones, after._ones) for band in ones[number].bands}:
            # Of many in a band the first ones are looked at, with or without those that changed.
            before, left = self._known.get(band, [])[:_MOST_IN_BAND], after._known.get(band, [])[:_MOST_IN_BAND]
            joining = [number for number in changed if band in after._ones[number].bands]
            gone.update({*before} - {*sorted((*left, *joining))[:_MOST_IN_BAND]})
            come.update({*left} - {*before})
        for number in beside:
            one = self._ones[number]
            if self._firsts[number] in gone or any(after._ones[other].is_near(one) for other in come):
                yield number

    def _first_near(self, number: int) -> int | None:
        one = self._ones[number]
        words, exact = one.words, one.exact
        for band in one.bands:
            for other_number in self._known.get(band, ())[:_MOST_IN_BAND]:
                if other_number >= number:
                    break
                other = self._ones[other_number]
                # Most candidates are not near, and this tells it soonest; it is looked at by the ten thousand.
                if exact != other.exact or not (words <= other.words or other.words <= words):
                    continue
                if other.is_near(one):
                    return other_number
        return None


def _leave(numbers: dict[int, list[int]], one: Likeness, number: int) -> set[int]:
    """Take a number out of the bands of a statement; the later ones in them."""
    later: set[int] = set()
    for band in one.bands:
        held = numbers[band]
        at = bisect_left(held, number)
        later.update(held[at + 1 :])
        numbers[band] = [*held[:at], *held[at + 1 :]]
    return later


def _join(numbers: dict[int, list[int]], one: Likeness, number: int) -> set[int]:
    """Put a number into the bands of a statement; the later ones in them."""
    later: set[int] = set()
    for band in one.bands:
        held = numbers.get(band, [])
        at = bisect_left(held, number)
        later.update(held[at:])
        numbers[band] = [*held[:at], number, *held[at:]]
    return later
