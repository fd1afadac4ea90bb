"""Quantities with units: two statements of the same words that give another one, or the same one in another unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from orch_lsp.rules.likeness import LONGEST_KEPT, Likeness, likeness
from orch_lsp.rules.prose import unquoted_within
from orch_lsp.rules.rule import Found, Related, Rule, Subject
from orch_lsp.rules.statements import statements
from orch_lsp.text import Span

_TIME, _SIZE, _SHARE = "time", "size", "share"
_SPELLINGS: tuple[tuple[str, str, str], ...] = (
    (_TIME, "0.000001", "µs us microsecond microseconds 微秒 マイクロ秒"),
    (
        _TIME,
        "0.001",
        "ms msec millisecond milliseconds millis millisekunden milisegundos millisecondes 毫秒 ミリ秒 밀리초",
    ),
    (_TIME, "1", "s sec secs second seconds sekunde sekunden segundo segundos seconde secondes 秒 秒钟 초"),
    (_TIME, "60", "min mins minute minutes minuten minuto minutos 分 分钟 分鐘 分間 분"),
    (_TIME, "3600", "h hr hrs hour hours stunde stunden hora horas heure heures 小时 小時 時間 시간"),
    (_TIME, "86400", "day days tag tage tagen día días dia dias jour jours 天 日間 일"),
    (_TIME, "604800", "week weeks woche wochen semana semanas semaine semaines 周 週間 주"),
    (_SIZE, "1", "byte bytes 字节 字節 バイト 바이트"),
    (_SIZE, "1000", "kb kilobyte kilobytes"),
    (_SIZE, "1000000", "mb megabyte megabytes"),
    (_SIZE, "1000000000", "gb gigabyte gigabytes"),
    (_SIZE, "1000000000000", "tb terabyte terabytes"),
    (_SIZE, "1024", "kib"),
    (_SIZE, "1048576", "mib"),
    (_SIZE, "1073741824", "gib"),
    (_SIZE, "1099511627776", "tib"),
    (_SHARE, "1", "% percent prozent per_cent por_ciento por_cento pour_cent"),
)
_UNITS: Mapping[str, tuple[str, Decimal]] = {
    word.replace("_", " "): (dimension, Decimal(factor))
    for dimension, factor, words in _SPELLINGS
    for word in words.split()
}
_QUANTITY = re.compile(
    r"(?<![A-Za-z0-9_.,-])(?P<number>\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:[.,]\d{1,6})?)"
    r"[ \t\u00a0-]?(?P<unit>"
    + "|".join(
        re.escape(unit) if unit[-1] > "\u1100" or unit == "%" else rf"{re.escape(unit)}(?!\w)"
        for unit in sorted(_UNITS, key=lambda unit: (-len(unit), unit))
    )
    + ")",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_LEAST_WORDS = 3
_COMMON_WORDS = 0.65
"""The share of all words that both have: one of them may say a little more."""
_MOST_OF_A_WORD = 16


class Quantity(NamedTuple):
    """A number with a unit."""

    dimension: str
    amount: Decimal
    """In the dimension's smallest unit of the table."""
    unit: str
    """As it is typed, in lower case."""
    start: int
    end: int

    @property
    def scale(self) -> Decimal:
        """How many of the dimension's smallest unit its own is: alike for `day` and `Tage`."""
        return _UNITS[self.unit][1]


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in its order."""
    return _kept(text) if len(text) <= LONGEST_KEPT else tuple(_read(text))


@lru_cache(maxsize=8_192)
def _kept(text: str) -> tuple[Quantity, ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[Quantity]:
    for found in _QUANTITY.finditer(text):
        unit = found["unit"].lower()
        dimension, factor = _UNITS[unit]
        try:
            amount = Decimal(_plain(found["number"])) * factor
        except InvalidOperation:
            continue
        yield Quantity(dimension, amount, unit, found.start(), found.end())


def _plain(number: str) -> str:
    """A number with a point, whatever sets its thousands or decimals apart: a comma and three digits are thousands."""
    return number.replace(",", "") if _THOUSANDS.match(number) else number.replace(",", ".")


@dataclass(frozen=True, slots=True)
class _Measured(Found):
    """A statement with quantities."""

    words: Likeness | None = field(default=None, compare=False)
    """Its words without the quantities."""
    quantities: tuple[Quantity, ...] = ()
    typed: tuple[str, ...] = ()
    """The quantities as they are typed."""
    longest: str = ""
    """The longest of its words."""
    every: frozenset[str] = frozenset()
    """All its words."""
    same: int = 0
    """A hash of what has to be the same: dimensions, and numbers and negations beside the quantities."""

    def is_of_the_same(self, other: _Measured) -> bool:
        """Whether one of two has all words of the other, and little more."""
        return self.words is not None and other.words is not None and self.words.is_near(other.words, _COMMON_WORDS)


def measured(subject: Subject) -> Iterator[Found]:
    """The statements with quantities, for `settle`."""
    for statement in statements(subject):
        words = unquoted_within(subject.document, statement.span)
        quantities = quantities_in(words)
        if not quantities:
            continue
        rest = "".join(
            words[before.end if before else 0 : after.start if after else len(words)]
            for before, after in zip((None, *quantities), (*quantities, None), strict=True)
        )
        typed = tuple(" ".join(words[one.start : one.end].split()) for one in quantities)
        start = statement.span.start
        span = Span(start + quantities[0].start, start + quantities[0].end)
        compared = likeness(rest, _LEAST_WORDS)
        if compared is not None:
            node = statement.node
            same = hash((tuple(one.dimension for one in quantities), compared.exact))
            yield _Measured(
                "", span, node.key, words=compared, quantities=quantities, typed=typed, longest=compared.longest,
                every=compared.words | compared.pairs, same=same,
            )  # fmt: skip


def _pairs(found: Sequence[Found]) -> Iterator[tuple[_Measured, _Measured]]:
    """Statements of which one has all words of the other, each with the first such one."""
    groups: dict[int, list[_Measured]] = {}
    for one in found:
        if isinstance(one, _Measured):
            groups.setdefault(one.same, []).append(one)
    return chain.from_iterable(_pairs_of(group) for group in groups.values() if len(group) > 1)


def _pairs_of(group: list[_Measured]) -> Iterator[tuple[_Measured, _Measured]]:
    holding: dict[str, list[_Measured]] = {}
    led: dict[str, list[_Measured]] = {}
    for one in sorted(group, key=_place):
        # All words of one are in the other, its longest one too.
        like = [*holding.get(one.longest, ()), *chain.from_iterable(led.get(word, ()) for word in one.every)]
        first = min((other for other in like if one.is_of_the_same(other)), key=_place, default=None)
        if first is not None:
            yield first, one
            continue
        for held, word in ((led, one.longest), *((holding, word) for word in one.every)):
            of_word = held.setdefault(word, [])
            if len(of_word) < _MOST_OF_A_WORD:
                of_word.append(one)


def _place(one: _Measured) -> Span:
    return one.span


def _conflicts(_: Subject, found: Sequence[Found]) -> Iterator[Found]:
    for first, one in _pairs(found):
        for was, now, typed, other in zip(first.quantities, one.quantities, one.typed, first.typed, strict=True):
            if was.amount != now.amount:
                message = f"“{first.key}” says {other} of the same, and this says {typed}: one of the two is wrong."
                yield _placed(message, one, first, now)
                break


def _units(_: Subject, found: Sequence[Found]) -> Iterator[Found]:
    for first, one in _pairs(found):
        for was, now, typed, other in zip(first.quantities, one.quantities, one.typed, first.typed, strict=True):
            if was.amount == now.amount and was.unit != now.unit and _UNITS[was.unit] != _UNITS[now.unit]:
                message = (
                    f"“{first.key}” gives the same in another unit, {other}, and this says {typed}: keep one unit."
                )
                yield _placed(message, one, first, now)
                break


def _placed(message: str, one: _Measured, first: _Measured, quantity: Quantity) -> Found:
    start = one.span.start - one.quantities[0].start
    span = Span(start + quantity.start, start + quantity.end)
    return Found(message, span, one.key, (), (Related("The other one.", first.span),))


def _rule(code: str, summary: str, settle: Callable[[Subject, Sequence[Found]], Iterable[Found]]) -> Rule:
    return Rule(code, "language", "information", summary, measured, local=True, settle=settle)


RULES = (
    _rule("conflicting_number", "Two statements of the same words give two quantities.", _conflicts),
    _rule("unit_inconsistency", "Two statements of the same words give a quantity in two units.", _units),
)
