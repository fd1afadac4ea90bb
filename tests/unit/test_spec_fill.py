"""Filling: the targets hold the draft, and everything else is what it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orch_lsp.document.answer.reading import AnswerSection, read_answer
from orch_lsp.document.body import body_sha256, own_text
from orch_lsp.document.fill import FillPlan, plan_fill
from orch_lsp.document.model import SpecDocument
from orch_lsp.document.parse import parse
from orch_lsp.markdown.front_matter import opens_front_matter
from orch_lsp.profiles.plain.sections import PLAIN
from orch_lsp.text import apply_edits

TITLES = {section.key: section.title for section in PLAIN.sections}
ALL = tuple(section.key for section in PLAIN.sections)


def drafted(**bodies: str) -> tuple[AnswerSection, ...]:
    by_key = {key.replace("_", "-"): body for key, body in bodies.items()}
    return tuple(AnswerSection(s.key, s.title, by_key[s.key]) for s in PLAIN.sections if s.key in by_key)


def fill(text: str, sections: tuple[AnswerSection, ...]) -> str:
    document = parse(text, PLAIN)
    return apply_edits(text, plan_fill(document, document, PLAIN, sections).edits)


def plan(snapshot: str, current: str, sections: tuple[AnswerSection, ...], *, insist: bool = False) -> FillPlan:
    return plan_fill(parse(snapshot, PLAIN), parse(current, PLAIN), PLAIN, sections, insist=insist)


@pytest.mark.parametrize("rule", ["---", "***", "* * *", "_____", "  - - -"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("body", "left"),
    [
        (["", "TODO", "", "{}"], ["", "one", "", "{}"]),
        (["", "{}"], ["", "one", "", "{}"]),
        (["", "- ", "{}"], ["", "one", "", "{}"]),
        (["", "<!-- the goal -->", "", "{}", "", "{}"], ["", "one", "", "{}", "", "{}"]),
        (["", "{}", "", "TODO"], ["", "one"]),
    ],
)
def test_rules_that_set_sections_apart_stay_below_the_draft_and_are_no_part_of_it(
    rule: str, end: str, body: list[str], left: list[str]
) -> None:
    head, tail = ["# T", "", "lead", "", "## Goal"], ["", "## Tasks", "", "Mine.", "", rule, ""]
    before = end.join([*head, *body, *tail]).replace("{}", rule)
    goal = drafted(goal="one")
    after = fill(before, goal)
    assert after == end.join([*head, *left, *tail]).replace("{}", rule)
    assert parse(after, PLAIN).profile_sections["goal"].sha256 == body_sha256(goal[0].body)
    assert plan(before, after, goal, insist=True).edits == ()


def test_a_draft_that_is_added_to_what_a_person_wrote_meanwhile_stands_above_the_rule() -> None:
    before = "# T\n\n## Goal\n\nTODO\n\n---\n\n## Tasks\n\nMine.\n"
    now = before.replace("TODO", "Mine.")
    after = apply_edits(now, plan(before, now, drafted(goal="one"), insist=True).edits)
    assert "## Goal\n\nMine.\n\none\n\n---\n\n## Tasks\n" in after


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_byte_order_mark_and_final_newline_are_kept(end: str, mark: str, *, final: bool) -> None:
    before = mark + end.join(["# T 😋", "", "lead", "", "## Tasks", "", "TODO"]) + (end if final else "")
    expected = mark + end.join(["# T 😋", "", "lead", "", "## Goal", "", "one", "two", "", "## Tasks", "", "- a"])
    assert fill(before, drafted(goal="one\ntwo", tasks="- a")) == expected + (end if final else "")


def test_missing_sections_go_after_the_nearest_earlier_one_present() -> None:
    text = "# T\n\n## Goal\n\ng\n\n## Background\n\nb\n\n## Tasks\n\nt\n\n# Appendix\n\na\n"
    assert fill(text, drafted(non_goals="n", assumptions="s", rollback_plan="r")) == (
        "# T\n\n## Goal\n\ng\n\n## Non-goals\n\nn\n\n## Assumptions\n\ns\n\n## Background\n\nb\n\n## Tasks\n\nt\n\n"
        "## Rollback Plan\n\nr\n\n# Appendix\n\na\n"
    )


def test_without_an_earlier_one_they_go_before_the_first_later_one() -> None:
    assert fill("lead\n\n## Tasks\n- a\n", drafted(goal="g", non_goals="n")) == (
        "lead\n\n## Goal\ng\n\n## Non-goals\nn\n\n## Tasks\n- a\n"
    )
    assert fill("## Tasks\n\n- a\n", drafted(goal="g")) == "## Goal\n\ng\n\n## Tasks\n\n- a\n"
    assert fill("\ufeff## Tasks\n\n- a\n", drafted(goal="g")) == "\ufeff## Goal\n\ng\n\n## Tasks\n\n- a\n"


def test_without_any_section_they_go_to_the_end() -> None:
    assert (
        fill("# T\n\nlead\n\n\n", drafted(goal="g", tasks="t")) == "# T\n\nlead\n\n## Goal\n\ng\n\n## Tasks\n\nt\n\n\n"
    )


def test_front_matter_stays_in_front() -> None:
    text = "---\nprovider: p\n---\n## Tasks\n\nt\n"
    assert fill(text, drafted(goal="g")) == "---\nprovider: p\n---\n\n## Goal\n\ng\n\n## Tasks\n\nt\n"


def test_heading_level_and_tightness_follow_the_neighbours() -> None:
    assert fill("# T\n## Spec\n### Goal\ng\n### Tasks\nt\n", drafted(non_goals="n")) == (
        "# T\n## Spec\n### Goal\ng\n\n### Non-goals\nn\n\n### Tasks\nt\n"
    )


def test_sub_headings_of_the_draft_go_below_the_documents_own_level() -> None:
    assert "### Goal\n\n#### A\n\n##### B" in fill("### Goal\n\nTODO\n", drafted(goal="### A\n\n#### B"))
    assert "###### Goal\n\n**A**\n\nx" in fill("###### Goal\n\nTODO\n", drafted(goal="### A\nx"))


def test_a_placeholder_is_replaced_and_the_blank_lines_around_it_stay() -> None:
    text = "## Goal\n\n\n<!-- why -->\n\nTODO\n\n\n\n## Tasks\n\n- a\n"
    assert fill(text, drafted(goal="g")) == "## Goal\n\n\ng\n\n\n\n## Tasks\n\n- a\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("## Goal", "## Goal\n\ng"),
        ("## Goal\n", "## Goal\n\ng\n"),
        ("## Goal\n\n", "## Goal\n\ng\n\n"),
        ("## Goal\n## Tasks\n\nt\n", "## Goal\n\ng\n\n## Tasks\n\nt\n"),
        ("## Goal\n\nTasks\n---\n\nt\n", "## Goal\n\ng\n\nTasks\n---\n\nt\n"),
    ],
)
def test_a_blank_section_gets_its_body_set_apart(before: str, after: str) -> None:
    assert fill(before, drafted(goal="g")) == after


def test_a_block_that_the_document_leaves_open_does_not_swallow_the_sections() -> None:
    assert fill("# T\n\n```sh\nx\n", drafted(goal="g")) == "# T\n\n```sh\nx\n```\n\n## Goal\n\ng\n"
    assert fill("# T\n\n<!-- x", drafted(goal="g")) == "# T\n\n<!-- x\n-->\n\n## Goal\n\ng"


def test_a_rule_in_the_draft_does_not_end_what_looks_like_front_matter() -> None:
    text = "---\n\n# T\n\nlead\n"
    assert fill(text, drafted(goal="a\n\n---\n\nb")) == text + "\n## Goal\n\na\n\n----\n\nb\n"


def test_written_sections_are_left_alone_and_placeholders_in_duplicates_too() -> None:
    text = "## Goal\n\nmine\n\n## Tasks\n\nt\n\n## Tasks\n\nTODO\n"
    assert fill(text, drafted(goal="g", tasks="x")) == text


def test_an_edit_elsewhere_meanwhile_does_not_matter() -> None:
    before = "# T\n\nlead\n\n## Goal\n\nTODO\n"
    now = "# Better\n\nmore lead\n\n## Goal\n\nTODO\n\n## Notes\n\nn\n"
    found = plan(before, now, drafted(goal="g", tasks="t"))
    assert (found.filled, found.conflicts) == (("goal", "tasks"), ())
    assert apply_edits(now, found.edits) == "# Better\n\nmore lead\n\n## Goal\n\ng\n\n## Tasks\n\nt\n\n## Notes\n\nn\n"


@pytest.mark.parametrize(
    "now",
    [
        "# T\n\n## Goal\n\nmine\n\n## Tasks\n\nTODO\n",
        "# T\n\n## Goal\n\n## Tasks\n\nTODO\n",
        "# T\n\n## Tasks\n\nTODO\n",
    ],
)
def test_a_target_that_is_not_what_it_was_stops_the_whole_fill(now: str) -> None:
    found = plan("# T\n\n## Goal\n\nTODO\n\n## Tasks\n\nTODO\n", now, drafted(goal="g", tasks="t"))
    assert found == FillPlan((), (), ("goal",))


def test_a_missing_target_that_a_person_wrote_meanwhile_is_a_conflict() -> None:
    assert plan("# T\n", "# T\n\n## Goal\n\nmine\n", drafted(goal="g")).conflicts == ("goal",)


def test_insisting_fills_the_rest_and_adds_the_draft_after_what_was_written() -> None:
    before = "# T\n\n## Goal\n\nTODO\n\n## Tasks\n\nTODO\n"
    now = "# T\n\n## Goal\n\nmine\n\n## Tasks\n\nTODO\n"
    found = plan(before, now, drafted(goal="g", non_goals="n", tasks="t"), insist=True)
    assert (found.filled, found.conflicts) == (("goal", "non-goals", "tasks"), ("goal",))
    after = apply_edits(now, found.edits)
    assert after == "# T\n\n## Goal\n\nmine\n\ng\n\n## Non-goals\n\nn\n\n## Tasks\n\nt\n"
    assert plan(before, after, drafted(goal="g", non_goals="n", tasks="t"), insist=True).edits == ()


def test_insisting_does_not_touch_what_was_written_before_the_run() -> None:
    assert plan("## Goal\n\nmine\n", "## Goal\n\nmine!\n", drafted(goal="g"), insist=True) == FillPlan((), (), ())


documents = st.lists(
    st.sampled_from(
        ["# T", "## Goal", "### Tasks", "Tasks\n---", "# Assumptions", "TODO", "text", "", "", "```", "<!-- c -->",
         "<!--", "- x", "## Other", "#### Sub", "😋", "~~~", "## Rollback", "\u2028", "\x0c", "---", "a: b", "> q",
         "<pre>", "  ", "- ", "## Goal", "Non-goals\n===", "<div>"]
    ),
    max_size=14,
).flatmap(
    lambda lines: st.tuples(st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"])).map(
        lambda manner: manner[1] + "\n".join(lines).replace("\n", manner[0])
    )
)  # fmt: skip
wild = st.text(alphabet="\r\n\u2028\x0c# -`~<!>😋", max_size=60)
body_lines = st.lists(
    st.sampled_from(
        ["text", "- a", "", "```", "# c", "### Sub", "## Tasks", "Sub\n===", "<!-- c -->", "<!--", "😋", "---", "  x",
         "> q", "~~~", "...", "#### Goals", "<pre>", "1. a", "    code", "\u2028", "<div>"]
    ),
    min_size=1,
    max_size=6,
).map("\n".join)  # fmt: skip
drafts = st.dictionaries(st.sampled_from(ALL), body_lines, min_size=1, max_size=7).map(
    lambda chosen: tuple(
        section
        for key, body in chosen.items()
        for section in read_answer(f"## {TITLES[key]}\n\n{body}", PLAIN, [key]).sections
    )
)


def written(document: SpecDocument, key: str) -> str:
    """A section's own text: rules that set it apart from the next one stay below a draft."""
    section = document.profile_sections[key]
    return own_text(document.text[section.body.start : section.body.end])


