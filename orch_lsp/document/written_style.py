"""How a document is written: its language, bullets, width and ids, measured, for whoever is to go on writing it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from orch_lsp.document.items import items_of
from orch_lsp.document.model import SpecDocument
from orch_lsp.text import normalised

_ID = re.compile(r"[*_`~\s]*((?:[A-Z][A-Za-z]{0,5})-?)(\d{1,4})\b")
_WORD = re.compile(r"[^\W\d_]+")
_WIDEST_WRAPPED = 140
_NARROWEST_WRAPPED = 50
_ENOUGH_LINES = 3
_ENOUGH_WORDS = 8
_LEAST_SHARE = 0.12
_LEAST_LEAD = 1.5
"""Words by which the likeliest language has to lead: a short text may hold a word of another by chance."""
"""Of all words, so many are stop words of the language in any text of some length."""

_FREQUENT = {
    "English": "the of and to in is that it for as with be on by not this are or from at an when must which if a no "
    "than its each more most has have was will can does all only other",
    "German": "der die das und ist nicht ein eine den mit für auf von im dem des sich werden wird wenn es soll oder zu",
    "French": "le la les et est des une pour dans que qui sur pas par avec au aux du ne doit sont ce ou si être",
    "Spanish": "el la los las de y es en que un una para con por del se no al como debe si está o su cuando",
    "Portuguese": "o a os as de e é em que um uma para com por do da não se ao como deve no na ou quando",
    "Italian": "il la gli di e è che un una per con del della non si al come deve nel o quando sono dei",
    "Dutch": "de het een en is van dat op te in voor met niet zijn aan als door er moet of wordt bij",
}


@dataclass(frozen=True, slots=True)
class WrittenStyle:
    """Facts that were measured; None where the document does not say.

    Attributes:
        language: English name of the language that it is written in.
        bullet: Marker of most bullets: `-`, `*`, `+`.
        width: Columns at which paragraphs are wrapped, 0 for one line each.
        ids: Ids in front of list items, as a pattern with the highest number: `AC-`, 4.
    """

    language: str | None = None
    bullet: str | None = None
    width: int | None = None
    ids: tuple[tuple[str, int], ...] = ()

    def facts(self) -> Sequence[str]:
        """One sentence each, for a model."""
        return tuple(self._facts())

    def _facts(self) -> Iterator[str]:
        if self.language:
            yield f"Its language is {self.language}."
        if self.bullet:
            yield f"Its bullets are `{self.bullet}`."
        if self.width == 0:
            yield "A paragraph is one line, however long."
        elif self.width:
            yield f"Its lines are wrapped at {self.width} columns."
        for prefix, highest in self.ids:
            yield f"Items carry ids such as `{prefix}{highest}`, the highest so far; a new one goes on from there."


def written_style(document: SpecDocument) -> WrittenStyle:
    """The style of a document. Pure and linear; made once for a document."""
    return document.once("written style", lambda: _measured(document))


def _measured(document: SpecDocument) -> WrittenStyle:
    bullets: Counter[str] = Counter()
    highest: dict[str, int] = {}
    seen: Counter[str] = Counter()
    wrapped: list[int] = []
    single = 0
    prose: list[str] = []
    for chunk in document.tree.chunks:
        for item in items_of(chunk):
            if item.ordinal is None:
                bullets[chunk.text[item.span.start]] += 1
            if found := _ID.match(chunk.text, item.content.start, item.content.end):
                seen[found[1]] += 1
                highest[found[1]] = max(highest.get(found[1], 0), int(found[2]))
        for element in chunk.elements:
            if element.kind not in {"paragraph", "heading"}:
                continue
            text = chunk.text[element.start : element.end]
            prose.append(text)
            if element.kind == "paragraph":
                *before, last = normalised(text).split("\n")
                wrapped += map(len, before)
                single += len(last) > _WIDEST_WRAPPED and not before
    ids = tuple((prefix, highest[prefix]) for prefix, count in seen.most_common(3) if count > 1)
    bullet = next((mark for mark, _ in bullets.most_common(1) if mark in "-*+"), None)
    return WrittenStyle(language_of("\n".join(prose)), bullet, _width(wrapped, single), ids)


def _width(wrapped: Sequence[int], single: int) -> int | None:
    if len(wrapped) >= _ENOUGH_LINES and _NARROWEST_WRAPPED <= max(wrapped) <= _WIDEST_WRAPPED:
        return max(wrapped)
    return 0 if single and not wrapped else None


def language_of(text: str) -> str | None:
    """The English name of the language of a text; None if it is too short to tell, or none of those known.

    Scripts tell Japanese, Korean, Chinese and Russian; the most frequent words tell the others.
    """
    letters = Counter(map(_script, filter(str.isalpha, text)))
    total = sum(letters.values())
    if not total:
        return None
    if letters["KANA"] * 20 >= total:
        return "Japanese"
    if letters["HANGUL"] * 4 >= total:
        return "Korean"
    if letters["CJK"] * 5 >= total:
        return "Chinese"
    if letters["CYRILLIC"] * 2 >= total:
        return "Russian"
    words = [word.casefold() for word in _WORD.findall(text)]
    if len(words) < _ENOUGH_WORDS:
        return None
    counted = Counter(words)
    shares = {name: sum(counted[word] for word in frequent) / len(words) for name, frequent in _frequent().items()}
    ordered = sorted(shares, key=lambda name: -shares[name])
    first, second = ordered[0], ordered[1]
    sure = shares[first] > 1.2 * shares[second] and (shares[first] - shares[second]) * len(words) >= _LEAST_LEAD
    return first if shares[first] >= _LEAST_SHARE and sure else None


@cache
def _frequent() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _FREQUENT.items()}


@cache
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "KANA"
    return name.partition(" ")[0]
