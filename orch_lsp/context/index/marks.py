"""What stands for a word in the index: a hash of it under the user's secret.

The index so holds no word of any file, and no key that somebody left in one. Whoever has the file without the secret
can look nothing up in it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from orch_lsp.context.definitions import defined_names
from orch_lsp.context.tokens import pieces_of_words, terms_of

_BYTES = 5
"""Of a hash: among a million words two are alike once in two workspaces, and a query meets them in none."""
_MOST_KNOWN_WORDS = 200_000


class Marker:
    """Makes the marks of words. Keeps those of words that it has met, up to a bound.

    Args:
        secret: The user's.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._whole: dict[str, str] = {}
        self._parts: dict[str, str] = {}

    def term(self, term: str) -> str:
        """The mark of a term of `tokens`: lower-case letters and digits."""
        return self._mark(b"term", term)

    def name(self, name: str) -> str:
        """The mark of a name that is defined in a file, in its exact spelling."""
        return self._mark(b"name", name)

    def row(self, path: str, text: str) -> tuple[str, str, str, int]:
        """What the index holds of a file, and how many words it has.

        Returns:
            Marks of its words, of the parts of those that have parts, and of the names that it defines, each list
            separated by spaces; and the number of words.
        """
        whole: list[str] = []
        parts: list[str] = []
        total = 0
        for words in pieces_of_words(f"{path}\n{text}"):
            total += len(words)
            if len(self._whole) > _MOST_KNOWN_WORDS:
                self._whole.clear()
                self._parts.clear()
            self._learn(set(words).difference(self._whole))
            whole += filter(None, map(self._whole.__getitem__, words))
            parts += filter(None, map(self._parts.get, words))
        names = " ".join(map(self.name, defined_names(path, text)))
        return " ".join(whole), " ".join(parts), names, total

    def _learn(self, words: Iterable[str]) -> None:
        for word in words:
            *parts, whole = tuple(map(self.term, terms_of(word))) or ("",)
            self._whole[word] = whole
            if parts:
                self._parts[word] = " ".join(parts)

    def _mark(self, kind: bytes, word: str) -> str:
        utf8 = word.encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(utf8, digest_size=_BYTES, key=self._secret, person=kind).digest()
        return base64.b32encode(digest).decode("ascii").lower()
