"""Long pieces of a text that are read in parts, item by item: edited or whole, divided or not, they say the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.items import items_of
from orch_lsp.document.readings import Readings
from orch_lsp.markdown.change import changed
from orch_lsp.markdown.dividing import LONG
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Tree
from orch_lsp.profiles.registry import profile_named
from orch_lsp.rules.check import check
from orch_lsp.text import Span

_LINES = (
    "- [ ] 2. do\n  - [ ] 2.1 sub\n    - _Requirements: 1.1_\n", "- [ ] 1. do it\n", "  - nested\n", "* star\n",
    "+ plus\n", "1. one\n", "2) two\n", "10. ten\n", "\n", "\n\n", "lazy text\n", "  indented para\n", "    code\n",
    "```\n",
    "  ```\n  code\n  ```\n", "~~~\n", "<!-- c -->\n", "<!--\n", "-->\n", "<div>\n", "</div>\n", "> quote\n", "> - q\n",
    "- > q\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "---\n", "***\n", "===\n", "Title\n===\n", "# H\n", " ## H3\n",
    "words of a paragraph\n\n", "[a]: http://x\n", "[^1]: note\n", "text[^1]\n", "- \n", "-\n", "-\ttab\n", "\t- tab\n",
    " - one blank\n", "   - three\n", "- a\n\n  b\n", "- a\n\n\n  b\n", "- - x\n", "- 1. y\n", "1.\n", "<script>\n",
    "é ü 日本\n", "- [x] **FR-008**: must\n", "- item with `code\n", "span`\n", "**bold\n", "- ---\n", "- # in item\n",
    "- ```\n", "-     code in item\n", "    - four\n", "<?php\n", "?>\n", "[text][a]\n", "&amp;\n", "😋\n", "\ud800\n",
)  # fmt: skip
_USUAL = _LINES[:16]
_BLOCK_MARK = "\n\n[a-definition]: /keeps-a-piece-whole\n"


def lines(chance: random.Random, at_least: int) -> str:
    made: list[str] = []
    while sum(map(len, made)) < at_least:
        made.append(chance.choice(_USUAL if chance.random() < 0.6 else _LINES))
    return "".join(made)


def with_ends(text: str, chance: random.Random) -> str:
    return text.replace("\n", chance.choice(("\n", "\n", "\n", "\r\n", "\r")))


def facts(tree: Tree) -> list[object]:
    return [(chunk.begins, chunk.text, chunk.elements, chunk.definitions, chunk.open_block) for chunk in tree.chunks]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 30), keys=st.integers(1, 6))
def test_an_edited_tree_is_the_tree_of_the_edited_text(seed: int, keys: int) -> None:
    chance = random.Random(seed)
    tree = read(with_ends(lines(chance, LONG + chance.randrange(LONG)), chance))
    for _ in range(keys):
        start = chance.randrange(len(tree.text) + 1)
        end = min(len(tree.text), start + chance.choice((0, 0, 0, 1, 1, 3, 20, 300)))
        tree = changed(tree, Span(start, end), chance.choice(("", "x", " ", "  ", "\n", "#", "-", "`", *_LINES)))
        whole = read(tree.text)
        assert facts(tree) == facts(whole)
        assert tree.starts == whole.starts


def blocks(tree: Tree, end: int) -> list[object]:
    """All elements but lists of the document itself, and but the paragraphs in items, which only loose ones have."""
    return [
        (element.kind, span, element.value, element.level if element.kind != "list" else 0)
        for element, span in tree.elements()
        if span.start < end and element.kind != ("list" if element.parent < 0 else "paragraph")
    ]


def items(tree: Tree, end: int) -> list[object]:
    return [
        (item.placed(base), base + item.content.start, base + item.content.end, item.ordinal, item.box, item.parent < 0)
        for chunk, base in zip(tree.chunks, tree.starts, strict=True)
        for item in items_of(chunk)
        if base + item.span.start < end
    ]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_a_divided_piece_holds_what_it_holds_as_a_whole(seed: int) -> None:
    chance = random.Random(seed)
    text = lines(chance, LONG + chance.randrange(LONG)).replace("# H\n", "").replace("]:", "")
    text = with_ends(f"{text}\n\n```\n```\nend\n", chance)
    divided, whole = read(text), read(text + _BLOCK_MARK)
    if whole.open_block is None:
        assert [chunk.begins for chunk in whole.chunks] == ["piece"]
        assert blocks(divided, len(text)) == blocks(whole, len(text))
        assert items(divided, len(text)) == items(whole, len(text))
        assert divided.headings == whole.headings


def many(form: str, count: int) -> str:
    return "".join(form.format(n=number) for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("name", "head", "form"),
    [
        ("kiro/tasks", "# Plan\n\n", "- [ ] {n}. Do it\n  - [ ] {n}.1 A part\n    - _Requirements: 1.{n}_\n"),
        ("kiro/tasks", "# Implementation Plan\n\n", "- [ ] {n}. Do it\n\n  With more words.\n\n"),
        ("openspec/tasks", "# Tasks\n\n", "1. [ ] Do it and test it, as we said\n"),
        ("spec-kit/tasks", "# Tasks: A\n\n## Phase 1: B\n\n", "- [ ] T{n:03d} [P] [US1] Make src/a/part{n}.py\n"),
        ("spec-kit", "# Feature Specification: A\n\n## Requirements\n\n", "- **FR-{n:03d}**: System MUST do it.\n"),
        ("openspec/tasks", "## 1. Setup\n\n", "- [ ] 1.{n} Do it and test it\n"),
        ("gsd", "# Requirements: A\n\n## v1 Requirements\n\n", "- [ ] **AUTH-{n:02d}**: People can do it\n"),
        ("plain", "# A\n\n## Tasks\n\n", "- Do the thing that has no number and is not long\n"),
        ("plain", "# A\n\n## Goal\n\n", "A paragraph that is one of many.\n\n"),
    ],
)  # fmt: skip
def test_a_key_in_a_long_list_reads_few_items(name: str, head: str, form: str) -> None:
    profile, readings = profile_named(name), Readings()
    assert profile is not None
    text = head + many(form, 400)
    first = readings.read("a", text, profile)
    check(first)
    for at in (text.index("\n", len(text) // 2), len(text) - 1):
        edited = f"{text[:at]}x{text[at:]}"
        second = readings.read("a", edited, profile)
        known = {id(chunk) for chunk in first.tree.chunks}
        fresh = [chunk for chunk in second.tree.chunks if id(chunk) not in known]
        assert sum(len(chunk.text) for chunk in fresh) < 1_500
        assert len(second.tree.chunks) > 10
        readings.read("a", text, profile)


def test_a_list_of_ten_thousand_numbered_items_is_no_more_than_a_thousand_or_two_chunks() -> None:
    tree = read(many("- **FR-{n:05d}**: The system MUST do it.\n", 10_000))
    assert 1_000 < len(tree.chunks) < 2_000


def test_a_list_in_several_chunks_is_found_whole_from_each_of_its_parts() -> None:
    tree = read("# A\n\n" + many("- item {n}\n", 200) + "\ntext\n\n" + many("* other {n}\n", 100))
    parts = [
        (number, chunk.elements[at])
        for number, chunk in enumerate(tree.chunks)
        for at in chunk.children()
        if chunk.elements[at].kind == "list"
    ]
    firsts = [next(iter(tree.parts_of_list(*part))) for part in parts]
    assert len({number for number, _ in firsts}) == 2
    assert [*tree.parts_of_list(*parts[0])] == [
        part for part, first in zip(parts, firsts, strict=True) if first == firsts[0]
    ]
    assert tree.piece_at(len(tree.chunks) - 1) == range(len(tree.chunks))
