"""How large a request is and what it may cost, before it is sent: by a table, corrected by the user's own runs.

Each step that asked a provider has the table's estimate on its record, beside the count that the provider reported.
The newest of them for a model say by how much the table is off there, and how much that varies.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from orch_lsp.generation import Usage
from orch_lsp.model_lists.token_table import family_of, tokens_of
from orch_lsp.orchestration.requests.cost import cost_of, is_exact
from orch_lsp.providers.base import GenerationRequest
from orch_lsp.runs.labels import LIKE_PRICE
from orch_lsp.runs.record import RunRecord
from orch_lsp.runs.status import StepStatus
from orch_lsp.settings.model import Choice

NEWEST = 50
"""So many runs are looked at for one correction."""

_WEIGHT = 0.3
"""Of the newest of two figures (an exponentially weighted moving average)."""

_ENOUGH = 3
_LEAST_SPREAD = 0.03
_OUTPUT_PER_PLACE = 220
"""Tokens of an answer for one place where the user's runs do not tell: between those of a criterion and a section."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Figures of the user's own runs with one model.

    Attributes:
        runs: How many there are.
        factor: Reported tokens for one of the table.
        spread: Share by which the factor varies; None with too few of them.
        output_per_place: Tokens of an answer for one place; None if unknown.
    """

    runs: int = 0
    factor: float = 1.0
    spread: float | None = None
    output_per_place: float | None = None


@dataclass(frozen=True, slots=True)
class CostRange:
    """A range of money. `exact` says that the price is that of this very model, and not of one with a like name."""

    low: str
    high: str
    currency: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens of a request and its answer: `plus_minus` tokens either way; the range of the cost, None if unknown."""

    input_tokens: int
    plus_minus: int
    output_tokens: int
    cost: CostRange | None
    runs: int
    """On so many of the user's runs it rests, besides the table."""


def table_tokens(request: GenerationRequest, model: str | None) -> int:
    """The table's own estimate for a request, uncorrected."""
    return tokens_of(f"{request.system_instructions}\n{request.prompt}", family_of(model))


def correction(records: Iterable[RunRecord], provider: str, model: str | None) -> Correction:
    """The figures of a model at a provider in the user's runs, the newest first."""
    factors: list[float] = []
    outputs: list[float] = []
    for record in records:
        for step in record.steps:
            if (step.provider, step.model) != (provider, model) or step.usage is None:
                continue
            if step.estimated_input_tokens and step.usage.input_tokens and len(step.attempts) <= 1:
                factors.append(step.usage.input_tokens / step.estimated_input_tokens)
            if step.status is StepStatus.COMPLETED and step.usage.output_tokens and step.sections:
                outputs.append(step.usage.output_tokens / len(step.sections))
    factor, spread = _moving(factors)
    output, _ = _moving(outputs)
    return Correction(
        len(factors), factor if factors else 1.0, spread if len(factors) >= _ENOUGH else None,
        output if outputs else None,
    )  # fmt: skip


def _moving(newest_first: Sequence[float]) -> tuple[float, float]:
    """Mean and relative deviation, the newest counting most."""
    mean, variance = 0.0, 0.0
    for number, value in enumerate(reversed(newest_first)):
        if number == 0:
            mean = value
            continue
        off = value - mean
        mean += _WEIGHT * off
        variance = (1 - _WEIGHT) * (variance + _WEIGHT * off * off)
    return mean, max(_LEAST_SPREAD, math.sqrt(variance) / mean) if mean else _LEAST_SPREAD


async def estimate(request: GenerationRequest, choice: Choice, known: Correction) -> Estimate:
    """The estimate for a request to a provider with a model."""
    family = family_of(choice.model)
    tokens = await asyncio.to_thread(table_tokens, request, choice.model)
    spread = family.plus_minus if known.spread is None else 2 * known.spread
    input_tokens = max(1, round(tokens * known.factor))
    plus_minus = max(1, round(input_tokens * spread))
    output = round((known.output_per_place or _OUTPUT_PER_PLACE) * max(1, len(request.sections)))
    if request.max_output_tokens is not None:
        output = min(output, request.max_output_tokens)
    cost = await _cost(input_tokens, plus_minus, output, request.max_output_tokens, choice)
    return Estimate(input_tokens, plus_minus, output, cost, known.runs)


async def _cost(
    input_tokens: int, plus_minus: int, output: int, most_output: int | None, choice: Choice
) -> CostRange | None:
    most = min(2 * output, most_output or 2 * output)
    low = await cost_of(Usage(max(0, input_tokens - plus_minus), output // 2), choice.model, choice.provider)
    high = await cost_of(Usage(input_tokens + plus_minus, most), choice.model, choice.provider)
    if low is None or high is None or low.currency != high.currency or choice.model is None:
        return None
    exact = await asyncio.to_thread(is_exact, choice.model, choice.provider.base_url)
    return CostRange(str(Decimal(low.amount)), str(Decimal(high.amount)), low.currency, exact)


def in_words(made: Estimate) -> str:
    """As a person reads it: `≈ 8k tokens, ≈ $0.03`."""
    tokens = made.input_tokens + made.output_tokens
    shown = f"{tokens / 1000:.0f}k" if tokens >= 10_000 else f"{tokens / 1000:.1f}k" if tokens >= 1_000 else str(tokens)
    words = f"≈ {shown} tokens"
    if made.cost is None:
        return words
    middle = (Decimal(made.cost.low) + Decimal(made.cost.high)) / 2
    amount = f"{middle:.2f}" if middle >= Decimal("0.01") else f"{middle:.4f}"
    sign = "$" if made.cost.currency == "USD" else f"{made.cost.currency} "
    return f"{words}, ≈ {sign}{amount}" + ("" if made.cost.exact else f" ({LIKE_PRICE})")
