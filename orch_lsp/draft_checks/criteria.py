"""Criteria that nobody can check: each reader takes their words for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orch_lsp.draft_checks.material import DraftFinding, Material, Part
from orch_lsp.draft_checks.words import CRITERIA, MEASURE, NO_MEASURE
from orch_lsp.rules.weak_words import VAGUE

_WORDS = sorted(
    {*VAGUE, *NO_MEASURE}
    - {
        "several",
        "various",
        "verschiedene",
        "mehrere",
        "divers",
        "diverses",
        "plusieurs",
        "varios",
        "varias",
        "vários",
        "várias",
        "optimal",
        "一",
        "いくつかの",
    },
    key=len,
    reverse=True,
)
_LATIN = [word for word in _WORDS if word[0] < "\u1100"]
_OTHER = [word for word in _WORDS if word[0] >= "\u1100"]
_VAGUE = re.compile(
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, _LATIN))})(?![\w-])|{'|'.join(map(re.escape, _OTHER))}", re.IGNORECASE
)
_LONGEST = 400


def holds_criteria(part: Part) -> bool:
    """Whether a section is one of criteria."""
    return part.key == "acceptance-criteria" or CRITERIA.search(f"{part.key} {part.title}") is not None


def vague(material: Material) -> Iterator[DraftFinding]:
    """Findings on criteria that hang on a word that nobody can measure, and say no measure."""
    for part, sentences in material.sentences:
        for sentence in sentences if holds_criteria(part) else ():
            found = _VAGUE.search(sentence.text) if len(sentence.text) <= _LONGEST else None
            if found is not None and not MEASURE.search(sentence.text):
                told = f"nobody can check “{found.group()}” in “{part.title}”"
                yield DraftFinding("criterion_vague", "warning", told, part.key, sentence.text)
