"""From text to the terms that files and briefs are compared by.

Text is normalised (NFKC), words are runs of letters, marks and digits of any script. Identifiers give their parts
and themselves joined (`rateLimiter`, `rate_limiter` and `rate-limiter` give `rate`, `limiter`, `ratelimiter`); a letter
part with its digits also counts whole (`S3Storage` gives `s3`, `RFC2616Policy` gives `rfc2616`).
Scripts that write no spaces give pairs of neighbouring characters. Case is folded, English plurals are cut by
Harman's S-stemmer ("How effective is suffixing?", JASIS 42, 1991), English stop words are dropped.
"""

from __future__ import annotations

import functools
import itertools
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

STOP_WORDS = frozenset(
    """
    about above after again all also am an and any are aren as at be because been before being below between both
    but by can cannot could did do does doesn doing don down during each either else etc few for from further get
    got had has have having he her here hers him his how if in into is isn it its just ll may me might more most
    must my neither no nor not now of off on once one only onto or other our ours out over own per re same shall
    she should so some such than that the their theirs them then there these they this those through to too under
    until up upon us use used uses using ve very via was we were what when where whether which while who whom why
    will with within without would you your yours
    """.split()  # noqa: SIM905 -- a list of a hundred quoted words is harder to read
)

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"  # CJK
    "\U00020000-\U0003ffff"
)
"""The characters of scripts that write no spaces, as the inside of a class of a pattern."""
_UNSPACED_RUN = re.compile(f"([{UNSPACED}]+)")

_ASCII_WORD = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*+")
_BETWEEN_WORDS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "_-")}
_BYTES_BETWEEN_WORDS = bytes(ord(_BETWEEN_WORDS.get(code, chr(code))) for code in range(128)) + bytes(range(128, 256))
_LONGEST_WORD = 128
_MOST_KNOWN_WORDS = 200_000
_PIECE = 32 * 1024


class TermCounter:
    """Counts the terms of one query in many texts."""

    def __init__(self, query: Iterable[str]) -> None:
        self._by_word = _TermsByWord(frozenset(query))

    def count(self, text: str) -> tuple[Counter[str], int]:
        """How often each term of the query occurs, and how many words the text has."""
        counts: Counter[str] = Counter()
        total = 0
        by_word: dict[str, tuple[str, ...]] = self._by_word
        for words in pieces_of_words(text):
            total += len(words)
            if len(by_word) > _MOST_KNOWN_WORDS:
                by_word.clear()
            # Each word is looked up once, and in the interpreter's own loops: most of the time goes here.
            told: Iterator[tuple[str, ...]] = filter(None, map(by_word.__getitem__, words))
            for found, times in Counter(told).items():
                for term in found:
                    counts[term] += times
        return counts, total

    def count_words(self, words: Iterable[str]) -> dict[str, int]:
        """How often each term of the query occurs in a few words, as `words_of` cuts them."""
        counts: dict[str, int] = {}
        for found in filter(None, map(self._by_word.__getitem__, words)):
            for term in found:
                counts[term] = counts.get(term, 0) + 1
        return counts

    def count_few(self, text: str) -> dict[str, int]:
        """How often each term of the query occurs in a text of a few words, which most often have none."""
        if text.isascii() and not self._by_word.may_be_in(text):
            return {}
        return self.count_words(words_of(text))


class _TermsByWord(dict[str, tuple[str, ...]]):
    """The terms of a query that a word gives, worked out when it is first met."""

    def __init__(self, query: frozenset[str]) -> None:
        super().__init__()
        self._query = query
        self._may_hold = _holding_any(query)

    def __missing__(self, word: str) -> tuple[str, ...]:
        found = ()
        if not word.isascii() or self.may_be_in(word):
            found = tuple(term for term in terms_of(word) if term in self._query)
        self[word] = found
        return found

    def may_be_in(self, text: str) -> bool:
        """Whether a text of ASCII may have any of the terms."""
        return self._may_hold(text.lower().replace("_", "").replace("-", "")) is not None


def _holding_any(query: Iterable[str]) -> Callable[[str], re.Match[str] | None]:
    """Finds whether a word of ASCII, in lower case and without its marks, may have one of the terms."""
    # A plural in -ies has the term with y; any other term stands in the word as it is.
    stems = sorted({re.escape(term.removesuffix("y")) for term in query if term.isascii()})
    return re.compile("|".join(stems) or "(?!)").search


