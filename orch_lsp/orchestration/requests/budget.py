"""Budgets: the largest cost of a call is reserved before it is made, and a call that could exceed a limit is refused.

Tokens are input and output together. The day is that of UTC, and adds up all runs of a workspace, of any process. A
call that may have been paid for and whose usage nobody has told counts with its reservation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from orch_lsp.errors import ErrorCode, SettingsError
from orch_lsp.runs.record import Reserved, RunRecord, Step
from orch_lsp.runs.usage import UsageTotal
from orch_lsp.settings.model import BudgetSettings

UNLIMITED_OUTPUT = 16_384
"""Tokens of an answer that are reserved where the settings name no `max_output_tokens`."""
_USD = "USD"


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and money that are spent, or reserved for calls that are being made."""

    tokens: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.tokens + other.tokens, self.usd + other.usd)


@dataclass(frozen=True, slots=True)
class Spending:
    """The sums before a call, of what was spent and reserved: by its run, and today."""

    run: Spent
    day: Spent


def spent_by(steps: Iterable[Step], asking: str) -> Spent:
    """The sum of what the steps of a run have spent and reserved, but for the reservation of the step that asks."""
    whole = Spent()
    for step in steps:
        if step.usage is not None:
            tokens = (step.usage.input_tokens or 0) + (step.usage.output_tokens or 0)
            whole += Spent(tokens, _usd(step.cost.amount if step.cost and step.cost.currency == _USD else None))
        if step.id != asking:
            whole += _reserved(step)
    return whole


def spent_today(total: UsageTotal, records: Iterable[RunRecord], run_id: str, step: str) -> Spent:
    """The sum of a day: of its runs, and of what calls have reserved whose usage is not known.

    Args:
        total: The sums of the day's runs.
        records: The newest runs of the day.
        run_id: The run that asks.
        step: Its step that asks, whose own reservation does not count.
    """
    tokens = (total.usage.input_tokens or 0) + (total.usage.output_tokens or 0)
    whole = Spent(tokens, total.cost.get(_USD, Decimal(0)))
    for record in records:
        for one in record.steps:
            if (record.run_id, one.id) != (run_id, step):
                whole += _reserved(one)
    return whole


def _reserved(step: Step) -> Spent:
    if step.reserved is None:
        return Spent()
    return Spent(step.reserved.tokens, _usd(step.reserved.usd))


def _usd(amount: str | None) -> Decimal:
    return Decimal(amount) if amount else Decimal(0)


def require(budget: BudgetSettings, spending: Spending, call: Reserved, model: str | None, *, is_free: bool) -> None:
    """Refuse a call that could exceed a limit.

    Args:
        budget: The limits.
        spending: What was spent before.
        call: The most that the call can take; its `usd` is None if the model's price is not known.
        model: Whom it asks.
        is_free: Whether it is served on this machine, where nobody is paid.

    Raises:
        SettingsError: `budget_exceeded`: it could; the message says what was spent, and the limit.
    """
    for limit, spent, what in (
        (budget.run_tokens, spending.run, "run"),
        (budget.day_tokens, spending.day, "day"),
    ):
        if limit is not None and spent.tokens + call.tokens > limit:
            raise _exceeded(
                f"could take {call.tokens:,} tokens; {spent.tokens:,} of the {limit:,} of `budget.{what}_tokens` are "
                "spent or reserved"
            )
    for amount, spent, what in ((budget.run_usd, spending.run, "run"), (budget.day_usd, spending.day, "day")):
        if amount is None or is_free:
            continue
        if call.usd is None:
            raise _exceeded(
                f"has an unknown price ({model or 'no model'}), so that `budget.{what}_usd` cannot be held",
                "Install `orch-lsp[prices]`, choose a model with a known price, or set a budget in tokens instead.",
            )
        if spent.usd + Decimal(call.usd) > amount:
            raise _exceeded(
                f"could cost ${_shown(Decimal(call.usd))}; ${_shown(spent.usd)} of the ${_shown(amount)} of "
                f"`budget.{what}_usd` are spent or reserved"
            )


def _shown(amount: Decimal) -> str:
    return f"{amount:.4f}" if amount < 1 else f"{amount:.2f}"


def _exceeded(words: str, remediation: str | None = None) -> SettingsError:
    return SettingsError(
        ErrorCode.BUDGET_EXCEEDED, f"This call {words}; it was not made.", remediation=remediation
    )  # fmt: skip
