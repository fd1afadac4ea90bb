"""Counts of a statement by what is counted: quantities with units, things with a number, codes behind their name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from orch_lsp.draft_checks.meaning import stem_of
from orch_lsp.draft_checks.tokens import number_value, number_word
from orch_lsp.draft_checks.words import CODES, COMMON
from orch_lsp.rules.quantities import quantities_in

CountKind = Literal["quantity", "code", "things"]

_NUMBER = r"(?<![A-Za-z0-9_.,/#:§+–-])(?P<number>\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d{1,9}(?:[.,]\d{1,4})?)"
_LETTER = "[A-Za-zÀ-ɏ]"
_THINGS = re.compile(
    rf"{_NUMBER}[ \u00a0](?P<noun>{_LETTER}{{3,30}})(?![\w-])(?: (?P<next>{_LETTER}{{4,30}})(?![\w-]))?"
)
_COUNTED = re.compile(
    rf"(?<!月){_NUMBER} ?(?P<noun>[かヶ]月|个月|個月|ページ|文字|回|件|个|個|次|人|本|枚|冊|名|条|條|行|字|篇|"
    r"张|章|歳|年|月|日|개월|개|회|명|건|권)(?![目前付])(?P<next>)"
)
_CODE_NUMBER = re.compile(
    rf"(?P<name>{CODES.pattern})[\s`*:=：]{{0,4}}(?P<number>\d{{1,5}})(?![A-Za-z0-9_]|[.,]\d|-\w)", re.IGNORECASE
)
_WORD_BEFORE_UNIT = re.compile(r"(?<![\w-])(?P<word>[^\W\d_]{2,7})(?=[ -][^\W\d_]{3})")
_LATIN = re.compile(f"{_LETTER}{{2}}")
_ITEM = re.compile(r"[\s*_(\[\]]{0,8}\d{1,3}[.,]")
"""The number of an item, as far as its first point."""
_SEPARATORS = re.compile(r"[\s_-]+")
_DAY = "日"
"""A unit, and in front of it a day of a month, which no other reader of quantities can tell apart."""
_DAYS = quantities_in("2 days")[0]
_NONE = frozenset(("", "1"))
"""As a number of things, as often an article."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of something."""

    of: str
    """The thing that is counted, as it is compared: for a quantity its unit."""
    value: str
    typed: str
    start: int
    end: int
    kind: CountKind


@lru_cache(maxsize=4_096)
def counts_of(text: str) -> tuple[Count, ...]:
    """The counts of a statement in its order; one that may be of two things is there for each."""
    return tuple(sorted(_read(text), key=lambda one: one.start))


def _read(text: str) -> Iterator[Count]:
    plain = _WORD_BEFORE_UNIT.sub(_in_digits, text)
    taken: set[int] = set()
    for one in quantities_in(plain):
        taken.add(one.start)
        yield _quantity(text, f"{one.dimension} {one.scale}", one.amount, one.start, one.end)
    for found in _CODE_NUMBER.finditer(plain):
        taken.add(found.start("number"))
        name = _SEPARATORS.sub("", found["name"].casefold())
        yield Count(name, found["number"], " ".join(found[0].split()), *found.span(), "code")
    for pattern in (_THINGS, _COUNTED):
        for found in pattern.finditer(plain):
            if found.start() not in taken and not _ITEM.match(plain, 0, found.end("number")):
                taken.add(found.start())
                yield from _things(text, found)


def _things(text: str, found: re.Match[str]) -> Iterator[Count]:
    value = number_value(found["number"])
    if found["noun"] == _DAY and value:
        of = f"{_DAYS.dimension} {_DAYS.scale}"
        yield _quantity(text, of, Decimal(value) * _DAYS.scale, *found.span())
        return
    # `8 open loans` and `3 Vormerkungen zugleich`: either word may be the noun.
    for name in ("noun", "next") if value not in _NONE else ():
        word = (found[name] or "").casefold()
        if word and word not in COMMON:
            start, end = found.start(), found.end(name)
            yield Count(stem_of(word), value, _typed(text, start, end), start, end, "things")


def _quantity(text: str, of: str, amount: Decimal, start: int, end: int) -> Count:
    return Count(of, str(amount.normalize()), _typed(text, start, end), start, end, "quantity")


def _typed(text: str, start: int, end: int) -> str:
    """A count as it stands: a number in words is read as digits that end where it does, and begins before them."""
    while start and _LATIN.fullmatch(text, start - 1, start + 1):
        start -= 1
    return " ".join(text[start:end].split())


def _in_digits(found: re.Match[str]) -> str:
    """A number in words as digits of the same length."""
    number = number_word(found["word"])
    return found[0] if number is None else number.rjust(len(found[0]))
