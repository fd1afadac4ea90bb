"""A known word is named only where it may well have been meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.spelling import near

NAMES = ("anthropic", "azure", "gemini", "groq", "ollama", "openai", "openrouter", "outline", "work")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("antropic", "anthropic"), ("Anthropic", "anthropic"), ("opneai", "openai"), ("open-ai", "openai"),
        ("open_router", "openrouter"), ("wrok", "work"), ("gorq", "groq"), ("olama", "ollama"), ("outlin", "outline"),
    ],
)  # fmt: skip
def test_a_slip_or_two_are_understood(word, meant):
    assert near(word, NAMES) == (meant,)


@pytest.mark.parametrize(
    "word", ["nope", "", " ", "x", "llm", "auto", "open", "grok-4-fast", "local", "a" * 100_000, "漢字"]
)
def test_what_is_another_word_is_not_taken_for_one(word):
    assert near(word, NAMES) == ()


def test_the_nearest_comes_first_and_no_more_than_asked_for():
    assert near("gpt-4o-mimi", ("gpt-4o-maxi", "gpt-4o-mini", "gpt-4o-mimik"), 2) == ("gpt-4o-mimik", "gpt-4o-mini")


@given(word=st.text("abcdef", min_size=8, max_size=20), at=st.integers(0, 19), letter=st.sampled_from("xyz"))
def test_one_wrong_letter_in_a_long_word_is_always_a_slip(word, at, letter):
    at %= len(word)
    for written in (word[:at] + letter + word[at:], word[:at] + word[at + 1 :], word[:at] + letter + word[at + 1 :]):
        assert near(written, ["zzzz", word]) == (word,)