def terms(text: str) -> list[str]:
    """The terms of a text in their order, repeated as often as they occur."""
    return [term for words in pieces_of_words(text) for word in words for term in terms_of(word)]


def pieces_of_words(text: str) -> Iterator[list[str]]:
    """The words of a text in their order, in pieces, each to be given to `terms_of`."""
    return map(words_of, _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Long texts in pieces, as the interpreter does nothing else while it searches one."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        end = text.find("\n", start + _PIECE, start + 2 * _PIECE) + 1 or start + 2 * _PIECE
        yield text[start:end]
        start = end
    yield text[start:]


def number_of_words(text: str) -> int:
    """How many words a text has, as `TermCounter` counts them."""
    return sum(map(len, pieces_of_words(text)))


def words_of(text: str) -> list[str]:
    """The words of a text that is not long, each to be given to `terms_of`."""
    if text.isascii():
        # Five times as fast as an expression. What is more than a word by its hyphens is looked at in `terms_of`.
        return text.translate(_BETWEEN_WORDS).split()
    utf8 = unicodedata.normalize("NFKC", text).encode("utf-8", "surrogatepass")
    return utf8.translate(_BYTES_BETWEEN_WORDS).decode("utf-8", "surrogatepass").split()


def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one word; those of an identifier that has parts are the parts, and last itself joined."""
    if word.isascii():
        if "--" in word or word.startswith("-") or word.endswith("-"):
            return tuple(term for one in _ASCII_WORD.findall(word) for term in _spaced(one))
        return _spaced(word)
    found: list[str] = []
    for one in _unicode_word().findall(word):
        for piece in _UNSPACED_RUN.split(one):
            found += _pairs(piece) if _UNSPACED_RUN.match(piece) else _spaced(piece)
    return tuple(found)


@functools.lru_cache(maxsize=65536)
def _spaced(word: str) -> tuple[str, ...]:
    """Terms of a word of a script that writes spaces; none for what is too long to be one, such as encoded data."""
    if len(word) > _LONGEST_WORD:
        return ()
    parts = [part for part in _split(word) if part]
    if len(parts) > 1:
        parts += [*_with_digits(word, parts), "".join(parts)]
    folded = (stem(part.casefold()) for part in parts)
    return tuple(sys.intern(term) for term in folded if len(term) > 1 and term not in STOP_WORDS)


def _with_digits(word: str, parts: list[str]) -> Iterator[str]:
    """Letters and the digits right behind them, as in `S3Storage`, if they are not all of the word."""
    if not any(part.isdigit() for part in parts):
        return
    for before, digits in itertools.pairwise(parts):
        if digits.isdigit() and not before.isdigit() and len(parts) > 2 and before + digits in word:
            yield before + digits


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for index in range(len(run) - 1):
        yield run[index : index + 2]


def _split(word: str) -> list[str]:
    """Parts of an identifier: at `_` and `-`, where lower case turns to upper, and around digits."""
    parts: list[str] = []
    for piece in re.split("[_-]+", word):
        start = 0
        for index in range(1, len(piece)):
            if _is_boundary(piece, index):
                parts.append(piece[start:index])
                start = index
        parts.append(piece[start:])
    return parts


def _is_boundary(piece: str, index: int) -> bool:
    before, here = piece[index - 1], piece[index]
    if here.isupper():
        follows_lower = index + 1 < len(piece) and piece[index + 1].islower()
        return before.islower() or before.isdigit() or (before.isupper() and follows_lower)
    return before.isdigit() != here.isdigit() and not unicodedata.combining(here)


def stem(term: str) -> str:
    """A word in lower case without the end of an English plural."""
    if len(term) < 4 or not term.endswith("s") or not term.isascii():
        return term
    if term.endswith("ies"):
        return term if term.endswith(("eies", "aies")) else term[:-3] + "y"
    if term.endswith("es"):
        return term if term.endswith(("aes", "ees", "oes")) else term[:-1]
    return term if term.endswith(("us", "ss")) else term[:-1]


@functools.cache
def _unicode_word() -> re.Pattern[str]:
    # The standard library's \w leaves combining marks out, which tears words of Indic scripts apart.
    marks = "".join(chr(code) for code in range(0x300, 0x1E950) if unicodedata.category(chr(code))[0] == "M")
    word = rf"[\w{marks}]+"
    return re.compile(rf"{word}(?:-{word})*+")
