"""Statements that a draft makes twice, and pairs of which one says another quantity than the other."""

from __future__ import annotations

from collections.abc import Iterator

from orch_lsp.draft_checks.contradictions import contradictions_in, measured
from orch_lsp.draft_checks.criteria import holds_criteria
from orch_lsp.draft_checks.material import DraftFinding, Material
from orch_lsp.draft_checks.meaning import words_of
from orch_lsp.draft_checks.tokens import folded

_LEAST_WORDS = 4
_MOST = 20


def twice(material: Material) -> Iterator[DraftFinding]:
    """Findings on equal statements, and on criteria that contradict each other."""
    seen: dict[str, str] = {}
    count = 0
    for part, sentences in material.sentences:
        for sentence in sentences:
            text = folded(sentence.text).strip(" .。*")
            if len(words_of(text)) < _LEAST_WORDS:
                continue
            if text in seen and count < _MOST:
                count += 1
                told = f"“{part.title}” says again what “{seen[text]}” says"
                yield DraftFinding("duplicate_statement", "hint", told, part.key, sentence.text)
            seen.setdefault(text, part.title)
    for part, sentences in material.sentences:
        for first, one in contradictions_in(sentences) if holds_criteria(part) else ():
            was, now = measured(first.text), measured(one.text)
            if was is not None and now is not None:
                told = f"of the same, one criterion says {was.typed} and this one {now.typed}"
                yield DraftFinding("duplicate_statement", "warning", told, part.key, one.text)
