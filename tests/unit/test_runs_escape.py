"""Values that strangers wrote cannot act where they are shown."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orch_lsp.runs.escape import LIMIT, code, fenced, plain, sentence, visible

hostile = st.text(st.characters() | st.sampled_from("`*_[]()<>!#|~&\\@:/.\n\r\u2028\u202e\x1b\x00"), max_size=40)
commonmark = MarkdownIt("commonmark")


def kinds(markdown: str) -> set[str]:
    tokens = commonmark.parse(markdown)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}


def inline_text(markdown: str) -> str:
    return "".join(
        child.content for token in commonmark.parse(markdown) for child in token.children or () if child.content
    )


@given(hostile)
def test_a_code_span_is_all_that_code_ever_gives(value):
    shown = plain(value)
    if shown:
        assert kinds(f"- {code(value)}") <= {
            "bullet_list_open", "list_item_open", "paragraph_open", "inline", "code_inline",
            "paragraph_close", "list_item_close", "bullet_list_close",
        }  # fmt: skip
        assert inline_text(code(value)) == shown


@given(value=hostile)
@example(value="-")
@example(value="+ one")
@example(value="- - -")
@example(value="12) twelve")
@example(value="3. three")
def test_a_sentence_never_becomes_a_link_an_image_or_html(value):
    found = kinds(f"> {sentence(value)}")
    assert not {kind for kind in found if re.match("link|image|html|autolink|heading|list|fence|code_block", kind)}


@given(value=hostile)
def test_a_sentence_reads_as_it_was_written(value):
    shown = plain(value)
    balanced = shown.count("`") % 2 == 0
    expected = shown.replace("`", "") if balanced else shown
    actual = inline_text(sentence(f"x {shown}")).replace(" ", "").replace("`", "" if balanced else "`")
    assert actual == "x" + expected.replace(" ", "")


@given(hostile)
def test_a_fenced_text_stays_in_its_fence(value):
    tokens = commonmark.parse(f"{fenced(value)}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(st.text(st.characters(), max_size=200))
def test_a_plain_value_is_one_line_without_anything_hidden(value):
    shown = plain(value)
    assert len(shown.splitlines()) <= 1
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")


def test_a_long_value_is_cut():
    assert len(plain("x" * 10_000)) == LIMIT


@pytest.mark.parametrize("text", ["plain", "Grüße", "日本語", "👩\u200d💻"])
def test_ordinary_words_and_emoji_are_left_alone(text):
    assert visible(text) == text


def test_bare_addresses_are_broken_up_so_that_no_renderer_links_them():
    shown = sentence("see https://evil.invalid or www.evil.invalid or mail@evil.invalid")
    assert not re.search(r"https?://|www\.|@evil", shown.replace("\\@", ""))


def test_a_sentence_has_no_escapes_that_nothing_needs():
    words = "denied: this name (1.5, a_b) usually holds credentials; 3 of `x.y` = 1, the rest - later."
    assert sentence(words) == words


def test_words_between_backticks_stay_code():
    assert sentence("set `provider` now") == "set `provider` now"
    assert sentence("one ` alone") == "one \\` alone"


def test_an_empty_value_is_said_to_be_empty():
    assert code("") == "(empty)"
