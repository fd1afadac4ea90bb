"""The tokens of a statement that a paraphrase keeps: numbers with units, dates, addresses, code, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from orch_lsp.rules.quantities import quantities_in

TokenKind = Literal["quantity", "number", "date", "url", "code", "name"]

_CODE = re.compile(r"(?P<marks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=marks)(?!`)")
_URL = re.compile(r"https?://[^\s<>()\[\]`\"']+")
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b"
    r"|\b\d{1,2}\.? (?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zäé]*\.? \d{4}\b"
    r"|\d{4}年\d{1,2}月\d{1,2}日",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.,/#:§-])[-−]?(\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d{1,15})"
    r"([.,]\d{1,6})?(?![\w/]|[.,:]\d|-\w)"
)
_NAME = re.compile(
    r"(?<![\w./-])(?:[A-Z][a-z]+(?:-[A-Z][a-z]+)+"  # Retry-After
    r"|[A-Z]{2,}[A-Za-z0-9]*(?:[-_][A-Z0-9]+)*|[A-Z]+\d+[A-Za-z0-9]*"  # FTP, S3, SIGKILL, RFC2616
    r"|[a-z]*[a-z][A-Z][A-Za-z0-9]+|[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*)(?![\w/])"  # CloseSpider, camelCase
)
_CAPITALISED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?: [A-Z][a-z]+)*(?![\w/])")
_EMPHATIC = frozenset((
    "MUST", "NOT", "SHALL", "SHOULD", "MAY", "WHEN", "THEN", "GIVEN", "AND", "OR", "IF", "WHERE", "WHILE", "THE",
    "ALL", "ANY", "NO", "TODO", "TBD", "FIXME", "NOTE", "OK", "ID", "IS", "ARE", "AC", "API", "UI", "HTTP", "HTTPS",
    "URL", "JSON", "CLI",
))  # fmt: skip
"""In capitals, and no names of the matter."""
_NAMES_LIKE_IDS = frozenset(("S3", "R2", "B2"))
_WEEKDAYS = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|June|July|August")
_IDS = re.compile(r"(?<![\w-])(?:[A-Z]{1,4}-?\d{1,4}(?:\.\d+)?[a-z]?)(?![\w.])")
_WHOLE: Mapping[TokenKind, re.Pattern[str]] = {"code": _CODE, "url": _URL, "date": _DATE}
"""Looked for first, and each taken out before the next."""
_OF_AN_ITEM = re.compile(r"\s*[*_(]{0,3}\d{1,3}(?:\.\d{1,3})+\Z")
_VERSION = re.compile(r"(?:\bv|[A-Z][\w.+#-]* v?)\Z")
"""In front of the version of something."""
_SEPARATORS = re.compile(r"[\s_-]+")
_WORDS_OF_NUMBERS = {
    word: number
    for number, words in enumerate((
        "", "one eins ein eine un une uno una um uma", "two zwei deux dos dois duas twice", "three drei trois tres",
        "four vier quatre cuatro quatro", "five fünf cinq cinco", "six sechs seis", "seven sieben sept siete sete",
        "eight acht huit ocho oito", "nine neun neuf nueve nove", "ten zehn dix diez dez", "eleven elf onze once",
        "twelve zwölf douze doce doze",
    ))
    for word in words.split()
}  # fmt: skip
_LEAST_WORD = 2
_WORD = re.compile(r"[^\W\d_]+")
_TYPED = re.compile(r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d{1,6})?|\d{1,15}(?:[.,]\d{1,6})?")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is typed, and as it is compared."""

    kind: TokenKind
    text: str
    value: str


