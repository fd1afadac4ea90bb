"""Two who change one text: whatever either did is in the merge, or there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.three_way import merged, without_known

SHAPES = st.sampled_from(
    ["{}", "- {}", "1. {}", "  - {}", "> {}", "### {}", "`{}`", "```", "", "| {} |", "    {}", "\\# {}"]
)


@st.composite
def changed(draw) -> tuple[list[str], list[str], list[str]]:
    """A text, and two changes of it; all words are others, so that it can be told who wrote which."""
    base = [draw(SHAPES).format(f"b{number}") for number in range(draw(st.integers(0, 7)))]

    def change(who: str) -> list[str]:
        lines: list[str] = []
        for number, line in enumerate(base):
            did = draw(st.sampled_from(["keep", "keep", "keep", "drop", "replace", "insert"]))
            if did in {"replace", "insert"}:
                lines.append(draw(SHAPES).format(f"{who}{number}"))
            if did in {"keep", "insert"}:
                lines.append(line)
        return [*lines, *(draw(SHAPES).format(f"{who}-last") for _ in range(draw(st.integers(0, 1))))]

    return base, change("m"), change("t")


def words(lines: list[str]) -> list[str]:
    """The lines that can be told apart."""
    return [line for line in lines if any(letter.isdigit() or letter == "-" for letter in line) and line != "```"]


@given(changed())
def test_no_change_of_either_side_is_lost_and_no_words_are_made_up(texts):
    base, mine, theirs = texts
    made = merged(*("\n".join(side) for side in texts))
    if made is None:
        assert mine != base
        assert theirs not in (base, mine)
        return
    lines = words(made.split("\n"))
    kept = set(words(base)) & set(words(mine)) & set(words(theirs))
    new = (set(words(mine)) | set(words(theirs))) - set(words(base))
    assert set(lines) == kept | new
    for side in (mine, theirs):
        there = [line for line in words(side) if line in set(lines)]
        assert [line for line in lines if line in set(there)] == there


@given(changed())
def test_who_changed_nothing_gets_the_others_text(texts):
    base, mine, _ = ("\n".join(side) for side in texts)
    assert merged(base, mine, base) == mine
    assert merged(base, base, mine) == mine
    assert merged(base, mine, mine) == mine


def test_items_and_paragraphs_are_merged_where_each_was_changed():
    base = "Limit clients.\n\n- AC1: a\n- AC2: b\n- AC3: c\n"
    mine = "Limit each client.\n\n- AC1: a\n- AC2: b\n- AC3: c, as it was\n"
    theirs = "Limit clients.\n\n- AC1: a, at once\n- AC2: b\n- AC3: c\n- AC4: d\n"
    assert merged(base, mine, base.replace("AC1: a", "AC1: a, at once")) == mine.replace("AC1: a", "AC1: a, at once")
    assert merged(base, mine.replace(", as it was", ""), theirs) == (
        "Limit each client.\n\n- AC1: a, at once\n- AC2: b\n- AC3: c\n- AC4: d\n"
    )


def test_neighbours_that_each_changed_one_of_are_merged():
    base = "- AC1: a\n- AC2: b"
    assert merged(base, "- AC1: x\n- AC2: b", "- AC1: a\n- AC2: y") == "- AC1: x\n- AC2: y"
    assert merged(base, "- AC1: x\n- AC2: b", "- AC1: z\n- AC2: y") is None


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Limit each client.", "Limit all clients."),
        ("", "Limit clients at once."),
        ("Limit clients.\nMine.", "Limit clients.\nTheirs."),
    ],
)
def test_a_place_that_both_changed_has_no_merge(mine, theirs):
    assert merged("Limit clients.", mine, theirs) is None


def test_a_text_that_is_too_long_has_no_merge():
    long = "\n".join(f"line {number}" for number in range(3_000))
    assert merged(long, f"{long}\nmine", f"theirs\n{long}") is None


def test_blocks_that_are_known_are_not_written_again():
    mine = "My own goal.\n\n- [ ] Count.\n"
    theirs = "Limit clients.\n\n- [ ] Count.\n- [ ] Answer 429.\n\n```text\nx\n\ny\n```\n"
    assert without_known(mine, theirs) == "Limit clients.\n\n- [ ] Answer 429.\n\n```text\nx\n\ny\n```"
    assert without_known(theirs, theirs) == ""
    assert without_known("Other.", theirs) == theirs.strip("\n")
