"""The price of an answer that came from a batch: a part of the usual one, and said to be that."""

from __future__ import annotations

from orch_lsp.orchestration.requests.cost import at_factor, cost_sum
from orch_lsp.runs.labels import cost_label
from orch_lsp.runs.record import Cost

USUAL = Cost("0.0123", "USD", "genai-prices", exact=True)


def test_it_is_half_and_says_so():
    half = at_factor(USUAL, "0.5")
    assert half == Cost("0.00615", "USD", "genai-prices", exact=True, price_factor=0.5)
    assert "0.00615 USD" in cost_label(half)
    assert cost_label(half).endswith("(batch: 0.5 of the usual price)")


def test_the_usual_price_and_an_unknown_one_stay():
    assert at_factor(USUAL, None) is USUAL
    assert at_factor(None, "0.5") is None


def test_a_sum_of_both_has_no_factor():
    half = at_factor(USUAL, "0.5")
    both = cost_sum(USUAL, half)
    assert both is not None
    assert (both.amount, both.price_factor) == ("0.01845", None)
    twice = cost_sum(half, half)
    assert twice is not None
    assert twice.price_factor == 0.5
