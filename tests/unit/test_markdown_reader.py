"""The reader of Markdown, compared with markdown-it-py and with itself on random documents."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from orch_lsp.markdown.change import changed
from orch_lsp.markdown.html import fenced_html
from orch_lsp.markdown.reader import read
from orch_lsp.markdown.tree import Chunk, Definition, Tree
from orch_lsp.text import LineIndex, Span

_ORACLE = MarkdownIt("commonmark", {"maxNesting": 1000}).disable(["inline"])

_PIECES = [
    "# a", "## b ##", "####### no", "#", "a", "b c", "===", "---", "- - -", "***", "- ", "-", "- a", "* x", "1. a",
    "2) b", "10. c", ">", "> ", "> q", ">> r", "```", "````", "~~~", "``` py", "~~~ `x`", "``` a`b", "<!--", "-->",
    "<!-- c -->", "<div>", "</div>", "<pre>", "</pre>", "<b>", "<a href='x'>", "<b> x", "<?", "?>", "<!D",
    "<![CDATA[", "]]>", "", "  ", "    ", "   ", " ", "\t", "     code", "TODO", "+ ", "`x`", "\\# a", "-\t",
    "1.\t", "😋", "=", "-", "<style>x</style> y", "<b>\n```", "\n<x-y>\n~~~",
]  # fmt: skip
_MORE = [
    *_PIECES,
    "[a]: b",
    "[^1]: n",
    "- [ ] t",
    "| a | b |",
    "|---|---|",
    "[a](b)",
    "**é**",
    "\ud800",
    "# ü",
    "#\u2028",
]

_lines = st.lists(st.lists(st.sampled_from(_PIECES), max_size=3).map("".join), max_size=10)
_raw = st.text(alphabet="# -`~<!>=*+1.)a\t\n", max_size=60)
_ends = st.sampled_from(["\n", "\r\n", "\r"])
_more = st.builds(
    lambda lines, end: end.join(lines),
    st.lists(st.lists(st.sampled_from(_MORE), max_size=2).map("".join), max_size=12),
    _ends,
)


def _oracle(text: str) -> list[tuple[int, str, int, int]]:
    tokens: list[Token] = _ORACLE.parse(text)
    found: list[tuple[int, str, int, int]] = []
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map is not None:
            found.append((int(token.tag[1]), " ".join(inline.content.split()), token.map[0], token.map[1] - 1))
    return found


def _ours(text: str) -> list[tuple[int, str, int, int]]:
    lines = LineIndex(text)
    return [
        (h.level, " ".join(h.text.split()), lines.position(h.span.start)[0], lines.position(h.span.end)[0])
        for h in read(text).headings
    ]


@settings(max_examples=600, deadline=None)
@given(st.one_of(_lines.map("\n".join), _raw))
@example("- a\n\n  # in\n# out\n> lazy\n---\n")
@example("a\n- \n# b\n")
@example("-\n\n  # not in the item\n")
@example("> ```\n# out\n")
@example("- ```\n  # in\n# out\n```\n# code")
def test_headings_are_those_that_another_commonmark_parser_finds(text: str) -> None:
    # The standard lets any of four end tags close raw HTML; pulldown-cmark wants the one that was opened.
    assume(not ("<pre>" in text and "</style>" in text) and not ("<style>" in text and "</pre>" in text))
    # A fence below tags begins code here, which the standard reads as HTML up to a blank line.
    assume(not fenced_html(text))
    assert _ours(text) == _oracle(text)


_FENCED = [
    ("<verify>\n```bash\n# a\n\n## b\n```\n</verify>\n", ["html_block", "code_block", "html_block"]),
    ("# t\n<x>\n  <y>*e*</y>\n  ~~~\n  a\n\n  ~~~\n</x>\n", ["heading", "html_block", "code_block", "html_block"]),
    ("é\n\n<x a='b'>\nü\n```\n\n```\nafter\n", ["paragraph", "html_block", "code_block", "paragraph"]),
    ("<!-- a\n\n<x>\nb -->\n```\nc\n```\n", ["html_block", "code_block"]),
    ("<pre>\n```\n\n```\n</pre>\n", ["html_block"]),
    ("````md\n<x>\n```\n\n```\n````\n", ["code_block"]),
    ("<x>\na\n\n```\nb\n```\n", ["html_block", "code_block"]),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("text", "kinds"), _FENCED)
def test_a_fence_below_tags_begins_code_that_the_next_fence_ends(text: str, kinds: list[str], end: str) -> None:
    tree = read(text.replace("\n", end))
    assert [chunk.elements[number].kind for chunk in tree.chunks for number in chunk.children()] == kinds
    assert tree.open_block is None
    assert not any(heading.text == "b" for heading in tree.headings)


def test_many_tags_below_one_another_are_looked_at_once() -> None:
    assert fenced_html("<a>\n" * 200_000 + "\n```\n") == ()
    assert len(fenced_html("<a>\n```\n\n" * 50_000)) == 50_000


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
    assert _ours(text) == _oracle(text)


def _facts(tree: Tree) -> list[tuple[str, object, tuple[Definition, ...], object]]:
    return [(chunk.text, chunk.elements, chunk.definitions, chunk.open_block) for chunk in tree.chunks]


@settings(max_examples=600, deadline=None)
@given(_more, st.data())
def test_an_edited_tree_is_the_tree_of_the_edited_text(text: str, data: st.DataObject) -> None:
    tree = read(text)
    for _ in range(3):
        start = data.draw(st.integers(0, len(tree.text)))
        end = data.draw(st.integers(start, len(tree.text)))
        new_text = data.draw(st.one_of(st.sampled_from([*_MORE, "\n", "\r", "\n\n", "# "]), _more))
        tree = changed(tree, Span(start, end), new_text)
        whole = read(tree.text)
        assert _facts(tree) == _facts(whole)
        assert tree.starts == whole.starts


@settings(max_examples=300, deadline=None)
@given(_more)
def test_elements_lie_in_order_within_their_parents_and_their_text(text: str) -> None:
    tree = read(text)
    assert "".join(chunk.text for chunk in tree.chunks) == text
    for chunk in tree.chunks:
        for number, element in enumerate(chunk.elements):
            assert 0 <= element.start <= element.end <= len(chunk.text)
            assert number < element.after <= len(chunk.elements)
            assert element.parent < number
            if element.parent >= 0:
                parent = chunk.elements[element.parent]
                assert parent.start <= element.start <= element.end
                assert element.after <= parent.after


@settings(max_examples=300, deadline=None)
@given(st.one_of(_lines.map("\n".join), _raw))
def test_after_the_closer_a_heading_is_a_heading_again(text: str) -> None:
    open_block = read(text).open_block
    closed = text if open_block is None else f"{text}\n{open_block.closer}"
    assert [heading.text for heading in read(closed + "\n\n# End").headings][-1:] == ["End"]


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
        ("# a\n```\n# b\n# c\n", "```"),
    ],
)
def test_a_block_left_open_names_what_closes_it(text: str, closer: str | None) -> None:
    open_block = read(text).open_block
    assert (None if open_block is None else open_block.closer) == closer


def test_headings_are_given_with_all_their_lines() -> None:
    text = "# a\n\nb\nc\n===\n\n<h2>d</h2>\n"
    assert [(h.level, h.text, text[h.span.start : h.span.end]) for h in read(text).headings] == [
        (1, "a", "# a"),
        (1, "b\nc", "b\nc\n==="),
        (2, "d", "<h2>d</h2>"),
    ]


def test_what_stands_before_the_start_is_passed_over() -> None:
    tree = read("---\n# no\n---\n# a\n```\nx\n", 13)
    assert [(h.text, h.span.start) for h in tree.headings] == [("a", 13)]
    assert [(f.span, f.is_closed) for f in tree.fences] == [(Span(17, 23), False)]
    assert tree.open_block is not None
    assert (tree.open_block.start, tree.open_block.closer) == (17, "```")


@settings(max_examples=300, deadline=None)
@given(st.one_of(_lines.map("\n".join), _raw))
def test_a_fence_is_its_opening_line_its_content_and_its_closing_line(text: str) -> None:
    for fence in read(text).fences:
        opening, closing = text[fence.span.start : fence.content.start], text[fence.content.end : fence.span.end]
        assert opening.strip(" \n").startswith(fence.marker)
        assert fence.marker[:1] in {"`", "~"}
        if fence.is_closed:
            assert set(closing.strip(" \t")) == {fence.marker[0]}
        else:
            assert (closing, fence.span.end) == ("", len(text))
        assert "\n" not in closing


def test_fences_are_given_with_their_content_and_name() -> None:
    text = "```  Py x\na\n\n  ````\n~~~\n~~~\n- ```\n  no\n  ```\n\n    no\n\n  ~~~~ y\n"
    found = [(f.marker, f.name, text[f.content.start : f.content.end], f.is_closed) for f in read(text).fences]
    assert found == [("```", "py x", "a\n\n", True), ("~~~", "", "", True)]
    assert [(f.marker, f.is_closed) for f in read("~~~~ y\nx").fences] == [("~~~~", False)]


def test_comments_are_found_in_blocks_and_within_words_and_not_in_code() -> None:
    text = "<!-- a\n\nb --> x <!-- c -->\n\n`<!-- no -->` y <!-- d --> z\n\n```\n<!-- no -->\n```\n\n<!-- open"
    tree = read(text)
    assert [text[c.start : c.end] for c in tree.comments()] == ["<!-- a\n\nb -->", "<!-- c -->", "<!-- d -->"]
    assert [text[c.start : c.end] for c in tree.comments(Span(5, 60))] == ["<!-- c -->", "<!-- d -->"]


def test_the_rules_that_end_a_text_are_found_also_at_the_end_of_a_list() -> None:
    text = "a\n\n***\n\nb\n\n---\n\n- \n  - - -\n"
    tree = read(text)
    assert [text[rule.start : rule.end] for rule in tree.rules_before(len(text))] == ["- - -", "---"]
    assert [text[rule.start : rule.end] for rule in tree.rules_before(8)] == ["***"]
    assert list(read("a\n---\n").rules_before(6)) == []


def test_deep_nesting_ends_with_the_container() -> None:
    text = "> " * 5_000 + "# in\n\n" + "- " * 5_000 + "x\n\n" + "\n" * 5_000 + "# out\n"
    assert [heading.text for heading in read(text).headings] == ["out"]


def test_a_lone_tag_ends_no_paragraph() -> None:
    assert [" ".join(heading.text.split()) for heading in read("a\n<b>\n===\n").headings] == ["a <b>"]


def test_elements_carry_what_was_written() -> None:
    text = (
        "# Ziel ü\n\n- [x] **fertig** `a b` [c](d/e.py)\n\n3. drei\n\n"
        "| a | b |\n|---|---|\n| 1 | é |\n\n~~~ py\nx\n~~~\n"
    )
    tree = read(text)
    found = [(e.kind, text[span.start : span.end], e.level, e.value) for e, span in tree.elements()]
    assert found == [
        ("heading", "# Ziel ü", 1, ""),
        ("list", "- [x] **fertig** `a b` [c](d/e.py)", -1, ""),
        ("item", "- [x] **fertig** `a b` [c](d/e.py)", 0, ""),
        ("checkbox", "[x]", 1, ""),
        ("strong", "**fertig**", 0, ""),
        ("code", "`a b`", 0, ""),
        ("link", "[c](d/e.py)", 0, "d/e.py"),
        ("list", "3. drei", 3, ""),
        ("item", "3. drei", 0, ""),
        ("table", "| a | b |\n|---|---|\n| 1 | é |", 0, ""),
        ("row", "| a | b |", 0, ""),
        ("cell", " a ", 0, ""),
        ("cell", " b ", 0, ""),
        ("row", "| 1 | é |", 0, ""),
        ("cell", " 1 ", 0, ""),
        ("cell", " é ", 0, ""),
        ("code_block", "~~~ py\nx\n~~~", 1, "py"),
    ]


def test_definitions_are_listed_wherever_they_stand() -> None:
    text = "# ä\n\n[Code][1]\n\n# b\n\n[1]: <src/x y.py> 'é'\n"
    assert [(d.label, d.destination, text[s.start : s.end]) for d, s in read(text).definitions()] == [
        ("1", "src/x y.py", "[1]: <src/x y.py> 'é'")
    ]


def test_chunks_that_an_edit_does_not_touch_stay_the_same_objects() -> None:
    tree = read("".join(f"# {n}\n\ntext\n\n" for n in range(50)))
    at = tree.starts[20] + 8
    after = changed(tree, Span(at, at), "x")
    same = [old is new for old, new in zip(tree.chunks, after.chunks, strict=True)]
    assert same.count(False) <= 1
    opened = changed(tree, Span(at, at), "\n```\n")
    assert len(opened.chunks) == 21
    assert changed(opened, Span(at, at + 5), "").headings == tree.headings


_HOSTILE = {
    "quotes": ">",
    "brackets": "[",
    "links": "[a](",
    "emphasis": "*a_ ",
    "comments": "<!-- \n\n",
    "fences": "```\n",
    "fenced headings": "# a\n```\n",
    "headings": "# a\n",
    "definitions": "[a]: b\n",
    "nesting": "- ",
    "rules": "---\n",
    "table rows": "| a | b |\n|--|--|\n",
    "ticks": "`a``",
    "tags": '<a x="',
    "indented headings": "  # a\n",
    "surrogates": "\ud800# \udfff\n",
}


@pytest.mark.parametrize("unit", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_texts_are_read_whole(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    chunks: tuple[Chunk, ...] = read(text).chunks
    assert sum(len(chunk.text) for chunk in chunks) == len(text)
