"""Okapi BM25 over the terms of a brief.

Score of a document D for the terms q: sum of idf(q) * f * (k1 + 1) / (f + k1 * (1 - b + b * |D| / avg)), where f is
how often q occurs in D. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(Foundations and Trends in Information Retrieval 3, 2009). k1 = 1.2 and b = 0.75 are the usual values named there. The
idf is ln(1 + (N - n + 0.5) / (n + 0.5)), which stays positive for terms of most documents.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

K1 = 1.2
B = 0.75

# From this many documents on, a term that more than half of them hold says nothing about any one of them.
_ENOUGH_TO_JUDGE = 50


class Document(NamedTuple):
    """How often each term of the query occurs in a file and its path, and how many words there are in all."""

    path: str
    counts: Mapping[str, int]
    length: int


Ranked = tuple[str, float]
"""The path of a document and its score, above zero. A plain tuple, as there may be a hundred thousand."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents best first, and what each term of the query is worth in this collection."""

    ranked: tuple[Ranked, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents by number, of `texts_of`."""

    paths: Mapping[int, str]
    factors: Sequence[float]
    """By number, of no use for numbers without a path: what the length of a document makes of the occurrences in it."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Documents by number, and for each term which of them hold it how often; other numbers are of no document.

    The same collection as documents gives the same ranking, without a look at documents that hold no term.
    """

    texts: Texts
    by_term: Mapping[str, Sequence[tuple[int, Sequence[int]]]]
    """A count, and the documents in which the term stands so often."""


def texts_of(documents: Mapping[int, tuple[str, int]]) -> Texts:
    """Documents by number, each given by its path and the number of its words."""
    total = len(documents)
    average = sum(length for _, length in documents.values()) / total if total else 0.0
    factors = [K1] * (max(documents, default=-1) + 1)
    for number, (_, length) in documents.items():
        factors[number] = _factor(length, average)
    return Texts({number: path for number, (path, _) in documents.items()}, factors)


def rank(
    documents: Sequence[tuple[str, Mapping[str, int], int]], query: Iterable[str], most: int | None = None
) -> Ranking:
    """Order documents by their scores; equals by path. Documents that hold no term that tells are left out.

    Args:
        documents: All of the collection, each a `Document` or the same as a plain tuple.
        query: Terms.
        most: How many of the best are wanted; all if not given.
    """
    wanted = sorted(set(query))
    counted = Counter(chain.from_iterable(counts for _, counts, _ in documents))
    total = len(documents)
    weights, telling = _weights({term: counted[term] for term in wanted}, total)
    average = sum(length for _, _, length in documents) / total if total else 0.0
    scored = (
        (-_score(counts, _factor(length, average), weights), path)
        for path, counts, length in documents
        if counts and not telling.isdisjoint(counts)
    )
    best = sorted(scored) if most is None else heapq.nsmallest(most, scored)
    return Ranking(tuple((path, -score) for score, path in best), weights)


def rank_occurrences(found: Occurrences) -> Ranking:
    """As `rank`, of a collection that an index holds."""
    paths, factors = found.texts.paths, found.texts.factors
    live = {
        term: [(count, list(filter(paths.__contains__, numbers))) for count, numbers in found.by_term[term]]
        for term in sorted(found.by_term)
    }
    weights, telling = _weights({term: sum(len(numbers) for _, numbers in of) for term, of in live.items()}, len(paths))
    scores = [0.0] * len(factors)
    for term, weight in weights.items():
        for count, numbers in live[term]:
            most = weight * count * (K1 + 1)
            for number in numbers:
                scores[number] += most / (count + factors[number])
    held = {number for term in telling for _, numbers in live[term] for number in numbers}
    return Ranking(_best_first(held, scores, paths), weights)


def _weights(holding: Mapping[str, int], total: int) -> tuple[dict[str, float], set[str]]:
    """The worth of each term by the number of documents that hold it, in order, and which terms tell."""
    weights = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in sorted(holding.items()) if n}
    telling = {term for term in weights if total < _ENOUGH_TO_JUDGE or holding[term] * 2 <= total} or set(weights)
    return weights, telling


def _factor(length: int, average: float) -> float:
    return K1 * (1 - B + B * length / average) if average else K1


def _score(counts: Mapping[str, int], factor: float, weights: Mapping[str, float]) -> float:
    score = 0.0
    # In the order of the terms, so that the sum is the same to its last bit however they were counted.
    for term in sorted(counts):
        if term in weights:
            count = counts[term]
            score += weights[term] * count * (K1 + 1) / (count + factor)
    return score


def _best_first(held: Iterable[int], scores: Sequence[float], paths: Mapping[int, str]) -> tuple[Ranked, ...]:
    """In the order of `rank`, of documents by number, of which few are equals."""
    numbers = sorted(held, key=scores.__getitem__, reverse=True)
    values = [scores[number] for number in numbers]
    start = 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[start]:
            if place - start > 1:
                numbers[start:place] = sorted(numbers[start:place], key=paths.__getitem__)
            start = place
    return tuple(zip(map(paths.__getitem__, numbers), values, strict=True))
