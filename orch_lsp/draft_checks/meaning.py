"""The words of a statement that carry its meaning, as they are compared: stems, and pairs of characters without blanks.

A comparison of words says something only within one language; whoever compares looks at that first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from orch_lsp.draft_checks.words import COMMON

_TOKEN = re.compile(r"(?P<run>[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+)|[^\W\d_]{2,}(?![\d_-]*\d)")
_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ed", "es", "ly", "s")
_LEAST_STEM = 3
_LONG_ENOUGH = 5


@lru_cache(maxsize=8_192)
def words_of(text: str) -> frozenset[str]:
    """The stems of a text's words, and the pairs of neighbouring characters of scripts without blanks between words."""
    found: set[str] = set()
    for token in _TOKEN.finditer(text):
        if token["run"] is not None:
            found.update(map("".join, pairwise(token[0])))
        elif (word := token[0].casefold()) not in COMMON and (stem := stem_of(word)) not in COMMON:
            found.add(stem)
    return frozenset(found)


@lru_cache(maxsize=32_768)
def stem_of(word: str) -> str:
    """A word in lower case without the endings of English."""
    if not word.isascii():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM and not word.endswith("ss"):
            stem = word[: -len(ending)]
            if ending in {"ies", "ied"}:
                return f"{stem}y"
            if ending in {"ing", "ed"} and stem[-1:] == stem[-2:-1] and stem[-1] not in "lsz":
                return stem[:-1]
            return stem.removesuffix("e") if len(stem) > _LEAST_STEM else stem
    return word.removesuffix("e") if len(word) > _LEAST_STEM + 1 else word


def shared(words: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Those of `words` that `others` has, too, or a long beginning of which it has."""
    exact = words & others
    rest = [word for word in words - exact if len(word) >= _LONG_ENOUGH and word.isalpha()]
    if not rest:
        return exact
    beginnings = {other[:_LONG_ENOUGH] for other in others if len(other) >= _LONG_ENOUGH}
    return exact | {word for word in rest if word[:_LONG_ENOUGH] in beginnings}


def share_of(words: frozenset[str], others: frozenset[str]) -> float:
    """The share of `words` that `others` has, 0 to 1; 0 if there are none."""
    return len(shared(words, others)) / len(words) if words else 0.0
