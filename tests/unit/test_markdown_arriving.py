"""Headings of a text that arrives in pieces, compared with those of a whole reading of the same lines."""

from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.markdown.arriving import ArrivingHeadings
from orch_lsp.markdown.reader import read
from orch_lsp.orchestration.asking.streaming import SectionTracker
from orch_lsp.profiles.plain.sections import PLAIN
from tests.unit.test_markdown_reader import _HOSTILE, _MORE

_lines = st.lists(
    st.lists(st.sampled_from([*_MORE, "<h2>g</h2>", " # c", "  # d", "  ---", "  ==="]), max_size=2).map("".join),
    max_size=14,
)
_raw = st.text(alphabet="# -`~<!>=*+1.)a\t\nh/", max_size=60)
_texts = st.one_of(_lines.map("\n".join), _lines.map("\r\n".join), _raw)


@settings(max_examples=800, deadline=None)
@given(_texts, st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_headings_are_told_with_their_line_and_are_those_of_the_whole_text_so_far(text: str, sizes: list[int]) -> None:
    arriving = ArrivingHeadings()
    told: list[tuple[int, str]] = []
    at = 0
    for size in cycle(sizes):
        if at >= len(text):
            break
        told += [(heading.level, heading.text) for heading in arriving.feed(text[at : at + size])]
        at += size
        lines = text[: text.rfind("\n", 0, at) + 1]
        assert told == [(heading.level, heading.text) for heading in read(lines).headings]


def _section(text: str) -> str | None:
    tracker = SectionTracker(PLAIN)
    for character in text:
        tracker.feed(character)
    return tracker.current


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("## Goal\n", "goal"),
        ("## Goal", None),
        ("#Goal\n", None),
        ("Goal\n====\n", "goal"),
        ("    ## Goal\n", None),
        ("- a\n\n  ## Goal\n", None),
        ("````\n## Goal\n```\n## Tasks\n", None),
        ("<!-- a\n\n## Goal\n-->\n", None),
        ("<h2>Goal</h2>\n", "goal"),
        ("## Goal\n\n```sh\n# Tasks\n```\n", "goal"),
        ("## Goal\n\n```sh\n# x\n```\n\n## Tasks\n", "tasks"),
        ("Sure:\n\n```markdown\n# T\n\n## Goal\n", "goal"),
        ("```md\n## Goal\na\n```\n\n```md\n## Tasks\n", "tasks"),
        ("```markdown\n## Goal\n\n```py\n# Tasks\n```\n", "goal"),
        ("```markdown\n## Goal\n\n```py\nx\n```\n\n## Tasks\n", "tasks"),
    ],
)
def test_the_section_that_is_being_written_is_the_one_that_the_answer_will_be_read_into(
    text: str, key: str | None
) -> None:
    assert _section(text) == key


_MORE_HOSTILE = {
    "headings in items": "- a\n  # b\n",
    "rules in items": "1. a\n   ---\n",
    "underlined": "a\n---\n",
    "false closers": "```x\n# a\n",
    "tags that stay open": "<div>\n# a\n",
    "wrappings": "```md\n# a\n",
    "wrappings in wrappings": "```md\n",
    "loose items": "- a\n\n  ## b\n\n  c\n",
}


@pytest.mark.parametrize("unit", [*_HOSTILE.values(), *_MORE_HOSTILE.values()], ids=[*_HOSTILE, *_MORE_HOSTILE])
def test_the_work_is_linear_in_the_text_however_small_its_pieces_are(unit: str) -> None:
    text = unit * (40_000 // len(unit)) + "\n\n# end\n"
    arriving = ArrivingHeadings(("md",))
    for start in range(0, len(text), 7):
        list(arriving.feed(text[start : start + 7]))
    assert arriving.characters_read < 12 * len(text)
