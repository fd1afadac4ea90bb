"""Answers for places of a format: however a model quotes a place's title, or leaves it out where only one was asked."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.in_shape import read_for_places
from orch_lsp.document.answer.reading import Answer
from orch_lsp.document.drafting import answer_profile, open_places
from orch_lsp.document.parse import parse
from orch_lsp.profiles.openspec.kinds import SPEC

_TEXT = """\
## Purpose

Lets people sign in with a password, and keeps others out of what is not theirs.

## Requirements

### Requirement: Sign in

The service SHALL let people in.
"""
_TWO = f"{_TEXT}\n### Requirement: Sign out\n\nThe service SHALL let people out.\n"
_BODY = "#### Scenario: A right password\n- **WHEN** a right password is given\n- **THEN** the page opens"


def read(raw: str, text: str = _TEXT) -> Answer:
    places = open_places(parse(text, SPEC))
    return read_for_places(raw, answer_profile(SPEC, places), [place.key for place in places], places, "")


@pytest.mark.parametrize(
    "title",
    [
        "Scenarios of “Sign in”",
        'Scenarios of "Sign in"',
        "Scenarios of Sign in",
        "Scenarios of 'Sign in'",
        "Scenarios of `Sign in`",
        "Scenarios of „Sign in“",
        "Scenarios of «Sign in»",
        "scenarios of ‘Sign in’",
    ],
)
def test_a_title_counts_in_any_quotation_marks(title: str) -> None:
    (section,) = read(f"## {title}\n\n{_BODY}\n").sections
    assert section.key == "Requirement: Sign in/scenarios"
    assert section.body == _BODY


@pytest.mark.parametrize("before", ["", "\n\n", "\r\n"])
def test_the_only_place_needs_no_heading(before: str) -> None:
    (section,) = read(f"{before}{_BODY}\n").sections
    assert section.body == _BODY


@pytest.mark.parametrize(
    "raw",
    [
        "Scenarios would be of use here.",
        "I cannot help with that.",
        "- a list\n- of words\n",
        "#### Design\n\nA table of keys.\n",
        "",
    ],
)
def test_other_words_without_the_heading_are_no_answer(raw: str) -> None:
    assert read(raw).sections == ()


def test_of_several_places_each_needs_its_heading() -> None:
    assert read(_BODY, _TWO).sections == ()
    quoted = f'## Scenarios of "Sign in"\n\n{_BODY}\n\n## Scenarios of Sign out\n\n{_BODY}\n'
    assert [section.body for section in read(quoted, _TWO).sections] == [_BODY, _BODY]
