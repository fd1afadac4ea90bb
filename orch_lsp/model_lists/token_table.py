"""How many tokens a text may be, by a table of UTF-8 bytes a token: by family of models and by script.

The rows of `o200k` and `cl100k` were measured on Python code, English documentation, and Japanese and Chinese specs
(150 to 300 kB each) with the public vocabularies of these names. No vocabulary of Claude is public; its row follows the
counts that its users report beside `o200k`. The others are round figures. A table can only be near: estimates are
corrected by the counts that providers reported for the user's own runs, see `orchestration/requests/estimate.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Script = Literal["latin", "accented", "han", "kana", "hangul", "cyrillic", "other"]

_SCRIPTS: tuple[tuple[Script, re.Pattern[str]], ...] = (
    ("han", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")),
    ("kana", re.compile(r"[\u3000-\u30ff\uff00-\uffef]+")),
    ("hangul", re.compile(r"[\u1100-\u11ff\uac00-\ud7af]+")),
    ("cyrillic", re.compile(r"[\u0400-\u052f]+")),
    ("accented", re.compile(r"[\u0080-\u024f]+")),
)


@dataclass(frozen=True, slots=True)
class Family:
    """Models that take texts apart alike.

    Attributes:
        name: Of the vocabulary, or of the models.
        models: What their ids hold.
        bytes_per_token: By script.
        plus_minus: Share by which an estimate may be off, before it is corrected.
    """

    name: str
    models: re.Pattern[str]
    bytes_per_token: Mapping[Script, float]
    plus_minus: float = 0.25


def _family(name: str, models: str, plus_minus: float, *figures: float) -> Family:
    scripts: tuple[Script, ...] = ("latin", "accented", "han", "kana", "hangul", "cyrillic", "other")
    return Family(name, re.compile(models, re.IGNORECASE), dict(zip(scripts, figures, strict=True)), plus_minus)


FAMILIES = (
    _family("claude", r"claude", 0.2, 3.5, 2.9, 2.6, 2.9, 2.6, 3.6, 2.4),
    _family("o200k", r"gpt-(?:4o|4\.1|4\.5|5|oss)|\bo[1-9]\b|chatgpt", 0.15, 4.3, 3.4, 3.2, 3.6, 3.3, 5.0, 2.6),
    _family("cl100k", r"gpt-(?:4|3\.5)|text-embedding", 0.15, 4.3, 3.0, 2.3, 2.7, 2.2, 3.4, 2.2),
    _family("gemini", r"gemini|gemma", 0.2, 4.2, 3.4, 4.0, 3.8, 3.4, 5.0, 2.8),
    _family("llama", r"llama", 0.2, 4.2, 3.2, 2.9, 3.0, 3.0, 4.6, 2.4),
    _family("qwen", r"qwen|qwq", 0.2, 4.1, 3.1, 4.2, 3.3, 3.0, 4.0, 2.4),
    _family("deepseek", r"deepseek", 0.2, 4.1, 3.0, 4.2, 3.2, 2.6, 4.0, 2.4),
    _family("mistral", r"mistral|mixtral|codestral|devstral|magistral", 0.2, 3.9, 3.1, 2.7, 2.8, 2.8, 4.4, 2.4),
)
OTHERS = _family("others", r"", 0.3, 3.6, 2.8, 2.4, 2.6, 2.3, 3.4, 2.2)


def family_of(model: str | None) -> Family:
    """The family of a model by its id; a common one for those that no row names."""
    return next((family for family in FAMILIES if model and family.models.search(model)), OTHERS)


def tokens_of(text: str, family: Family) -> int:
    """About how many tokens a text is, rounded up. Linear."""
    whole = len(text.encode("utf-8", "surrogatepass"))
    if whole == len(text):
        return _up(whole / family.bytes_per_token["latin"])
    counted = len(text) - sum(not character.isascii() for character in text)
    tokens = counted / family.bytes_per_token["latin"]
    for script, pattern in _SCRIPTS:
        size = sum(len(found.encode("utf-8", "surrogatepass")) for found in pattern.findall(text))
        counted += size
        tokens += size / family.bytes_per_token[script]
    return _up(tokens + (whole - counted) / family.bytes_per_token["other"])


def _up(tokens: float) -> int:
    return int(-(-tokens // 1))
