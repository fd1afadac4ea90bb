"""Marks, which stand for words in the index: a hash of it under the user's secret.

The index so holds no word of any file, and no key that somebody left in one. Whoever has the file without the secret
can look nothing up in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter

from orch_lsp.context.definitions import defined_names
from orch_lsp.context.tokens import pieces_of_words, terms_of

_BYTES = 5
"""Of a hash: among a million words two are alike once in two workspaces, and a query meets them in none."""
MARK_LENGTH = 8
_MOST_KNOWN_WORDS = 100_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Marker:
    """Makes the marks of words. Keeps those of words that it has met, up to a bound.

    Args:
        secret: The user's.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._marks: dict[str, tuple[str, ...]] = {}

    def term(self, term: str) -> str:
        """The mark of a term of `tokens`: `MARK_LENGTH` lower-case letters and digits."""
        return self._mark(b"term", term)

    def name(self, name: str) -> str:
        """The mark of a name that is defined in a file, in its exact spelling."""
        return self._mark(b"name", name)

    def row(self, path: str, text: str) -> tuple[str, str, int]:
        """The entry of a file in the index, and how many words it has.

        Returns:
            A token for each of its terms, which is the mark with how often it occurs (`with_count`), and the marks of
            the names that it defines, each list separated by spaces; and the number of words.
        """
        counts: Counter[str] = Counter()
        total = 0
        for words in pieces_of_words(f"{path}\n{text}"):
            total += len(words)
            if len(self._marks) > _MOST_KNOWN_WORDS:
                self._marks.clear()
            for word, count in Counter(words).items():
                marks = self._marks.get(word)
                if marks is None:
                    marks = self._marks[word] = tuple(map(self.term, terms_of(word)))
                for mark in marks:
                    counts[mark] += count
        tokens = " ".join([with_count(mark, count) for mark, count in counts.items()])
        return tokens, " ".join(map(self.name, defined_names(path, text))), total

    def _mark(self, kind: bytes, word: str) -> str:
        utf8 = word.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(utf8, digest_size=_BYTES, key=self._secret, person=kind).digest()
        return base64.b32encode(digest).decode("ascii").lower()


def with_count(mark: str, count: int) -> str:
    """The token of a term that occurs so often; `count_of` reads it."""
    return mark + (_DIGITS[count] if count < 36 else _in_digits(count))


def count_of(token: str) -> int:
    """How often the term of a token occurs."""
    return int(token[MARK_LENGTH:], 36)


def _in_digits(count: int) -> str:
    digits = ""
    while count:
        count, digit = divmod(count, 36)
        digits = _DIGITS[digit] + digits
    return digits
