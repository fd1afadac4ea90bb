"""The block scanner, compared with markdown-it-py on random documents."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orch_lsp.document.blocks import scan_blocks
from orch_lsp.text import split_lines

_REFERENCE_PARSER = MarkdownIt("commonmark", {"maxNesting": 1000}).disable(["inline"])

_PIECES = [
    "# a", "## b ##", "####### no", "#", "a", "b c", "===", "---", "- - -", "***", "- ", "-", "- a", "* x", "1. a",
    "2) b", "10. c", ">", "> ", "> q", ">> r", "```", "````", "~~~", "``` py", "~~~ `x`", "``` a`b", "<!--", "-->",
    "<!-- c -->", "<div>", "</div>", "<pre>", "</pre>", "<b>", "<a href='x'>", "<b> x", "<?", "?>", "<!D",
    "<![CDATA[", "]]>", "", "  ", "    ", "   ", " ", "\t", "     code", "TODO", "+ ", "`x`", "\\# a", "-\t",
    "1.\t", "😋", "=", "-", "<style>x</style> y",
]  # fmt: skip

_lines = st.lists(st.lists(st.sampled_from(_PIECES), max_size=3).map("".join), max_size=10)
_raw = st.text(alphabet="# -`~<!>=*+1.)a\t\n", max_size=60)


def _reference(text: str) -> list[tuple[int, str, int, int]]:
    tokens: list[Token] = _REFERENCE_PARSER.parse(text)
    found: list[tuple[int, str, int, int]] = []
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            found.append((int(token.tag[1]), " ".join(inline.content.split()), token.map[0], token.map[1] - 1))
    return found


def _ours(text: str) -> list[tuple[int, str, int, int]]:
    blocks = scan_blocks(split_lines(text))
    return [(h.level, " ".join(h.text.split()), h.first_line, h.last_line) for h in blocks.headings]


@settings(max_examples=600, deadline=None)
@given(st.one_of(_lines.map("\n".join), _raw))
@example("- a\n\n  # in\n# out\n> lazy\n---\n")
@example("a\n- \n# b\n")
@example("-\n\n  # not in the item\n")
@example("> ```\n# out\n")
@example("- ```\n  # in\n# out\n```\n# code")
def test_headings_are_those_that_a_commonmark_parser_finds(text: str) -> None:
    # The standard lets any of four end tags close raw HTML; pulldown-cmark wants the one that was opened.
    assume(not ("<pre>" in text and "</style>" in text) and not ("<style>" in text and "</pre>" in text))
    assert _ours(text) == _reference(text)


@pytest.mark.parametrize("underline", ["---", "===", "-"])
@pytest.mark.parametrize(
    "above",
    [
        "[a]: /u",
        "[a]: <u v> 't'\n[b]: /u (t)",
        "[a]: /u\ntext",
        "[a] b",
        "[]: u",
        "[a]: u v",
        "x\n[a]: /u",
        "  [a\\]]: /u",
    ],
)
def test_a_line_below_link_definitions_alone_makes_no_heading(above: str, underline: str) -> None:
    text = f"{above}\n{underline}\nafter\n"
    assert _ours(text) == _reference(text)


@pytest.mark.parametrize(
    ("text", "closer"),
    [
        ("```\n# a", "```"),
        ("~~~~ x\n~~~\n", "~~~~"),
        ("<!-- a\n\n# b", "-->"),
        ("<pre>\n\n# b", "</pre>"),
        ("<?php\n\n", "?>"),
        ("- ```\n  x", None),
        ("```\nx\n```", None),
        ("<div>\nx", None),
    ],
)
def test_a_block_left_open_names_what_closes_it(text: str, closer: str | None) -> None:
    open_block = scan_blocks(split_lines(text)).open_block
    assert (None if open_block is None else open_block.closer) == closer


@settings(max_examples=300, deadline=None)
@given(st.one_of(_lines.map("\n".join), _raw))
def test_after_the_closer_a_heading_is_a_heading_again(text: str) -> None:
    open_block = scan_blocks(split_lines(text)).open_block
    closed = text if open_block is None else f"{text}\n{open_block.closer}"
    assert [heading.text for heading in scan_blocks(split_lines(closed + "\n\n# End")).headings][-1:] == ["End"]


def test_deep_nesting_is_read_as_text_and_ends_with_the_container() -> None:
    text = "> " * 5_000 + "# in\n\n" + "- " * 5_000 + "x\n\n" + "\n" * 5_000 + "# out\n"
    assert [heading.text for heading in scan_blocks(split_lines(text)).headings] == ["out"]


def test_fences_and_comments_are_given_by_their_lines() -> None:
    blocks = scan_blocks(split_lines("```\nx\n```\n<!--\nc\n-->\n- ```\n  x\n"))
    assert blocks.fences == ((0, 2),)
    assert blocks.comments == ((3, 5),)


def test_a_lone_tag_ends_no_paragraph() -> None:
    text = "a\n<b>\n===\n"
    assert re.sub(r"\s+", " ", scan_blocks(split_lines(text)).headings[0].text) == "a <b>"
