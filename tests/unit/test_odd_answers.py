"""Answers that are no plain draft: a web page, one that repeats its request, one cut off, one about something else."""

from __future__ import annotations

import pytest

from orch_lsp.document.answer.reading import read_answer
from orch_lsp.draft_checks.facts import facts_of
from orch_lsp.draft_checks.material import Material, Part
from orch_lsp.draft_checks.table import check_draft
from orch_lsp.profiles.plain.sections import PLAIN

BRIEF = "# Honour Retry-After\n\nWhen a server answers 503, the client should wait as long as the header asks."
WANTED = [section.key for section in PLAIN.sections]


def reading(text: str):
    return read_answer(text, PLAIN, WANTED, BRIEF)


def bodies(text: str) -> dict[str, str]:
    return {section.key: section.body for section in reading(text).sections}


def test_a_page_is_read_as_markdown():
    page = (
        "<!DOCTYPE html><html><head><title>x</title></head><body><h1>Retry</h1>\n"
        "<h2>Goal</h2><p>A <strong>503</strong> &amp; a 429 wait.</p>\n"
        "<h2>Acceptance Criteria</h2><ol><li>One <code>x&lt;y</code></li>\n<li>Two<ul><li>in it</li></ul></li></ol>\n"
        "<h2>Tasks</h2><ul>\n<li>[ ] do</li>\n</ul><pre>code *x*</pre></body></html>"
    )
    assert bodies(page) == {
        "goal": "A **503** & a 429 wait.",
        "acceptance-criteria": "1. One `x<y`\n2. Two\n   - in it",
        "tasks": "- [ ] do\n\n```\ncode *x*\n```",
    }
    notes = [(note.code, note.message) for note in reading(page).notes]
    assert ("answer_mended", "read the draft out of HTML") in notes
    assert ("text_left_out", "left out what a page does not show") in notes


def test_html_in_a_draft_of_markdown_is_left_alone():
    text = "## Goal\n\nThe page has `<h2>`:\n\n<ul>\n<li>a</li>\n<li>b</li>\n<li>c</li>\n</ul>\n\n<h3>x</h3>"
    assert bodies(text)["goal"].startswith("The page has `<h2>`:\n\n<ul>\n<li>a</li>")


@pytest.mark.parametrize(
    "around",
    ["{0}", "```markdown\n{0}\n```", "<brief>\n{0}\n</brief>", "# Brief\n\n```markdown\n{0}\n```"],
)
def test_lines_of_the_brief_behind_their_numbers_are_left_out(around):
    lines = "\n".join(f"L{number}: {line}".rstrip() for number, line in enumerate(BRIEF.split("\n"), 1))
    answer = reading(f"## Goal\n\nWait.\n\n{around.format(lines)}\n\n## Tasks\n\n- [ ] wait")
    assert [(section.key, section.body) for section in answer.sections] == [("goal", "Wait."), ("tasks", "- [ ] wait")]
    left = [note for note in answer.notes if note.code == "text_left_out"]
    assert "L3: When a server answers 503" in left[0].text


def test_other_numbered_lines_stay():
    text = "## Goal\n\nL1: the cache\nL3: the disk"
    assert bodies(text) == {"goal": "L1: the cache\nL3: the disk"}


def test_a_fence_around_other_lines_stays():
    text = "## Goal\n\nWait.\n\nL1: # Honour Retry-After\n\n```text\nx\n```"
    assert bodies(text) == {"goal": "Wait.\n\n\n```text\nx\n```"}


def test_characters_that_nobody_sees_are_left_out_and_said():
    answer = reading("## Goal\n\nWa\x00it \u202eas\u200b asked.")
    assert answer.sections[0].body == "Wait as asked."
    assert [note.message for note in answer.notes] == ["left out 3 characters that nobody sees"]


def test_a_short_draft_with_the_title_of_something_else_is_told():
    sections = (Part("goal", "Goal", "Invoices are exported."), Part("tasks", "Tasks", "- [ ] Write the exporter."))
    other = Material(sections, facts_of(BRIEF), brief=BRIEF, title="Export of invoices", language="English")
    assert [(found.code, found.severity) for found in check_draft(other)] == [("fact_uncovered", "error")]
    own = Material(sections, facts_of(BRIEF), brief=BRIEF, title="Honour the header", language="English")
    assert check_draft(own) == ()