@lru_cache(maxsize=8_192)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a statement, each once; ids of its own (`AC1`) are none."""
    return tuple({(token.kind, token.value): token for token in _read(text)}.values())


def _read(text: str) -> Iterator[Token]:
    rest = text
    for kind, pattern in _WHOLE.items():
        for found in pattern.finditer(rest):
            written = found["code"].strip() if kind == "code" else found[0].rstrip(".,;:!?")
            yield Token(kind, written, folded(written))
        rest = pattern.sub(lambda found: " " * len(found[0]), rest)
    for found in _NAME.finditer(rest):
        is_id = _IDS.fullmatch(found[0]) is not None and found[0] not in _NAMES_LIKE_IDS
        if found[0] not in _EMPHATIC and not is_id:
            yield Token("name", found[0], folded(found[0]))
    if re.search(r"(?<!\w)(?:the|a|is|to|of|and)(?!\w)", rest):
        # Where every noun is in capitals, a capital says nothing.
        for found in _CAPITALISED.finditer(rest):
            if not _WEEKDAYS.match(found[0]):
                yield Token("name", found[0], folded(found[0]))
    quantities = quantities_in(rest)
    taken: set[int] = set()
    for quantity in quantities:
        taken.update(range(quantity.start, quantity.end))
        written = rest[quantity.start : quantity.end]
        yield Token("quantity", " ".join(written.split()), f"{quantity.dimension}:{quantity.amount.normalize()}")
    for found in _NUMBER.finditer(rest):
        is_no_value = _OF_AN_ITEM.match(rest, 0, found.end()) or _VERSION.search(rest[: found.start()])
        if found.start() not in taken and not is_no_value and (value := number_value(found[0])):
            yield Token("number", found[0], value)


def number_value(typed: str) -> str:
    """A typed number as it is compared; empty for none."""
    plain = re.sub(r"[,\u00a0\u202f](?=\d{3}(?!\d))", "", typed.replace("−", "-")).replace(",", ".")
    try:
        return str(Decimal(plain).normalize())
    except InvalidOperation:
        return ""


def number_word(word: str) -> str | None:
    """The number that a word says, two at least: `one` is as often an article."""
    number = _WORDS_OF_NUMBERS.get(word.casefold())
    return None if number is None or number < _LEAST_WORD else str(number)


def folded(text: str) -> str:
    """A name or a piece of code as it is looked for: lower case, `-`, `_` and blanks alike."""
    return _SEPARATORS.sub(" ", text.casefold()).strip(" \"'“”")


@dataclass(frozen=True, slots=True)
class Said:
    """A text as tokens are looked up in it."""

    text: str
    """Folded."""
    values: frozenset[str]
    """Of its quantities and numbers."""

    def has(self, token: Token) -> bool:
        """Whether the text has a token, however it writes it."""
        if token.kind in {"number", "quantity"}:
            return token.value in self.values or (token.kind == "quantity" and _digits(token.text) in self.values)
        if token.kind in {"date", "url"}:
            return token.value in self.text
        return holds_word(self.text, token.value)


def said_in(text: str) -> Said:
    """A text as tokens are looked up in it. Linear."""
    values = {value for found in _TYPED.finditer(text) if (value := number_value(found[0]))}
    values.update(found[0] for found in _DIGITS.finditer(text))
    for quantity in quantities_in(text):
        values.add(f"{quantity.dimension}:{quantity.amount.normalize()}")
    for word in _WORD.finditer(text):
        if (number := _WORDS_OF_NUMBERS.get(word[0].casefold())) is not None:
            values.add(str(number))
    return Said(folded(text), frozenset(values))


def _digits(text: str) -> str:
    found = _TYPED.match(text)
    return number_value(found[0]) if found else ""


def holds_word(text: str, word: str) -> bool:
    """Whether a folded text holds a folded word between two ends of words."""
    position = text.find(word) if word else -1
    while position >= 0:
        end = position + len(word)
        before = text[position - 1] if position else " "
        after = text[end] if end < len(text) else " "
        is_begun = _is_letter(before) and _is_letter(word[0])
        # `domains` says `domain`.
        goes_on = _is_letter(after) and _is_letter(word[-1]) and text[end : end + 2].rstrip() != "s"
        if not is_begun and not goes_on:
            return True
        position = text.find(word, position + 1)
    return False


def _is_letter(character: str) -> bool:
    return character.isalnum() and character < "\u1100"
