"""The end of an answer proved from its text: its words are passed on in whatever pieces, the mark is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.providers.end_mark import EndMark

TEXTS = st.text(st.sampled_from("ab \n`*[END\r"), max_size=60)


def read(pieces, prompt="a prompt"):
    end = EndMark(prompt)
    return "".join([*(end.feed(piece) for piece in pieces), end.flush()]), end


@given(TEXTS, st.lists(st.integers(1, 7), max_size=40))
def test_pieces_do_not_matter(text, widths):
    mark = EndMark("a prompt").mark
    whole = f"{text}\n{mark}\n"
    pieces, rest = [], whole
    for width in widths:
        pieces.append(rest[:width])
        rest = rest[width:]
    passed, end = read([*pieces, rest])
    assert (passed, end.was_seen) == (f"{text}\n", True)


@given(TEXTS)
def test_without_the_mark_every_character_is_passed_on(text):
    passed, end = read([text])
    assert passed == text
    assert not end.was_seen


def test_the_mark_depends_on_the_words():
    assert EndMark("one").mark != EndMark("two").mark
    _, end = read([EndMark("two").mark], "one")
    assert not end.was_seen


def test_only_the_end_of_a_fence_may_follow():
    mark = EndMark("a prompt").mark
    assert read(["```\ntext\n", mark, "\n```\n"])[1].was_seen
    assert not read([mark, "\nmore"])[1].was_seen
