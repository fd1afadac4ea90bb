"""A fence is longer than any run of backticks within it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orch_lsp.markdown.fencing import fence_around


@pytest.mark.parametrize(
    ("text", "at_least", "length"), [("", 3, 3), ("a``b", 3, 3), ("```", 3, 4), ("", 1, 1), ("a`b``", 1, 3)]
)
def test_a_fence_is_as_long_as_it_must_be(text, at_least, length):
    assert fence_around(text, at_least) == "`" * length


@given(st.text(alphabet="`~a \n", max_size=40))
def test_nothing_within_a_fence_ends_it(text):
    fence = fence_around(text)
    blocks = [token for token in MarkdownIt().parse(f"{fence}\n{text}\n{fence}\n") if token.level == 0]
    assert [(block.type, block.content) for block in blocks] == [("fence", f"{text}\n")]
