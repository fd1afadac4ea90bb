"""Sums of tokens and cost: what is unknown stays unknown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from decimal import Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.generation import Usage
from orch_lsp.runs import rows, usage, usage_rows
from orch_lsp.runs.labels import cost_label
from orch_lsp.runs.migrations import MIGRATIONS
from orch_lsp.runs.record import Cost, ModelRef, RunRecord, SpecRef, Timing
from orch_lsp.runs.usage import GROUPINGS, Grouping, UsageTotal, cost_text, tokens_text, usage_lines, usage_value
from tests.fakes import records

_amounts = st.one_of(
    *(st.decimals(0, 10_000, places=places).map(str) for places in (0, 2, 6, 18)),
    st.sampled_from(["1E-7", "1E+3", "-0.5", ".25", "3.", "007", " 1.5 ", "999999999999", "9999999999999"]),
)
_runs = st.builds(
    lambda usage, cost, day, path, model: replace(
        records.running(path),
        usage=usage,
        cost=cost,
        timing=Timing(f"2026-01-{day:02}T10:00:00.000Z"),
        model=ModelRef("asked", model),
    ),
    st.none() | st.builds(Usage, *[st.none() | st.integers(0, 10**9)] * 5),
    st.none() | st.builds(Cost, _amounts | st.just("nonsense"), st.sampled_from(["USD", "EUR"]), st.just("table")),
    st.integers(1, 28),
    st.sampled_from(["a.spec.md", "b.spec.md"]),
    st.none() | st.sampled_from(["m1", "m2"]),
)


def grouped(found: Iterable[RunRecord], by: Grouping, since: str | None = None) -> list[UsageTotal]:
    """What a database with these runs says."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(";".join(MIGRATIONS))
        for record in found:
            rows.insert(db, record, record.spec.path, (), "now")
        return usage_rows.grouped(db, [by], since)[by]


def total(found: Iterable[RunRecord]) -> UsageTotal:
    return usage.total(grouped(found, "day"))


def run(used: Usage | None = None, amount: str | None = None, *, currency: str = "USD") -> RunRecord:
    cost = None if amount is None else Cost(amount, currency, "table")
    return replace(records.running(), usage=used, cost=cost)


def test_known_counts_are_summed_and_unknown_ones_are_counted_apart():
    summed = total([run(Usage(10, 2), "0.10"), run(Usage(5, 1, 3), "0.02"), run()])
    assert summed.usage == Usage(15, 3, 3)
    assert summed.cost == {"USD": Decimal("0.12")}
    assert tokens_text(summed) == "15 in (3 cached) / 3 out (1 run unknown)"
    assert cost_text(summed) == "0.12 USD (1 run unknown)"


def test_a_cost_that_nobody_knows_is_unknown_and_not_zero():
    summed = total([run(Usage(10, 2)), run()])
    assert summed.cost == {}
    assert cost_text(summed) == "cost unknown"
    assert usage_value(summed)["cost"] == []
    assert usage_value(summed)["runs_without_cost"] == 2


def test_tokens_that_nobody_knows_are_unknown_and_not_zero():
    value = usage_value(total([run()]))
    assert value["input_tokens"] is None
    assert tokens_text(total([run()])) == "tokens unknown"


def test_a_cost_of_zero_that_is_known_is_zero():
    assert cost_text(total([run(Usage(1, 1), "0")])) == "0 USD"


def test_a_run_that_asked_nobody_is_neither_counted_nor_unknown():
    summed = total([records.queued()])
    assert (summed.runs, summed.asked, summed.runs_without_tokens, summed.runs_without_cost) == (1, 0, 0, 0)
    assert tokens_text(summed) == "nothing sent"
    assert cost_text(summed) == ""


def test_currencies_are_never_added_to_each_other():
    summed = total([run(Usage(1, 1), "1.50"), run(Usage(1, 1), "2", currency="EUR")])
    assert cost_text(summed) == "2 EUR + 1.50 USD"


def test_tiny_and_huge_amounts_are_written_out():
    assert cost_text(total([run(Usage(1, 1), "1E-7")])) == "0.0000001 USD"
    assert cost_text(total([run(Usage(1, 1), "1E+3")])) == "1000 USD"


def test_an_amount_that_is_no_number_is_unknown():
    assert cost_text(total([run(Usage(1, 1), "NaN"), run(Usage(1, 1), "much")])) == "cost unknown"


def test_days_come_newest_first_and_since_takes_its_own_day_in():
    days = ["2026-01-30T23:59:59.999Z", "2026-01-31T00:00:00.000Z", "2026-02-01T12:00:00.000Z"]
    found = [replace(run(), timing=Timing(day)) for day in days]
    assert [one.key for one in grouped(found, "day")] == ["2026-02-01", "2026-01-31", "2026-01-30"]
    assert [one.key for one in grouped(found, "day", "2026-01-31")] == ["2026-02-01", "2026-01-31"]


