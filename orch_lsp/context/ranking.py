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
from typing import NamedTuple

K1 = 1.2
B = 0.75

# From this many documents on, a term that more than half of them hold says nothing about any one of them.
_ENOUGH_TO_JUDGE = 10


class Document(NamedTuple):
    """How often each term of the query occurs in a file and its path, and how many words there are in all."""

    path: str
    counts: Mapping[str, int]
    length: int


class Ranked(NamedTuple):
    """A document and its score, above zero."""

    path: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, and what each term of the query is worth in this collection."""

    ranked: tuple[Ranked, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rest:
    """Documents of a collection that hold no term of the query: how many there are, and all their words."""

    documents: int = 0
    words: int = 0


def rank(documents: Sequence[Document], query: Iterable[str], rest: Rest = Rest()) -> Ranking:
    """Order documents by their scores; equals by path. Documents that hold no term that tells are left out.

    Args:
        documents: The collection, but for those that `rest` stands for.
        query: The terms.
        rest: Further documents, of which none is ranked.
    """
    wanted = sorted(set(query))
    counted = Counter(term for document in documents for term in document.counts)
    holding = {term: counted[term] for term in wanted}
    total = len(documents) + rest.documents
    weights = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in holding.items() if n}
    telling = {term for term in weights if total < _ENOUGH_TO_JUDGE or holding[term] * 2 <= total} or set(weights)
    average = (sum(document.length for document in documents) + rest.words) / total if total else 0.0
    scored = [
        (-_score(counts, length, weights, average), path)
        for path, counts, length in documents
        if counts and not telling.isdisjoint(counts)
    ]
    scored.sort()
    return Ranking(tuple(Ranked(path, -score) for score, path in scored), weights)


def _score(counts: Mapping[str, int], length: int, weights: Mapping[str, float], average: float) -> float:
    factor = K1 * (1 - B + B * length / average) if average else K1
    # The exact sum, so that it does not depend on the order in which terms were counted.
    return math.fsum(
        [weights[term] * count * (K1 + 1) / (count + factor) for term, count in counts.items() if term in weights]
    )
