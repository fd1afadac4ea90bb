"""An answer is written where the document keeps such, and no other byte changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orch_lsp.document.answering import answer_edit
from orch_lsp.document.parse import parse
from orch_lsp.document.profile import Profile
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.profiles.registry import profile_named
from orch_lsp.text import apply_edits

DATE = "2026-01-31"


def spec_kit() -> Profile:
    found = profile_named("spec-kit")
    assert found is not None
    return found


def answered(text: str, question: str = "Who pays for it?", answer: str = "The shop.", profile: Profile = PLAIN) -> str:
    return apply_edits(text, [answer_edit(parse(text, profile), question, answer, DATE)])


def test_a_question_in_a_list_is_answered_where_it_stands() -> None:
    text = "# A\n\nA shop.\n\n## Assumptions\n\n1. Who pays for it?\n2. Is it on?\n"
    assert answered(text) == text.replace("pays for it?", "pays for it? **Answer:** The shop.")


def test_elsewhere_it_stands_among_decisions_beside_the_brief() -> None:
    text = "# A\n\nA shop.\n\n## Goal\n\nSell.\n"
    once = answered(text)
    assert once == f"# A\n\nA shop.\n\n## Decisions\n\n- {DATE}: Who pays for it? → The shop.\n\n## Goal\n\nSell.\n"
    assert answered(once, "Is it on by itself?", "Yes.\nAlways.") == once.replace(
        "The shop.\n", f"The shop.\n- {DATE}: Is it on by itself? → Yes. Always.\n"
    )
    assert answered("# A\n\nA shop.\n").endswith(f"A shop.\n\n## Decisions\n\n- {DATE}: Who pays for it? → The shop.\n")


def test_spec_kit_keeps_it_among_its_clarifications_by_day() -> None:
    text = "# Feature Specification: Shop\n\n## User Scenarios & Testing *(mandatory)*\n\n- Who pays for it?\n"
    once = answered(text, profile=spec_kit())
    added = f"## Clarifications\n\n### Session {DATE}\n\n- Q: Who pays for it? → A: The shop.\n\n"
    assert once == text.replace("## User", f"{added}## User")
    twice = answered(once, "Is it on?", "No", profile=spec_kit())
    assert twice == once.replace("A: The shop.\n", "A: The shop.\n- Q: Is it on? → A: No\n")
    other_day = once.replace(DATE, "2025-12-01")
    assert f"- Q: Who pays for it? → A: The shop.\n\n### Session {DATE}\n\n- Q: Is it on? → A: No\n" in answered(
        other_day, "Is it on?", "No", profile=spec_kit()
    )


def test_line_ends_are_the_documents_own() -> None:
    assert "\n" not in answered("# A\r\n\r\nA shop.\r\n\r\n## Goal\r\n\r\nSell.\r\n").replace("\r\n", "")


@given(st.text(max_size=300), st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
@pytest.mark.parametrize("name", ["plain", "spec-kit"])
def test_nothing_else_of_any_document_changes(name: str, text: str, question: str, answer: str) -> None:
    profile = profile_named(name)
    assert profile is not None
    edit = answer_edit(parse(text, profile), question, answer, DATE)
    assert edit.span.start == edit.span.end
    assert text[: edit.span.start] + edit.new_text + text[edit.span.end :] == apply_edits(text, [edit])


def test_a_later_answer_takes_the_place_of_an_earlier_one():
    asked = "Is the limit per plan, or one for all?"
    beside = f"# T\n\nBrief.\n\n## Assumptions\n\n- Q1: {asked} Options: a / b.\n- Other.\n"
    for text in (beside, "# T\n\nBrief.\n\n## Goal\n\nx\n"):
        document = parse(text, PLAIN)
        first = apply_edits(text, (answer_edit(document, asked, "per plan", "2026-01-31"),))
        again = apply_edits(first, (answer_edit(parse(first, PLAIN), asked, "per plan", "2026-02-01"),))
        assert again == first
        other = apply_edits(first, (answer_edit(parse(first, PLAIN), asked, "one for all", "2026-02-01"),))
        assert other == first.replace("per plan\n", "one for all\n")
