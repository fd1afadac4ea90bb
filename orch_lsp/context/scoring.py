"""How much a run of lines says about a brief, beside the other lines of the files that were chosen.

BM25 over units, with what terms are worth in the whole workspace, and more for a unit whose name is made of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from orch_lsp.context.tokens import TermCounter, terms

K1 = 1.2
B = 0.8
USUAL_LENGTH = 150
"""Words of a unit at which its length neither helps nor harms."""

NAME_WEIGHT = 4.0
_UNKNOWN = 4.0
"""The weight against a name of each word in it that the brief lacks."""


class UnitScore:
    """Scores texts for the terms of one brief.

    Args:
        weights: What each term is worth.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self.weights = weights
        self._counter = TermCounter(weights)

    def of(self, name: str, text: str) -> float:
        """The score of a unit; 0 if no term is in it."""
        counts, length = self._counter.count(text)
        factor = K1 * (1 - B + B * length / USUAL_LENGTH)
        score = sum(self.weights[term] * count * (K1 + 1) / (count + factor) for term, count in counts.items())
        return score + NAME_WEIGHT * self._name(name) if score else 0.0

    def _name(self, name: str) -> float:
        words = set(terms(name))
        matched = sum(self.weights.get(word, 0.0) for word in words)
        unknown = sum(_UNKNOWN for word in words if word not in self.weights)
        return matched * matched / (matched + unknown) if matched else 0.0
