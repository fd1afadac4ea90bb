"""Okapi BM25 over the terms of a brief.

Score of a document D for the terms q: sum of idf(q) * f * (k1 + 1) / (f + k1 * (1 - b + b * |D| / avg)), where f is
how often q occurs in D. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(Foundations and Trends in Information Retrieval 3, 2009). k1 = 1.2 and b = 0.75 are the usual values named there. The
idf is ln(1 + (N - n + 0.5) / (n + 0.5)), which stays positive for terms of most documents.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

K1 = 1.2
B = 0.75

# From this many documents on, a term that more than half of them hold says nothing about any one of them.
_ENOUGH_TO_JUDGE = 10


@dataclass(frozen=True, slots=True)
class Document:
    """How often each term of the query occurs in a file and its path, and how many words there are in all."""

    path: str
    counts: Mapping[str, int]
    length: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document and its score, above zero."""

    path: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, and what each term of the query is worth in this collection."""

    ranked: tuple[Ranked, ...]
    weights: Mapping[str, float]


def rank(documents: Sequence[Document], query: Iterable[str]) -> Ranking:
    """Order documents by their scores; equals by path. Documents that hold no term that tells are left out."""
    wanted = sorted(set(query))
    counted = Counter(term for document in documents for term in document.counts)
    holding = {term: counted[term] for term in wanted}
    total = len(documents)
    weights = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in holding.items() if n}
    telling = {term for term in weights if total < _ENOUGH_TO_JUDGE or holding[term] * 2 <= total} or set(weights)
    average = sum(document.length for document in documents) / total if total else 0.0
    ranked = [
        Ranked(document.path, _score(document, weights, average))
        for document in documents
        if document.counts and not telling.isdisjoint(document.counts)
    ]
    ranked.sort(key=lambda one: (-one.score, one.path))
    return Ranking(tuple(ranked), weights)


def _score(document: Document, weights: Mapping[str, float], average: float) -> float:
    length_factor = K1 * (1 - B + B * document.length / average) if average else K1
    score = 0.0
    for term, weight in weights.items():
        count = document.counts.get(term, 0)
        if count:
            score += weight * count * (K1 + 1) / (count + length_factor)
    return score
