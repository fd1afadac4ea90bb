"""Reading answers: what belongs to a section is kept, what stands around it is not."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orch_lsp.document.answer.chatter import kind_of
from orch_lsp.document.answer.reading import Answer, read_answer, read_draft
from orch_lsp.document.parse import parse
from orch_lsp.markdown.reader import read as read_markdown
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import normalised

ALL = tuple(section.key for section in PLAIN.sections)


def read(text: str, *wanted: str) -> Answer:
    return read_answer(text, PLAIN, wanted or ALL)


def bodies(answer: Answer) -> dict[str, str]:
    return {section.key: section.body for section in answer.sections}


def told(answer: Answer) -> tuple[str, ...]:
    return tuple(note.message for note in answer.notes)


def words(answer: Answer, code: str = "text_left_out") -> list[str]:
    return [note.text for note in answer.notes if note.code == code]


def test_a_plain_answer_is_its_own_draft() -> None:
    text = "## Goal\n\nLimit.\n\n## Tasks\n\n- [ ] a\n"
    assert read(text).text == text
    assert told(read(text)) == ()


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
    assert "read labels as headings" in told(answer)


def test_bold_labels_on_the_line_of_their_text_are_headings() -> None:
    assert bodies(read("**Goal:** limit it\n\n**Tasks:**\n- a\n")) == {"goal": "limit it", "tasks": "- a"}


def test_bold_lines_below_real_headings_stay_text() -> None:
    assert bodies(read("## Goal\n\n**Tasks**\n\nx\n")) == {"goal": "**Tasks**\n\nx"}


@pytest.mark.parametrize("info", ["", "markdown", "md", "Markdown"])
def test_a_fence_round_the_whole_answer_is_taken_off_with_the_words_around_it(info: str) -> None:
    answer = read(f"Here you go:\n\n```{info}\n# T\n\n## Goal\n\nx\n```\n\nLet me know!\n")
    assert answer.text == "## Goal\n\nx\n"
    assert "took the draft out of a code fence" in told(answer)


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
    assert told(answer) == (
        "left out front matter",
        "left out a title",
        "left out text before the first section",
        "left out words to the reader",
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
    assert told(answer) == ("left out words to the reader",)


def test_comments_of_code_are_no_headings_and_nothing_in_a_fence_is_lost() -> None:
    code = "```sh\n# Tasks\n# Goal\n\n---\n**Tasks**\n```"
    assert bodies(read(f"## Verification Plan\n\n{code}\n\nthen look\n")) == {
        "verification-plan": f"{code}\n\nthen look"
    }


def test_a_fence_left_open_is_closed_before_the_section_that_it_swallowed() -> None:
    answer = read("## Goal\n\n```py\n# x\n\n## Tasks\n\n- a\n")
    assert bodies(answer) == {"goal": "```py\n# x\n```", "tasks": "- a"}
    assert "closed a code fence" in told(answer)


@pytest.mark.parametrize(
    ("open_body", "closed"),
    [("~~~~\nx", "~~~~\nx\n~~~~"), ("a\n\n<!-- b", "a\n\n<!-- b\n-->"), ("<pre>\n\nx", "<pre>\n\nx\n</pre>")],
)
def test_what_an_answer_leaves_open_is_closed_in_its_section(open_body: str, closed: str) -> None:
    assert bodies(read(f"## Goal\n\n{open_body}\n"))["goal"] == closed


def test_empty_and_placeholder_sections_are_dropped_and_noted() -> None:
    answer = read("## Goal\n\n## Tasks\n\nTODO\n\n## Rollback Plan\n\nr\n")
    assert bodies(answer) == {"rollback-plan": "r"}
    assert told(answer) == (
        "left out “Goal”, which was empty",
        "left out “Tasks”, which held only a placeholder",
    )


def test_duplicates_are_joined_in_profile_order() -> None:
    answer = read("## Tasks\n- a\n\n## Goal\ng\n\n## Tasks\n- b\n")
    assert answer.text == "## Goal\n\ng\n\n## Tasks\n\n- a\n\n- b\n"
    assert told(answer) == ("joined 2 sections named “Tasks”",)


def test_sections_that_were_not_asked_for_are_left_out_and_noted() -> None:
    answer = read("## Goal\n\ng\n\n## Tasks\n\n- a\n", "tasks")
    assert bodies(answer) == {"tasks": "- a"}
    assert told(answer) == ("left out “Goal”, which was not asked for",)


def test_sub_headings_go_below_the_section_and_keep_their_distance() -> None:
    answer = read("# Tasks\n\n## One\n- a\n\n### Deeper\n- b\n")
    assert bodies(answer)["tasks"] == "### One\n- a\n\n#### Deeper\n- b"


def test_headings_that_follow_an_empty_section_at_its_level_belong_to_it() -> None:
    assert bodies(read("## Tasks\n\n## Phase 1\n- a\n\n## Goal\ng\n"))["tasks"] == "### Phase 1\n- a"


def test_a_stranger_among_the_sections_is_left_out_and_noted() -> None:
    answer = read("## Goal\n\ng\n\n## Summary of changes\n\nI wrote it.\n")
    assert answer.text == "## Goal\n\ng\n"
    assert told(answer) == ("left out “Summary of changes”, which is not a section of the profile",)


@pytest.mark.parametrize(
    "text", ["", "Hello.", "# T\n\nwords\n", "```\n## Goals of x\n```", "## Goal\n", "\ufeff\n", "I can't."]
)
def test_an_answer_without_a_section_has_none(text: str) -> None:
    assert read(text).sections == ()
    assert read(text).text == ""


def test_line_ends_and_byte_order_marks_of_an_answer_do_not_matter() -> None:
    assert read("\ufeff## Goal\r\n\r\nx\r\r## Tasks\r\n- a").text == "## Goal\n\nx\n\n## Tasks\n\n- a\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> ## Goal\n>\n> g\n>\n> ## Tasks\n>\n> - a\n", {"goal": "g", "tasks": "- a"}),
        ("    ## Goal\n\n    g\n\n    ## Tasks\n\n    - a\n", {"goal": "g", "tasks": "- a"}),
        ("\\## Goal\n\ng\n", {"goal": "g"}),
        ("**## Goal**\n\ng\n", {"goal": "g"}),
        ("1. ## Goal\n\n   g\n\n2. ## Tasks\n\n   - a\n", {"goal": "g", "tasks": "- a"}),
        ("<h2>Goal</h2>\n\ng\n", {"goal": "g"}),
        ("== Goal\n\ng\n\n== Tasks\n\n- a\n", {"goal": "g", "tasks": "- a"}),
        ("##Goal\n\ng\n\n##\u00a0Tasks\n\n- a\n", {"goal": "g", "tasks": "- a"}),
        ("## Goal: serve all clients\n\n## Tasks\n\n- a\n", {"goal": "serve all clients", "tasks": "- a"}),
        ("## Goal\\n\\ng\\n\\n## Tasks\\n\\n- a", {"goal": "g", "tasks": "- a"}),
        ('"## Goal\\n\\ng\\n"', {"goal": "g"}),
        ('{"goal": "g", "acceptanceCriteria": ["a", "b"]}', {"goal": "g", "acceptance-criteria": "- a\n- b"}),
        ('```json\n{"sections": [{"title": "Goal", "content": "g"}]}\n```', {"goal": "g"}),
        (
            '{"goal": ["g"], "tasks": ["a", "[ ] b", "- [x] c", "- d"]}',
            {"goal": "- g", "tasks": "- [ ] a\n- [ ] b\n- [ ] c\n- [ ] d"},
        ),
        (
            "<goal>\ng\n</goal>\n\n<verification_plan>\nv\n</verification_plan>\n",
            {"goal": "g", "verification-plan": "v"},
        ),
        ("````markdown\n```markdown\n## Goal\n\ng\n```\n````\n", {"goal": "g"}),
        ("## Goal\n\n```markdown\ng\n```\n", {"goal": "g"}),
        ("```md\n## Goal\n\ng\n```\n\n## Tasks\n\n- a\n", {"goal": "g", "tasks": "- a"}),
        ("---\n\n## Goal\n\ng\n\n---\n\n## Tasks\n\n- a\n\n---\n", {"goal": "g", "tasks": "- a"}),
    ],
)
def test_wrappings_and_odd_shapes_come_off_without_a_word_lost(text: str, expected: dict[str, str]) -> None:
    answer = read(text)
    assert bodies(answer) == expected
    assert words(answer) == []


@pytest.mark.parametrize(
    "text",
    [
        "1. **Goal**: g\n2. **Tasks**:\n   - a\n",
        "- **Goal:** g\n- **Tasks:** - a\n",
        "Goal: g\n\nTasks: - a\n",
        "Goal:\ng\n\nTasks:\n- a\n",
        "GOAL:\ng\n\nTASKS:\n- a\n",
        "Goal\n\ng\n\nTasks\n\n- a\n",
        "*Goal*: g\n\n*Tasks*:\n- a\n",
        "(1) Goal: g\n(2) Tasks: - a\n",
        "> **Goal**\n>\n> g\n>\n> **Tasks**\n>\n> - a\n",
        "```\nGoal: g\n\nTasks: - a\n```\n",
    ],
)
def test_labels_are_read_where_there_are_no_headings(text: str) -> None:
    assert bodies(read(text)) == {"goal": "g", "tasks": "- a"}


def test_each_section_may_come_in_a_fence_of_its_own_and_the_words_between_are_told() -> None:
    answer = read(
        "```markdown\n## Goal\n\ng\n```\n\nNow what is to do:\n\n```markdown\n## Tasks\n\n- a\n```\n\nReady.\n"
    )
    assert bodies(answer) == {"goal": "g", "tasks": "- a"}
    assert "Now what is to do:" in words(answer)[0]
    assert "Ready." in words(answer)[0]


def test_a_script_that_is_quoted_before_the_sections_is_no_wrapping() -> None:
    answer = read("The build file says:\n\n```\n# Goal\nmake all\n```\n\n## Goal\n\ng\n")
    assert bodies(answer) == {"goal": "g"}
    assert "make all" in words(answer)[0]


def test_tags_round_the_draft_come_off_and_what_stands_around_them_is_told() -> None:
    answer = read("Sure.\n<answer>\n## Goal\n\ng\n</answer>\nBye now.\n")
    assert bodies(answer) == {"goal": "g"}
    assert words(answer) == ["Sure.\nBye now."]


def test_the_goal_of_a_phase_stays_in_the_tasks() -> None:
    text = "## Goal\n\ng\n\n## Tasks\n\n### Phase 1\n\n#### Goal\n\ncount\n\n#### Tasks\n\n- a\n\n### Phase 2\n\n- b\n"
    answer = read(text)
    assert list(bodies(answer)) == ["goal", "tasks"]
    assert bodies(answer)["goal"] == "g"
    for piece in ("### Phase 1", "count", "- a", "### Phase 2", "- b"):
        assert piece in bodies(answer)["tasks"]
    assert told(answer) == ()


def test_equal_sections_are_kept_once_and_that_is_told() -> None:
    answer = read("## Goal\n\ng\n\n## Goal\n\ng\n")
    assert bodies(answer) == {"goal": "g"}
    assert told(answer) == ("kept one of several equal sections “Goal”",)


def test_the_words_that_are_left_out_are_in_the_notes() -> None:
    answer = read(
        "Sure!\n\n## Goal\n\ng\n\n## Risks\n\n- slow\n\n## Tasks\n\n- a\n\n---\n\n**Note:** I assumed keys.\n"
    )
    assert bodies(answer) == {"goal": "g", "tasks": "- a"}
    assert words(answer) == ["Sure!", "## Risks\n\n- slow", "---\n\n**Note:** I assumed keys."]


@pytest.mark.parametrize(
    "last",
    [
        "This draft includes every section that you asked for.",
        "*Note: I assumed that Redis is there.*",
        "Bitte sagen Sie mir, ob das passt.",
        "Lass mich wissen, ob noch etwas fehlt.",
        "N'hésitez pas à demander des changements.",
        "Avísame si quieres cambios.",
        "Fammi sapere se va bene.",
        "Laat me weten of het klopt.",
        "Daj znać, jeśli coś zmienić.",
        "Дайте знать, если нужны правки.",
        "ご不明な点があればお知らせください。",
        "如有问题，请告诉我。",
        "필요하시면 알려 주세요.",
        "**End of draft.**",
        "You can adjust the limits as you like.",
    ],
)
def test_words_to_the_reader_are_left_out_in_any_language_and_told(last: str) -> None:
    answer = read(f"## Goal\n\ng\n\n## Rollback Plan\n\nSwitch it off.\n\n{last}\n")
    assert bodies(answer)["rollback-plan"] == "Switch it off."
    assert words(answer) == [last]


@pytest.mark.parametrize("last", ["Ezt remélem, jó lesz!", "---\n\nKiitos lukemisesta."])
def test_a_last_paragraph_in_words_that_are_not_known_is_kept_and_told(last: str) -> None:
    answer = read(f"## Rollback Plan\n\nSwitch it off.\n\n{last}\n")
    assert bodies(answer)["rollback-plan"].endswith(last)
    assert len(words(answer, "reader_addressed")) == 1


STAND_INS = (
    "I need more details before I can write this. Please share them.", "- See the brief.", "To be defined later.",
    "Sorry, I cannot help with that.", "Not specified in the brief.", "As described above.", "N/A", "TBD",
    "Siehe Beschreibung.", "Wird noch vom Team festgelegt.", "À définir par l'équipe.",
    "請提供更多信息。", "詳細が不足しています。",
    "This section will be completed later.", "More information needed.",
)  # fmt: skip


@pytest.mark.parametrize("body", STAND_INS)
def test_an_answer_of_stand_ins_alone_is_no_draft(body: str) -> None:
    answer = read("".join(f"## {section.title}\n\n{body}\n\n" for section in PLAIN.sections))
    assert answer.sections == ()
    assert answer.reason in {"refused", "empty", "questions", "repeated"}


@pytest.mark.parametrize("body", [body for body in STAND_INS if body != "N/A"])
def test_one_stand_in_among_good_sections_is_left_out_and_told(body: str) -> None:
    answer = read(f"## Goal\n\nServe all.\n\n## Tasks\n\n{body}\n")
    assert bodies(answer) == {"goal": "Serve all."}
    assert [(note.key, note.text) for note in answer.notes] == [("tasks", body)]


@pytest.mark.parametrize(
    "body",
    [
        "Unknown keys are refused with 400.", "- See `docs/limits.md` for the table.", "No data is lost.", "Same API.",
        "The deadline must be decided by the operator.", "Pending requests are dropped.", "None.", "Drafted tasks.",
        "Empty bodies are rejected.", "- Open question: who pays?", "Later versions may add more.",
    ],
)  # fmt: skip
def test_short_bodies_that_say_something_are_kept(body: str) -> None:
    answer = read(f"## Goal\n\nServe all.\n\n## Assumptions\n\n{body}\n")
    assert bodies(answer)["assumptions"] == body
    assert told(answer) == ()


def test_a_model_that_asks_back_is_known_by_its_questions() -> None:
    answer = read("Before I start, I have to know:\n\n1. Which clients are limited?\n2. Where are counts kept?\n")
    assert answer.reason == "questions"
    assert answer.questions == ("Which clients are limited?", "Where are counts kept?")
    inside = read("## Goal\n\n- Who is it for?\n\n## Tasks\n\n- Which stack is used?\n")
    assert inside.questions == ("Who is it for?", "Which stack is used?")


def test_the_same_words_in_each_section_are_no_draft() -> None:
    assert read("## Goal\n\nok so\n\n## Tasks\n\nok so\n\n## Rollback Plan\n\nok so\n").reason == "repeated"


def _calls(text: str) -> int:
    """How many calls of functions reading an answer takes: a count of work that no busy machine changes."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "\n---\n", "## Goal\n\nx\n\n", "```\n", "```markdown\n## Goal\nx\n```\n", "<answer>\n", "<think>\n",
        "a</think>b\n", "<|im_end|> x\n", "Goal: x\n", "> ## Goal\n", "##Goal\n",
        "## Foo\n\ny\n", "\n\nif you ", "I hope so\n\n",
        "`<s>` ",
    ],
)  # fmt: skip
def test_an_answer_takes_work_in_proportion_to_its_length(piece: str) -> None:
    lead = "## Goal\n\nx\n"
    read(lead + piece * 4)
    small, large = _calls(lead + piece * 300), _calls(lead + piece * 1200)
    assert large < 6 * small + 5_000


