"""Words that a model left in a document are found, and those that only look like them are not."""

from __future__ import annotations

import pytest

from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.rules import unfinished
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, marked

SPEC = "# A\n\nA shop.\n\n## Goal\n\nSell bread.\n\n{}\n"


@pytest.mark.parametrize("code", [rule.code for rule in unfinished.RULES])
def test_the_examples_of_the_page_are_what_they_are_said_to_be(code: str) -> None:
    assert_examples_are_what_they_are_said_to_be(code, PROFILES[0])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Let me know if you need more.", "reader_addressed"),
        ("Sure! Here is the draft you asked for:", "reader_addressed"),
        ("Hope this helps!", "reader_addressed"),
        ("Sagen Sie Bescheid, wenn etwas fehlt.", "reader_addressed"),
        ("The price will be determined later.", "placeholder_phrase"),
        ("Der Preis wird noch vom Team festgelegt.", "placeholder_phrase"),
        ("Le prix est à définir.", "placeholder_phrase"),
    ],
)
def test_words_that_a_model_left_are_found(words: str, code: str) -> None:
    assert len(marked(SPEC.format(words), PLAIN, code)) == 1


@pytest.mark.parametrize(
    "words",
    [
        "People let the shop know what they want.",
        "A note says: “Let me know when it is ready.”",
        "```text\nLet me know if you need more.\n```",
        "- The baker says: let me know.",
        "The price is determined by the baker.",
        "`to be defined later` is what the page says.",
        "Prices are defined in the list that hangs at the door.",
    ],
)
def test_words_of_the_matter_are_not(words: str) -> None:
    assert [marked(SPEC.format(words), PLAIN, rule.code) for rule in unfinished.RULES] == [[], []]
