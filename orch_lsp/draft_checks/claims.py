"""Code that a draft names, and whether it says that it is there, or is to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orch_lsp.draft_checks.material import Material, Part
from orch_lsp.draft_checks.sentences import Sentence
from orch_lsp.draft_checks.words import GONE, MADE, OPEN_MARKS, THERE

_CODE = re.compile(r"(?P<marks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=marks)(?!`)")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Named:
    """A piece of code in a statement of the draft."""

    code: str
    part: Part
    sentence: Sentence
    is_new: bool
    """Whether the statement says that it is to be made, or to go, or leaves that open."""
    is_there: bool
    """Whether the statement says that it is there already, or is to be changed."""


def named_in(material: Material) -> Iterator[Named]:
    """The inline code of the draft's statements, in its order; at most some hundreds."""
    count = 0
    for part, sentences in material.sentences:
        for sentence in sentences:
            for found in _CODE.finditer(sentence.text):
                count += 1
                if count > _MOST:
                    return
                around = _CODE.sub(" ", f"{sentence.lead} {sentence.text}")
                yield Named(
                    found["code"].strip(),
                    part,
                    sentence,
                    _is_made(around, sentence.text),
                    THERE.search(around) is not None,
                )


def _is_made(around: str, text: str) -> bool:
    return (
        MADE.search(around) is not None
        or GONE.search(around) is not None
        or OPEN_MARKS.search(around) is not None
        or "new:" in text.casefold()
    )
