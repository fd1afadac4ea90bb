"""Means over briefs, and paired differences with intervals by resampling the briefs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 10_000
SEED = 20
COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean of paired differences, between the ends of its interval."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of none."""
    return sum(values) / len(values) if values else 0.0


def paired(values: Sequence[float], baseline: Sequence[float]) -> Difference:
    """The difference of the same briefs in two arms. The same input gives the same interval."""
    differences = [one - other for one, other in zip(values, baseline, strict=True)]
    chance = random.Random(SEED)
    means = sorted(mean(chance.choices(differences, k=len(differences))) for _ in range(RESAMPLES))
    cut = int(RESAMPLES * (1 - COVERAGE) / 2)
    return Difference(mean(differences), means[cut], means[-1 - cut])