def test_models_of_two_providers_are_two_even_if_they_share_a_name():
    other = replace(run(), provider=replace(run().provider, id="other"))
    assert [one.key for one in grouped([run(), other], "model")] == ["other · some-model", "work · some-model"]


def test_a_path_from_a_repository_cannot_draw_on_the_terminal():
    hostile = replace(run(), spec=SpecRef("a\x1b[2J\nb.spec.md", "plain", "0"))
    (line,) = usage_lines(grouped([hostile], "spec"))
    assert "\x1b" not in line
    assert "\n" not in line


@given(st.lists(_runs, max_size=5), st.sampled_from(GROUPINGS))
def test_groups_add_up_to_the_whole(found: list[RunRecord], by):
    groups, whole = grouped(found, by), total(found)
    assert usage.total(groups) == whole
    assert sum(one.runs for one in groups) == whole.runs == len(found)
    assert sum(one.runs_without_cost for one in groups) == whole.runs_without_cost
    assert sum(one.usage.input_tokens or 0 for one in groups) == (whole.usage.input_tokens or 0)
    for currency, amount in whole.cost.items():
        assert sum((one.cost.get(currency, Decimal(0)) for one in groups), Decimal(0)) == amount
    assert len(usage_lines(groups)) == len(groups)


@given(st.lists(_runs, max_size=8))
def test_money_is_added_exactly_whatever_way_it_is_written(found: list[RunRecord]):
    exact: dict[str, Decimal] = {}
    for cost in (one.cost for one in found if one.cost is not None and one.cost.amount != "nonsense"):
        exact[cost.currency] = exact.get(cost.currency, Decimal(0)) + Decimal(cost.amount)
    # A sum of more than 28 digits is rounded, in the order in which they come.
    digits = Context(prec=24)
    assert {currency: f"{digits.plus(amount):f}" for currency, amount in total(found).cost.items()} == {
        currency: f"{digits.plus(amount):f}" for currency, amount in exact.items()
    }


def test_runs_at_the_price_of_a_like_model_are_said_to_be():
    def priced(exact: bool) -> RunRecord:
        return replace(run(Usage(10, 2)), cost=Cost("0.10", "USD", "table", exact))

    like, own = priced(False), priced(True)
    assert cost_text(total([own, run(Usage(1, 1), "0.02")])) == "0.12 USD"
    assert cost_text(total([like, own])) == "0.20 USD (1 run at the price of a like model)"
    whole = total([like, priced(False), own, run()])
    assert cost_text(whole) == "0.30 USD (1 run unknown, 2 runs at the price of a like model)"
    assert usage_value(whole)["runs_at_like_price"] == 2
    assert cost_label(like.cost) == "0.10 USD (price of a like model)"
    assert cost_label(own.cost) == "0.10 USD"


@given(st.lists(_runs, max_size=5), st.sampled_from(["", "2026-01-15"]))
def test_tables_that_are_added_up_together_are_those_of_each_alone(found: list[RunRecord], since: str):
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(";".join(MIGRATIONS))
        for record in found:
            rows.insert(db, record, record.spec.path, (), "now")
        together = usage_rows.grouped(db, GROUPINGS, since)
    assert together == {by: grouped(found, by, since) for by in GROUPINGS}


@given(st.lists(_runs, min_size=1, max_size=5))
def test_a_sum_says_unknown_exactly_if_some_run_did_not_tell(found: list[RunRecord]):
    whole = total(found)
    silent = [one for one in found if one.cost is None or one.cost.amount == "nonsense"]
    assert whole.runs_without_cost == len(silent)
    assert ("unknown" in cost_text(whole)) == bool(silent)


def test_a_count_that_is_none_is_unknown_and_no_sum_overflows():
    huge = run(Usage(2**70, -1), "1")
    assert tokens_text(total([huge, run(Usage(5, 1))])) == "5 in / 1 out (1 run unknown)"
    assert tokens_text(total([run(Usage(9, 1, 4)), run(Usage(5, 1))])) == "14 in (4 cached) / 2 out"
    most = [run(Usage(10**12, 10**12)) for _ in range(20)]
    assert total(most).usage.input_tokens == 20 * 10**12


def test_tables_of_two_records_are_one_with_the_newest_day_first() -> None:
    first = UsageTotal("2026-01-01", 1, 1, Usage(input_tokens=2), cost={"USD": Decimal(1)})
    again = UsageTotal("2026-01-01", 2, 1, Usage(input_tokens=3), cost={"USD": Decimal(2)})
    later = UsageTotal("2026-01-02", 1)
    found = usage.joined([{"day": [first]}, {"day": [later, again]}])
    assert [(one.key, one.runs, one.usage.input_tokens) for one in found["day"]] == [
        ("2026-01-02", 1, None),
        ("2026-01-01", 3, 5),
    ]
    assert found["day"][1].cost == {"USD": Decimal(3)}
    assert usage.joined([{"model": []}]) == {"model": []}
