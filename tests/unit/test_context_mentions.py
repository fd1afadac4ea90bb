"""Which files a spec names, and how it says so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.context.mentions import MAX_MENTIONS, Mention, find_mentions


def _paths(text: str) -> list[str]:
    return [mention.path for mention in find_mentions(text)]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("See [the limiter](src/limit.py).", "src/limit.py"),
        ("See [the limiter](<src/my limit.py>).", "src/my limit.py"),
        ("See [the limiter](src/my%20limit.py).", "src/my limit.py"),
        ("See [the limiter][1].\n\n# Links\n\n[1]: src/limit.py\n", "src/limit.py"),
        ("![plan](img/plan.png)", "img/plan.png"),
        ("Change `src/limit.py` first.", "src/limit.py"),
        ("- [ ] change src/limit.py,", "src/limit.py"),
        ("| file |\n|---|\n|src/limit.py|\n", "src/limit.py"),
        ("> **src/limit.py:**", "src/limit.py"),
        ("## src/limit.py", "src/limit.py"),
        (r"my\_limit.py", "my_limit.py"),
        ("Prüfe «src/größe.py»!", "src/größe.py"),
    ],
)
def test_a_file_is_found_however_it_is_named(text: str, path: str) -> None:
    assert path in _paths(text)


@pytest.mark.parametrize(
    "text",
    [
        "[web](https://example.org/a.py)",
        "[here](#goal)",
        "<https://example.org/a.py>",
        "```\nsrc/limit.py\n```",
        "    src/limit.py",
        "<!-- src/limit.py -->",
        "a word and no file",
        "[web](https://example.org) [`limit.py`](https://example.org/x)",
    ],
)
def test_what_is_no_file_here_is_no_mention(text: str) -> None:
    assert _paths(text) == []


def test_mentions_come_in_the_order_of_the_text_each_once() -> None:
    text = "a.py then `b.py` then [c](c.py) then d.py then a.py\n\n# Next\n\n`e.py` b.py"
    assert _paths(text) == ["a.py", "b.py", "c.py", "d.py", "e.py"]


def test_lines_are_read_from_fragments_and_colons() -> None:
    text = "[a](a.py#L10-L20) `b.py:7` c.py:3-5"
    assert find_mentions(text) == [
        Mention("a.py#L10-L20", "a.py", (10, 20), explicit=True),
        Mention("b.py:7", "b.py", (7, 7), explicit=False),
        Mention("c.py:3-5", "c.py", (3, 5), explicit=False),
    ]


def test_their_number_is_bounded() -> None:
    assert len(find_mentions("".join(f"f{n}.py " for n in range(MAX_MENTIONS + 50)))) == MAX_MENTIONS


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab./`[]()<>!#|*-\\ \n:é\ud800", max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    assert all(mention.path for mention in find_mentions(text))
