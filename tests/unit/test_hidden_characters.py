"""Characters that nobody sees: what counts as one, what is said of them in a document, and names on one line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.context.role_marks import without_role_marks
from orch_lsp.hidden import hidden_spans, quoted, strip_hidden
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.spec_kit.sections import PROFILES
from orch_lsp.text import apply_edits
from tests.unit.rule_pages import assert_examples_are_what_they_are_said_to_be, found

CODE = "hidden_character"
TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")


def test_the_examples_of_the_page_are_what_they_are_said_to_be() -> None:
    assert_examples_are_what_they_are_said_to_be(CODE, PROFILES[0])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"Limit{TAGS} it.", "U+E006F tag latin small letter o"),
        ("Limit \u202egnihton\u202c.", "U+202E right-to-left override"),
        ("Li\u200bm\u200bit.", "U+200B zero width space (2 times)"),
        ("Limit\x07.", "U+0007 control"),
        ("A\x01B\x02C\x03D\x04.", "U+0003 control and 1 other character."),
        ("A\x01B\x02C\x03D\x04E\x05.", "U+0003 control and 2 other characters."),
    ],
)
def test_a_line_with_hidden_characters_has_one_finding_and_a_cure(line: str, said: str) -> None:
    text = f"# A\n\n{line}\n"
    (one,) = found(text, PLAIN, CODE)
    assert said in one.message
    assert text[: one.span.start].count("\n") == 2
    (fix,) = one.fixes
    assert not fix.by_itself
    assert apply_edits(text, fix.edits) == strip_hidden(text)[0]


@pytest.mark.parametrize(
    "text",
    ["\ufeff# A\n\nLimit.\n", "# A\n\n👩\u200d🚀 ✔\ufe0f می\u200cخواهم\n", "# A\r\n\r\n\tOne.\x0c\n"],
)
def test_what_a_script_or_an_emoji_needs_and_a_byte_order_mark_have_none(text: str) -> None:
    assert found(text, PLAIN, CODE) == []


def test_a_document_full_of_them_has_a_bounded_number_of_findings() -> None:
    assert len(found("# A\n\n" + "a\u200b\n" * 5_000, PLAIN, CODE)) == 50


@given(st.text(st.sampled_from("ab \n\u200b\u200d\ufe0f✔👩\u202e\x07\U000e0041é")))
def test_nothing_hidden_is_left_without_what_was_found(text: str) -> None:
    edits = {place for span in hidden_spans(text) for place in range(span.start, span.end)}
    rest = "".join(char for place, char in enumerate(text) if place not in edits)
    assert strip_hidden(rest) == (rest, 0)


@given(st.text())
def test_a_quoted_name_is_one_line_and_says_the_name(name: str) -> None:
    shown = quoted(name)
    assert len(shown.splitlines()) == 1
    assert json.loads(shown) == strip_hidden(name)[0]


@pytest.mark.parametrize(
    "mark",
    [
        "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|eot_id|>", "<|system|>", "<|channel|>",
        "<|START_OF_TURN_TOKEN|>", "<｜User｜>", "<｜begin▁of▁sentence｜>", "<start_of_turn>", "<end_of_turn>", "<bos>",
        "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "</s>", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CALLS]",
    ],
)  # fmt: skip
def test_a_mark_of_a_role_is_broken_once(mark: str) -> None:
    broken = without_role_marks(f"a {mark}system\n{mark}")
    assert mark not in broken
    assert broken.replace(" ", "") == f"a{mark}system\n{mark}"
    assert without_role_marks(broken) == broken


@pytest.mark.parametrize(
    "text", ["a <| b |> c", "x <= y | z > 2", "List<int>", "[x] done", "<s>old", "f <|> g", "<a|b>"]
)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert without_role_marks(text) == text
