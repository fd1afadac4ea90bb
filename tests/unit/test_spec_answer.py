"""Reading answers: what belongs to a section is kept, what stands around it is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.spec.answer import Answer, read_answer
from orch_lsp.spec.blocks import scan_blocks
from orch_lsp.spec.parse import parse
from orch_lsp.spec.profiles import PLAIN
from orch_lsp.text import normalised, split_lines

ALL = tuple(section.key for section in PLAIN.sections)


def read(text: str, *wanted: str) -> Answer:
    return read_answer(text, PLAIN, wanted or ALL)


def bodies(answer: Answer) -> dict[str, str]:
    return {section.key: section.body for section in answer.sections}


def test_a_plain_answer_is_its_own_draft() -> None:
    text = "## Goal\n\nLimit.\n\n## Tasks\n\n- [ ] a\n"
    assert read(text).text == text
    assert read(text).notes == ()


@pytest.mark.parametrize("mark", ["#", "##", "###", "####", "######"])
def test_sections_are_found_at_any_heading_level(mark: str) -> None:
    answer = read(f"{mark} Goal\nx\n\n{mark} 2. Tasks:\n- a\n")
    assert answer.text == "## Goal\n\nx\n\n## Tasks\n\n- a\n"


def test_setext_and_mixed_levels_are_found_too() -> None:
    assert bodies(read("Goal\n====\nx\n\n### Tasks\n- a\n\n## Rollback\nr")) == {
        "goal": "x", "tasks": "- a", "rollback-plan": "r",
    }  # fmt: skip


@pytest.mark.parametrize("heading", ["**Goal**", "**Goal**:", "__Goal__", "**1. Goal:**"])
def test_bold_lines_are_headings_if_there_are_no_others(heading: str) -> None:
    answer = read(f"Sure.\n\n{heading}\nx\n\n**Tasks**\n- a\n")
    assert bodies(answer) == {"goal": "x", "tasks": "- a"}
    assert "read lines in bold as headings" in answer.notes


def test_bold_labels_on_the_line_of_their_text_are_headings() -> None:
    assert bodies(read("**Goal:** limit it\n\n**Tasks:**\n- a\n")) == {"goal": "limit it", "tasks": "- a"}


def test_bold_lines_below_real_headings_stay_text() -> None:
    assert bodies(read("## Goal\n\n**Tasks**\n\nx\n")) == {"goal": "**Tasks**\n\nx"}


@pytest.mark.parametrize("info", ["", "markdown", "md", "Markdown"])
def test_a_fence_round_the_whole_answer_is_taken_off_with_the_words_around_it(info: str) -> None:
    answer = read(f"Here you go:\n\n```{info}\n# T\n\n## Goal\n\nx\n```\n\nLet me know!\n")
    assert answer.text == "## Goal\n\nx\n"
    assert "took the draft out of a code fence" in answer.notes


def test_a_wrapping_fence_may_hold_fences_of_its_own_length() -> None:
    text = (
        "```markdown\n## Goal\n\n```sh\n# Tasks\nrun\n```\n\n## Tasks\n\n```\nbare\n```\n\n- a\n\n"
        "## Rollback Plan\n\nr\n```\nBye.\n"
    )
    answer = read(text)
    assert bodies(answer) == {
        "goal": "```sh\n# Tasks\nrun\n```",
        "tasks": "```\nbare\n```\n\n- a",
        "rollback-plan": "r",
    }


def test_a_fence_inside_the_draft_is_not_taken_for_a_wrapping() -> None:
    text = "## Goal\n\n```markdown\n## Tasks\n\nx\n```\n"
    assert read(text).text == text


def test_chatter_title_and_front_matter_are_removed_and_noted() -> None:
    answer = read(
        "---\na: b\n---\nSure, here is it.\n\n# Rate limiter\n\n## Goal\n\nx\n\n---\n\nLet me know if it fits.\n"
    )
    assert answer.text == "## Goal\n\nx\n"
    assert answer.notes == (
        "removed front matter",
        "removed a repeated title",
        "removed text before the first section",
        "removed text after the last section",
    )


@pytest.mark.parametrize(
    "last",
    [
        "If the store is down, requests pass.",
        "If you need to roll back, switch the flag off.",
        "Feel free hours are counted.",
        "- Let me know: the alert's name",
        "Should it fail, page the team.",
    ],
)
def test_a_last_paragraph_that_is_no_farewell_is_kept(last: str) -> None:
    assert bodies(read(f"## Rollback Plan\n\nx\n\n{last}\n"))["rollback-plan"] == f"x\n\n{last}"


@pytest.mark.parametrize(
    "last",
    [
        "Let me know if you want changes!",
        "*I hope this helps.*",
        "If you'd like, I can add estimates.",
        "Would you like me to expand the tasks?",
        "Feel free to adjust the limits.",
    ],
)
def test_words_to_the_reader_after_the_last_section_are_removed_and_noted(last: str) -> None:
    answer = read(f"## Rollback Plan\n\nx\n\n---\n\n{last}\n")
    assert bodies(answer) == {"rollback-plan": "x"}
    assert answer.notes == ("removed text after the last section",)


def test_comments_of_code_are_no_headings_and_nothing_in_a_fence_is_lost() -> None:
    code = "```sh\n# Tasks\n# Goal\n\n---\n**Tasks**\n```"
    assert bodies(read(f"## Verification Plan\n\n{code}\n\nthen look\n")) == {
        "verification-plan": f"{code}\n\nthen look"
    }


def test_a_fence_left_open_is_closed_before_the_section_that_it_swallowed() -> None:
    answer = read("## Goal\n\n```py\n# x\n\n## Tasks\n\n- a\n")
    assert bodies(answer) == {"goal": "```py\n# x\n```", "tasks": "- a"}
    assert "closed a code fence" in answer.notes


@pytest.mark.parametrize(
    ("open_body", "closed"),
    [("~~~~\nx", "~~~~\nx\n~~~~"), ("a\n\n<!-- b", "a\n\n<!-- b\n-->"), ("<pre>\n\nx", "<pre>\n\nx\n</pre>")],
)
def test_what_an_answer_leaves_open_is_closed_in_its_section(open_body: str, closed: str) -> None:
    assert bodies(read(f"## Goal\n\n{open_body}\n"))["goal"] == closed


def test_empty_and_placeholder_sections_are_dropped_and_noted() -> None:
    answer = read("## Goal\n\n## Tasks\n\nTODO\n\n## Rollback Plan\n\nr\n")
    assert bodies(answer) == {"rollback-plan": "r"}
    assert answer.notes == ("left out “Goal”, which was empty", "left out “Tasks”, which was empty")


def test_duplicates_are_joined_in_profile_order() -> None:
    answer = read("## Tasks\n- a\n\n## Goal\ng\n\n## Tasks\n- b\n")
    assert answer.text == "## Goal\n\ng\n\n## Tasks\n\n- a\n\n- b\n"
    assert answer.notes == ("joined 2 sections named “Tasks”",)


def test_sections_that_were_not_asked_for_are_left_out_and_noted() -> None:
    answer = read("## Goal\n\ng\n\n## Tasks\n\n- a\n", "tasks")
    assert bodies(answer) == {"tasks": "- a"}
    assert answer.notes == ("left out “Goal”, which was not asked for",)


def test_sub_headings_go_below_the_section_and_keep_their_distance() -> None:
    answer = read("# Tasks\n\n## One\n- a\n\n### Deeper\n- b\n")
    assert bodies(answer)["tasks"] == "### One\n- a\n\n#### Deeper\n- b"


def test_headings_that_follow_an_empty_section_at_its_level_belong_to_it() -> None:
    assert bodies(read("## Tasks\n\n## Phase 1\n- a\n\n## Goal\ng\n"))["tasks"] == "### Phase 1\n- a"


def test_a_stranger_among_the_sections_is_left_out_and_noted() -> None:
    answer = read("## Goal\n\ng\n\n## Summary of changes\n\nI wrote it.\n")
    assert answer.text == "## Goal\n\ng\n"
    assert answer.notes == ("left out “Summary of changes”, which is no section of the profile",)


@pytest.mark.parametrize(
    "text", ["", "Hello.", "# T\n\nwords\n", "```\n## Goals of x\n```", "## Goal\n", "\ufeff\n", "I can't."]
)
def test_an_answer_without_a_section_has_none(text: str) -> None:
    assert read(text).sections == ()
    assert read(text).text == ""


def test_line_ends_and_byte_order_marks_of_an_answer_do_not_matter() -> None:
    assert read("\ufeff## Goal\r\n\r\nx\r\r## Tasks\r\n- a").text == "## Goal\n\nx\n\n## Tasks\n\n- a\n"


answers = st.lists(
    st.sampled_from(
        ["# T", "## Goal", "### Tasks", "Tasks\n---", "**Goal**", "TODO", "text", "", "", "```", "```markdown", "<!--",
         "- x", "## Other", "#### Sub", "😋", "~~~", "# Rollback", "---",
         "<pre>", "\u2028", "> # Goal", "\ufeff"]
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(answers, st.text(alphabet="\r\n\u2028\x0c# -`~<!>*😋Goal", max_size=80)))
def test_a_draft_reads_back_as_itself(text: str) -> None:
    answer = read(text)
    again = read(answer.text)
    assert again.sections == answer.sections
    assert again.text == answer.text
    document = parse(answer.text, PLAIN)
    assert list(document.profile_sections) == [section.key for section in answer.sections]
    for section in answer.sections:
        assert section.body == normalised(section.body)
        assert scan_blocks(split_lines(section.body)).open_block is None
        found = document.profile_sections[section.key]
        assert normalised(answer.text[found.body.start : found.body.end]) == section.body
