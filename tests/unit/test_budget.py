"""Budgets: sums of what is spent and reserved, and which call they refuse."""

from __future__ import annotations

from decimal import Decimal

import pytest

from orch_lsp.errors import SettingsError
from orch_lsp.generation import Usage
from orch_lsp.orchestration.requests.budget import Spending, Spent, require, spent_by
from orch_lsp.runs.record import Cost, Reserved, Step
from orch_lsp.runs.status import StepStatus
from orch_lsp.settings.model import BudgetSettings

STEPS = (
    Step("a", "draft", 0, StepStatus.COMPLETED, usage=Usage(10, 5), cost=Cost("0.25", "USD", "table")),
    Step("b", "section", 1, StepStatus.RUNNING, reserved=Reserved(100, "0.5")),
    Step("c", "section", 1, StepStatus.RUNNING, usage=Usage(1, 1), reserved=Reserved(200, "1")),
    Step("d", "check", 2, StepStatus.PENDING),
)


def test_a_step_counts_what_it_spent_and_not_its_own_reservation():
    assert spent_by(STEPS, "c") == Spent(117, Decimal("0.75"))
    assert spent_by(STEPS, "d") == Spent(317, Decimal("1.75"))


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        ({"run_tokens": 1000}, None),
        ({"run_tokens": 999}, "900 of the 999 of `budget.run_tokens`"),
        ({"day_tokens": 1099}, "1,000 of the 1,099 of `budget.day_tokens`"),
        ({"run_usd": Decimal("1.5")}, None),
        ({"run_usd": Decimal("1.49")}, "could cost $0.5000; $1.00 of the $1.49 of `budget.run_usd`"),
        ({"day_usd": Decimal("2.4")}, "$2.00 of the $2.40 of `budget.day_usd`"),
    ],
)
def test_a_call_that_could_exceed_a_limit_is_refused(limits, refused):
    spending = Spending(Spent(900, Decimal(1)), Spent(1000, Decimal(2)))
    call = Reserved(100, "0.5")
    if refused is None:
        require(BudgetSettings(**limits), spending, call, "m", is_free=False)
        return
    with pytest.raises(SettingsError) as error:
        require(BudgetSettings(**limits), spending, call, "m", is_free=False)
    assert error.value.code == "budget_exceeded"
    assert refused in error.value.message


def test_a_price_that_is_not_known_holds_no_limit_in_dollars():
    spending, call = Spending(Spent(), Spent()), Reserved(1)
    with pytest.raises(SettingsError, match="unknown price"):
        require(BudgetSettings(day_usd=Decimal(1)), spending, call, "m", is_free=False)
    require(BudgetSettings(day_usd=Decimal(1)), spending, call, "m", is_free=True)
    require(BudgetSettings(day_tokens=1), spending, call, "m", is_free=False)
