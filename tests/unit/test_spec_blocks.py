"""The block structure by lines, as what works on answers sees it; the tree itself has tests of its own."""

from __future__ import annotations

import re

import pytest

from orch_lsp.document.blocks import scan_blocks
from orch_lsp.text import split_lines


def test_headings_are_given_by_their_lines() -> None:
    blocks = scan_blocks(split_lines("# a\n\nb\nc\n===\n\n<h2>d</h2>\n"))
    assert [(h.level, h.text, h.first_line, h.last_line) for h in blocks.headings] == [
        (1, "a", 0, 0),
        (1, "b\nc", 2, 4),
        (2, "d", 6, 6),
    ]


def test_lines_before_the_first_one_are_passed_over() -> None:
    blocks = scan_blocks(split_lines("---\n# no\n---\n# a\n```\nx\n"), 3)
    assert [(h.text, h.first_line) for h in blocks.headings] == [("a", 3)]
    assert blocks.fences == ((4, 6),)
    assert blocks.open_block is not None
    assert (blocks.open_block.line, blocks.open_block.closer) == (4, "```")


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


def test_deep_nesting_ends_with_the_container() -> None:
    text = "> " * 5_000 + "# in\n\n" + "- " * 5_000 + "x\n\n" + "\n" * 5_000 + "# out\n"
    assert [heading.text for heading in scan_blocks(split_lines(text)).headings] == ["out"]


def test_fences_and_comments_are_given_by_their_lines() -> None:
    blocks = scan_blocks(split_lines("```\nx\n```\n<!--\nc\n-->\n- ```\n  x\n"))
    assert blocks.fences == ((0, 2),)
    assert blocks.comments == ((3, 5),)


def test_a_lone_tag_ends_no_paragraph() -> None:
    text = "a\n<b>\n===\n"
    assert re.sub(r"\s+", " ", scan_blocks(split_lines(text)).headings[0].text) == "a <b>"
