"""What a run cost: by the price table where it knows, and unknown everywhere else, never zero."""

from __future__ import annotations

import pytest

from orch_lsp.generation import Usage
from orch_lsp.model_lists.price_table import listed_models, service_at
from orch_lsp.orchestration.requests.cost import cost_of, cost_sum
from orch_lsp.providers.presets import PRESETS
from orch_lsp.runs.record import Cost
from orch_lsp.settings.model import ProviderSettings

pytest.importorskip("genai_prices")
OPENAI, ANTHROPIC = PRESETS["openai"], PRESETS["anthropic"]


def usage(received: int | None, produced: int | None, read: int | None = None, written: int | None = None) -> Usage:
    return Usage(received, produced, read, written, None, {})


@pytest.mark.parametrize(("provider", "model"), [(OPENAI, "gpt-4o"), (ANTHROPIC, "claude-sonnet-4-5")])
async def test_a_model_that_the_table_knows_has_a_price_with_its_source(provider, model):
    cost = await cost_of(usage(1000, 1000), model, provider)
    assert cost is not None
    assert float(cost.amount) > 0
    assert (cost.currency, cost.source) == ("USD", "genai-prices")


@pytest.mark.parametrize(
    ("provider", "model", "exact"),
    [
        (OPENAI, "gpt-4o", True),
        (OPENAI, "gpt-4o-2024-08-06", True),
        (ANTHROPIC, "claude-sonnet-4-5-20250929", True),
        (ANTHROPIC, "claude-sonnet-4-5-turbo", False),
        (OPENAI, "gpt-5-nano-of-ours", False),
    ],
)
async def test_a_price_of_a_model_with_a_like_name_is_said_to_be_one(provider, model, exact):
    cost = await cost_of(usage(1000, 1000), model, provider)
    assert cost is not None
    assert cost.exact is exact


async def test_cached_tokens_are_part_of_the_input_and_cheaper_than_the_rest():
    plain, cached = [await cost_of(usage(1000, 10, read), "gpt-4o", OPENAI) for read in (None, 900)]
    assert plain is not None
    assert cached is not None
    assert float(cached.amount) < float(plain.amount)


@pytest.mark.parametrize(
    ("counted", "model", "provider"),
    [
        (usage(1000, 1000), "no-such-model", OPENAI),
        (usage(1000, 1000), None, OPENAI),
        (usage(1000, 1000), "gpt-4o", ProviderSettings("work", "openai-compatible", "http://127.0.0.1:8000/v1")),
        (usage(1000, 1000), "gpt-4o", ProviderSettings("work", "openai-compatible", "https://llm.example.org/v1")),
        (usage(1000, 1000), "gpt-4o", ProviderSettings("mine", "canned", None)),
        (usage(None, 1000), "gpt-4o", OPENAI),
        (usage(1000, None), "gpt-4o", OPENAI),
        (usage(7, 8, 161), "gpt-4o", OPENAI),
    ],
)
async def test_what_is_not_known_has_no_price(counted, model, provider):
    assert await cost_of(counted, model, provider) is None


@pytest.mark.parametrize(
    ("base_url", "service"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.openai.com:443/v1", "openai"),
        ("https://api.openai.com", "openai"),
        ("https://mine.openai.azure.com/openai/v1", "azure"),
        ("https://generativelanguage.googleapis.com/v1beta", "google"),
        ("https://api.moonshot.ai/v1", "moonshotai"),
        ("https://router.huggingface.co/groq/v1", "huggingface_groq"),
        ("https://api.openai.com.example.org/v1", None),
        ("https://api.openai.com@example.org/v1", None),
        ("https://api.openai.community/v1", None),
        ("https://api.moonshot.example.org/v1", None),
        ("https://mine.openai.azure.com.example.org/openai/v1", None),
        ("http://127.0.0.1:8080/api.openai.com", None),
        (None, None),
    ],
)
async def test_a_host_that_only_begins_like_a_service_s_is_not_that_service(base_url, service):
    assert service_at(base_url) == service
    if service is None:
        assert listed_models(base_url) == ()
        assert await cost_of(usage(1, 1), "gpt-4o", ProviderSettings("work", "openai-compatible", base_url)) is None


def test_costs_of_two_providers_add_up_exactly():
    assert cost_sum(Cost("0.1", "USD", "t"), Cost("0.2", "USD", "t")) == Cost("0.3", "USD", "t")


@pytest.mark.parametrize("other", [None, Cost("0.2", "EUR", "t"), Cost("0.2", "USD", "another")])
def test_a_sum_with_what_is_unknown_is_unknown(other):
    assert cost_sum(Cost("0.1", "USD", "t"), other) is None
    assert cost_sum(other, Cost("0.1", "USD", "t")) is None


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [(True, True, True), (True, False, False), (None, False, False), (None, True, None), (None, None, None)],
)
def test_a_sum_is_exact_if_all_of_it_is(one, other, both):
    for first, second in ((one, other), (other, one)):
        found = cost_sum(Cost("0.1", "USD", "t", first), Cost("0.2", "USD", "t", second))
        assert found is not None
        assert found.exact is both