def test_headings_that_are_no_sections_are_named() -> None:
    answer = read("## Foo\n\nx\n\n## Bar\n\ny\n")
    assert (answer.reason, answer.headings) == ("no_section", ("Foo", "Bar"))


answers = st.lists(
    st.sampled_from(
        ["# T", "## Goal", "### Tasks", "Tasks\n---", "**Goal**", "TODO", "text", "", "", "```", "```markdown", "<!--",
         "- x", "## Other", "#### Sub", "😋", "~~~", "# Rollback", "---",
         "<pre>", "\u2028", "> # Goal", "\ufeff"]
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@pytest.mark.parametrize("opening", ["```", "```markdown", "~~~", "````md"])
def test_the_last_line_of_a_fence_that_is_never_closed_is_part_of_the_draft(opening: str) -> None:
    assert bodies(read(f"Sure:\n\n{opening}\n## Goal\n\ng\n\n## Tasks\n\n- a\n- last")) == {
        "goal": "g",
        "tasks": "- a\n- last",
    }


def test_an_example_in_html_is_no_draft() -> None:
    text = "Before:\n\n```\n<h2>Tasks</h2>\n```\n\n## Goal\n\ng\n\n```\n<h2>Tasks</h2>\n<p>x</p>\n```\n"
    assert bodies(read(text)) == {"goal": "g\n\n```\n<h2>Tasks</h2>\n<p>x</p>\n```"}


def test_words_to_the_reader_in_code_or_below_a_heading_of_the_section_stay() -> None:
    code = "- a\n\n```text\nx\n\nLet me know if you need anything else!\n```"
    assert bodies(read(f"## Goal\n\ng\n\n## Tasks\n\n{code}\n"))["tasks"] == code
    after = f"{code}\n\nLet me know if you need anything else!"
    assert bodies(read(f"## Goal\n\ng\n\n## Tasks\n\n{after}\n"))["tasks"] == code


def test_a_stray_backtick_on_another_line_hides_no_reasoning() -> None:
    text = "<think>\nan odd ` here\n</think>\n## Goal\n\nuse `x\n"
    assert bodies(read(text)) == {"goal": "use `x"}


@settings(max_examples=400, deadline=None)
@given(st.one_of(answers, st.text(alphabet="\r\n\u2028\x0c# -`~<!>*😋Goal", max_size=80)))
def test_a_draft_reads_back_as_itself(text: str) -> None:
    answer = read(text)
    again = read_draft(answer.text, PLAIN, [section.key for section in answer.sections])
    assert again.sections == answer.sections
    assert again.text == answer.text
    document = parse(answer.text, PLAIN)
    assert list(document.profile_sections) == [section.key for section in answer.sections]
    for section in answer.sections:
        assert section.body == normalised(section.body)
        assert read_markdown(section.body).open_block is None
        found = document.profile_sections[section.key]
        assert normalised(answer.text[found.body.start : found.body.end]) == section.body


@pytest.mark.parametrize(
    "body",
    [
        "We need to limit requests per client to 100 per minute.",
        "- We will not support the old clients.",
        "- We cannot change the database.\n- We do not have a staging system.",
        "We lack a second region, so a failover is manual.",
    ],
)
def test_what_a_team_says_of_its_work_is_no_refusal(body: str) -> None:
    assert kind_of(body) == "text"


@pytest.mark.parametrize(
    "body",
    [
        "We need more information to write this section.",
        "We do not have enough details.",
        "I need to know who the clients are.",
        "However, we require clarification of the scope.",
    ],
)
def test_a_want_of_something_to_go_by_is_one(body: str) -> None:
    assert kind_of(body) == "refused"


DIFF = (
    "--- a/x.spec.md\n+++ b/x.spec.md\n@@ -3,1 +3,8 @@\n Limit each client.\n+## Goal\n+\n+Serve all.\n+\n"
    "+## Tasks\n+\n+- [ ] count\n"
)


@pytest.mark.parametrize("answer", [DIFF, f"```diff\n{DIFF}```\n", f"Here is the patch:\n\n```patch\n{DIFF}```\n"])
def test_of_a_diff_the_added_lines_are_the_draft(answer: str) -> None:
    found = read_answer(answer, PLAIN, ["goal", "tasks"])
    assert found.text == "## Goal\n\nServe all.\n\n## Tasks\n\n- [ ] count\n"
    assert found.notes[0].message == "took the added lines of a diff"
    assert any("Here is the patch" in note.text for note in found.notes) == answer.startswith("Here")


def test_a_fence_that_is_never_closed_says_that_the_end_may_be_missing() -> None:
    found = read_answer("```markdown\n## Goal\n\nServe all.\n\n## Tasks\n\n- [ ] cou", PLAIN, ["goal", "tasks"])
    assert [note.code for note in found.notes] == ["answer_mended", "text_left_out"]
    assert "may be missing" in found.notes[1].message


def test_open_questions_alone_are_shown_as_questions() -> None:
    found = read_answer("## Open Questions\n\n1. What is it called?\n\n## Risks\n\n- Slow.\n", PLAIN, ["goal"])
    assert (found.reason, found.questions) == ("questions", ("What is it called?",))


@pytest.mark.parametrize(
    "titles",
    [
        ("Ziel", "Nicht-Ziele", "Annahmen", "Aufgaben", "Rückfallplan"),
        ("Objetivo", "No objetivos", "Supuestos", "Tareas", "Plan de reversión"),
        ("Objectif", "Non-objectifs", "Hypothèses", "Tâches", "Plan de retour arrière"),
        ("目標", "対象外", "前提条件", "タスク", "ロールバック計画"),
        ("目标", "非目标", "假设", "任务", "回滚计划"),
    ],
)
def test_sections_with_titles_in_another_language_are_those_that_were_asked_for(titles: tuple[str, ...]) -> None:
    answer = "".join(f"## {title}\n\n- One for {number}.\n\n" for number, title in enumerate(titles))
    keys = ["goal", "non-goals", "assumptions", "tasks", "rollback-plan"]
    read = read_answer(answer, PLAIN, keys, "")
    assert {one.key: one.body for one in read.sections} == {
        key: f"- One for {number}." for number, key in enumerate(keys)
    }