def levels_removed(body: str) -> list[str]:
    """Lines of a body whatever the level of its headings; a setext or bold heading counts as its text."""
    lines = [line.lstrip("#").strip().strip("*") for line in body.split("\n")]
    return [line for line in lines if line.strip("=-")]


@settings(max_examples=250, deadline=None)
@given(st.one_of(documents, wild), drafts)
@example("# T\n\n```", (AnswerSection("goal", "Goal", "g"),))
@example("## Goal\n---", (AnswerSection("goal", "Goal", "text"),))
def test_everything_outside_the_targets_is_unchanged_and_the_targets_hold_the_draft(
    text: str, sections: tuple[AnswerSection, ...]
) -> None:
    before = parse(text, PLAIN)
    found = plan_fill(before, before, PLAIN, sections)
    assert found.conflicts == ()
    after = apply_edits(text, found.edits)
    for edit in found.edits:
        replaced = text[edit.span.start : edit.span.end]
        homes = [s for s in before.profile_sections.values() if s.placeholder and s.body.start <= edit.span.start]
        assert not replaced or any(edit.span.end <= s.body.end for s in homes)
    assert all(a.span.end < b.span.start for a, b in zip(found.edits, found.edits[1:], strict=False))
    assert after.endswith(("\n", "\r")) == text.endswith(("\n", "\r")) or not text.strip("\ufeff")
    now = parse(after, PLAIN)
    drafted_bodies = {section.key: own_text(section.body) for section in sections}
    for key in found.filled:
        assert opens_front_matter(text) or levels_removed(written(now, key)) == levels_removed(drafted_bodies[key])
        if now.profile_sections[key].level == 2 and not opens_front_matter(text):
            assert written(now, key) == drafted_bodies[key]
    for key, section in before.profile_sections.items():
        if key not in found.filled:
            # A block that the document leaves open is closed where it ended anyway.
            assert now.profile_sections[key].sha256 == section.sha256 or written(now, key).startswith(
                written(before, key)
            )
    headings = iter(section.title for section in now.sections)
    assert all(section.title in headings for section in before.sections)
    # A comment that the document left open is closed, and may then say nothing.
    assert "<!--" in text or plan_fill(now, now, PLAIN, sections).edits == ()


@settings(max_examples=100, deadline=None)
@given(documents, documents, drafts)
def test_insisting_loses_nothing_that_a_person_wrote(
    snapshot: str, current: str, sections: tuple[AnswerSection, ...]
) -> None:
    before, now = parse(snapshot, PLAIN), parse(current, PLAIN)
    found = plan_fill(before, now, PLAIN, sections, insist=True)
    after = parse(apply_edits(current, found.edits), PLAIN)
    for key, section in now.profile_sections.items():
        if not section.placeholder:
            assert written(after, key).startswith(written(now, key))
    assert plan_fill(before, after, PLAIN, sections, insist=True).edits == ()
