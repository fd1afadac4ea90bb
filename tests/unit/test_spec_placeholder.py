"""What counts as not written, and what somebody said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.comments import is_marker
from orch_lsp.document.parse import parse
from orch_lsp.document.placeholder import is_placeholder, is_placeholder_line, link_labels
from orch_lsp.markdown.reader import read
from orch_lsp.profiles.plain.sections import PLAIN

PLACES = [
    *("", " \t", "\u200b", "\u00a0", "&nbsp;", "<br>", "---", "***", "_ _ _", "-", "- ", "* "),
    *("- [ ] ", "1. ", "2)", "> "),
    *("TODO", "todo.", "TODO:", "TODO: …", "TODO ...", "TODO(ann): describe the goal", "TODO: to be written", "FIXME"),
    *("TBD.", "*TBD*", "__TBD__", "`TBD`", "(tbd)", "<TBD>", "[TBD]", "t.b.d.", "???", "…", "[…]", "—", "- [ ] TODO"),
    *("* [ ] **TBD**", "> TODO", "a) TBD", "[metric]"),
    *("**[metric]**", "- [ ] [Criteria]", "[Feature name]", "［目标］"),
    *("[Describe the goal in one sentence.]", "_Describe the goal._", "*(describe who needs it)*", "To be defined."),
    *("- **Owner:** TBD", "**Owner**: [name]", "Owner: …", "- **Owner:**", "**指标：** 未定", "Wer: noch offen"),
    *("未定", "待补充", "- 待填写。", "未記入", "미정", "noch offen", "à définir"),
    *("por definir", "da definire", "уточняется", "- уточнить", "・未定", "・", "● TODO"),
    *("<!-- How will it be checked? -->", "<!-- one\nor two\nsentences -->", "TODO\n\n---\n"),
    "<!-- TODO -->\n- [ ]\n- [ ]",
]  # fmt: skip

WORDS = [
    *("N/A", "None.", "0", "✅", "- x", "Ship it.", "Owner: Ann", "[Agreed with legal on 3 May: nothing is stored]"),
    *("[Legal must agree first]", "[none]", "[see the wiki]", "[ADR-7]", "[^1]", "[^1]: Ask first.", "[a]: ./b.md"),
    *("[a](b)", "[a] [b]", "[[a]]", "[已与法务确认不存储个人数据]", "![x](y.png)", "https://example.org", "TODO: ask"),
    *("TODO: ask Ann about the 30 days", "TBD by Friday", "- [ ] Describe the API", "- [x] done"),
    "_We store nothing._",
    *("```\n```", "~~~", "### Sub", "<!-- open"),
    *("<!-- note --> words", "<!-- AC:BEGIN -->\n<!-- AC:END -->", "<!-- /toc -->"),
    *("<!-- prettier-ignore-end -->", "<!-- vim: set tw=100: -->", "TODO\n\n- but not before May"),
]  # fmt: skip


@pytest.mark.parametrize("body", PLACES)
def test_a_place_that_nobody_has_written_is_a_placeholder(body: str) -> None:
    assert is_placeholder(body)


@pytest.mark.parametrize("body", WORDS)
def test_what_somebody_said_is_none(body: str) -> None:
    assert not is_placeholder(body)


def test_a_label_that_the_document_defines_is_a_link_and_no_place() -> None:
    links = link_labels(read("[Design  Doc]: ./d.md\n  [x]: y\ntext [no]: z\n"))
    assert links == {"design doc", "x"}
    assert not is_placeholder("- [design doc]", links)
    assert is_placeholder("- [design doc]")


@pytest.mark.parametrize(
    "comment",
    [
        "AC:BEGIN", " prettier-ignore-start ", "markdownlint-disable MD013", "toc", "/toc", "#region", "@formatter:off",
        "START doctoc generated TOC", "more", "cspell:disable", "vim: ft=markdown", "-*- mode: markdown -*-", "id: 12",
        "OPENSPEC:END", "all-contributors-list:start", "textlint-disable", "spell-checker: disable",
    ],
)  # fmt: skip
def test_comments_that_programs_read_are_markers(comment: str) -> None:
    assert is_marker(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "", "how", "One-line summary", "Write what is wanted, and why.", "TODO",
        "Note: keep it short", "id of the ticket",
        "More than one is fine", "What (and why)?", "目标是什么？", "Include the numbers", "Non-goals go here",
        "The end-to-end view",
    ],
)  # fmt: skip
def test_comments_that_people_read_are_none(comment: str) -> None:
    assert not is_marker(comment)


@pytest.mark.parametrize(
    "comment", ["a_" * 140 + "!", "a" * 299 + "!", "_" * 299 + "!", "a-" * 140 + "!", "a.b_c-" * 45 + "("]
)
def test_a_long_word_is_judged_at_once(comment: str) -> None:
    # An expression that tries each way to cut such a word would never come back.
    assert not is_marker(comment)


@pytest.mark.parametrize("comment", ["begin_generated", "__start__", "a.b-c_d", "x-y", "no_toc_" + "a" * 280])
def test_a_name_with_signs_inside_is_a_mark(comment: str) -> None:
    assert is_marker(comment)


@pytest.mark.parametrize("size", [20_000, 40_000])
@pytest.mark.parametrize(
    "unit", ["- ", "> ", "[", "*_", "[a](", "<!-- ", "TODO ", "a: ", "\u200b", "[x] ", "&nbsp;", "1. "]
)
def test_no_line_is_too_long_to_be_judged(unit: str, size: int) -> None:
    is_placeholder(unit * size)


@given(st.text(alphabet="[]()TODO*_- \n<!->未定a😋", max_size=60))
def test_a_body_is_a_placeholder_only_if_each_line_without_comments_is(text: str) -> None:
    if "<!--" not in text:
        assert is_placeholder(text) == all(map(is_placeholder_line, text.split("\n")))
    if "😋" in text and "<!--" not in text and "[" not in text and "TODO" not in text.upper():
        assert not is_placeholder(text)


def test_a_comment_in_code_is_something_that_somebody_wrote() -> None:
    assert not is_placeholder("`<!-- toc -->`")
    assert not is_placeholder("```\n<!-- a note -->\n```")


@pytest.mark.parametrize(
    ("comment", "written"),
    [
        ("<!-- write here -->", False),
        ("<!--\nIMPORTANT\n=========\nfill this in\n-->", False),
        ("<!--\n```sh\n# run it\n```\n-->", False),
        ("<!--\n## Old part\n\nWords.\n-->", True),
        ("<!--\n```sh\n# run it\n-->", True),
    ],
)
def test_a_section_that_is_commented_out_is_written_and_a_note_is_not(comment: str, written: bool) -> None:
    assert is_placeholder(comment) is not written
    found = parse(f"# T\n\n## Goal\n\n{comment}\n\n## Tasks\n\n- a\n", PLAIN).profile_sections["goal"]
    assert found.placeholder is not written


@pytest.mark.parametrize(
    ("below", "is_written"),
    [
        ("Phases 1 to 3 come first.\nOthers wait for later\n---\n", True),
        ("\nPhases 1 to 3 come first.\n---\n", True),
        ("- [ ] TODO\n\nEach of the phases waits for the one before\n-\n\nMore\n", True),
        ("Non-goals\n---------\n\nNone.\n", False),
        ("TODO\n\n---\n", False),
        ("## Next\n\nMore of it all.\n---\n", False),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_that_a_rule_directly_below_turns_into_a_heading_is_written(below: str, end: str, *, is_written: bool):
    text = f"# T\n\nWords.\n\n## Goals\n{below}".replace("\n", end)
    section = next(one for one in parse(text, PLAIN).sections if one.title == "Goals")
    assert section.placeholder is not is_written
